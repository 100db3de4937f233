"""What is no YAML, or more YAML than we want, is refused at its line and column."""

from __future__ import annotations

import time
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.errors import Problem
from reconciler.repo.loader import BadFile, load_document, load_incident, load_settings


class Refused(NamedTuple):
    content: bytes
    place: tuple[int, int]
    words: str


REFUSED = {
    "empty": Refused(b"", (1, 1), "this file is empty"),
    "only blank": Refused(b"\n  \n", (1, 1), "this file is empty"),
    "only a comment": Refused(b"# nothing\n", (1, 1), "this file is empty"),
    "only a marker": Refused(b"---\n", (1, 1), "this file is empty"),
    "a list": Refused(b"\n- a\n- b\n", (2, 1), "is a list"),
    "a word": Refused(b"title\n", (1, 1), "is text"),
    "an alias alone": Refused(b"*a\n", (1, 1), "is an alias"),
    "not YAML": Refused(b"title: {a\nb: ]\n", (1, 8), "braces that open here are not closed"),
    "not UTF-8": Refused("title: caf\u00e9\n".encode("latin-1"), (1, 11), "not UTF-8: the byte 0xe9"),
    "not UTF-8 after umlauts": Refused(b"a: 1\nb: \xc3\xa4\xff\n", (2, 5), "not UTF-8: the byte 0xff"),
    "UTF-16": Refused("title: x\n".encode("utf-16"), (1, 1), "UTF-16"),
    "UTF-16 without mark": Refused("title: x\n".encode("utf-16-le"), (1, 2), "U+0000"),
    "NUL": Refused(b"a: 1\nb: x\0y\n", (2, 5), "U+0000"),
    "escape": Refused(b"a: \x1b[2Jx\n", (1, 4), "U+001B"),
    "escape, escaped": Refused(b'a: 1\nb: "\\e[2J"\n', (2, 4), "U+001B"),
    "C1 control": Refused("a: \u009b2J\n".encode(), (1, 4), "U+009B"),
    "line separator": Refused("a: x\u2028y\n".encode(), (1, 5), "U+2028"),
    "mark inside": Refused("a: x\ufeffy\n".encode(), (1, 5), "U+FEFF"),
    "carriage return alone": Refused(b"a: 1\nb: x\rc: y\n", (2, 5), "carriage return"),
    "over 1 MB": Refused(b"a: " + b"x" * 1_000_000, (1, 1), "larger than 1 MB"),
    "5 MB": Refused(b"- a\n" * 1_250_000, (1, 1), "larger than 1 MB"),
    "25,000 brackets": Refused(b"a: " + b"[" * 25_000, (1, 53), "more than 50 deep"),
    "25,000 braces": Refused(b"a: " + b"{" * 25_000, (1, 53), "more than 50 deep"),
    "25,000 dashes": Refused(b"a:\n" + b"- " * 25_000, (2, 99), "more than 50 deep"),
    "100,000 values": Refused(b"a: [" + b"1," * 100_000 + b"]", (1, 40_001), "more than 20,000 values"),
    "an anchor": Refused(b"a: &x 1\n", (1, 4), "anchors (`&x`)"),
    "an anchor on a list": Refused(b"a: &x [1]\n", (1, 4), "anchors (`&x`)"),
    "an anchor on a key": Refused(b"&x a: 1\n", (1, 1), "anchors (`&x`)"),
    "an alias": Refused(b"a: [b, *x]\n", (1, 8), "aliases (`*x`)"),
    "an alias as key": Refused(b"a: 1\n*x : 2\n", (2, 1), "aliases (`*x`)"),
    "a tag": Refused(b"a: !!python/object:os.system x\n", (1, 4), "python/object:os.system`) are not"),
    "a local tag": Refused(b"a: !include x\n", (1, 4), "tags (`!include`)"),
    "an undefined tag": Refused(b"a: !e!x y\n", (1, 4), "tags (`!…`)"),
    "a bare tag": Refused(b"a: ! x\n", (1, 4), "tags (`!`)"),
    "a merge key": Refused(b"a: 1\n<<: {b: 2}\n", (2, 1), "merge keys"),
    "a double key": Refused(b"a: 1\nb: {c: 1, d: 2, c: 3}\n", (2, 17), "`c` stands here again; it is"),
    "a double key in quotes": Refused(b"a: 1\n'a': 2\n", (2, 1), "`a` stands here again"),
    "a second document": Refused(b"a: 1\n---\nb: 2\n", (2, 1), "second document"),
    "text after the end": Refused(b"a: 1\n...\nb: 2\n", (3, 1), "goes on after its end"),
    "a directive": Refused(b"%YAML 1.1\n---\na: 1\n", (1, 1), "directives"),
    "a number as key": Refused(b"a: 1\n16: 2\n", (2, 1), "the key `16` is a number"),
    "true as key": Refused(b"true: 2\n", (1, 1), "the key `true` is true or false"),
    "nothing as key": Refused(b"a: 1\n~: 2\n", (2, 1), "the key `~` is nothing"),
    "a list as key": Refused(b"? [a, b]\n: 2\n", (1, 3), "a key must be one word"),
    "a tab as indentation": Refused(b"roles:\n\tcommander: ana@example.com\n", (2, 1), "a tab indents"),
    "a tab after spaces": Refused(b"roles:\n  a: x\n \tb: y\n", (3, 2), "a tab indents this line"),
    "a tab in a text block": Refused(b"text: |\n\tx\n", (2, 1), "a tab indents"),
    "a colon in text": Refused(b"title: Checkout: down\n", (1, 16), "a second `: ` in this line"),
    "text from an at sign": Refused(b"invite: [a, @leads]\n", (1, 13), "cannot begin with `@`"),
    "a channel without quotes": Refused(b"announce: [#incidents]\nb: 2\n", (1, 11), "is not closed"),
    "a quote left open": Refused(b"a: 1\ntitle: 'It is down\n", (2, 8), "quote that opens here"),
    "a line without colon": Refused(b"title: x\nseverity sev1\nstatus: y\n", (2, 1), "no `: ` after its key"),
    "a list beside its key": Refused(b"page: - primary\n", (1, 7), "a list cannot begin here"),
    "a column too few": Refused(b"roles:\n    a: x\n  b: y\n", (3, 3), "does not line up"),
    "an unknown escape": Refused(b'a: "C:\\data"\n', (1, 7), "backslash"),
    "half a surrogate": Refused(b'a: "\\ud800"\n', (1, 7), "names no character"),
    "text from an asterisk": Refused(b"text: **bold**\n", (1, 7), "cannot begin with this character"),
}  # fmt: skip


