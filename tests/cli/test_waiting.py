"""At a real pseudo-terminal: progress comes and goes, never into a pipe; Ctrl-C has a short honest end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.looking import RHINO, SETTINGS, file, place
from tests.support.pseudo import Ended, typed
from tests.support.repositories import alone

PRELUDE = """
import sys, threading
from datetime import timedelta
from reconciler.cli import reconcile, waiting
from reconciler.cli.root import cli, run
from reconciler.run.telling import Begun, Step
from reconciler.views import progress as shown

shown.SOON = timedelta()
shown.NOW_AND_THEN = timedelta(seconds=float("{often}"))
waiting._TICK = 0.01

def until(done):
    for _ in range(3000):
        if done():
            return
        threading.Event().wait(0.01)
    sys.exit("it never came")
"""

WORK = """
with waiting.progress() as display:
    display.hear(Step("looking at 3 incidents"))
    until(lambda: display._shown or display._printed > display._began)
print("the result")
"""

#: What a run does that looks for a signal between its calls.
RUN = """
import click

@click.command()
def work():
    with reconcile._stoppable() as stop, waiting.progress(stop.is_set) as display:
        display.hear(Step("bringing 3 incidents in line"))
        until(lambda: display._shown)
        until({end})
    print("the report")
    return 3

from reconciler import cli as entry
from reconciler.cli import root
root.cli = work
entry.main()
"""


def python(script: str, often: str = "30", **how: object) -> Ended:
    return typed([sys.executable, "-c", PRELUDE.replace("{often}", often) + script], **how)  # type: ignore[arg-type]


def test_progress_is_drawn_on_one_line_and_gone_before_the_result() -> None:
    ended = python(WORK, environ={"NO_COLOR": "1"})
    assert ended.code == 0
    before, _, after = ended.seen.rpartition("\r\x1b[K")
    assert "looking at 3 incidents\x1b[K" in before
    assert "\n" not in before
    assert after == "the result\r\n"


def test_progress_never_goes_where_output_is_piped_to() -> None:
    ended = python(WORK, piped=True)
    assert ended.piped == "the result\n"
    assert "\x1b[2m0s · looking at 3 incidents\x1b[0m\x1b[K" in ended.seen
    assert ended.seen.endswith("\r\x1b[K")


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_the_line_fits_the_terminal(columns: int) -> None:
    long = WORK.replace("looking at 3 incidents", "looking " * 40)
    seen = python(long, columns=columns, environ={"NO_COLOR": "1"}).seen
    line = seen.split("\r")[1].removesuffix("\x1b[K")
    assert len(line) == columns - 1
    assert line.endswith("…")


def test_a_terminal_that_cannot_go_back_gets_whole_lines_only() -> None:
    seen = python(WORK, often="0.05", environ={"TERM": "dumb"}).seen
    assert "\x1b" not in seen
    lines = seen.split("\r\n")
    assert lines[0] == "after 0s: looking at 3 incidents"
    assert lines[-2:] == ["the result", ""]
    assert "\r" not in "".join(lines)


def test_ctrl_c_stops_after_what_is_in_hand_and_the_report_is_told() -> None:
    ended = python(RUN.replace("{end}", "stop.is_set"), keys={"3 incidents": "\x03"})
    assert ended.code == 3
    assert "\r\x1b[Kstopping after the changes in hand; once more to stop at once\r\n" in ended.seen
    assert ended.seen.endswith("\x1b[Kthe report\r\n")


def test_a_second_ctrl_c_stops_at_once_and_says_what_that_means() -> None:
    keys = {"3 incidents": "\x03", "stopping · ": "\x03"}
    ended = python(RUN.replace("{end}", "lambda: False"), keys=keys)
    assert ended.code == 130
    assert ended.seen.endswith(
        "stopped at once: what was in hand may have been done, which the next run looks at first\r\n"
    )
    assert "Traceback" not in ended.seen


def test_a_call_that_hangs_does_not_hold_up_the_end() -> None:
    hanging = """
from reconciler.run.pool import Threads
import click

@click.command()
def work():
    with waiting.progress() as display, Threads() as pool:
        pool.submit(threading.Event().wait, "slack")
        display.hear(Step("looking at 3 incidents"))
        pool.finished()

from reconciler import cli as entry
from reconciler.cli import root
root.cli = work
entry.main()
"""
    ended = python(hanging, keys={"3 incidents": "\x03"})
    assert ended.code == 130
    assert ended.seen.endswith("\r\x1b[K\r\nstopped\r\n")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_lacks_our_letters_shows_others(tmp_path: Path, encoding: str) -> None:
    alone(tmp_path / "here", {"reconciler.yaml": SETTINGS, place(RHINO): file("支払い → 🔥")})
    environ = {"PYTHONIOENCODING": encoding, "NO_COLOR": "1"}
    for verb in (["list"], ["show", RHINO], ["log", RHINO], ["show", "支払い"]):
        command = [sys.executable, "-m", "reconciler", "-C", str(tmp_path / "here"), *verb]
        ended = typed(command, environ=environ)
        assert ended.code == (verb[-1] == "支払い")
        assert "defect" not in ended.seen
