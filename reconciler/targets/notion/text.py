"""Other people's words in Notion's Markdown: shown as they are, whatever they look like.

Notion: backslashes take the meaning from special characters; its own tags, such as `<page>`, begin with `<`.
"""

from __future__ import annotations

import re
from urllib.parse import quote

_SPECIAL = {ord(char): f"\\{char}" for char in "\\`*_{}[]<>|~$^"}
_START = re.compile(r"^(\d*)([#+=.)-])", re.M)


def escape(text: str) -> str:
    """Text within a line in which no Markdown and no tag means anything."""
    return text.translate(_SPECIAL)


def paragraphs(text: str) -> str:
    """Text on lines of its own, none of which becomes a heading, a list or a divider."""
    return _START.sub(r"\1\\\2", escape(text))


def link(label: str, url: str) -> str:
    """A link that ends where it should."""
    return f"[{escape(label)}]({quote(url, safe=':/?#@!&+,;=%')})"
