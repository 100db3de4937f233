"""Text in a terminal's columns."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.views.columns import age, cells, fit, table


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
