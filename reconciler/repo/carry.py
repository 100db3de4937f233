"""What one commit did to a file, done again to what the file has become: as edits, key by key.

Two people who each add an update have both added one, although their lines stand in the same place. Only
where both have set the same key to different values is there nothing to be done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from reconciler.errors import Conflict
from reconciler.incident.edits import Append, Edit, Remove, Set, moment
from reconciler.incident.model import Path
from reconciler.incident.moments import parse_time
from reconciler.incident.verbs import at_path
from reconciler.repo.edit import edit
from reconciler.repo.loader import load_document


def carried(before: bytes, after: bytes, now: bytes, file: str) -> bytes:
    """The file as it is `now`, with what leads from `before` to `after`. May raise Failure."""
    one, other, here = (load_document(content, file).data for content in (before, after, now))
    for wanted in _edits(one, other, ()):
        if isinstance(wanted, Append):
            now = edit(now, file, _fitting(wanted, one, here))
        else:
            _refuse_set(wanted, one, other, here, file)
            now = edit(now, file, [wanted])
        here = load_document(now, file).data
    return now


def _edits(before: Mapping[str, Any], after: Mapping[str, Any], path: Path) -> Iterator[Edit]:
    for key in dict.fromkeys([*before, *after]):
        place, old, new = (*path, key), before.get(key), after.get(key)
        if old == new:
            continue
        if key not in after:
            yield Remove(place)
        elif isinstance(new, dict) and isinstance(old, dict | None):
            yield from _edits(old or {}, new, place)
        elif isinstance(new, list) and isinstance(old, list | None):
            yield from _appended(old or [], new, place)
        elif isinstance(new, str | bool):
            yield Set(place, new)
        else:
            raise _unclear(place)


def _appended(before: list[Any], after: list[Any], place: Path) -> Iterator[Edit]:
    if after[: len(before)] != before:
        raise _unclear(place)
    for item in after[len(before) :]:
        yield Append(place, item)


def _fitting(wanted: Append, before: Any, here: Any) -> list[Edit]:
    """The same for the list as it is here: nothing where it has the item, else with a moment that is free."""
    known = at_path(here, wanted.path) or []
    if wanted.value in known and wanted.value not in (at_path(before, wanted.path) or []):
        return []
    if not isinstance(wanted.value, Mapping) or "at" not in wanted.value:
        return [wanted]
    taken = {one.get("at") for one in known if isinstance(one, Mapping)}
    at = str(wanted.value["at"])
    while at in taken:
        at = moment(parse_time(at) + timedelta(seconds=1))
    return [Append(wanted.path, {**wanted.value, "at": at})]


def _refuse_set(wanted: Set | Remove, before: Any, after: Any, here: Any, file: str) -> None:
    """Raise Conflict where somebody else has set the same key otherwise."""
    now = at_path(here, wanted.path)
    if now not in (at_path(before, wanted.path), at_path(after, wanted.path)):
        raise Conflict(f"{_named(wanted.path)} of {file} was set by somebody else meanwhile")


def _unclear(place: Path) -> Conflict:
    return Conflict(f"{_named(place)} was changed in a way that cannot be done again")


def _named(path: Path) -> str:
    return ".".join(map(str, path))
