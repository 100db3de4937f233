"""What is shown while one waits: drawn and taken away on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.clock import VirtualClock
from reconciler.run.telling import Begun, Idle, Progress, Step, Wait
from reconciler.views.columns import cells
from reconciler.views.progress import ERASE, Display
from reconciler.views.screen import Screen

START = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)
STEP = Step("bringing 3 incidents in line")
PAGE = Begun("pagerduty", "honest-rhinoceros", "page payments (high)")
LIMIT = Wait("slack", "a rate limit; 5 calls held up", START + timedelta(seconds=27))
LEASE = Wait("the lease", "held by CI job 7 since 16:44 UTC", START + timedelta(seconds=120))


@dataclass
class Seen:
    """A display, what it wrote, and its clock."""

    on: Screen = field(default_factory=lambda: Screen(80, live=True))
    columns: int = 80
    stopped: bool = False

    def __post_init__(self) -> None:
        self.clock = VirtualClock(START)
        self.written: list[str] = []
        self.display = Display(
            self.written.append, self.on, self.clock, lambda: self.columns, lambda: self.stopped
        )

    def at(self, seconds: float, *told: Progress) -> str:
        """What is written so many seconds later, when this was told."""
        for one in told:
            self.display.hear(one)
        self.clock.sleep(seconds)
        before = len(self.written)
        self.display.tick()
        return "".join(self.written[before:])


def drawn(text: str) -> str:
    return f"\r{text}\x1b[K"


def test_what_is_quickly_done_shows_nothing() -> None:
    seen = Seen()
    assert seen.at(0.4, STEP) == ""
    seen.display.erase()
    assert seen.written == []


def test_a_terminal_shows_the_step_the_incident_and_the_service() -> None:
    seen = Seen()
    assert seen.at(2, STEP) == drawn("2s · bringing 3 incidents in line")
    line = "bringing 3 incidents in line · PagerDuty · honest-rhinoceros: page payments (high)"
    seen.columns = 200
    assert seen.at(0, PAGE) == drawn(f"2s · {line}")
    assert seen.at(0) == ""  # nothing new, nothing written
    assert seen.at(0, Begun("slack", "")) == drawn("2s · bringing 3 incidents in line · Slack · looking")
    assert seen.at(0, Step("remembering")) == drawn("2s · remembering")


def test_a_wait_says_for_what_how_long_and_why_and_ends_by_itself() -> None:
    seen = Seen(columns=200)
    words = "waiting for Slack, 25s left (a rate limit; 5 calls held up) · bringing 3 incidents in line"
    assert seen.at(2, STEP, LIMIT) == drawn(f"2s · {words}")
    assert "12s · waiting for Slack, 15s left" in seen.at(10)
    assert seen.at(15) == drawn("27s · bringing 3 incidents in line")
    lease = "waiting for the lease, 1:33 left (held by CI job 7 since 16:44 UTC)"
    assert f"27s · {lease}" in seen.at(0, LEASE)


def test_between_the_turns_of_a_loop_it_says_when_the_next_is() -> None:
    seen = Seen()
    idle = Idle(START + timedelta(seconds=60))
    assert seen.at(20, STEP, idle) == drawn("waiting for commits; looking again in 40s")
    assert seen.at(45, STEP, PAGE).startswith("\r45s · bringing")  # its own time, not the loop's


def test_the_line_is_gone_before_anything_is_printed_and_in_the_end() -> None:
    seen = Seen()
    seen.at(2, STEP)
    with seen.display.aside():
        assert seen.written[-1] == ERASE
    assert seen.at(0) == drawn("2s · bringing 3 incidents in line")
    seen.display.erase()
    seen.display.erase()
    assert seen.written[-2:] == [drawn("2s · bringing 3 incidents in line"), ERASE]


def test_it_says_that_it_is_stopping() -> None:
    seen = Seen(stopped=True)
    assert seen.at(2, STEP) == drawn("2s · stopping · bringing 3 incidents in line")


@pytest.mark.parametrize("width", range(10, 201, 10))
def test_the_line_never_reaches_the_edge_and_steers_nothing(width: int) -> None:
    seen = Seen(columns=width)
    evil = Begun("slack", "honest-rhinoceros", "支払い 🔥 \x1b]0;x\x07 \u202e" * 9)
    line = seen.at(2, STEP, evil).removeprefix("\r").removesuffix("\x1b[K")
    assert line.isprintable()
    assert cells(line) < width


def test_it_is_dim_only_where_colour_is_wanted() -> None:
    assert Seen(Screen(80, True, True)).at(2, STEP) == drawn(
        "\x1b[2m2s · bringing 3 incidents in line\x1b[0m"
    )


@pytest.mark.parametrize("on", [Screen(), Screen(80)])  # a pipe, and a terminal that cannot go back
def test_elsewhere_there_is_a_line_each_half_minute_that_stays(on: Screen) -> None:
    seen = Seen(on)
    assert seen.at(29, STEP) == ""
    assert seen.at(1, PAGE) == (
        "after 30s: bringing 3 incidents in line · PagerDuty · honest-rhinoceros: page payments (high)\n"
    )
    assert seen.at(29) == ""
    assert seen.at(31, LEASE).startswith("after 1:30: waiting for the lease, 30s left (held by CI job 7")
    seen.display.note("waiting 27 s before chat.postMessage")
    assert seen.written[-1] == "waiting 27 s before chat.postMessage\n"
    assert seen.at(3600, Idle(START + timedelta(hours=2))) == ""
    seen.display.erase()
    assert "\x1b" not in "".join(seen.written)
    assert "\r" not in "".join(seen.written)
