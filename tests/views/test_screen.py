"""What a stream can show, and what its user wants to see there."""

from __future__ import annotations

import io

import pytest

from reconciler.views.changes import Line
from reconciler.views.screen import Screen, screen
from reconciler.views.terminal import STYLES, rendered, show


class Terminal(io.StringIO):
    """A stream that calls itself a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "piped", "terminal"),
    [
        ({}, False, True),
        ({"TERM": "xterm-256color"}, False, True),
        ({"TERM": "dumb"}, False, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, False, True),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "0"}, False, True),
        ({"FORCE_COLOR": ""}, False, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_colour_is_where_it_can_be_seen_and_is_wanted(
    environ: dict[str, str], piped: bool, terminal: bool
) -> None:
    assert screen(io.StringIO(), environ).colour is piped
    assert screen(Terminal(), environ).colour is terminal


def test_lines_are_rewritten_only_on_a_terminal_that_can() -> None:
    assert screen(Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}).live
    assert not screen(Terminal(), {"TERM": "dumb"}).live
    assert not screen(io.StringIO(), {"FORCE_COLOR": "1"}).live


@pytest.mark.parametrize(("told", "columns"), [("60", 60), ("0", 80), ("", 80), ("wide", 80), ("-3", 80)])
def test_a_terminal_is_as_wide_as_columns_says_and_a_pipe_has_no_width(told: str, columns: int) -> None:
    assert screen(Terminal(), {"COLUMNS": told}).width == columns
    assert screen(io.StringIO(), {"COLUMNS": told}).width is None


def test_only_the_sixteen_colours_are_used_and_nothing_of_them_is_left_behind() -> None:
    lines = [Line(style or "plain", style) for style in ("", *STYLES)]
    printed = [*rendered(lines, Screen(colour=True))]
    assert printed[0] == "plain"
    assert [one.removesuffix("\x1b[0m").removeprefix("\x1b[") for one in printed[1:]] == [
        f"{code}m{style}" for style, code in STYLES.items()
    ]
    assert all(code in ("1", "2") or 30 <= int(code) <= 37 for code in STYLES.values())
    assert [*rendered(lines, Screen())] == [line.text for line in lines]


def test_what_is_piped_is_neither_cut_nor_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    piped, terminal = io.StringIO(), Terminal()
    show([Line("word " * 40)], piped)
    show([Line("word " * 40)], terminal)
    assert piped.getvalue() == "word " * 39 + "word\n"
    assert len(terminal.getvalue().splitlines()) == 6
