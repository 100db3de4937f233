"""HTML from values, so that nothing can be forgotten: what is not built here is escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape, unescape
from typing import NamedTuple

_VOID = frozenset({"meta", "hr", "br"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


NOTHING = Html()


def tag(name: str, /, *inside: str, **attributes: str) -> Html:
    """An element; what is inside is escaped unless it is Html. `class_` stands for `class`."""
    given = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    return Html(f"<{name}{given}>" if name in _VOID else f"<{name}{given}>{joined(inside)}</{name}>")


def joined(parts: Iterable[str], between: str = "") -> Html:
    """The parts one after the other, each escaped unless it is Html."""
    return Html(between.join(part if isinstance(part, Html) else escape(part) for part in parts))


def link(address: str, words: str) -> Html:
    """A link; addresses other than http(s) and those of this server become plain text."""
    if re.match(r"https?://|[#/]", address):
        return tag("a", words, href=address)
    return joined([words])


def slack_text(text: str, name_of: Callable[[str], str]) -> Html:
    """A Slack message: mentions, links, *bold*, _italic_ and `code`; `name_of` names users and channels."""
    parts = re.split(r"<([^<>]+)>", text)
    return joined(_marked(part, name_of) if index % 2 else _styled(part) for index, part in enumerate(parts))


def _marked(mark: str, name_of: Callable[[str], str]) -> Html:
    target, _, words = mark.partition("|")
    if target[:1] in ("@", "#"):
        return tag("b", target[0] + (words or name_of(target[1:])))
    if target.startswith("!"):
        return tag("b", "@" + (words.lstrip("@") or target[1:].partition("^")[0]))
    return link(unescape(target), unescape(words or target))


_STYLES = {"*": "strong", "_": "em", "`": "code"}


def _styled(text: str) -> Html:
    """Text outside of angle brackets; the pattern splits it into plain, styled, and the style's mark."""
    parts = re.split(r"((?<!\w)([*_`])(?=\S)[^\n*_`]+?(?<=\S)\2(?!\w))", unescape(text))
    shown = [_style(part) if index % 3 else part for index, part in enumerate(parts) if index % 3 != 2]
    return joined(shown)


def _style(part: str) -> Html:
    return tag(_STYLES[part[0]], part[1:-1])


def markdown(text: str, deeper: int = 0) -> Html:
    """Markdown as HTML, its headings `deeper` by that; HTML in it stays text, no link runs a script."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).disable("image")
    tokens = reader.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + deeper)}"
    return Html(reader.renderer.render(tokens, reader.options, {}))


class Shown(NamedTuple):
    """One thing on the page: its anchor, what to call it, the id of its incident if it has one, its HTML."""

    anchor: str
    title: str
    incident: str
    html: Html
