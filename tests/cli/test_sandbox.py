"""`reconciler sandbox`, as people and scripts start and end it."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.cli.root import cli, run
from reconciler.incident.settings import Settings
from reconciler.targets.connect import connect_all
from tests.support.company import ID, PATH, SETTINGS, incident
from tests.support.repositories import alone


@contextmanager
def started(folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The command in a process of its own, once it has said hello; and what it said."""
    command = [sys.executable, "-m", "reconciler", "-C", str(folder), "sandbox", "--port", "0", *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield process, [process.stdout.readline().strip() for _ in range(5)]
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_end_and_ends_cleanly(tmp_path: Path, how: signal.Signals) -> None:
    with started(tmp_path) as (process, said):
        url = (tmp_path / ".sandbox/url").read_text().strip()
        assert said[0].startswith(f"Sandbox: {url}/")
        with urllib.request.urlopen(url, timeout=10) as page:
            assert page.status == 200
        process.send_signal(how)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "The sandbox has ended; its data is kept.\n")
    assert not (tmp_path / ".sandbox/url").exists(), "nobody waits for a sandbox that is gone"
    assert (tmp_path / ".sandbox/slack.json").exists()


def test_a_browser_that_waits_for_news_holds_up_no_end(tmp_path: Path) -> None:
    with started(tmp_path) as (process, _):
        url = (tmp_path / ".sandbox/url").read_text().strip()
        with urllib.request.urlopen(f"{url}/page/live", timeout=10) as news:
            assert news.readline().startswith(b"data: ")
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "The sandbox has ended; its data is kept.\n")


@pytest.mark.parametrize("named", [True, False], ids=["named", "where one is"])
def test_it_shows_the_incidents_of_a_repository_and_writes_nothing_there(tmp_path: Path, named: bool) -> None:
    clone = alone(tmp_path / "incidents", {"reconciler.yaml": SETTINGS, PATH: incident()})
    before = clone.git("for-each-ref")
    here, more = (tmp_path, ["--repository", str(clone.folder)]) if named else (clone.folder, [])
    with started(here, *more) as (_, said):
        url = (here / ".sandbox/url").read_text().strip()
        assert f"incidents of {clone.folder}" in said[0]
        with urllib.request.urlopen(f"{url}/page/feed", timeout=10) as answer:
            entries = json.load(answer)["entries"]
    assert entries[f"file/{ID}"]["title"] == "Checkout fails"
    assert entries["plan/next"]["applies"] is False
    assert (clone.git("for-each-ref"), clone.status()) == (before, "")


def test_a_repository_that_is_none_is_an_error_where_it_was_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(cli, ["-C", str(tmp_path), "sandbox", "--port", "0", "--repository", str(tmp_path)])
    assert code == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_the_lines_that_it_prints_are_an_environment_in_which_every_service_answers(tmp_path: Path) -> None:
    with started(tmp_path) as (_, said):
        exports = dict(re.findall(r"(\w+)=(\S+)", " ".join(said[2:])))
        assert all(line.startswith("export ") for line in said[2:])
        apis = connect_all(exports, Settings(name="acme", severities=()))
        assert apis["slack"].call("auth.test")["user_id"] == "U0SANDBOX"
        assert apis["pagerduty"].call("GET /priorities")["priorities"][0]["name"] == "P1"
        assert apis["notion"].call("GET /v1/users/me")["type"] == "bot"


def test_a_broken_file_is_told_on_stderr_and_the_sandbox_starts(tmp_path: Path) -> None:
    (tmp_path / ".sandbox").mkdir()
    (tmp_path / ".sandbox/slack.json").write_text("{")
    with started(tmp_path) as (process, said):
        assert said[0].startswith("Sandbox: http://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
    assert err.startswith("warning: ")
    assert "slack.broken-1.json" in err


def test_a_taken_port_is_an_error_that_names_the_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        code = run(cli, ["-C", str(tmp_path), "sandbox", "--port", port])
    out, err = capsys.readouterr()
    assert (code, out) == (1, "")
    assert err.startswith(f"error: port {port} of 127.0.0.1 is taken\n")
    assert "--port" in err
    assert not (tmp_path / ".sandbox").exists(), "nothing was touched"


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none_is_wrong_usage(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["sandbox", "--port", port]) == 64
    assert "--port" in capsys.readouterr().err


def test_help_loads_no_server() -> None:
    script = (
        "import sys\n"
        "from reconciler.cli.root import cli, run\n"
        "run(cli, ['sandbox', '--help'])\n"
        "heavy = {'starlette', 'uvicorn', 'anyio', 'asyncio', 'markdown_it', 'reconciler.sandbox.world'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "--reset" in done.stdout
