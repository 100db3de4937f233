"""Slack's text: escaped on the way out, read back as it was meant, so that both sides compare alike.

Slack: `&`, `<` and `>` are written as entities in text; topics and purposes hold one line of 250 characters.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import Any

from reconciler.incident.text import one_line

TOPIC_LIMIT = 250
_EMOJI_NAME = re.compile(r":[a-z0-9_+'-]+:")
#: Symbols, skin tones, and what joins or varies them.
_EMOJI_PARTS = frozenset({"So", "Sk", "Cf", "Mn", "Me"})


def escape(text: str) -> str:
    """Text in which nothing can call anybody: `<!channel>` stays words."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """What was meant by text that Slack gave back."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def plain(text: str) -> str:
    """Text without entities, however often it was escaped on its way: nobody says so for bookmarks."""
    while (less := unescape(text)) != text:
        text = less
    return text


def fitted(text: str, limit: int) -> str:
    """The text escaped and cut to `limit` characters as Slack counts them; no entity is cut in two."""
    whole = escape(text)
    if len(whole) <= limit:
        return whole
    kept, room = 0, limit - 1
    while (room := room - len(escape(text[kept]))) >= 0:
        kept += 1
    return f"{escape(text[:kept].rstrip())}…"


def topic_line(text: str) -> str:
    """One line that fits a topic or purpose, also once its entities are escaped."""
    return unescape(fitted(one_line(text), TOPIC_LIMIT))


def read_line(text: str) -> str:
    """A topic or purpose as Slack gave it back, as `topic_line` would have written it."""
    return topic_line(unescape(text))


def comparable(line: str) -> str:
    """The line without its emoji: Slack may give them back by name (`:fire:`), or the other way round."""
    named = _EMOJI_NAME.sub("", line)
    return one_line("".join(char for char in named if unicodedata.category(char) not in _EMOJI_PARTS))


def as_bookmark(title: str, link: str) -> dict[str, str]:
    """A bookmark's fields, as both sides are compared."""
    return {"title": comparable(plain(title)), "link": plain(link)}


def digest(content: Any) -> str:
    """A short name for a message's content: it is carried in the metadata and compared."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
