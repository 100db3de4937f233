"""Edits of an incident whose branch takes no pushes: on a branch of their own, with a pull request.

One branch an incident, `incident/<id>`, and one pull request while that is open; further edits are further
commits on it. What this machine has committed stands under a ref of its own until it is pushed and its pull
request is there, so that whoever comes after a crash sees it through
(docs/decisions/0010-proposed-by-pull-request.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from reconciler.clock import Clock
from reconciler.errors import Failure
from reconciler.incident.settings import GitSettings
from reconciler.incident.text import one_line
from reconciler.repo import refs, remote
from reconciler.repo.again import TRIES, tries
from reconciler.repo.commit import Files, Words, commit_of
from reconciler.repo.git import LostRace, text
from reconciler.repo.proposals import (
    PENDING,
    Proposal,
    Tips,
    branch_of,
    laid_over,
    newest,
    proposed,
    tips,
    touched_since,
)
from reconciler.repo.remote import Locked, Pushed, Unanswered, Unreachable
from reconciler.repo.replay import Replay, requests
from reconciler.repo.repository import PROPOSALS, Repository
from reconciler.repo.shelf import Shelf, shelf_at
from reconciler.repo.snapshot import found_at
from reconciler.repo.waiting import left_behind, let_go


class Pull(Protocol):
    """A pull request."""

    @property
    def number(self) -> int: ...
    @property
    def url(self) -> str: ...
    @property
    def open(self) -> bool: ...
    @property
    def merged(self) -> bool: ...
    @property
    def commit(self) -> str: ...


class Pulls(Protocol):
    """Where pull requests are opened. All may raise Failure."""

    def latest(self, branch: str) -> Pull | None:
        """The open pull request of a branch, else its newest one; None where it never had any."""
        ...

    def ensure(self, branch: str, title: str, body: str) -> Pull:
        """The open pull request of a branch, opened where there is none."""
        ...


class Proposed(NamedTuple):
    """What became of an edit that was proposed; without a pull request, `note` says why."""

    commit: str | None
    branch: str
    new: bool
    pushed: bool
    pull: Pull | None = None
    note: str = ""


class Edit(NamedTuple):
    """What to commit for an incident."""

    id: str
    files: Files
    words: Words


#: Makes the edit of an incident from what is there, proposals included; None: nothing is to be done.
MakeEdit = Callable[[Shelf], Edit | None]


@dataclass(frozen=True, slots=True)
class Proposing:
    """Carries edits out on branches of incidents. `pulls` is None where nobody can open pull requests."""

    repo: Repository
    git: GitSettings
    clock: Clock
    pulls: Pulls | None = None

    def run(
        self,
        make: MakeEdit,
        made: Callable[[str], None] | None = None,
        *,
        push: bool = True,
        about: str | None = None,
    ) -> Proposed | None:
        """Fetch, edit what is there, commit, push, open the pull request; again while others are quicker.

        Of what is proposed, `make` sees the incidents whose ids begin with `about`; None: it needs none.
        `made` hears of each commit before it is pushed; the first try then does without a fetch. None where
        `make` has nothing to do. Raises Failure.
        """
        for number in tries(self.clock):
            stays = self._fetched() if push and (made is None or number) else ""
            with suppress(LostRace):
                return self._once(make, made, "--no-push" if not push else stays, about)
        raise Failure(
            f"the branch moved {TRIES} times while this edit was being pushed: nothing was written",
            next="try again in a moment",
        )

    def see_through(self, only: str | None = None) -> Iterator[Proposed]:
        """Push what waits here, and open the pull requests that are missing for it. May raise Failure."""
        here = self._here()
        for id, at in self._tips().items():
            if at.ours is not None and only in (None, id):
                found = self._finish(here, id, at)
                if found is not None:
                    yield found

    def _finish(self, here: Shelf, id: str, at: Tips) -> Proposed | None:
        one = proposed(here, self.git, [id]).get(id)
        if one is None or self._decided(one):
            self._drop(id, at.ours)
            return None
        waiting = Proposed(one.commit, one.branch, one.new, pushed=False)
        note = self._push(id, one.commit, at.theirs) if one.commit != at.theirs else ""
        if note:
            return waiting._replace(note=note)
        return self._asked_for(waiting._replace(pushed=True), id)

    # one try -----------------------------------------------------------------------------------

    def _once(
        self, make: MakeEdit, made: Callable[[str], None] | None, stays: str, about: str | None
    ) -> Proposed | None:
        here, known = self._here(), self._tips()
        meant = [id for id in known if about is not None and id.startswith(about)]
        found = proposed(here, self.git, meant) if meant else {}
        edit = make(laid_over(here, found))
        if edit is None:
            return None
        at, one = known.get(edit.id, Tips()), found.get(edit.id)
        parent = self._parent(here, one) if one else str(here.revision)
        if one is not None and parent != one.commit:
            found = (
                {**found, **_as_at(here, one, parent)} if parent != here.revision else _without(found, one)
            )
            edit = make(laid_over(here, found))
            if edit is None:
                return None
        done = Proposed(None, branch_of(edit.id), edit.id not in here.paths, pushed=False)
        commit = commit_of(self.repo, parent, edit.files, edit.words, self.clock.now())
        if commit is None:
            return done
        return self._kept(edit.id, done._replace(commit=commit), at, made, stays)

    def _kept(
        self, id: str, done: Proposed, at: Tips, made: Callable[[str], None] | None, stays: str
    ) -> Proposed:
        """Hold on to a commit, push it, and ask for its review."""
        commit = str(done.commit)
        if not refs.move(self.repo.git, _pending(id), commit, at.ours):
            raise LostRace(f"{_pending(id)} has moved")
        if made is not None:
            made(commit)
        if stays:
            return done._replace(note=f"committed here only, not pushed: {stays}")
        try:
            note = self._push(id, commit, at.theirs)
        except Failure as failure:
            if made is None or isinstance(failure, LostRace):  # else it may have had effects: it stays
                refs.move(self.repo.git, _pending(id), at.ours, commit)
            raise
        return done._replace(note=note) if note else self._asked_for(done._replace(pushed=True), id)

    def _parent(self, here: Shelf, one: Proposal) -> str:
        """What to commit on: the branch, or the main one, where it was decided or that has moved on."""
        main = str(here.revision)
        pull = self._decided(one)
        if pull is not None and one.new and not pull.merged:
            raise Failure(
                f"{one.id} was proposed in #{pull.number}, which was closed without being merged",
                detail="nothing was written",
                next=f"open {pull.url} again, or declare a new incident",
            )
        if pull is not None:
            return main
        return self._made_again(here, one) if touched_since(here, one) else one.commit

    def _made_again(self, here: Shelf, one: Proposal) -> str:
        """The branch's own commits on top of the main branch, where all are ours and each fits there."""
        span = f"{here.revision}..{one.commit}"
        listed = requests(self.repo, span)
        merges = self.repo.git.line("rev-list", "--merges", "--max-count=1", span)
        if merges or not all(request for _, request in listed):
            return one.commit
        again = Replay(self.repo, str(here.revision)).run([commit for commit, _ in reversed(listed)])
        return one.commit if again.left_out else again.base

    def _decided(self, one: Proposal) -> Pull | None:
        """The pull request in which exactly this was merged or closed; None also where nobody says so."""
        if self.pulls is None:
            return None
        try:
            pull = self.pulls.latest(one.branch)
        except Failure:
            return None
        return pull if pull is not None and not pull.open and pull.commit == one.commit else None

    # parts -------------------------------------------------------------------------------------

    def _here(self) -> Shelf:
        """The main branch as it was fetched last."""
        return shelf_at(self.repo, self.repo.tip(self.git.remote, self.git.branch).revision)

    def _tips(self) -> dict[str, Tips]:
        """Where the branches stand; what was committed here beside what others pushed is put on top of it."""
        found = tips(self.repo, self.git)
        return {id: self._joined(id, at) for id, at in found.items()}

    def _joined(self, id: str, at: Tips) -> Tips:
        if at.ours is None or at.theirs is None or self.repo.is_ancestor(at.theirs, at.ours):
            return at
        own = [commit for commit, _ in reversed(requests(self.repo, f"{at.theirs}..{at.ours}"))]
        top = Replay(self.repo, at.theirs).run(own).base if own else None
        if not refs.move(self.repo.git, _pending(id), top, at.ours):
            raise LostRace(f"{_pending(id)} has moved")
        return at._replace(ours=top)

    def _push(self, id: str, commit: str, theirs: str | None) -> str:
        """Push a proposal; what to say where that is not certain. Raises LostRace, and Failure."""
        ref = refs.branch_ref(branch_of(id))
        try:
            pushed = remote.push_own(self.repo.git, self.git.remote, commit, ref, theirs)
        except Unanswered as trouble:
            return f"committed here, and whether it was pushed is not known: {trouble.message}"
        except Unreachable as trouble:
            return f"committed here only, not pushed: {trouble.message}"
        if pushed is Pushed.RACED:
            raise LostRace(f"{branch_of(id)} has moved at {self.git.remote}")
        self.repo.git.ask("update-ref", refs.tracking_ref(self.git.remote, ref), commit)
        return ""

    def _asked_for(self, done: Proposed, id: str) -> Proposed:
        """The same with its pull request."""
        if self.pulls is None:
            self._drop(id, done.commit)
            return done._replace(note=f"open a pull request from {done.branch} to {self.git.branch} by hand")
        try:
            pull = self.pulls.ensure(done.branch, *asked(self.repo, done))
        except Failure as failure:
            why = "; ".join(filter(None, (failure.message, failure.next)))
            return done._replace(note=f"there is no pull request yet: {why}")
        self._drop(id, done.commit)
        return done._replace(pull=pull)

    def _drop(self, id: str, commit: str | None) -> None:
        """It is seen through."""
        refs.move(self.repo.git, _pending(id), None, commit)

    def _fetched(self) -> str:
        """Why what is here may be old; empty when it is not."""
        try:
            self.repo.fetch(self.git.remote, self.git.branch, proposals=True)
        except (Unreachable, Locked) as trouble:
            return trouble.message
        return ""


