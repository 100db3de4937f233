"""The state as files: where each document lies, how it is written, and how two versions become one.

    reconciler.json                             the revision and settings applied last
    caches.json                                 people, channels, priorities, each with its age
    incidents/2026/11/20261121-….json           one incident
    README.md                                   the open incidents, for people

Incidents lie in folders by month, because Git writes a folder anew for each change in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Files = dict[str, bytes]

README = "README.md"
_ABOUT = "reconciler.json"
_CACHES = "caches.json"
_INCIDENT = re.compile(r"incidents/(?:.*/)?([^/]+)\.json", re.S)
_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")

#: Of two applied revisions, ours and theirs, the one that counts.
Newer = Callable[[str | None, str | None], str | None]


@dataclass(slots=True)
class Parsed:
    """What the files say, and what they do not say because they could not be read."""

    revision: str | None = None
    settings: str | None = None
    incidents: dict[str, dict[str, Any]] = field(default_factory=dict)
    caches: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def place(incident: str) -> str:
    """Where the document of an incident lies."""
    month = f"{incident[:4]}/{incident[4:6]}/" if re.match(r"\d{6}", incident) else ""
    return f"incidents/{month}{incident}.json"


def render(
    revision: str | None,
    settings: str | None,
    incidents: Mapping[str, Any],
    caches: Mapping[str, Any],
    before: Mapping[str, bytes],
) -> Files:
    """The documents of a state; one that says what it said `before` keeps its bytes."""
    documents = {place(id): document for id, document in incidents.items()}
    documents[_ABOUT] = {"revision": revision, "settings": settings}
    if caches:
        documents[_CACHES] = caches
    return {path: _written(document, before.get(path)) for path, document in documents.items()}


def parse(files: Mapping[str, bytes]) -> Parsed:
    """Read what `render` wrote. A document that is broken counts as forgotten, and is named."""
    parsed = Parsed()
    for path, content in sorted(files.items()):
        if _managed(path) and path != README:
            document = _read(content)
            if document is None:
                parsed.notes.append(f"{path} of the state is broken and counts as forgotten")
            else:
                _take(parsed, path, document)
    return parsed


def merge(base: Files, ours: Files, theirs: Files, newer: Newer) -> Files:
    """One version of two: ours where we changed what `base` held, else theirs; foreign files are theirs.

    In a document that both changed, this goes for each thing of the incident, and each entry of the caches.
    Where both applied another revision than `base` names, the newer one counts.
    """
    merged = {path: content for path, content in theirs.items() if not _managed(path)}
    for path in filter(_managed, {**theirs, **ours}):
        source = ours if ours.get(path) != base.get(path) else theirs
        if path in source:
            merged[path] = source[path]
        if path in ours and path in theirs and base.get(path) not in (ours[path], theirs[path]):
            merged[path] = _both(path, base.get(path, b""), ours[path], theirs[path])
    if _ABOUT in ours and _ABOUT in theirs and base.get(_ABOUT) not in (ours[_ABOUT], theirs[_ABOUT]):
        mine, other = (parse({_ABOUT: files[_ABOUT]}).revision for files in (ours, theirs))
        merged[_ABOUT] = (ours if newer(mine, other) == mine else theirs)[_ABOUT]
    return merged


def _both(path: str, base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """A document that both sides changed; ours where it is none of those that have parts."""
    depth = 1 if path == _CACHES else 2 if _INCIDENT.fullmatch(path) else 0
    mine, other = _read(ours), _read(theirs)
    if not depth or mine is None or other is None:
        return ours
    return _written(_joined(_read(base) or {}, mine, other, depth), ours)


def _joined(base: Any, ours: Any, theirs: Any, depth: int) -> Any:
    if ours == base:
        return theirs
    if not depth or not (isinstance(ours, dict) and isinstance(theirs, dict)):
        return ours
    before = base if isinstance(base, dict) else {}
    keys = sorted({*ours, *theirs})
    joined = {key: _joined(before.get(key), ours.get(key), theirs.get(key), depth - 1) for key in keys}
    return {key: value for key, value in joined.items() if value is not None}


def _managed(path: str) -> bool:
    return path in (README, _ABOUT, _CACHES) or _INCIDENT.fullmatch(path) is not None


def _take(parsed: Parsed, path: str, document: dict[str, Any]) -> None:
    if path == _ABOUT:
        parsed.revision, parsed.settings = (_object_id(document.get(key)) for key in ("revision", "settings"))
    elif path == _CACHES:
        parsed.caches = document
    elif found := _INCIDENT.fullmatch(path):
        parsed.incidents[found[1]] = document


def _object_id(value: object) -> str | None:
    return value if isinstance(value, str) and _OBJECT_ID.fullmatch(value) else None


def _written(document: Any, before: bytes | None) -> bytes:
    # Writing for people is slow, and of many documents few change: a look at the old one is quicker.
    if before is not None and _read(before) == document:
        return before
    return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _read(content: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
