"""What a check found, by its path in the data; only who read the file knows the line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

Path = tuple[str | int, ...]

#: Unknown names of one kind for which a near one is looked up: among thousands that takes its time.
HINTED = 10


class Finding(NamedTuple):
    """One thing that is wrong: where in the data, what, and what to write instead."""

    path: Path
    message: str
    hint: str = ""
    level: str = "error"  # or "warning"
    at_key: bool = False  # the place is the key itself, not its value


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known word that was probably meant, whatever the case; None when none is as like (0 to 1)."""
    from difflib import get_close_matches  # only a mistake costs its import

    by_folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), by_folded, n=1, cutoff=likeness)
    return by_folded[close[0]] if close else None


def choice(words: Iterable[str], most: int = 8) -> str:
    """The words as a person would list them: `sev1, sev2 or sev3`."""
    listed = list(words)
    if len(listed) > most:
        return f"{', '.join(listed[:most])} or one of {len(listed) - most} more"
    return " or ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)


def meant(word: str, known: Iterable[str]) -> str:
    """What to write instead of an unknown word: the nearest known one, else all of them."""
    known = list(known)
    return nearest(word, known, likeness=0.8) or choice(known)
