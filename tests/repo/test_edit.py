"""The editor: what it writes, and what it refuses to."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import Failure
from reconciler.incident.edits import Append, Edit, Remove, Scalar, Set, Value
from reconciler.repo.edit import edit
from reconciler.repo.edit_scalars import needs_quotes, spell
from reconciler.repo.lines import document
from reconciler.repo.loader import load_document

AT = datetime(2026, 11, 21, 18, 5, tzinfo=UTC)
UPDATE: dict[str, Scalar] = {"at": AT, "by": "ana@example.com", "text": "Rolling back.\n\nNext: 19:00."}


def edited(text: str, *edits: Edit) -> str:
    """The text after the edits."""
    return edit(text.encode(), "x.yaml", edits).decode()


def test_a_value_is_replaced_and_its_comment_stays() -> None:
    assert edited("a: 1\nstatus:   open   # since noon\nz: 2", Set(("status",), "resolved")) == (
        "a: 1\nstatus:   resolved   # since noon\nz: 2"
    )


def test_quotes_that_a_person_chose_stay() -> None:
    assert edited("a: 'x'\nb: \"y\"\n", Set(("a",), "it's"), Set(("b",), "z")) == "a: 'it''s'\nb: \"z\"\n"


def test_a_new_key_goes_where_it_is_usually_found() -> None:
    text = "title: x\n# of the status\nstatus: open\nsummary: |\n  Why.\n\n# the end\n"
    assert edited(text, Set(("severity",), "sev1"), Set(("bridge",), "https://example.com")) == (
        "title: x\nseverity: sev1\n# of the status\nstatus: open\nsummary: |\n  Why.\n"
        "bridge: https://example.com\n\n# the end\n"
    )


def test_a_mapping_is_made_with_its_first_key_and_goes_with_its_last() -> None:
    made = edited("status: open\n", Set(("times", "resolved"), AT))
    assert made == "status: open\ntimes:\n  resolved: 2026-11-21T18:05:00Z\n"
    assert edited(made, Remove(("times", "resolved"))) == "status: open\n"


def test_a_comment_among_removed_keys_stays() -> None:
    text = "times:  # UTC\n  # by hand\n  resolved: 18:00\nupdates: []\n"
    assert edited(text, Remove(("times", "resolved"))) == "  # by hand\nupdates: []\n"


def test_a_key_leaves_a_flow_mapping_with_one_comma() -> None:
    assert edited("times: {a: 1, b: 2, c: 3}\n", Remove(("times", "b"))) == "times: {a: 1, c: 3}\n"
    assert edited("times: {a: 1, b: 2 }\n", Remove(("times", "b"))) == "times: {a: 1 }\n"
    assert edited("times: {\n  a: 1, # x\n  b: 2, # y\n}\n", Remove(("times", "a"))) == (
        "times: {\n  # x\n  b: 2, # y\n}\n"
    )


def test_an_update_is_a_block_with_its_text_as_it_was_typed() -> None:
    assert edited("title: x\n", Append(("updates",), UPDATE)) == (
        "title: x\nupdates:\n  - at: 2026-11-21T18:05:00Z\n    by: ana@example.com\n"
        "    text: |-\n      Rolling back.\n\n      Next: 19:00.\n"
    )


def test_an_update_takes_the_indentation_and_line_ends_of_the_others() -> None:
    text = "updates:\r\n-   at: 16:58\r\n    text: said # first\r\n# end"
    assert edited(text, Append(("updates",), UPDATE | {"text": "again"})) == (
        "updates:\r\n-   at: 16:58\r\n    text: said # first\r\n"
        "-   at: 2026-11-21T18:05:00Z\r\n    by: ana@example.com\r\n    text: again\r\n# end"
    )


def test_an_empty_list_becomes_a_block_for_updates_and_takes_words_between_its_brackets() -> None:
    text = "page: [ ]  # whom else\nupdates: []  # none yet\n"
    assert edited(text, Append(("page",), "payments"), Append(("updates",), {"at": AT, "text": "x"})) == (
        "page: [payments]  # whom else\nupdates:  # none yet\n  - at: 2026-11-21T18:05:00Z\n    text: x\n"
    )


def test_a_flow_list_over_lines_gets_a_line() -> None:
    text = "page: [\n  a,  # first\n  b   # last\n]\n"
    assert edited(text, Append(("page",), "c")) == "page: [\n  a,  # first\n  b,   # last\n  c\n]\n"
    text = "page: [\n  a,\n  b,   # last\n]\n"
    assert edited(text, Append(("page",), "c")) == "page: [\n  a,\n  b,   # last\n  c,\n]\n"


def test_an_item_is_replaced() -> None:
    text = "responders:\n  - a@example.com # ana\n  - b@example.com\nservices: [x, y]\n"
    assert edited(text, Set(("responders", 0), "c@example.com"), Set(("services", 1), "no")) == (
        'responders:\n  - c@example.com # ana\n  - b@example.com\nservices: [x, "no"]\n'
    )


def test_json_stays_json() -> None:
    text = '{\n  "title": "x",\n  "page": ["a"]\n}\n'
    edits = (Append(("page",), "b"), Set(("times", "resolved"), AT), Append(("updates",), UPDATE))
    result = edited(text, *edits)
    assert '"page": ["a", "b"]' in result
    assert yaml.safe_load(result) == json.loads(result)


def test_text_above_a_missing_line_end_does_not_grow_by_one() -> None:
    assert edited("summary: |\n  Why", Set(("bridge",), "x")) == "summary: |-\n  Why\nbridge: x"


def test_a_deep_comment_is_not_swallowed_by_the_text_before_it() -> None:
    text = "updates:\n  - at: 16:58\n    text: x\n        # deep\n"
    told = Append(("updates",), {"at": AT, "text": "a\nb"})
    assert edited(text, told) == (
        "updates:\n  - at: 16:58\n    text: x\n"
        '  - at: 2026-11-21T18:05:00Z\n    text: "a\\nb"\n        # deep\n'
    )


@pytest.mark.parametrize(
    "one",
    [Set(("roles",), "x"), Set(("title", "deep"), "x"), Append(("title",), "x"), Append(("roles",), "x")],
    ids=str,
)
def test_what_does_not_fit_the_file_is_refused_with_the_place_and_what_to_write(one: Edit) -> None:
    with pytest.raises(Failure) as refused:
        edited("title: x\nroles:\n  commander: ana@example.com\n", one)
    assert refused.value.location is not None
    assert str(refused.value.location).startswith("x.yaml:")
    assert 'write "x"' in refused.value.next


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[31mred", "a\rb", "\x85", "\ud83d", "\ufffe"])
def test_control_characters_are_refused(text: str) -> None:
    with pytest.raises(Failure, match=r"U\+"):
        edited("title: x\n", Set(("summary",), text))
    with pytest.raises(Failure, match=r"U\+"):
        edited("title: x\n", Append(("updates",), {"at": AT, "text": text}))


def test_a_file_that_cannot_be_read_is_not_edited() -> None:
    with pytest.raises(Failure):
        edited("title: [x\n", Set(("title",), "y"))


PLAIN = [
    "resolved",
    "Rolling back.",
    "it's",
    "a:b",
    "https://example.com/#x",
    "v1.2.3-rc",
    "3 of 4",
    "🔥",
    "C#",
    "é",
]
NOT_PLAIN = [
    *("", "no", "No", "on", "OFF", "y", "N", "yes", "true", "~", "null", "Null", "=", "<<"),
    *("1", "-1", "+1", "1_000", "0x1f", "0o17", "017", "0b1", "1e3", "1.5", ".5", "5.", "-.inf", ".NaN"),
    *("16:45", "1:30:00", "2026-11-21", "2026-11-21T16:45:00Z", "2026-11-21 16:45:00 +1"),
    *(
        " x",
        "x ",
        "# x",
        "x # y",
        "a: b",
        "a:",
        "- x",
        "&a",
        "*a",
        "!x",
        "|",
        ">",
        "%x",
        "@x",
        "`x",
        "'x",
        '"x',
    ),
    *("[x", "{x", ",x", "? x", "-", "x\ty", "x\u2028y", "\ufeffx", "one\ntwo"),
]


@pytest.mark.parametrize("text", PLAIN)
def test_harmless_text_is_not_quoted(text: str) -> None:
    assert spell(text) == text


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_text_that_a_reader_could_take_for_something_else_is_quoted(text: str) -> None:
    assert spell(text)[0] in "\"'"
    assert yaml.safe_load(f"x: {spell(text)}") == {"x": text}


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=60
) | st.lists(
    st.sampled_from([*PLAIN, *NOT_PLAIN, " ", "\n", "\n\n", "#", ": ", ", ", "]", "}"]), max_size=6
).map("".join)
PLACES = [
    ("a: 1\nsummary: x # c\n# d\nz: 9\n", ("summary",)),
    ("summary:\n  - deep\n  - x # c\n    # e\nz: 9\n", ("summary", 1)),
    ("summary: {k: [x, y], v: 'x'}\nz: 9", ("summary", "v")),
    ('{"summary": {"v": "x"}, "z": 9}', ("summary", "v")),
    ("summary: >-\n   x\n   y\n\n    # c\nz: 9\n", ("summary",)),
]


@pytest.mark.parametrize(("text", "path"), PLACES)
@settings(deadline=None)
@given(value=TEXTS)
def test_any_text_reads_back_in_any_place_to_readers_of_both_yamls(
    text: str, path: tuple[str | int, ...], value: str
) -> None:
    if "\ufffe" in value or "\uffff" in value:
        return
    result = edited(text, Set(path, value))
    for data in (load_document(result.encode(), "x.yaml").data, yaml.safe_load(result)):
        assert data.pop("z") == 9
        for key in path:
            data = data[key]
        assert data == value


@settings(deadline=None)
@given(TEXTS)
def test_a_bare_text_is_text_to_both_yamls(value: str) -> None:
    if "\n" not in value and not needs_quotes(value):
        assert yaml.safe_load(f"x: {value}") == {"x": value}
    if "\n" not in value and not needs_quotes(value, flow=True):
        assert yaml.safe_load(f"[{value}, {{x: {value}}}]") == [value, {"x": value}]


def test_a_whole_file_is_written_in_the_usual_style() -> None:
    data: dict[str, Value] = {
        "title": "no",
        "declared_at": AT,
        "summary": "One\ntwo",
        "services": ["checkout", "a, b"],
        "roles": {"commander": "ana@example.com"},
        "private": True,
        "responders": [f"person-{number}@example.com" for number in range(5)],
        "updates": [UPDATE],
    }
    written = document(data, "# schema\n")
    assert written.startswith(
        '# schema\ntitle: "no"\ndeclared_at: 2026-11-21T18:05:00Z\nsummary: |-\n  One\n  two\n'
        'services: [checkout, "a, b"]\nroles:\n  commander: ana@example.com\nprivate: true\n'
        "responders:\n  - person-0@example.com\n"
    )
    loaded = load_document(written.encode(), "x.yaml").data
    assert loaded["updates"] == [UPDATE | {"at": "2026-11-21T18:05:00Z"}]
    assert loaded["private"] is True
