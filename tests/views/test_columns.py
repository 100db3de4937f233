"""Text in a terminal's columns."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.incident.shown import JOINERS, inert
from reconciler.incident.text import one_line
from reconciler.views.changes import Line
from reconciler.views.columns import age, cells, fit, table, wrapped
from reconciler.views.screen import Screen
from reconciler.views.terminal import rendered


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("abc", 3), ("支払い", 6), ("🔥", 2), ("e\u0301", 1), ("👩\u200d🚒", 4)]
)
def test_wide_letters_take_two_columns_and_joiners_none(text: str, columns: int) -> None:
    assert cells(text) == columns


@pytest.mark.parametrize("text", ["", "abc", "abcdef", "支払い支払い", "a支払い"])
@pytest.mark.parametrize("width", range(7))
def test_text_is_filled_or_cut_to_the_width(text: str, width: int) -> None:
    assert cells(fit(text, width)) == width
    assert fit(text, width).rstrip(" …") == text[: len(fit(text, width).rstrip(" …"))]


def test_the_last_column_takes_what_is_left() -> None:
    rows = [("id", "title"), ("a-long-one", "x" * 50)]
    assert table(rows, None)[1] == "a-long-one  " + "x" * 50
    assert table(rows, 20) == ["id          title", "a-long-one  xxxxxxx…"]
    assert max(map(cells, table(rows, 5))) == 5


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (-5, "0s"),
        (0, "0s"),
        (59, "59s"),
        (60, "1m"),
        (3599, "59m"),
        (3600, "1h"),
        (86400, "1d"),
        (864000, "10d"),
    ],
)
def test_an_age_is_one_number_and_a_unit(passed: int, words: str) -> None:
    assert age(timedelta(seconds=passed)) == words


HOSTILE = {
    "plain": "Checkout returns HTTP 500 for a third of requests",
    "wide": "支払いが失敗する " * 9,
    "emoji": "🔥👩\u200d🚒⚠\ufe0f " * 20,
    "one word": "x" * 400,
    "one wide word": "支" * 200,
    "marks": "\u202eevil\u2066 \u200b\u200f" * 30,
    "controls": "\x1b[31mred\x07\r\n\x9b2J" * 20,
    "letters from right to left": "השירות נפל " * 20,
    "marks on letters": "e\u0301\u0301\u0301 " * 60,
    "spaces": "a" + " " * 300 + "b",
    "nothing": "",
}
WIDTHS = range(40, 201)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(name: str) -> None:
    text = one_line(HOSTILE[name])
    for width in WIDTHS:
        for begin, hang in (("", 2), ("  + slack topic             ", 28)):
            lines = [*rendered([Line(begin + text, hang=hang)], Screen(width))]
            assert max(map(cells, lines)) <= width
            assert all(char.isprintable() or char in JOINERS for line in lines for char in line)
            told = "".join("".join(lines).split())
            assert told == "".join(inert(begin + text, keep=JOINERS).split())


def test_what_goes_on_stands_below_its_beginning() -> None:
    assert wrapped("  + slack topic   one two three four five six", 40, 18) == [
        "  + slack topic   one two three four",
        "    five six",  # too narrow for the column
    ]
    assert wrapped("  + slack topic   one two three four five six", 42, 18) == [
        "  + slack topic   one two three four five",
        " " * 18 + "six",
    ]


def test_a_line_does_not_end_with_what_separates_it_from_the_next() -> None:
    parts = "acknowledged by Bo · " * 3 + "https://example.com/incidents/QMFMTYAKVB4GOA"
    for width in range(40, 100):
        lines = wrapped(f"  paged     {parts}", width, 12)
        assert not any(line.rstrip().endswith("·") for line in lines)
        assert " ".join(" ".join(lines).replace("·", "").split()) == " ".join(
            f"paged {parts}".replace("·", "").split()
        )


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_web_address_is_never_broken(width: int) -> None:
    for length in range(10, 120, 5):
        url = "https://" + "x" * length
        lines = wrapped(f"  paged   primary: acknowledged · {url} · then more", width, 10)
        (holding,) = [line for line in lines if url in line]
        assert cells(holding) <= width or holding == url
        assert all(cells(line) <= width for line in lines if line is not holding)
