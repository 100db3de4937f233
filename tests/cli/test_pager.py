"""The log at a terminal: in the user's pager, with colours and lines that fit, as Git would show it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.repo.repository import Repository
from reconciler.views.pager import pager
from tests.support.looking import RHINO, SETTINGS, file, place
from tests.support.repositories import START, Clone, alone

ROOT = Path(__file__).parents[2]
TITLE = "Checkout returns HTTP 500 for a third of requests, and nobody knows why it does that"
MARK = "sed 's/^/page: /'"


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    made = alone(tmp_path / "here", {"reconciler.yaml": SETTINGS})
    made.commit({place(RHINO): file(TITLE)}, "Declare", at=START)
    return made


def shown(clone: Clone, environ: Mapping[str, str], *words: str) -> str:
    """What a terminal of sixty columns shows of a command."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 60))
    kept = {name: os.environ[name] for name in ("PATH",)}
    surroundings = {
        **kept,
        "TERM": "xterm",
        "PYTHONPATH": str(ROOT),
        "GIT_CONFIG_GLOBAL": os.devnull,
        **environ,
    }
    command = [sys.executable, "-m", "reconciler", "-C", str(clone.folder), *words]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=surroundings) as process:
        os.close(theirs)
        said = _all(ours)
        assert process.wait(timeout=30) == 0
    os.close(ours)
    return said.decode().replace("\r\n", "\n")


def _all(screen: int) -> bytes:
    said = b""
    while select.select([screen], [], [], 60)[0]:
        try:
            piece = os.read(screen, 65536)
        except OSError:  # nobody holds the other side any more
            break
        if not piece:
            break
        said += piece
    return said


@pytest.mark.parametrize("words", [("log",), ("log", RHINO)])
def test_it_is_read_in_the_users_pager_in_colour_and_lines_that_fit(
    clone: Clone, words: tuple[str, ...]
) -> None:
    lines = shown(clone, {"GIT_PAGER": MARK, "PAGER": "false"}, *words, "--since", "3000d").splitlines()
    assert all(line.startswith("page: ") for line in lines)
    assert "\x1b[1m" in lines[0]
    plain = [line.removeprefix("page: ").replace("\x1b[32m", "").replace("\x1b[0m", "") for line in lines]
    title = next(line for line in plain if "title: " in line)
    assert title == "  + title: Checkout returns HTTP 500 for a third of"
    assert "    requests, and nobody knows why it does that" in plain


def test_without_colour_there_is_none_in_the_pager_either(clone: Clone) -> None:
    assert "\x1b" not in shown(clone, {"PAGER": MARK, "NO_COLOR": "1"}, "log", RHINO)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"PAGER": "cat"}, ()),
        ({"GIT_PAGER": "", "PAGER": MARK}, ()),
        ({"PAGER": MARK}, ("--no-pager",)),
        ({"PAGER": MARK}, ("--json",)),
        ({"PAGER": MARK}, ("--format", "markdown")),
        ({"PAGER": "there-is-no-such-pager"}, ()),
        ({"PAGER": "true"}, ("--no-pager",)),
    ],
)
def test_where_no_pager_is_wanted_or_there_is_none_it_is_printed(
    clone: Clone, environ: Mapping[str, str], words: tuple[str, ...]
) -> None:
    said = shown(clone, environ, "log", RHINO, *words)
    assert "page: " not in said
    assert "Checkout returns" in said


def test_whoever_leaves_the_pager_early_sees_no_error(clone: Clone) -> None:
    for number in range(3):
        clone.commit({place(RHINO): file("x" * 200 + str(number))}, "Edit " + "y" * 60_000)
    said = shown(clone, {"PAGER": "head -n 1"}, "log", RHINO)
    assert len(said.splitlines()) == 1
    assert "Error" not in said


def test_the_pager_is_the_one_that_git_takes(clone: Clone) -> None:
    repo = Repository.open(clone.folder)
    assert pager(repo, {"GIT_PAGER": "one", "PAGER": "two"}) == "one"
    clone.git("config", "core.pager", "three")
    assert pager(repo, {}) == "three"
    clone.git("config", "core.pager", "cat")
    assert pager(repo, {}) is None
