"""Writes edits as commits: locally, or onto the remote's branch, where an edit is an intention.

An intention (`make_edit`) says what to change in whatever is there now. Whoever loses a race for the branch
looks again and applies the same intention to what the winner left, so that no edit is lost and none undoes
another.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from reconciler.clock import Clock
from reconciler.errors import Failure
from reconciler.incident.settings import GitSettings
from reconciler.repo import refs, remote
from reconciler.repo.again import TRIES, tries
from reconciler.repo.branch import Branch
from reconciler.repo.git import LostRace
from reconciler.repo.objects import Person, make_commit, message, standing_modes
from reconciler.repo.remote import Locked, Nowhere, Pushed, RemoteTrouble, Unanswered, Unreachable
from reconciler.repo.repository import Repository
from reconciler.repo.waiting import Keeping

_HERE_ONLY = "committed here only, not pushed"

#: So many commits of others within so many seconds are a crowd, which goes first, so many times.
_CROWD, _MOMENT, _POLITE = 2, 5.0, 3

Files = Mapping[str, bytes | None]  # path → content; None: removed


@dataclass(frozen=True, slots=True)
class Words:
    """What a commit says beside its files."""

    message: str
    author: Person
    trailers: Mapping[str, str]


class Committed(NamedTuple):
    """What became of an edit: its commit (None: nothing to change), whether the remote has it, why not."""

    commit: str | None
    pushed: bool
    note: str = ""


def commit_edit(
    repo: Repository, branch: str, parent: str | None, files: Files, words: Words, when: datetime
) -> str | None:
    """Commit files on a branch of this repository that is at `parent` (None: it has no commit yet).

    Returns the new commit, None where the files hold nothing new. A work tree that has the branch checked
    out goes along; one with uncommitted edits of these files raises Failure, and nothing is done. Raises
    LostRace when the branch is not at `parent`.
    """
    place = Branch.of(repo, branch)
    if place.commit != parent:
        raise LostRace(f"{branch} is not at {parent or 'its beginning'} any more", next="try again")
    place.refuse_dirty(files)
    commit = commit_of(repo, parent, files, words, when)
    if commit is not None:
        place.advance(commit)
    return commit


def push_waiting(repo: Repository, settings: GitSettings, upto: str | None = None) -> str | None:
    """Push the commits of the branch (`upto` one of them) that only this machine has; only ever forward.

    Returns the commit that the remote has now, None when none was waiting. Raises RemoteTrouble, and
    LostRace when the remote's branch has gone another way.
    """
    head = refs.branch_ref(settings.branch)
    ours = upto or refs.value(repo.git, head)
    if ours is None or not repo.has_remote(settings.remote):
        return None
    if ours == remote.listed(repo.git, settings.remote, head):
        return None
    if remote.push_branch(repo.git, settings.remote, ours, head) is Pushed.RACED:
        raise LostRace(
            f"{settings.branch} has moved at {settings.remote}", next="`git pull --rebase`, and push"
        )
    return ours


def commit_and_push(
    repo: Repository,
    settings: GitSettings,
    make_edit: Callable[[str | None], Files],
    words: Words | Callable[[], Words],
    clock: Clock,
    *,
    chance: random.Random | None = None,
    made: Callable[[str], None] | None = None,
) -> Committed:
    """Fetch, edit what is there, commit, push; and again, as long as others are quicker (`TRIES` times).

    Whoever wants to know of the commit before it is pushed is told it by `made`, once a try; the first try
    then does without a fetch, since the push tells whether there is something newer.

    `make_edit` gets the commit to work on (None: the repository is empty) and returns the files to write;
    it is called once a try, and after it `words`, where what is said depends on what was there. With no
    remote, or one out of reach, the commit stays here and the note says so. Raises Failure: what
    `make_edit` raises, edits in the way, no right to push, too many lost races.
    """
    kept = Keeping(repo)

    def tell(commit: str) -> None:
        if made is not None:
            kept.keep(commit)
            made(commit)

    try:
        for number in tries(clock, chance):
            manner = Manner(clock.now(), number < _POLITE, made is None or number > 0, tell)
            try:
                done = _try_once(repo, settings, make_edit, words, manner)
            except LostRace:
                continue
            kept.let_go()
            return done
    except RemoteTrouble:
        raise  # what was told may have had effects: it stays, and is brought in when the remote takes it
    except Failure:
        kept.let_go()
        raise
    moved = f"{settings.branch} moved {TRIES} times while this edit was being pushed"
    if made is not None:  # what was told may have had effects, here too
        raise Failure(f"{moved}: it waits here", next="it is brought in by a later run; do not repeat it")
    raise Failure(f"{moved}: nothing was written", next="try again in a moment")


class Manner(NamedTuple):
    """How one try goes about it: its time, whether a crowd goes first, whether it fetches, who is told."""

    when: datetime
    polite: bool
    fetches: bool
    told: Callable[[str], None]


def _try_once(
    repo: Repository,
    settings: GitSettings,
    make_edit: Callable[[str | None], Files],
    words: Words | Callable[[], Words],
    manner: Manner,
) -> Committed:
    out_of_reach = _fetch(repo, settings) if manner.fetches else ""
    place = Branch.of(repo, settings.branch)
    parent = _parent(repo, settings)
    files = make_edit(parent)
    place.refuse_dirty(files)
    said = words if isinstance(words, Words) else words()
    polite = manner.polite and manner.fetches
    if polite and files and _crowded(repo, parent, said.author, manner.when):
        raise LostRace(f"others are pushing to {settings.branch}")
    commit = commit_of(repo, parent, files, said, manner.when)
    if commit is None:
        return Committed(None, pushed=False, note="nothing to change")
    manner.told(commit)
    if not repo.has_remote(settings.remote):
        out_of_reach = f"there is no remote {settings.remote}"
    note = f"{_HERE_ONLY}: {out_of_reach}" if out_of_reach else _push(repo, settings, commit)
    if not note:
        return Committed(commit, pushed=True, note=_follow(repo, settings, commit))
    _advance(repo, place, commit)
    return Committed(commit, pushed=False, note=note)


def _crowded(repo: Repository, parent: str | None, author: Person, when: datetime) -> bool:
    """Whether others push at this moment: then they go first, or who wins a race would win them all."""
    if parent is None:
        return False
    newest = repo.git.ask("log", f"-{_CROWD}", "--format=%ct %ae", parent).out.decode(errors="replace")
    told = (line.split(" ", 1) for line in newest.splitlines())
    others = [at for at, who in told if who != author[1] and abs(when.timestamp() - int(at)) < _MOMENT]
    return len(others) >= _CROWD


def _fetch(repo: Repository, settings: GitSettings) -> str:
    """Why what is here may be old; empty when it is not."""
    try:
        repo.fetch(settings.remote, settings.branch, proposals=True)
    except (Unreachable, Locked) as trouble:
        return trouble.message
    except Nowhere:
        pass  # a remote without this branch: our push makes it
    return ""


def _parent(repo: Repository, settings: GitSettings) -> str | None:
    head = refs.branch_ref(settings.branch)
    known = (head, refs.tracking_ref(settings.remote, head))
    if all(refs.value(repo.git, ref) is None for ref in known):
        return None
    return repo.tip(settings.remote, settings.branch).revision


def commit_of(repo: Repository, parent: str | None, files: Files, words: Words, when: datetime) -> str | None:
    """The commit of these files, on no branch yet; None where they hold nothing new."""
    if not files:
        return None
    parents = [parent] if parent else []
    modes = standing_modes(repo.git, parent, files) if parent else {}
    said = message(words.message, words.trailers)
    commit = make_commit(repo.git, parents, files, said, words.author, when, modes)
    trees = repo.git.line("rev-parse", *(f"{one}^{{tree}}" for one in (commit, *parents))).split()
    return None if len(set(trees)) < len(trees) else commit


def _push(repo: Repository, settings: GitSettings, commit: str) -> str:
    """Push a commit to the branch; what to say where that is not certain, else empty. Raises LostRace."""
    try:
        pushed = remote.push_branch(repo.git, settings.remote, commit, refs.branch_ref(settings.branch))
    except Unanswered as trouble:
        return f"committed here, and whether it was pushed is not known: {trouble.message}"
    except Unreachable as trouble:
        return f"{_HERE_ONLY}: {trouble.message}"
    if pushed is Pushed.RACED:
        raise LostRace(f"{settings.branch} has moved at {settings.remote}")
    return ""


def _follow(repo: Repository, settings: GitSettings, commit: str) -> str:
    """Bring this repository's branch to what the remote has; why it stays behind, empty when it does not."""
    why = "it keeps moving"
    for _ in range(TRIES):  # other threads of ours bring it further, too
        place = Branch.of(repo, settings.branch)
        if place.commit is None and place.work_tree is None:
            return ""  # a clone without the branch, as in CI
        if place.commit is not None and repo.is_ancestor(commit, place.commit):
            return ""
        try:
            _advance(repo, place, commit)
        except LostRace:
            continue
        except Failure as trouble:
            why = trouble.message
            break
        return ""
    return f"pushed, but your own branch stays behind: {why}; `git pull --rebase` joins them"


def _advance(repo: Repository, place: Branch, commit: str) -> None:
    if place.commit is not None and not repo.is_ancestor(place.commit, commit):
        raise Failure(f"{place.ref} has commits of its own", next="`git pull --rebase`, and try again")
    place.advance(commit)
