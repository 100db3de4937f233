"""Where a line of the timeline belongs in a page that people write in; all of it pure text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.sandbox.notion import content
from reconciler.targets.notion.timeline import BYTES, Entry, edit, listed, portions

START = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)


def entry(minute: int, text: str = "new") -> Entry:
    return Entry(START + timedelta(minutes=minute), text)


def line(minute: int, text: str = "old") -> str:
    return entry(minute, text).line


def added(page: str, *minutes: int) -> str:
    """The page after lines were added to it, as Notion does it: the old text must be there exactly once."""
    old, new = edit(page, [entry(minute) for minute in minutes])
    assert page.count(old) == 1
    return page.replace(old, new)


@pytest.mark.parametrize(
    "heading",
    [
        "## Timeline",
        "# 🕒 Timeline of events",
        "### TIMELINE",
        "#### The timeline (UTC)",
        '## **Timeline** {color="blue"}',
        "## Incident-timeline",
    ],
)
def test_a_heading_with_the_word_timeline_is_found(heading: str) -> None:
    page = f"Intro\n{heading}\n{line(1)}\n# Next"
    assert listed(page) == {entry(1).key}
    assert added(page, 2) == f"Intro\n{heading}\n{line(1)}\n{line(2, 'new')}\n# Next"


@pytest.mark.parametrize(
    "page",
    [
        "",
        "Timeline",
        "## Impact",
        "## Timelines",
        "#Timeline",
        "**Timeline**",
        "- Timeline",
        "```\n# timeline of a script\n```",
        "## Impact\nThe timeline is elsewhere.",
    ],
)
def test_without_such_a_heading_there_is_no_timeline(page: str) -> None:
    assert listed(page) is None


def test_a_line_goes_between_its_neighbours_in_time() -> None:
    page = f"## Timeline\n{line(1)}\n{line(5)}\n## Impact"
    assert added(page, 3) == f"## Timeline\n{line(1)}\n{line(3, 'new')}\n{line(5)}\n## Impact"
    assert added(page, 0) == f"## Timeline\n{line(0, 'new')}\n{line(1)}\n{line(5)}\n## Impact"
    assert added(page, 9) == f"## Timeline\n{line(1)}\n{line(5)}\n{line(9, 'new')}\n## Impact"


def test_several_lines_go_where_each_belongs() -> None:
    page = f"## Timeline\n{line(1)}\n{line(5)}\n## Impact"
    whole = [line(0, "new"), line(1), line(2, "new"), line(3, "new"), line(5), line(7, "new")]
    assert added(page, 7, 3, 0, 2) == "\n".join(["## Timeline", *whole, "## Impact"])


def test_the_first_line_goes_below_what_people_say_about_the_timeline() -> None:
    page = "## Timeline\nAll times are UTC.\n- somebody noticed\n---\n## Impact"
    assert added(page, 1) == page.replace("\n---", f"\n{line(1, 'new')}\n---")
    assert added("## Timeline", 1) == f"## Timeline\n{line(1, 'new')}"


def test_a_line_without_its_beginning_or_reworded_is_still_found_by_its_time() -> None:
    for written in (
        f"- **{entry(1).key}** Bo saw it",
        f"{entry(1).key}",
        f"1. at {entry(1).key}: quite another text",
        f"> {entry(1).key}",
        f"\t- {entry(1).key}",
    ):
        assert listed(f"## Timeline\n{written}") == {entry(1).key}


def test_a_time_that_is_only_mentioned_in_another_line_is_not_that_line() -> None:
    page = f"## Timeline\n{line(1, f'see {entry(2).key}')}\n## Impact\n{line(3)}"
    assert listed(page) == {entry(1).key}
    assert added(page, 2).split("\n")[2] == line(2, "new")


def test_items_that_people_added_below_a_line_stay_with_it() -> None:
    theirs = f"- Bo joined\n\t- by phone {entry(9).key}\n1. so did Chen"
    page = f"## Timeline\n{line(1)}\n{theirs}\n{line(5)}\n- end\nSo much."
    assert added(page, 3) == page.replace(f"\n{line(5)}", f"\n{line(3, 'new')}\n{line(5)}")
    assert added(page, 8) == page.replace("\nSo", f"\n{line(8, 'new')}\nSo")


def test_what_lies_below_a_line_stays_below_it() -> None:
    page = f"## Timeline\n{line(1)}\n\t- a detail\n\t\t- {entry(2).key} a screenshot\n\tmore\n{line(5)}"
    assert added(page, 3) == page.replace(f"\n{line(5)}", f"\n{line(3, 'new')}\n{line(5)}")


@pytest.mark.parametrize(
    "block",
    [
        f"<table>\n<tr>\n<td>{START:%Y-%m-%d} 16:01:00 UTC</td>\n<td>16:01</td>\n</tr>\n</table>",
        f"```\n{line(1)}\nexit\n```",
        f"````python\n```\n{line(1)}\n````",
        f"$$\n{line(1)}\n$$",
    ],
)
def test_a_line_goes_behind_a_table_or_a_block_of_code_and_never_into_it(block: str) -> None:
    page = f"## Timeline\n{block}\nafter\n## Impact"
    assert listed(page) == {entry(1).key}
    assert added(page, 3) == f"## Timeline\n{block}\n{line(3, 'new')}\nafter\n## Impact"
    assert added(page, 0) == f"## Timeline\n{line(0, 'new')}\n{block}\nafter\n## Impact"


def test_a_line_goes_into_the_toggle_in_which_its_neighbours_lie() -> None:
    page = f"## Timeline\n<details>\n<summary>All</summary>\n\t{line(1)}\n\t{line(5)}\n</details>\n## Impact"
    assert added(page, 3) == page.replace(f"\t{line(5)}", f"\t{line(3, 'new')}\n\t{line(5)}")
    assert added(page, 9) == page.replace(f"\t{line(5)}", f"\t{line(5)}\n\t{line(9, 'new')}")


def test_a_heading_that_is_a_toggle_holds_its_lines() -> None:
    page = '## Timeline {toggle="true"}\n\tAll times are UTC.\n## Impact'
    assert added(page, 1) == page.replace("\n## Impact", f"\n\t{line(1, 'new')}\n## Impact")


def test_a_heading_in_a_column_ends_with_its_column() -> None:
    mine = f"<columns>\n\t<column>\n\t\t## Timeline\n\t\t{line(1)}"
    other = f"\n\t</column>\n\t<column>\n\t\t{line(4)}\n</columns>"
    assert listed(mine + other) == {entry(1).key}
    assert added(mine + other, 2) == f"{mine}\n\t\t{line(2, 'new')}{other}"


def test_the_section_ends_with_the_next_heading_of_its_rank() -> None:
    page = f"## Timeline\n### Detection\n{line(1)}\n### Repair\n{line(5)}\n## Impact\n{line(6)}"
    assert listed(page) == {entry(1).key, entry(5).key}
    assert added(page, 3) == page.replace("\n### Repair", f"\n{line(3, 'new')}\n### Repair")
    assert listed(f"### Timeline\n{line(1)}\n# Impact\n{line(2)}") == {entry(1).key}


def test_no_more_is_replaced_than_lies_around_the_new_lines() -> None:
    page = f"Intro\n## Timeline\n{line(1)}\n{line(5)}\n## Impact\nmuch"
    assert edit(page, [entry(6)]) == (f"{line(5)}\n## Impact", f"{line(5)}\n{line(6, 'new')}\n## Impact")


def test_who_adds_the_same_line_at_the_same_time_does_not_find_the_place_again() -> None:
    for page in (f"## Timeline\n{line(1)}\n## Impact", f"## Timeline\n{line(5)}\n## Impact"):
        old, new = edit(page, [entry(3)])
        assert old not in page.replace(old, new)


def test_an_ambiguous_place_is_told_by_what_stands_around_it() -> None:
    page = f"# A\n{line(1)}\n- same\n## Timeline\n{line(1)}\n- same\n## Timeline\n{line(1)}\n- same"
    assert added(page, 0) == page.replace("# A\n", "# A\n", 1).replace(
        f"## Timeline\n{line(1)}", f"## Timeline\n{line(0, 'new')}\n{line(1)}", 1
    )


def test_long_lists_come_in_portions() -> None:
    many = [entry(minute, "x" * 1000) for minute in range(200)]
    parts = list(portions(many))
    assert [one for part in parts for one in part] == many
    assert len(parts) == 4
    assert all(sum(len(one.line) for one in part) <= BYTES for part in parts)
    assert list(portions([entry(1, "x" * 2 * BYTES)])), "a line that is too long goes alone"


TABLE = "<table>\n<tr>\n<td>{}</td>\n</tr>\n</table>"
PLAIN = (
    "text",
    "- item",
    "## Other",
    "### Sub",
    "# Top",
    "---",
    "> quote",
    "- same",
    "\t- child",
    "\t\tdeep",
)
MINUTES = st.integers(0, 9)
LINES = st.lists(
    st.one_of(
        st.sampled_from([*PLAIN, "```\ncode\n```", TABLE.format("x")]),
        MINUTES.map(line),
        MINUTES.map(lambda minute: f"\t{line(minute)}"),
        MINUTES.map(lambda minute: TABLE.format(entry(minute).key)),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(LINES, LINES, st.sets(MINUTES, min_size=1))
def test_whatever_people_wrote_stays_and_every_line_is_found_again(
    before: list[str], after: list[str], minutes: set[int]
) -> None:
    sent = "\n".join([*before, "## Timeline", *after])
    page = "\n".join("\t" * depth + text for depth, text in content.lines(sent))
    there = listed(page)
    assert there is not None
    wanted = [minute for minute in sorted(minutes) if entry(minute).key not in there]
    if not wanted:
        return
    result = added(page, *wanted)
    new = [one for one in result.split("\n") if one.strip() in {line(minute, "new") for minute in wanted}]
    assert len(new) == len(wanted)
    assert [one for one in result.split("\n") if one not in new] == page.split("\n")
    found = listed(result)
    assert found is not None
    assert found >= {entry(minute).key for minute in wanted}
