"""A line in each written file by which it is known later whether somebody has edited it since.

It holds two digests: of the file as it was written, and of our edition of it (its rendering with the
examples' answers). The first tells whether a person has changed the file, which is then never touched; the
second whether we have changed ours, so that nothing is said of an edited file until there is something new.

The line stands in the file itself, since that is the sturdiest place: it goes where the file goes, through
moves, merges and other clones, needs no list beside it that could be lost or be wrong, and no memory of what
every earlier version would have written. Whoever removes it makes the file theirs.
"""

from __future__ import annotations

import re
from enum import Enum
from hashlib import sha256

from reconciler import __version__

_WORDS = "Written by `reconciler init`"
_STAMP = re.compile(
    rf"^.*{_WORDS} (\d+(?:\.\d+)*)\S* \(([0-9a-f]{{12}}) ([0-9a-f]{{12}})\).*\n?", re.MULTILINE
)
_STYLES = {"yaml": "# {}\n", "yml": "# {}\n", "md": "\n<!-- {} -->\n", "json": '  "$comment": "{}",\n'}


class State(Enum):
    """How a file that is there stands to the one that we would write."""

    CURRENT = "up to date"
    OUTDATED = "out of date"  # as we wrote it, and we would write it otherwise now
    EDITED = "edited"  # by somebody, and ours is as it was then
    BEHIND = "edited, and ours is newer"
    NEWER = "newer"  # a later version of the reconciler wrote it
    FOREIGN = "not ours"


def stamped(path: str, text: str, edition: str) -> str:
    """The text with its stamp: at the end, or, in JSON, as the first key."""
    digests = f"{_digest(text)} {_digest(edition)}"
    words = f"{_WORDS} {__version__} ({digests}); once edited, it is yours and left as it is."
    line = _STYLES[path.rpartition(".")[2]].format(words)
    if path.endswith(".json"):
        return text.replace("{\n", "{\n" + line, 1)
    return text + line


def judge(found: str, text: str, edition: str) -> State:
    """How the file with the content `found` stands to the one of this text."""
    body, stamp = _parted(found)
    if body == _lines(text):
        return State.CURRENT
    if stamp is None:
        return State.FOREIGN
    if _numbers(stamp[1]) > _numbers(__version__):
        return State.NEWER
    if stamp[2] == _digest(body):
        return State.OUTDATED
    return State.EDITED if stamp[3] == _digest(edition) else State.BEHIND


def is_stamped(content: bytes) -> bool:
    """True for what we have written, edited since or not."""
    return _STAMP.search(content.decode(errors="replace")) is not None


def unstamped(found: str) -> str:
    """The file without its stamp, with our own line ends."""
    return _parted(found)[0]


def _parted(found: str) -> tuple[str, re.Match[str] | None]:
    text = _lines(found)
    stamp = _STAMP.search(text)
    return (_STAMP.sub("", text, count=1).rstrip("\n") + "\n", stamp) if stamp else (text, None)


def _lines(text: str) -> str:
    """What an editor or a checkout on another system changes unasked does not count."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").rstrip("\n") + "\n"


def _digest(text: str) -> str:
    return sha256(_lines(text).encode()).hexdigest()[:12]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))[:3]
