"""Text as Slack hands it over, turned into what was meant, and ours made fit for Slack: text is data.

Slack writes `<@U0ANA|ana>` for a person, `<https://…|words>` for a link, `<!channel>` for everybody, and
entities for `&`, `<` and `>`. What goes into a file is words; what goes out again calls nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from reconciler.incident.text import lines, one_line
from reconciler.targets.slack.text import fitted, unescape

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_MARKED = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_LINE_END = re.compile("\r\n?|[\u2028\u2029\x85]")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")


class Mention(str):
    """Somebody by their member id."""

    __slots__ = ()


def mentions(text: str) -> list[str]:
    """The member ids that a text names."""
    return list(dict.fromkeys(_MENTION.findall(text)))


def person(word: str) -> str | None:
    """Whom a word names: a Mention, an address, or None for neither."""
    found = _MENTION.fullmatch(word)
    if found:
        return Mention(found[1])
    given = words(word)
    return given if _ADDRESS.fullmatch(given) else None


def words(text: str, names: Mapping[str, str] | None = None) -> str:
    """The text as people read it; `names` says what to call whom."""

    def plain(found: re.Match[str]) -> str:
        sign, place, label = found[1], found[2], found[3] or ""
        if sign == "@":
            return f"@{(names or {}).get(place) or label or place}"
        if sign == "#":
            return f"#{label or place}"
        if sign == "!":
            return label or f"@{place.partition('^')[0]}"
        place = place.removeprefix("mailto:")
        return place if not label or label in place else f"{label} ({place})"

    return visible(unescape(_MARKED.sub(plain, text)))


def visible(text: str) -> str:
    """The text without what no file may hold: what nobody sees, nobody can be asked to leave out."""
    return _UNSEEN.sub("", _LINE_END.sub("\n", text))


def line(text: str, limit: int = 300) -> str:
    """Anybody's text for one line of ours: escaped, and short."""
    return fitted(one_line(text), limit)


def paragraph(text: str, limit: int = 2000) -> str:
    """Anybody's text with its lines, escaped."""
    return fitted(lines(text), limit)


def link(url: str, label: str) -> str:
    """A link to an address that is known to be one; the label may be anybody's."""
    return f"<{url.replace('&', '&amp;')}|{line(label).replace('|', '¦')}>"
