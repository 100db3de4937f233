"""Text comes from anyone: here it is made fit for one line, one limit, one name, before it goes anywhere."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

from reconciler.incident.settings import Settings

_LINK = re.compile(r"https?://[^\s<>|\"\\^`{}()\[\]\x00-\x20\x7f-\uffff]{1,2000}")
_SPACE = re.compile(r"\s+")


def one_line(text: str, limit: int | None = None) -> str:
    """The text on one line without control or direction marks, cut at `limit` characters with an ellipsis."""
    return cut(_SPACE.sub(" ", text if text.isprintable() else _shown(text)).strip(), limit)


def _shown(text: str) -> str:
    return "".join(" " if char.isspace() else char for char in text if not _hidden(char))


def lines(text: str, limit: int | None = None) -> str:
    """The text with its line breaks, without control or direction marks, cut at `limit` characters."""
    kept = [one_line(line) for line in re.split(r"\r\n|\r|\n", text)]
    return cut("\n".join(kept).strip(), limit)


def cut(text: str, limit: int | None) -> str:
    """The text, or its beginning with an ellipsis where it is longer than `limit` characters."""
    return text if limit is None or len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def _hidden(char: str) -> bool:
    category = unicodedata.category(char)
    return (category in ("Cc", "Cs", "Co", "Cn") and not char.isspace()) or char in _DIRECTION


#: Marks that turn the reading direction round and so make text show other than it is.
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def web_link(text: str | None) -> str | None:
    """An address that a service gave, where it can be no more than that in Slack, Markdown and a terminal."""
    return text if text and _LINK.fullmatch(text) else None


def person_name(address: str, settings: Settings) -> str:
    """What to call somebody: the settings' name, else the address's words (`ana.lopez@…` is Ana Lopez).

    What is no address is a name: an app's.
    """
    person = settings.people.get(address)
    if person is not None and person.name:
        return one_line(person.name, 60)
    if "@" not in address:
        return one_line(address, 60)
    words = re.split(r"[._\-+]+", address.split("@", 1)[0])
    return one_line(" ".join(word.capitalize() for word in words if word), 60) or address


def utc(moment: datetime) -> str:
    """`2026-11-21 16:58:00 UTC`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def clock_time(moment: datetime) -> str:
    """`16:58 UTC`."""
    return moment.astimezone(UTC).strftime("%H:%M UTC")
