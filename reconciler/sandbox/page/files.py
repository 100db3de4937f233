"""The incident files of a repository and their history, as Git has them; read anew when something moved."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from reconciler.errors import Failure
from reconciler.incident.edits import moment
from reconciler.incident.model import Incident
from reconciler.incident.text import cut
from reconciler.repo.git import text
from reconciler.repo.good_settings import settings_in
from reconciler.repo.repository import Repository
from reconciler.repo.shelf import Shelf, shelve
from reconciler.repo.snapshot import snapshot
from reconciler.run.look import story
from reconciler.sandbox.page.feed import Item, Json

_REVISION = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_TRAILERS = "%H%x00%(trailers:only,unfold)"
_LONGEST = 300


@dataclass
class Files:
    """The incident files of one repository. `look` reads them; what it found is kept until it looks again."""

    repo: Repository
    stamp: object = None
    note: str = ""
    shelf: Shelf | None = None
    _entries: dict[str, Json] = field(default_factory=dict)
    _details: dict[str, Json] = field(default_factory=dict)

    def look(self) -> None:
        """Read anew what moved: a commit, a ref, a file that somebody edited."""
        stamp = (self._refs(), *self._edited())
        if stamp == self.stamp:
            return
        try:
            self._read()
            self.note = ""
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

    def _read(self) -> None:
        found = snapshot(self.repo, self.repo.resolve("HEAD"), edited=not self.repo.bare)
        known = settings_in(found)
        shelf = self.shelf = shelve(found, known.settings, known.note)
        incidents, problems = shelf.load(shelf.paths)
        read = {one.path: _incident(one) for one in incidents}
        wrong = {one.location.path: f"{one.location}: {one.message}" for one in problems}
        self._entries = {
            id: {
                "id": id,
                "path": paths[0],
                "uncommitted": any(path in found.edits for path in paths),
                "problem": cut(next((wrong[path] for path in paths if path in wrong), ""), _LONGEST),
                **read.get(
                    paths[0], {"title": "", "severity": "", "status": "", "declared": "", "first": id}
                ),
            }
            for id, paths in shelf.paths.items()
        }

    def items(self) -> Iterator[Item]:
        """The files as entries of the feed."""
        for id, entry in self._entries.items():
            yield Item(f"file/{id}", str(entry), partial(dict, entry))
        branch = text(self.repo.git.ask("symbolic-ref", "--short", "-q", "HEAD").out).strip()
        revision = self.shelf.revision if self.shelf else None
        about = {"folder": str(self.repo.folder), "branch": branch, "revision": revision, "note": self.note}
        yield Item("repository/here", (self.stamp, self.note), partial(dict, about))

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
        shown: Json = {
            "id": id,
            "path": path,
            "text": shelf.snapshot.contents([path])[path].decode("utf-8", "replace"),
        }
        try:
            events = [event.to_json() for event in reversed(story(self.repo, id)[1])]
        except Failure as failure:
            return shown | {"events": [], "note": failure.message}
        trailers = self._trailers([event["commit"] for event in events if event["kind"] == "decision"])
        told = [event | {"trailers": trailers.get(event["commit"], [])} for event in events]
        return shown | {"events": told, "note": ""}

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


def _incident(one: Incident) -> dict[str, Any]:
    return {
        "title": cut(one.title, _LONGEST),
        "severity": one.severity,
        "status": str(one.status),
        "declared": moment(one.declared_at),
        "first": one.first,
        "private": one.private,
    }
