"""The Markdown within a line, to runs and back.

Notion's Markdown knows bold, italic, strike-through, code, links and `<br>`; every other special character
stands for itself and is written with a backslash, whether or not it was sent with one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reconciler.sandbox.notion.runs import Run, joined, run

_TOKEN = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|`(?P<code>[^`]+)`"
    r"|\*\*\*(?P<both>(?=\S)(?:\\.|[^\\*])+?(?<=\S))\*\*\*"
    r"|\*\*(?P<bold>(?=\S)(?:\\.|[^\\])+?(?<=\S))\*\*"
    r"|\*(?P<italic>(?=[^\s*])(?:\\.|[^\\*])+?(?<=\S))\*"
    r"|~~(?P<strikethrough>(?=\S)(?:\\.|[^\\])+?(?<=\S))~~"
    r"|\[(?P<label>(?:\\.|[^\]\\])+)\]\((?P<url>[^()\s]+)\)"
    r"|(?P<newline><br\s*/?>)"
)
_SPECIAL = re.compile(r"[\\*~`$\[\]<>{}|^]")
_WRAPPED = {"bold": "**", "italic": "*", "strikethrough": "~~"}


def parse(line: str) -> list[Run]:
    """The runs of a line of Markdown."""
    return joined(_parse(line, None, ()))


def _parse(line: str, url: str | None, marks: tuple[str, ...]) -> Iterator[Run]:
    at = 0
    for found in _TOKEN.finditer(line):
        yield run(line[at : found.start()], url, marks)
        yield from _token(found, url, marks)
        at = found.end()
    yield run(line[at:], url, marks)


def _token(found: re.Match[str], url: str | None, marks: tuple[str, ...]) -> Iterator[Run]:
    kind, text = str(found.lastgroup), found[str(found.lastgroup)]
    if kind == "escaped":
        yield run(text, url, marks)
    elif kind == "newline":
        yield run("\n", url, marks)
    elif kind == "code":
        yield run(text, url, {*marks, "code"})
    elif kind == "url":
        yield from _parse(found["label"], text, marks)
    else:
        more = ("bold", "italic") if kind == "both" else (kind,)
        yield from _parse(text, url, (*marks, *more))


def render(runs: Iterable[Run]) -> str:
    """The Markdown of some runs, in one line."""
    return "".join(_rendered(one) for one in runs)


def _rendered(one: Run) -> str:
    if "code" in one["marks"] and "`" not in one["text"]:
        return f"`{one['text']}`".replace("\n", " ")
    text = escape(one["text"])
    if one["url"]:
        text = f"[{text}]({one['url']})"
    for mark in one["marks"]:
        text = _wrapped(text, _WRAPPED[mark]) if mark in _WRAPPED else text
    return text.replace("\n", "<br>")


def _wrapped(text: str, mark: str) -> str:
    """The text between two marks, which must not stand beside a blank."""
    core = text.strip()
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{mark}{core}{mark}{after}" if core else text


def escape(text: str) -> str:
    """Text that means itself."""
    return _SPECIAL.sub(lambda found: "\\" + found[0], text)
