"""What the runs remember, on a ref beside the branch: a cache, and the audit trail of effects.

One small JSON document an incident, so that two machines that worked on different incidents never quarrel:
whoever comes second takes over what the other wrote and adds its own. Nothing here is needed to be right:
what is missing, broken or out of reach counts as forgotten, is said, and costs calls.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from reconciler.clock import Clock
from reconciler.incident.settings import GitSettings
from reconciler.repo import layout, refs
from reconciler.repo.again import TRIES, tries
from reconciler.repo.git import GitTrouble
from reconciler.repo.layout import Files
from reconciler.repo.objects import TOOL, make_commit, message
from reconciler.repo.refs import LocalRef, RemoteRef, SharedRef
from reconciler.repo.remote import RemoteTrouble, Unanswered
from reconciler.repo.repository import Repository

_HERE_ONLY = "the state is kept on this machine only"
_PERHAPS = "the state is kept on this machine, and whether the remote has it is not known"


@dataclass(frozen=True, slots=True)
class State:
    """All that is remembered. `revision` is the commit applied last, `settings` the blob of its settings."""

    revision: str | None = None
    settings: str | None = None
    incidents: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    caches: Mapping[str, Any] = field(default_factory=dict)
    note: str = field(default="", compare=False)  # what could not be read, for a person


class Saved(NamedTuple):
    """The commit that was made (None: nothing differed), whether the remote has it, and why not."""

    commit: str | None
    pushed: bool
    note: str = ""


class _Seen(NamedTuple):
    """What the refs were when they were looked at last."""

    files: Files  # what they hold together
    first: Files  # what the first parent holds
    parents: tuple[str, ...]
    shared: str | None  # the value of the shared ref
    local: str | None  # that of this repository's own, beside a remote
    waiting: bool  # the own one has commits that the shared one has not


class StateStore:
    """The state at the ref that the settings name: a branch, or any `refs/…`. Load before each save."""

    def __init__(
        self, repo: Repository, settings: GitSettings, clock: Clock, chance: random.Random | None = None
    ):
        self._repo, self._git, self._clock = repo, repo.git, clock
        self._chance = chance
        self._ref = refs.branch_ref(settings.state)
        self._remote = RemoteRef(repo.git, settings.remote, self._ref)
        self._has_remote = repo.has_remote(settings.remote)
        self._shared: SharedRef = self._remote if self._has_remote else LocalRef(repo.git, self._ref)
        self._loaded: _Seen | None = None

    def load(self, *, fetch: bool = True) -> State:
        """What is remembered. Never fails: what cannot be read is left out and named in `note`."""
        self._loaded, notes = self._look(fetch)
        parsed = layout.parse(self._loaded.files)
        note = "; ".join([*notes, *parsed.notes])
        return State(parsed.revision, parsed.settings, parsed.incidents, parsed.caches, note)

    @property
    def waiting(self) -> bool:
        """True when what was loaded last is here, and not at the remote: to save it again pushes it."""
        return self._loaded is not None and self._loaded.waiting

    def save(
        self,
        state: State,
        lines: Sequence[str],
        *,
        run: str = "",
        readme: str | None = None,
        always: bool = False,
    ) -> Saved:
        """Keep a state that differs from the one loaded last, in one commit that lists what was done.

        `always`: what was done is told also where nothing is remembered that was not before.

        A lost race is run again on top of the winner: per incident ours counts where we changed it, theirs
        elsewhere. Without a remote, or the right to push, the commit stays here and the note says so.
        """
        assert self._loaded is not None, "load comes before save"
        seen, self._loaded = self._loaded, None
        wanted = layout.render(state.revision, state.settings, state.incidents, state.caches, seen.files)
        old_readme = seen.files.get(layout.README)
        page = readme.encode() if readme is not None else old_readme
        wanted |= {layout.README: page} if page is not None else {}
        try:
            return self._save(seen, wanted, _message(lines, state.revision, run), always)
        except GitTrouble as trouble:
            return Saved(None, pushed=False, note=f"the state was not kept: {trouble.message}")

    def _save(self, first: _Seen, wanted: Files, said: str, always: bool) -> Saved:
        seen, commit, where = first, first.shared, _HERE_ONLY
        try:
            for number in tries(self._clock, self._chance):
                seen = self._look(fetch=True)[0] if number else first
                merged = layout.merge(first.files, wanted, seen.files, self._newer)
                commit = self._commit(seen, merged, said, always)
                if commit == seen.shared:
                    return Saved(None, pushed=self._has_remote)
                if self._shared.swap(commit, seen.shared):
                    return self._pushed(seen, commit)
            why = f"{self._ref} moved {TRIES} times meanwhile"
        except RemoteTrouble as trouble:
            why = trouble.message
            where = _PERHAPS if isinstance(trouble, Unanswered) else _HERE_ONLY
        return self._keep_here(seen, commit, where, why)

    def _commit(self, seen: _Seen, merged: Files, said: str, always: bool) -> str | None:
        """The commit of what differs on what was seen; where nothing does, mostly what was seen itself."""
        if merged == seen.first and len(seen.parents) < 2 and not always:
            return seen.parents[0] if seen.parents else None
        changed: dict[str, bytes | None] = {
            path: merged.get(path)
            for path in {**seen.first, **merged}
            if merged.get(path) != seen.first.get(path)
        }
        return make_commit(self._git, seen.parents, changed, said, TOOL, self._clock.now())

    def _pushed(self, seen: _Seen, commit: str | None) -> Saved:
        if not self._has_remote:
            return Saved(commit, pushed=False, note=f"{_HERE_ONLY}: there is no remote")
        if commit is not None:
            self._git.run("update-ref", self._remote.tracking, commit)
        if seen.waiting:
            refs.move(self._git, self._ref, None, seen.local)
        return Saved(commit, pushed=True)

    def _keep_here(self, seen: _Seen, commit: str | None, where: str, why: str) -> Saved:
        if commit is None or not self._has_remote or not refs.move(self._git, self._ref, commit, seen.local):
            return Saved(None, pushed=False, note=f"the state was not kept: {why}")
        return Saved(commit, pushed=False, note=f"{where}: {why}")

    def _newer(self, ours: str | None, theirs: str | None) -> str | None:
        """Which of two applied revisions counts: the descendant, and theirs where it is not known here."""
        if ours is None or theirs is None:
            return ours or theirs
        known = self._repo.resolve(theirs) is not None
        return ours if known and not self._repo.is_ancestor(ours, theirs) else theirs

    # Looking

    def _look(self, fetch: bool) -> tuple[_Seen, list[str]]:
        shared, notes = self._value(fetch)
        local = refs.value(self._git, self._ref) if self._has_remote else None
        waiting = local is not None and not (shared and self._repo.is_ancestor(local, shared))
        heads = [head for head in (shared, local if waiting else None) if head is not None]
        if len(heads) == 2 and self._repo.is_ancestor(*heads):
            heads = heads[1:]
        read = {head: files for head in heads if (files := self._files(head, notes)) is not None}
        parents, contents = tuple(read), list(read.values())
        first = contents[0] if contents else {}
        if len(contents) == 2:
            together = layout.merge(self._common(parents), contents[1], first, self._newer)
        else:
            together = first
        return _Seen(together, first, parents, shared, local, waiting), notes

    def _value(self, fetch: bool) -> tuple[str | None, list[str]]:
        """The shared ref's value, as last seen where the remote is out of reach, and what to say of it."""
        if not self._has_remote:
            return self._shared.read(), []
        if fetch:
            try:
                return self._shared.fetch(), []
            except RemoteTrouble as trouble:
                note = f"what is remembered may be out of date: {trouble.message}"
                return refs.value(self._git, self._remote.tracking), [note]
        return refs.value(self._git, self._remote.tracking), []

    def _files(self, commit: str, notes: list[str]) -> Files | None:
        try:
            blobs = self._repo.files(commit, "")
            contents = self._repo.blobs(blobs.values())
        except GitTrouble as trouble:
            notes.append(f"what is remembered counts as forgotten, as it could not be read: {trouble.detail}")
            return None
        return {path: contents[blob] for path, blob in blobs.items()}

    def _common(self, heads: Sequence[str]) -> Files:
        base = self._git.ask("merge-base", *heads)
        return (self._files(base.out.decode().strip(), []) or {}) if base.code == 0 else {}


def _message(lines: Sequence[str], revision: str | None, run: str) -> str:
    shown = [" ".join(line.split()) for line in lines] or ["Remember what was applied"]
    subject = shown[0] if len(shown) == 1 else f"{len(shown)} changes"
    listed = "\n".join(f"- {line}" for line in shown) if len(shown) > 1 else ""
    trailers = {"Revision": revision or "none"} | ({"Run": run} if run else {})
    return message("\n\n".join(filter(None, [subject, listed, "[skip ci]"])), trailers)
