"""`reconciler sandbox`: a Slack, a PagerDuty and a Notion to try things with, and no account anywhere."""

from __future__ import annotations

import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from reconciler.errors import Failure

if TYPE_CHECKING:
    from reconciler.sandbox.page.board import Board


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8181, show_default=True, help="0: any free one."
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=".sandbox",
    show_default=True,
    help="Where its data is kept, and its address in the file `url`.",
)
@click.option(
    "--repository",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="Show the incidents of this one, and plans for it. Default: where you are, if it is one.",
)
@click.option("--reset", is_flag=True, help="Forget what was kept, and begin anew.")
@click.pass_obj
def sandbox(root: str, port: int, folder: Path, repository: Path | None, reset: bool) -> None:
    """Serve a local Slack, PagerDuty and Notion, with a page to look at them.

    Prints the environment with which `plan` and `apply` talk to it. Ctrl-C ends it; its data stays.
    """
    from reconciler.clock import SystemClock
    from reconciler.sandbox import serve
    from reconciler.sandbox.page.board import Board
    from reconciler.sandbox.world import World

    folder = Path(root) / folder
    with serve.listening(port) as listener:
        world = World.open(folder, SystemClock().now, reset=reset)
        for warning in world.warnings:
            click.echo(f"warning: {warning}", err=True)
        board, url = Board(world), serve.url_of(listener)
        beside = _attach(board, root, repository, url)
        with serve.announced(folder, url):
            click.echo(_hello(url, folder, beside))
            signal.signal(signal.SIGTERM, _stop)
            with suppress(KeyboardInterrupt):  # it comes on only where the signal is not ignored
                serve.server(world, board).run(sockets=[listener])
            click.echo("The sandbox has ended; its data is kept.", err=True)


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _hello(url: str, folder: Path, beside: str) -> str:
    from reconciler.sandbox.serve import environment

    by_service: dict[str, list[str]] = {}
    for name, value in environment(url).items():
        by_service.setdefault(name.partition("_")[0], []).append(f"{name}={value}")
    lines = [f"export {' '.join(given)}\n" for given in by_service.values()]
    told = f"Sandbox: {url}/ · its data lies in {folder} · {beside}Ctrl-C ends it\n"
    return f"{told}\n{''.join(lines)}"


def _attach(board: Board, root: str, repository: Path | None, url: str) -> str:
    """Show a repository's incidents too: the one that is named, or the current one; says which."""
    from reconciler.sandbox.serve import environment

    here = repository or Path(root)
    if repository is None and not (here / "reconciler.yaml").is_file():
        return ""
    try:
        board.attach(here, environment(url))
    except Failure:
        if repository is not None:
            raise
        return ""
    return f"incidents of {here} · "
