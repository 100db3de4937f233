"""What was decided on any incident, in a stretch of time: one pass over the commits of that time alone.

Where the story of one incident follows its file from the beginning, here each commit is told by what it made
of the files that its parents had.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

from reconciler.incident.place import FOLDER, beside, incident_id
from reconciler.repo import brought
from reconciler.repo.brought import Pull
from reconciler.repo.git import text
from reconciler.repo.history import LOG, Commit, Entry, read_log
from reconciler.repo.loader import says_private
from reconciler.repo.repository import Repository
from reconciler.repo.story import Event, decision, read, told


class Stretch(NamedTuple):
    """From when to when, and so many commits of it at most, the newest (None: all)."""

    since: datetime
    until: datetime | None = None
    most: int | None = None

    @property
    def bounds(self) -> list[str]:
        """What `git log` calls it."""
        found = [brought.bound("since", self.since)]
        if self.until is not None:
            found.append(brought.bound("until", self.until))
        return found if self.most is None else [*found, f"--max-count={self.most}"]


class Chronicle:
    """The decisions on all incidents up to a revision, in a stretch of time."""

    def __init__(self, repo: Repository, revision: str, stretch: Stretch):
        self._repo, self._revision, self._stretch = repo, revision, stretch
        look = (*LOG, *stretch.bounds, "--end-of-options", revision, "--", FOLDER)
        self._commits = list(read_log(repo.git.run(*look), _is_incident))

    @property
    def number(self) -> int:
        """How many commits there are."""
        return len(self._commits)

    @cached_property
    def private(self) -> frozenset[str]:
        """The ids whose files say in that time that they are private, before a change or after it."""
        return frozenset(
            incident_id(entry.path)
            for commit in self._commits
            for entry in commit.entries
            for blob in (*entry.befores, entry.after)
            if blob and says_private(self._contents[blob])
        )

    def events(self) -> Iterator[Event]:
        """An event for each incident of each commit, the newest first."""
        pulls = brought.of_commits(self._repo, self._revision, self._stretch.since) if self._commits else {}
        for commit in self._commits:
            yield from self._events(commit, pulls)

    @cached_property
    def _contents(self) -> Mapping[str, bytes]:
        entries = (entry for commit in self._commits for entry in commit.entries)
        return self._repo.blobs(blob for one in entries for blob in (*one.befores, one.after) if blob)

    def _events(self, commit: Commit, pulls: Mapping[str, Pull]) -> Iterator[Event]:
        oid, seconds, author, email, message = map(text, commit.head)
        at = datetime.fromtimestamp(int(seconds), UTC)
        begun = decision(oid, at, f"{author} <{email}>", message.strip(), pulls.get(oid))
        by_id: dict[str, list[Entry]] = {}
        for entry in commit.entries:
            by_id.setdefault(incident_id(entry.path), []).append(entry)
        renamed = self._renamed(by_id)
        for id, entries in by_id.items():
            if id not in renamed.values():
                former = by_id[renamed[id]] if id in renamed else ()
                yield from self._event(replace(begun, incident=id), [*entries, *former])

    def _event(self, begun: Event, entries: Sequence[Entry]) -> Iterator[Event]:
        """What became of one file: moved, it has an entry where it lay and one where it lies."""
        now = next((entry for entry in entries if entry.after), None)
        if now is None or now.after is None:
            yield replace(begun, note="the file was removed")
            return
        befores = (
            now.befores if any(now.befores) else next((e.befores for e in entries if any(e.befores)), ())
        )
        if now.after in befores:
            return
        after, trouble = read(self._contents[now.after], now.path)
        bases = [self._data(blob, now.path) for blob in befores if blob] or [{}]
        changes = told(bases, after) if after is not None else []
        if changes or trouble or len(bases) < 2:
            yield replace(begun, changes=changes, note=trouble)

    def _data(self, blob: str, path: str) -> Mapping[str, Any]:
        return read(self._contents[blob], path)[0] or {}

    def _renamed(self, by_id: Mapping[str, Sequence[Entry]]) -> dict[str, str]:
        """New id → the id before, where a file of the commit says `formerly`."""
        gone = {id for id, entries in by_id.items() if not any(entry.after for entry in entries)}
        found = {}
        for id, entries in by_id.items() if gone else ():
            for entry in entries:
                data = self._data(entry.after, entry.path) if entry.after and not any(entry.befores) else {}
                former = data.get("formerly")
                last = former[-1] if isinstance(former, list) and former else None
                if last in gone:
                    found[id] = str(last)
        return found


def _is_incident(path: str) -> bool:
    return path.endswith(".yaml") and not beside(path)
