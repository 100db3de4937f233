"""`reconciler demo`: an incident's whole life against the sandbox, each step shown as it would be typed."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.errors import Failure
from reconciler.views.screen import screen

if TYPE_CHECKING:
    from reconciler.sandbox.world import World

SETTINGS = "reconciler.yaml"
TITLE = "Checkout returns HTTP 500 for a third of requests"
ANA = "Ana Example <ana@example.com>"
BO = "Bo Example <bo@example.com>"
#: Seconds between two looks of `serve` at the services: so drift stays for a while to be seen and planned.
UNHURRIED = 600


@click.command()
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=".demo", show_default=True
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8181, show_default=True, help="0: any free one."
)
@click.option("--once", is_flag=True, help="End after the walk instead of staying for trying things by hand.")
@click.pass_obj
def demo(root: str, folder: Path, port: int, once: bool) -> int:
    """Walk through an incident: declared, updated, drifted, resolved. Needs no account; calls nobody."""
    from reconciler.sandbox import serve
    from reconciler.sandbox.page.board import Board
    from reconciler.sandbox.world import World

    settings = Path(root) / SETTINGS
    if not settings.is_file():
        raise Failure(f"there is no {SETTINGS} here", next="run script/demo in a checkout of the reconciler")
    folder = _emptied(Path(root) / folder)
    with serve.listening(port) as listener:
        from reconciler.clock import SystemClock

        world = World.open(folder / "sandbox", SystemClock().now, reset=True)
        board, url = Board(world), serve.url_of(listener)
        with _serving(serve.server(world, board), listener):
            walk = Walk(folder / "incidents", url, world, serve.environment(url))
            walk.begin(settings)
            board.attach(walk.folder, walk.variables, applies=True)
            walk.all()
            if not once:
                walk.stay()
    return 0 if walk.fine else 1


def _emptied(folder: Path) -> Path:
    """The demo's own folder, without what an earlier demo left; another's is not touched."""
    import shutil

    mark = folder / ".reconciler-demo"
    if folder.exists() and any(folder.iterdir()):
        if not mark.exists():
            raise Failure(f"{folder} is not a demo's folder", next="name another: --folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    mark.touch()
    return folder.resolve()


@contextmanager
def _serving(server: object, listener: object) -> Iterator[None]:
    """Serve in a thread until the context ends."""
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)  # type: ignore[attr-defined]
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True  # type: ignore[attr-defined]
        thread.join(timeout=10)


def _say(text: str, **style: Any) -> None:
    """Print a line in a style, where that is wanted."""
    click.secho(text, color=screen(sys.stdout).colour, **style)


@dataclass
class Walk:
    """The steps, in an incident repository of its own with a remote beside it."""

    folder: Path
    url: str
    world: World
    variables: dict[str, str]
    fine: bool = True
    id: str = ""

    def all(self) -> None:
        """Declare, update, drift, resolve; then the world as it stands."""
        self.title("1 · Ana declares an incident: one commit")
        self.run(
            "new", TITLE, "--severity", "sev1", "--service", "checkout",
            "--role", "commander=ana@example.com", "--role", "technical=bo@example.com",
            "--responder", "dee@example.com", "--author", ANA,
            "--summary", "Since release 412, card payments fail when the basket holds a voucher.",
        )  # fmt: skip
        self.id = self._newest()
        self.title("2 · What applying that commit will do")
        self.run("plan")
        self.run("apply")
        self.title("3 · An update, and the status")
        self.run("update", self.id, "Rolling back release 412. Next update in 30 minutes.", "--author", ANA)
        self.run("status", self.id, "identified", "--author", ANA)
        self.run("plan")
        self.run("apply")
        self.title(
            "4 · Drift: on-call acknowledges; somebody renames the channel and clears its topic in Slack"
        )
        self._drift()
        self.run("plan")
        self.run("apply")
        self.title("5 · All clear")
        self.run("resolve", self.id, "--author", BO)
        self.run("plan")
        self.run("apply")
        self.title("6 · Nothing is left to do, and nothing is written")
        self.run("apply")
        self.title("7 · Where everything is, and who did what")
        self.run("show", self.id)
        self.run("log", self.id)

    def begin(self, settings: Path) -> None:
        """An incident repository with a remote, as a team would have it."""
        remote = self.folder.with_name("remote.git")
        self._git(self.folder.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
        self._git(self.folder.parent, "init", "--quiet", "--initial-branch=main", str(self.folder))
        (self.folder / SETTINGS).write_text(settings.read_text(encoding="utf-8"), encoding="utf-8")
        self._git(self.folder, "add", ".")
        self._git(self.folder, "commit", "--quiet", "-m", "Settings of the incident reconciler")
        self._git(self.folder, "remote", "add", "origin", str(remote))
        self._git(self.folder, "push", "--quiet", "--set-upstream", "origin", "main")

    def title(self, text: str) -> None:
        """A step's heading."""
        _say(f"\n{text}\n", bold=True)

    def run(self, *arguments: str) -> None:
        """Type a command, and show what it says."""
        _say(f"$ reconciler {shlex.join(arguments)}", fg="cyan")
        command = [sys.executable, "-m", "reconciler", "-C", str(self.folder), *arguments]
        sys.stdout.flush()
        code = subprocess.run(command, env=self._environment(), check=False).returncode
        if code:
            _say(f"(exit code {code})", fg="red")
            self.fine = False

    def stay(self) -> None:
        """Serve on, with the Slack helper, for trying things by hand, until Ctrl-C."""
        self.title("8 · The Slack helper, and the loop that carries out every commit")
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        try:
            with self._helping() as helper:
                self._invite()
                helper.wait()
                _say(f"(reconciler serve has ended, exit code {helper.returncode}; the page is still there)")
                while True:
                    time.sleep(3600)
        except KeyboardInterrupt:
            click.echo()

    def _invite(self) -> None:
        _say("\nThe world is still there, and it is yours:\n", bold=True)
        click.echo(f"  Type /incident in #general at {self.url}/\n")
        click.echo("Fill in the form, and watch the commit, the page, the channel and the document appear.")
        click.echo(f"The incidents are in {self.folder}. For a shell beside it:\n")
        click.echo(f"  cd {shlex.quote(str(self.folder))}")
        for name, value in self.variables.items():
            click.echo(f"  export {name}={value}")
        click.echo("  reconciler plan        # after any change, there or in a file\n\nCtrl-C ends it.\n")

    @contextmanager
    def _helping(self) -> Iterator[subprocess.Popen[bytes]]:
        """`reconciler serve` beside the page, which ends before it."""
        serving = ["serve", "--interval", str(UNHURRIED), "--health", "127.0.0.1:0"]
        _say(f"$ reconciler {shlex.join(serving)}", fg="cyan")
        sys.stdout.flush()
        command = [sys.executable, "-m", "reconciler", "-C", str(self.folder), *serving]
        helper = subprocess.Popen(command, env=self._environment(), start_new_session=True)
        try:
            self._until_connected(helper)
            yield helper
        finally:
            helper.terminate()
            helper.wait()

    def _until_connected(self, helper: subprocess.Popen[bytes]) -> None:
        link = self.world.machines["slack"].link  # type: ignore[attr-defined]
        for _ in range(200):
            if link.connections or helper.poll() is not None:
                return
            time.sleep(0.1)

    def _drift(self) -> None:
        from reconciler.sandbox.page.acts import act

        page = self.world.machines["pagerduty"].call("GET /incidents", statuses=["triggered"])["incidents"][0]
        channel = self.world.machines["slack"].channel_id(f"incd-{self.id}")  # type: ignore[attr-defined]
        for person, did, given in (
            ("bo@example.com", "pagerduty.acknowledge", {"incident": page["id"]}),
            ("ana@example.com", "slack.edit_topic", {"channel": channel, "topic": ""}),
            ("ana@example.com", "slack.rename", {"channel": channel, "name": "checkout-is-broken"}),
        ):
            act(self.world, {"as": person, "do": did, "with": given})
        told = f"Bo acknowledged {page['html_url']}\nAna renamed #incd-{self.id} and cleared its topic\n"
        click.echo(told)

    def _newest(self) -> str:
        return max((self.folder / "incidents").rglob("*.yaml"), key=lambda file: file.stat().st_mtime).stem

    def _git(self, folder: Path, *arguments: str) -> None:
        command = ["git", "-c", "user.name=Demo", "-c", "user.email=demo@example.com", *arguments]
        subprocess.run(command, cwd=folder, check=True, env={**os.environ, "LC_ALL": "C"})

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.variables}
