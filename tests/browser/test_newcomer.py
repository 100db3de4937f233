"""The way of a newcomer, in a real browser with `reconciler serve`: from `/incident` to the all clear.

Nothing is stood in for: Bolt's own socket, Git, the loop, and the sandbox's three services.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.demo import Walk
from reconciler.sandbox import serve
from reconciler.sandbox.page.board import Board
from reconciler.sandbox.world import World
from tests.support.browser import Shown, showing
from tests.support.server import serving

ROOT = Path(__file__).parents[2]
TITLE = "Checkout returns HTTP 500 & more"
#: Generous: a machine at work on other things is not to fail this.
PATIENCE = 60_000


@pytest.fixture(autouse=True)
def _no_configuration_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@contextmanager
def served(folder: Path, variables: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """`reconciler serve` in a repository."""
    command = [sys.executable, "-m", "reconciler", "-C", str(folder), "serve", "--health", "127.0.0.1:0"]
    said = (folder.parent / "serve.log").open("wb")
    with (
        said,
        subprocess.Popen(command, env={**os.environ, **variables}, stdout=said, stderr=said) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=60)
            finally:
                process.kill()


@pytest.fixture
def company(chromium: Any, tmp_path: Path) -> Iterator[tuple[Shown, Path]]:
    """The page at #general, with the helper connected; and the repository."""
    world = World.example(lambda: datetime.now(UTC))
    board = Board(world)
    with serving(world, board) as url:
        walk = Walk(tmp_path / "incidents", url, world, serve.environment(url))
        walk.begin(ROOT / "reconciler.yaml")
        board.attach(walk.folder, walk.variables)
        with served(walk.folder, walk.variables), showing(chromium, url) as shown:
            shown.page.set_default_timeout(PATIENCE)
            shown.open()
            shown.page.locator("#slack .entry").filter(has_text="general").click()
            shown.page.wait_for_selector(".composer textarea[placeholder*='/incident']")
            yield shown, walk.folder


def say(shown: Shown, text: str) -> None:
    shown.page.fill(".composer textarea", text)
    shown.page.press(".composer textarea", "Enter")


def log(folder: Path) -> list[str]:
    """The commits after the first one, the oldest first: author, subject and how they came."""
    form = "--format=%an <%ae> · %s · %(trailers:key=Via,valueonly,separator=)"
    command = ["git", "log", "--reverse", form, "origin/main"]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    return re.sub(r"\d{8}-\w+-\w+", "ID", told).splitlines()[1:]


def incident(folder: Path) -> str:
    """The one incident's file, at the tip of the branch."""
    command = ["git", "grep", "-h", "", "origin/main", "--", "incidents"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def test_from_a_typed_command_to_the_all_clear(company: tuple[Shown, Path]) -> None:
    shown, folder = company
    declare(shown)
    shown.sees("#pagerduty .card", "triggered")
    shown.sees("#slack h3", "#incd-")
    shown.sees("#notion .page-title", TITLE)
    lead(shown)
    shown.sees("#rail .state", "resolved")
    shown.sees("#pagerduty .card .status", "resolved")
    assert log(folder) == [
        "Ana <ana@example.com> · ID: declare sev1 · slack",
        "Ana <ana@example.com> · ID: update · slack",
        "Bo <bo@example.com> · ID: note · slack",
        "Bo <bo@example.com> · ID: resolve · slack",
    ]
    assert f"title: {TITLE}" in incident(folder)
    assert "It began with release 412" in incident(folder)


def declare(shown: Shown) -> None:
    """As Ana; the answer in #general ends with links to everything."""
    say(shown, "/incident")
    shown.page.wait_for_selector("#view[open]")
    shown.page.fill("#v-title", TITLE)
    shown.button("Declare").click()
    shown.sees("#view [data-block=severity] .wrong", "required")
    shown.page.check("#view input[value=sev1]")
    shown.button("Declare").click()
    shown.page.wait_for_selector("#view", state="hidden")
    for words in ("declared sev1 by Ana", "primary paged", "#incd-", "document"):
        shown.sees("#slack .message", words)
    shown.page.click("#rail .incident")


def lead(shown: Shown) -> None:
    """In the incident's channel: an update, a message that is kept with a pin, and the end by a button."""
    say(shown, "/incident update Rolling back release 412")
    shown.sees("#slack .message", "Rolling back release 412")
    shown.page.select_option("#person", "bo@example.com")
    say(shown, "It began with release 412")
    last = shown.page.locator("#slack .message").filter(has_text="It began with release 412").last
    last.hover()
    last.get_by_role("button", name="Mark with a pin emoji").click()
    shown.sees("#notion .block", "It began with release 412")
    say(shown, "/incident")
    shown.button("Resolve", "#slack .whisper").click()
    shown.sees("#dialog p", "Is it over?")
    shown.page.click("#dialog .main")
