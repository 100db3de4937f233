"""Who set a field to what it is: two people at once, and the second is told what the first one did."""

from __future__ import annotations

from typing import Any

from reconciler.errors import Conflict
from reconciler.incident.model import Incident, Path
from reconciler.incident.shown import inert, quoted
from reconciler.incident.text import one_line, utc
from reconciler.incident.verbs import at_path
from reconciler.repo.history import Version, versions
from reconciler.repo.loader import BadFile, load_document
from reconciler.repo.shelf import Shelf


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


def who_set(shelf: Shelf, file: str, path: Path) -> Version | None:
    """The version of a file since which a field holds what it holds; None where there is no history."""
    if shelf.revision is None:
        return None
    found = versions(shelf.repo, shelf.revision, [file])
    setter: Version | None = None
    before: Any = None
    for version in (one for listed in found.values() for one in listed):
        value = at_path(_data(version, file), path)
        if setter is None or value != before:
            setter, before = version, value
    return setter


def _data(version: Version, file: str) -> Any:
    try:
        return load_document(version.content or b"", file).data
    except BadFile:
        return None
