"""The incident files of a repository and their history, as Git has them; read anew when something moved."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from reconciler.errors import Failure
from reconciler.incident.edits import moment
from reconciler.incident.place import incident_id
from reconciler.incident.settings import Settings
from reconciler.incident.text import cut
from reconciler.repo.git import text
from reconciler.repo.good_settings import settings_in
from reconciler.repo.history import versions
from reconciler.repo.loader import BadFile, load_incident
from reconciler.repo.repository import Repository
from reconciler.repo.shelf import Shelf, shelve
from reconciler.repo.snapshot import snapshot
from reconciler.repo.story import Event, decisions, effects
from reconciler.run.story import story
from reconciler.sandbox.page.feed import Item, Json

_REVISION = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_TRAILERS = "%H%x00%(trailers:only,unfold)"
#: A line of the state's commit: `- create slack:20261121-honest-rhinoceros/channel`.
_EFFECT = re.compile(r"^(?:[-*] )?([a-z]+ (?:slack|pagerduty|notion):.+)$", re.MULTILINE)
_LONGEST, _MOST = 300, 200


class _Read(NamedTuple):
    """What one file says, and what that was read from: its text and the settings."""

    of: tuple[bytes, str]
    said: Json


@dataclass
class Files:
    """The incident files of one repository. `look` reads them; what it found is kept until it looks again."""

    repo: Repository
    stamp: object = None
    note: str = ""
    shelf: Shelf | None = None
    _state: str = ""
    _about: Json = field(default_factory=dict)
    _known: dict[str, _Read] = field(default_factory=dict)
    _entries: dict[str, Json] = field(default_factory=dict)
    _details: dict[str, Json] = field(default_factory=dict)

    def look(self) -> None:
        """Read anew what moved: a commit, a ref, a file that somebody edited."""
        stamp = (self._refs(), *self._edited())
        if stamp == self.stamp:
            return
        try:
            self.note = self._read()
        except Failure as failure:
            self.note, self.shelf, self._entries = failure.message, None, {}
        self._details = {}
        self.stamp = stamp

    def _refs(self) -> str:
        answer = self.repo.git.ask("for-each-ref", "--format=%(objectname) %(refname)")
        return text(answer.out) + str(self.repo.resolve("HEAD"))

    def _edited(self) -> Iterator[tuple[str, int]]:
        """Every file below incidents/, and the settings, with the time of its last change."""
        top = self.repo.folder
        for folder, _, names in os.walk(top / "incidents"):
            for name in names:
                yield from _changed(os.path.join(folder, name))
        yield from _changed(os.fspath(top / "reconciler.yaml"))

    def _read(self) -> str:
        found = snapshot(self.repo, self.repo.resolve("HEAD"), edited=not self.repo.bare)
        known = settings_in(found)
        shelf = self.shelf = shelve(found, known.settings, known.note)
        contents = found.contents(path for paths in shelf.paths.values() for path in paths)
        self._known = {
            path: self._known[path]
            if path in self._known and self._known[path].of == (content, known.blob)
            else _Read((content, known.blob), _read(content, path, known.settings))
            for path, content in contents.items()
        }
        self._entries = {
            id: {
                "id": id,
                "path": paths[0],
                "uncommitted": any(path in found.edits for path in paths),
                **self._known[paths[0]].said,
                **({"problem": f"two files have this id: {', '.join(paths)}"} if paths[1:] else {}),
            }
            for id, paths in shelf.paths.items()
        }
        branch = text(self.repo.git.ask("symbolic-ref", "--short", "-q", "HEAD").out).strip()
        self._about = {"folder": str(self.repo.folder), "branch": branch, "revision": shelf.revision}
        self._about["applied"] = self._applied(shelf)
        return shelf.note

    def _applied(self, shelf: Shelf) -> Json | None:
        """The last commit of the state: what the last apply did, wherever it ran."""
        git = shelf.settings.git
        try:
            self._state = self.repo.tip(git.remote, git.state).revision
        except Failure:
            self._state = ""
            return None
        last = self.repo.git.run("log", "-1", "--format=%cI%n%B", self._state)
        at, _, message = text(last).partition("\n")
        effects = _EFFECT.findall(message)
        told = [cut(one, _LONGEST) for one in effects[:_MOST]]
        return {"at": at, "number": len(effects), "effects": told} if effects else None

    def items(self) -> Iterator[Item]:
        """The files as entries of the feed."""
        for id, entry in self._entries.items():
            yield Item(f"file/{id}", str(entry), partial(dict, entry))
        about = {**self._about, "note": self.note}
        yield Item("repository/here", (self.stamp, self.note), partial(dict, about))

    def id_of(self, first: str) -> str:
        """The id of the file of an incident that is marked with its first id; empty where there is none."""
        entries = self._entries
        if first in entries and entries[first]["first"] == first:
            return first
        return next((id for id, entry in entries.items() if entry["first"] == first), "")

    def detail(self, id: str) -> Json | None:
        """A file with its text and its story, the newest first; None where there is none."""
        shelf = self.shelf
        if shelf is None or id not in shelf.paths:
            return None
        if id not in self._details:
            self._details[id] = self._detail(shelf, id)
        return self._details[id]

    def _detail(self, shelf: Shelf, id: str) -> Json:
        path = shelf.paths[id][0]
        content = shelf.snapshot.contents([path])[path].decode("utf-8", "replace")
        shown: Json = {"id": id, "path": path, "text": content}
        try:
            events = [event.to_json() for event in self._story(shelf, id)]
        except Failure as failure:
            return shown | {"events": [], "note": failure.message}
        trailers = self._trailers([event["commit"] for event in events if event["kind"] == "decision"])
        told = [event | {"trailers": trailers.get(event["commit"], [])} for event in events]
        return shown | {"events": told, "note": ""}

    def _story(self, shelf: Shelf, id: str) -> list[Event]:
        """The commits of a file and what runs did for it, the newest first."""
        entry, path = self._entries[id], shelf.paths[id][0]
        if entry["first"] != id or entry["private"] or shelf.revision is None:
            return story(self.repo, id)[1][::-1]
        # Of a file with one name only that name has to be looked for, at the commits that are known here.
        events = list(decisions(versions(self.repo, shelf.revision, [path])[id], path))
        events += [one for one in effects(self.repo, self._state, id) if one.effects] if self._state else []
        return sorted(events, key=lambda event: event.at)[::-1]

    def _trailers(self, commits: Sequence[str]) -> Mapping[str, list[list[str]]]:
        if not commits:
            return {}
        shown = text(self.repo.git.run("show", "-s", "-z", f"--format={_TRAILERS}", *commits)).split("\0")
        return {
            commit: [[*map(str.strip, line.split(":", 1))] for line in lines.splitlines() if ":" in line]
            for commit, lines in zip(shown[::2], shown[1::2], strict=False)
        }

    def difference(self, id: str, commit: str) -> str | None:
        """What a commit changed in a file, as Git shows it; None where it is none of its commits."""
        found = self.detail(id)
        if not found or not _REVISION.fullmatch(commit):
            return None
        if not any(event["commit"] == commit for event in found["events"]):
            return None
        return text(
            self.repo.git.run("show", "--format=", "--no-color", "--no-ext-diff", commit, "--", "incidents")
        )


def _changed(path: str) -> Iterator[tuple[str, int]]:
    try:
        yield path, os.stat(path).st_mtime_ns
    except OSError:
        return


def _read(content: bytes, path: str, settings: Settings) -> Json:
    try:
        one = load_incident(content, path, settings)
    except BadFile as bad:
        first = bad.problems[0]
        unread = dict.fromkeys(("title", "severity", "status", "declared"), "")
        problem = cut(f"{first.location}: {first.message}", _LONGEST)
        return {**unread, "first": incident_id(path), "private": False, "problem": problem}
    return {
        "problem": "",
        "title": cut(one.title, _LONGEST),
        "severity": one.severity,
        "status": str(one.status),
        "declared": moment(one.declared_at),
        "first": one.first,
        "private": one.private,
    }
