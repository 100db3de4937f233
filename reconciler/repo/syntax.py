"""The YAML parser's complaints in words that say what to type: people do not know its rules by name."""

from __future__ import annotations

from typing import NamedTuple

from yaml.error import Mark, MarkedYAMLError, YAMLError

from reconciler.errors import Location, Problem

_TAB = "a tab indents this line, and YAML indents with spaces"


class _Meaning(NamedTuple):
    """What a complaint means, what to write instead, and whether the place is where the trouble begins."""

    message: str
    hint: str
    at_begin: bool = False


_UNCLOSED_QUOTE = _Meaning("the quote that opens here is not closed", "the quote's other end", True)
_NO_ESCAPE = _Meaning("this escape names no character", "the character itself")

#: What the parser says (its beginning) → what it means.
_MEANINGS: dict[str, _Meaning] = {
    "found a tab character": _Meaning(_TAB, "spaces"),
    "mapping values are not allowed": _Meaning(
        "a second `: ` in this line, or a line that is indented too far",
        "text that holds `: ` in quotes; keys that belong together in one column",
    ),
    "did not find expected ',' or ']'": _Meaning(
        "the list that begins here is not closed",
        "`]` at its end; in quotes what begins with `#` or holds a comma",
        True,
    ),
    "did not find expected ',' or '}'": _Meaning(
        "the braces that open here are not closed",
        "`}` at their end; in quotes what begins with `#` or holds a comma",
        True,
    ),
    "could not find expected ':'": _Meaning(
        "this line has no `: ` after its key",
        "`key: value`, or indent the line further if it goes on from the one above",
        True,
    ),
    "found unexpected end of stream": _UNCLOSED_QUOTE,
    "found unexpected document indicator": _UNCLOSED_QUOTE,
    "block sequence entries are not allowed": _Meaning(
        "a list cannot begin here", "the list on lines of its own, each beginning with `- `"
    ),
    "did not find expected key": _Meaning(
        "this does not line up with what is above it",
        "keys that belong together in one column; text that begins with a quote wholly in quotes",
    ),
    "did not find expected '-' indicator": _Meaning(
        "this does not line up with the list above it", "the list's `- ` in one column"
    ),
    "did not find expected node content": _Meaning("a value is missing here", "the value"),
    "found unknown escape character": _Meaning(
        "the backslash here means nothing in double quotes", "a doubled backslash, or single quotes"
    ),
    "found invalid Unicode character escape": _NO_ESCAPE,
    "did not find expected hexdecimal number": _NO_ESCAPE,
    "did not find expected alphabetic or numeric": _Meaning(
        "text cannot begin with this character", "the text in quotes", True
    ),
    "found undefined tag handle": _Meaning("tags (`!…`) are not allowed", "the text in quotes, or no tag"),
    "did not find expected <document start>": _Meaning("the file goes on after its end", "one document"),
}


def explain(error: YAMLError, text: str, path: str) -> Problem:
    """The parser's error as a problem at the place where a person would look."""
    if not isinstance(error, MarkedYAMLError):
        return Problem(Location(path), f"this is not YAML: {error}")
    said = error.problem or error.context or "it cannot be read"
    if said.startswith("found character that cannot start any token"):
        return _first_character(_place(error.problem_mark, text, path), text)
    for beginning, meaning in _MEANINGS.items():
        if said.startswith(beginning):
            mark = (meaning.at_begin and error.context_mark) or error.problem_mark
            return Problem(_place(mark, text, path), meaning.message, meaning.hint)
    return Problem(_place(error.problem_mark or error.context_mark, text, path), f"this is not YAML: {said}")


def _first_character(place: Location, text: str) -> Problem:
    line = text.split("\n")[place.line - 1]
    rest = line[place.column - 1 :].rstrip()
    if rest.startswith("\t") or "\t" in line[: place.column - 1]:
        return Problem(place, _TAB, "spaces")
    return Problem(place, f"text cannot begin with `{rest[:1]}` unless it is in quotes", f'"{rest[:60]}"')


def _place(mark: Mark | None, text: str, path: str) -> Location:
    """The mark as a location that the file has: the parser's marks may lie behind its end."""
    if mark is None:
        return Location(path)
    return Location(path, *within((mark.line + 1, mark.column + 1), end(text)))


def within(place: tuple[int, int], end: tuple[int, int]) -> tuple[int, int]:
    """The place, or the text's end where it lies on a line behind that."""
    return place if place[0] <= end[0] else end


def end(text: str) -> tuple[int, int]:
    """The place right behind a text's last word: what is missing at a file's end is missing there."""
    written = text.rstrip()
    return written.count("\n") + 1, len(written) - written.rfind("\n")