def propose_left_behind(repo: Repository, git: GitSettings, now: datetime) -> int:
    """Propose what was paged for on its commit and cannot be pushed; how many. `see_through` does the rest.

    A process ended, or was refused, before it knew that the branch is protected.
    """
    main = repo.tip(git.remote, git.branch).revision
    number = 0
    for commit in left_behind(repo, now):
        look = ("log", "-1", "--format=%(trailers:key=Incident,valueonly)", "--end-of-options", commit)
        id = repo.git.line("-c", "log.showSignature=false", *look).strip()
        at = tips(repo, git).get(id, Tips())
        base = newest(repo, at) or main
        again = Replay(repo, base).run([commit])
        if id and not again.left_out and again.base != base:
            if not refs.move(repo.git, _pending(id), again.base, at.ours):
                continue
            number += 1
        let_go(repo, [commit])
    return number


def asked(repo: Repository, done: Proposed) -> tuple[str, str]:
    """Title and text of a pull request: what merging it does, and the commit's own words without its text."""
    said = text(repo.git.run("log", "-1", "--format=%B", "--end-of-options", str(done.commit))).strip()
    title, trailers = said.partition("\n")[0], said.rpartition("\n\n")[2]
    id = done.branch.removeprefix(PROPOSALS)
    return one_line(title, _TITLE), "\n\n".join([(_NEW if done.new else _EDIT).format(id=id), trailers])


_TITLE = 200
_NEW = """\
This declares the incident `{id}`.

- **Until it is merged**, the teams that it names are paged, and nothing else is done: no channel, no \
announcement, no document.
- **Merging it** makes all of these, and the page stays the same one.
- **Closing it unmerged** resolves the page: the incident counts as canceled."""
_EDIT = """\
This changes the incident `{id}`.

- **Until it is merged**, nothing of it is done: nobody is paged or told because of it.
- **Merging it** brings Slack, PagerDuty and Notion in line with it.
- **Closing it unmerged** does nothing."""


def _pending(id: str) -> str:
    return f"{PENDING}/{id}"


def _as_at(here: Shelf, one: Proposal, commit: str) -> dict[str, Proposal]:
    """The proposal as another commit has it."""
    found = found_at(here.repo, commit, one.path)
    return {one.id: one._replace(commit=commit, blob=found.blob)} if found else {}


def _without(found: dict[str, Proposal], one: Proposal) -> dict[str, Proposal]:
    return {id: other for id, other in found.items() if id != one.id}
