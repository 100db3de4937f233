"""What a shell is offered to complete a word with, read from the files as they lie there; quick, and quiet.

A prompt waits for it: nothing is asked of Git or a service, and what cannot be read is not offered.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

SETTINGS = "reconciler.yaml"
#: Files are read of so many incidents, the youngest; of so many bytes each.
READ, HEAD = 200, 4000

_KEY = re.compile(rb"^(title|status|severity|private):[ \t]*(.*?)[ \t]*(?:#.*)?$", re.MULTILINE)
_ADDRESS = re.compile(rb"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_ROLES = ("commander", "technical", "communications")
_OPEN = ("investigating", "identified", "mitigated")

Offer = Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]


class Head(NamedTuple):
    """What the beginning of an incident's file says."""

    id: str
    status: str = ""
    words: str = ""


def _quiet(find: Callable[[Path, str], Iterable[CompletionItem[str]]]) -> Offer:
    """Offer what fits and can be found; whatever goes wrong, a prompt is no place to tell."""

    @wraps(find)
    def offer(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        try:
            root = _root(Path(ctx.find_root().params.get("folder") or "."))
            return [one for one in find(root, incomplete) if one.value.startswith(incomplete)]
        except Exception:
            return []

    return offer


def _root(folder: Path) -> Path:
    """The incident repository around a folder."""
    folder = folder.resolve()
    return next(each for each in (folder, *folder.parents) if (each / SETTINGS).is_file())


# incidents -------------------------------------------------------------------------------------


def incidents(*statuses: str) -> Offer:
    """Incidents in one of the statuses, else those whose files are not read; the open and young first."""

    def find(root: Path, incomplete: str) -> Iterator[CompletionItem[str]]:
        heads = list(_heads(root, incomplete))
        fitting = [head for head in heads if head.status in statuses]
        unread = [head for head in heads if not head.status]
        chosen = (fitting or unread) if statuses else heads
        for head in sorted(chosen, key=lambda head: head.status not in _OPEN):
            yield CompletionItem(head.id, help=head.words or None)

    return _quiet(find)


def _heads(root: Path, incomplete: str) -> Iterator[Head]:
    """The youngest first: their ids begin with the day."""
    for number, path in enumerate(_files(root, incomplete)):
        yield _head(root / path) if number < READ else Head(_id(path))


def _files(root: Path, incomplete: str = "") -> list[str]:
    from reconciler.repo.listing import find_incident_files

    files = (path for path in find_incident_files(root).files if _id(path).startswith(incomplete))
    return sorted(files, key=_id, reverse=True)


def _id(path: str) -> str:
    return os.path.basename(path).removesuffix(".yaml")


def _head(path: Path) -> Head:
    from reconciler.incident.text import one_line

    told = {
        key.decode(): value.decode("utf-8", "replace").strip("\"'")
        for key, value in _KEY.findall(_begin(path))
    }
    status = told.get("status", "")
    title = "private" if told.get("private", "false") != "false" else one_line(told.get("title", ""), 50)
    return Head(_id(path.name), status, " · ".join(filter(None, (told.get("severity"), status, title))))


def _begin(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


# names -----------------------------------------------------------------------------------------


def _settings(root: Path) -> Any:
    from reconciler.repo.document import compose

    document = compose((root / SETTINGS).read_bytes(), SETTINGS).document
    return document.data if document else {}


@_quiet
def severities(root: Path, _: str) -> Iterator[CompletionItem[str]]:
    """The settings' severities, the worst first."""
    for one in _settings(root).get("severities", []):
        yield CompletionItem(str(one["name"]), help=one.get("description"))


@_quiet
def services(root: Path, _: str) -> Iterator[CompletionItem[str]]:
    """The settings' services."""
    yield from map(CompletionItem, map(str, _settings(root).get("services", {})))


@_quiet
def teams(root: Path, _: str) -> Iterator[CompletionItem[str]]:
    """The settings' teams."""
    yield from map(CompletionItem, map(str, _settings(root).get("teams", {})))


@_quiet
def role_names(_root: Path, _: str) -> Iterator[CompletionItem[str]]:
    """The usual roles."""
    yield from map(CompletionItem, _ROLES)


@_quiet
def people(root: Path, _: str) -> Iterator[CompletionItem[str]]:
    """Addresses: of the settings, and of the youngest incidents."""
    yield from map(CompletionItem, _people(root))


@_quiet
def roles(root: Path, incomplete: str) -> Iterator[CompletionItem[str]]:
    """`commander=ana@example.com`: first the role, then who."""
    role, given, _ = incomplete.partition("=")
    names = [f"{role}={who}" for who in _people(root)] if given else [f"{name}=" for name in _ROLES]
    yield from map(CompletionItem, names)


@_quiet
def authors(root: Path, _: str) -> Iterator[CompletionItem[str]]:
    """`Ana <ana@example.com>`, of the people that the settings name."""
    for address, person in (_settings(root).get("people") or {}).items():
        yield CompletionItem(f"{person.get('name') or address} <{address}>")


def _people(root: Path) -> list[str]:
    known = [str(address) for address in _settings(root).get("people") or {}]
    begun = (_begin(root / path) for path in _files(root)[:READ])
    named = (
        one.decode() for text in begun if b"\nprivate: true" not in text for one in _ADDRESS.findall(text)
    )
    return list(dict.fromkeys([*known, *sorted(set(named))]))
