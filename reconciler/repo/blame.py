"""Who set a field to what it is: two people at once, and the second is told what the first one did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from reconciler.errors import Conflict
from reconciler.incident.model import Incident, Path
from reconciler.incident.shown import inert, quoted
from reconciler.incident.text import one_line, utc
from reconciler.incident.verbs import Intention, at_path, field_of
from reconciler.repo.history import Version, versions
from reconciler.repo.loader import BadFile, load_document
from reconciler.repo.objects import Person
from reconciler.repo.shelf import Shelf

#: Whoever replaces what somebody else has set within so long may not know of it.
RECENT = timedelta(minutes=2)


def conflict(shelf: Shelf, incident: Incident, path: Path, now: Any) -> Conflict:
    """What to tell somebody whose wish for a field came second; `now` is what the field holds."""
    field = ".".join(map(str, path))
    became = "was taken out" if now is None else f"was set to {quoted(one_line(str(now)))}"
    setter = who_set(shelf, incident.path, path)
    by = f" by {inert(setter.author)} <{inert(setter.email)}>, {utc(setter.at)}" if setter else ""
    return Conflict(
        f"`{field}` of {incident.id} {became}{by}: nothing was changed",
        location=incident.where(*path),
        next="look at it as it is now, and say it again if it is still wanted",
    )


def replaced(shelf: Shelf, incident: Incident, intention: Intention, who: Person, now: datetime) -> str:
    """What to tell somebody who sets a key that another has set a moment ago; empty where there is none."""
    path = field_of(intention)
    found = _versions(shelf, incident.path) if path else []
    setter = _setter(found, incident.path, path)
    if setter is None or setter is found[0] or setter.email == who[1] or now - setter.at > RECENT:
        return ""  # the first version: it was declared so
    value = at_path(_data(setter, incident.path), path)
    ago = max(0, round((now - setter.at).total_seconds()))
    became = "taken it out" if value is None else f"set it to {quoted(one_line(str(value)))}"
    return f"`{'.'.join(map(str, path))}`: {inert(setter.author)} had {became} {ago} s before"


def who_set(shelf: Shelf, file: str, path: Path) -> Version | None:
    """The version of a file since which a field holds what it holds; None where there is no history."""
    return _setter(_versions(shelf, file), file, path)


def _setter(found: Sequence[Version], file: str, path: Path) -> Version | None:
    setter: Version | None = None
    before: Any = None
    for version in found:
        value = at_path(_data(version, file), path)
        if setter is None or value != before:
            setter, before = version, value
    return setter


def _versions(shelf: Shelf, file: str) -> list[Version]:
    if shelf.revision is None:
        return []
    return [one for listed in versions(shelf.repo, shelf.revision, [file]).values() for one in listed]


def _data(version: Version, file: str) -> Any:
    try:
        return load_document(version.content or b"", file).data
    except BadFile:
        return None
