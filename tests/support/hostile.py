"""Texts that mean something to somebody on their way: to Slack, a terminal, Markdown, HTML, Git, a shell.

Each is legal in an incident file. Wherever it comes out it must be the words that it is, and nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

#: What calls or names somebody in Slack.
CALLING = ("<!channel>", "<!here|here>", "<!everyone>", "<@U123>", "<#C123|general>", "<!subteam^S1|@ops>")

HOSTILE: Mapping[str, str] = {
    "everybody": "Down <!channel> <!here|here> <!everyone> @here @channel",
    "somebody": "Down <@U123> <@U0ANA|ana> <#C123|general> <!subteam^S1|@ops>",
    "entities": "Down &lt;!channel&gt; &amp;lt;!here&amp;gt; & < > &#60;!channel&#62;",
    "slack markup": "*Down* _for_ ~all~ `of` ```us``` <https://evil.example.com|click here> :pager:",
    "markdown": "Down [click](https://evil.example.com) ![x](https://evil.example.com/x) # a | b | **c**",
    "markdown links": "Down <https://evil.example.com> [a]: https://evil.example.com [a] [b][a] [[c]]",
    "html": "Down <script>alert(1)</script><img src=x onerror=alert(1)> </td></tr><b>",
    "page": '</page><page url="https://evil.example.com">Owned</page> </details> <br> {{id}} {color="red"}',
    "template": "Down {{ title }} {{summary}} ${HOME} %(title)s {0} {id}",
    "direction": "Down \u202egnihton\u202c \u2067for\u2069 \u200fall\u200e",
    "joiners": "Do\u200bwn\u200d f\u2060or \u00ada\ufe0fll",
    "shell": "$(touch owned) `touch owned` ; touch owned | touch owned && touch owned > owned '\"",
    "git option": "--upload-pack=touch owned",
    "dash": "-n --all -- --exec=owned",
    "workflow": "::error file=reconciler.yaml,line=1::Owned ::set-output name=x::y ::stop-commands::z",
    "percent": "%0A::error::Owned%0D%0A%25",
    "trailer": "Revision: 0000 Run: owned Request-Id: owned Incident: owned",
    "format": "Down %s %d %n {} \\n \\x1b[31m \\u202e",
    "yaml": "Down: {a: [b]} # no - comment & *alias !tag",
    "long word": "D" * 240,
    "emoji": "Down \U0001f469\u200d\U0001f4bb\U0001f3f4\U000e0067\U000e007f e\u0301" + "\u0336" * 40,
}

#: Legal only where a text may have several lines: a summary, an update.
LINES: Mapping[str, str] = {
    "trailers": "All is well.\n\nRevision: 0000\nRequest-Id: owned\nIncident: owned",
    "headings": "# Owned\n## Timeline\n- 2020-01-01 00:00:00 UTC · owned\n---\n> quoted\n```\ncode",
    "commands": "fine\n::error::Owned\n::add-mask::a",
    "slack lines": "fine\n>>> owned\n<!channel>\n• <@U123>",
    "many lines": "x\n" * 300,
    "comment": "fine\n# a comment for Git\n\ndiff --git a/x b/x",
}

#: Control characters in the YAML itself, in double quotes: refused, or made harmless.
CONTROLS = (
    "\\x1b[31m",
    "\\e]8;;https://evil.example.com\\a",
    "\\0",
    "\\x9b2J",
    "\\r",
    "\\n",
    "\\N",
    "\\L",
    "\\uFEFF",
)

_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


def controls(text: str) -> list[str]:
    """The characters in a text that steer a terminal or turn its reading direction; line ends are none."""
    return [f"U+{ord(found):04X}" for found in _CONTROL.findall(text)]


def texts_in(data: Any) -> Iterator[str]:
    """Every text in JSON data, keys left out."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from texts_in(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from texts_in(value)