def problems_of(content: bytes) -> tuple[Problem, ...]:
    with pytest.raises(BadFile) as caught:
        load_document(content, "file.yaml")
    return caught.value.problems


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_at_its_place(case: Refused) -> None:
    problem = problems_of(case.content)[0]
    assert case.words in problem.message
    assert problem.location == ("file.yaml", *case.place)


def test_everything_that_is_refused_in_a_readable_file_is_said_at_once() -> None:
    content = b"a: &x 1\nb: *x\nc: !t d\nd: 1\nd: 2\n<<: {}\n7: e\n---\nf: 1\n"
    assert [problem.location.line for problem in problems_of(content)] == [1, 2, 3, 5, 6, 7, 8]


def test_an_alias_bomb_is_refused_before_it_goes_off() -> None:
    layers = [b"a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    layers += [b"a%d: &a%d [%s]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 12)]
    started = time.process_time()
    problems = problems_of(b"\n".join(layers))
    assert time.process_time() - started < 1
    assert any("aliases" in problem.message for problem in problems)


def test_after_a_hundred_refusals_the_rest_is_not_read() -> None:
    problems = problems_of(b"a: 1\n" * 100_000)
    assert len(problems) == 101
    assert "the rest was not read" in problems[-1].message


@pytest.mark.parametrize(
    "content",
    [
        b"title: x\r\nseverity: y\r\n",
        b"\xef\xbb\xbftitle: x\nseverity: y\n",
        b"---\ntitle: x\nseverity: y\n...\n",
        b"{title: x, severity: y}",
        b"title: x\t\nseverity:\ty # tabs between\n",
        b'\n\n# a comment\n\'title\': "x"\n"severity": y',
    ],
    ids=["Windows line ends", "byte order mark", "markers", "braces", "tabs between", "quotes"],
)
def test_what_editors_and_people_do_to_a_file_is_no_problem(content: bytes) -> None:
    assert load_document(content, "file.yaml").data == {"title": "x", "severity": "y"}


def test_fifty_levels_are_read() -> None:
    document = load_document(b"a: " + b"[" * 49 + b"]" * 49, "file.yaml")
    assert str(document.data["a"]) == "[" * 49 + "]" * 49


def test_a_tab_inside_a_text_block_belongs_to_the_text() -> None:
    assert load_document(b"text: |\n  a\n  \tb\n", "file.yaml").data["text"] == "a\n\tb\n"


VALID = b"""title: A [b] {c} "d" 'e' # f
severity: sev1
status: resolved
declared_at: 2026-11-21T16:45:00Z
roles: {commander: ana@example.com}
updates:
  - at: 2026-11-21T16:58:00Z
    text: |
      two
      lines
"""
PIECES = st.sampled_from(
    [
        *(
            b"[",
            b"]",
            b"{",
            b"}",
            b"\n",
            b"\r",
            b"\t",
            b" ",
            b"- ",
            b": ",
            b"? ",
            b"&a",
            b"*a",
            b"!t ",
            b"<<: ",
        ),
        *(b"|", b">-", b"'", b'"', b"\\", b"#", b"%", b"@", b"~", b"1", b"---\n"),
        *(b"\xff", b"\x00", b"\xc2\x85", b"\xef\xbb\xbf"),
    ]
)


def messages(content: bytes) -> list[str]:
    """What each of the three ways to load says; whatever is raised that is no BadFile comes through."""
    said = []
    for load in (
        lambda: load_document(content, "incidents/a.yaml"),
        lambda: load_incident(content, "incidents/a.yaml", None),
        lambda: load_settings(content, "reconciler.yaml", name="acme"),
    ):
        try:
            load()
        except BadFile as bad:
            said += [problem.message for problem in bad.problems]
    return said


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf\xef\xbb\xbf")
def test_random_bytes_raise_nothing_but_bad_file(content: bytes) -> None:
    assert all(messages(content))


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, max_size=30))
def test_random_punctuation_raises_nothing_but_bad_file(pieces: list[bytes]) -> None:
    assert all(messages(b"".join(pieces)))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(VALID)), st.integers(0, 8), PIECES), min_size=1, max_size=4))
def test_a_file_that_was_torn_raises_nothing_but_bad_file(tears: list[tuple[int, int, bytes]]) -> None:
    content = VALID
    for start, length, piece in tears:
        content = content[:start] + piece + content[start + length :]
    assert all(messages(content))
