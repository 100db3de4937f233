"""One request on its way to a commit: drafted, committed, and pushed, or proposed where no push is taken.

What is to be committed is drafted anew at each try, from what is there then. A request that is delivered
twice is found by its id, and not carried out again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.clock import Clock
from reconciler.errors import Failure
from reconciler.incident.model import Incident
from reconciler.incident.settings import GitSettings
from reconciler.repo import refs
from reconciler.repo.commit import Committed, Files, Words, commit_and_push, commit_edit
from reconciler.repo.git import text
from reconciler.repo.objects import Person
from reconciler.repo.proposals import quoted_trailers, tips
from reconciler.repo.propose import Edit, Proposed, Proposing, Pulls
from reconciler.repo.remote import Protected
from reconciler.repo.repository import Repository
from reconciler.repo.shelf import NoIncident, Shelf, shelf_at
from reconciler.repo.waiting import let_go


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for an edit, and how. `given`: its id came from outside, so it may be a second delivery."""

    author: Person
    id: str
    given: bool = False
    via: str = "cli"
    push: bool = True


class Draft(NamedTuple):
    """A file as it shall be (None: it is so already), and what its commit says of it."""

    incident: Incident
    content: bytes | None
    did: str
    body: str = ""
    new: bool = False
    calls: bool = False  # somebody is to be called, whatever others do meanwhile
    note: str = ""  # what else to tell the one who asked


class Written(NamedTuple):
    """What became of a request. `commit` is None where the file said so already; then `did` says what."""

    id: str
    path: str
    did: str
    commit: str | None
    pushed: bool
    notes: tuple[str, ...]
    repeated: bool = False  # an earlier delivery of the same request made the commit
    proposed: Proposed | None = None  # where the main branch takes no pushes


class Fresh(NamedTuple):
    """A commit that calls somebody, before it is pushed. `new`: its file is, so nobody else knows of it."""

    commit: str
    path: str
    request: str
    new: bool
    proposed: bool = False  # it waits for a review


#: Hears of each commit that calls somebody; of a request more than once when others were quicker.
Made = Callable[[Fresh], None]


@dataclass(frozen=True, slots=True)
class Post:
    """Where requests are carried out: a repository, the branch of its settings, and a clock.

    With `made`, a commit is told before it is pushed; see `commit_and_push`. `pulls` opens pull requests,
    where the branch takes no pushes.
    """

    repo: Repository
    git: GitSettings
    clock: Clock
    made: Made | None = None
    pulls: Pulls | None = None
    refused: set[str] = field(default_factory=set)  # the branches that were seen to take no pushes

    @property
    def proposing(self) -> Proposing:
        """Carries out what the branch itself does not take."""
        return Proposing(self.repo, self.git, self.clock, self.pulls)


class Errand:
    """One request on its way: drafted anew at each try, and what came of the last one."""

    def __init__(
        self, post: Post, request: Request, draft: Callable[[Shelf], Draft], about: str | None = None
    ):
        self._post, self._request, self._make, self._about = post, request, draft, about
        self._tries = 0
        self._draft: Draft | None = None
        self._earlier: Written | None = None
        self._note = ""
        self._told: list[str] = []
        self._main: Shelf | None = None
        self._proposed: Proposed | None = None

    def run(self) -> Written:
        """Draft, commit and push it."""
        committed = self._committed()
        if self._earlier:
            return self._seen_through(self._earlier)
        assert self._draft is not None
        incident, did = self._draft.incident, self._draft.did
        notes = (committed.note, self._draft.note, self._note) if committed.commit else (self._note,)
        told = tuple(filter(None, notes))
        commit, pushed = committed.commit, committed.pushed
        proposed = self._proposed if commit else None
        return Written(incident.id, incident.path, did, commit, pushed, told, proposed=proposed)

    def _committed(self) -> Committed:
        post = self._post
        protected = post.git.protected or post.git.branch in post.refused
        if protected and post.repo.has_remote(post.git.remote):
            return self._by_pull_request()
        if not self._request.push:
            return self._kept_here()
        made = self._made if post.made else None
        try:
            return commit_and_push(post.repo, post.git, self._files, self._words, post.clock, made=made)
        except (Protected, NoIncident) as failure:
            unseen = isinstance(failure, NoIncident)  # by the branch; it may be proposed
            if post.git.protected is False or (post.pulls is None and not unseen):
                raise
            if not unseen:
                post.refused.add(post.git.branch)
        committed = self._by_pull_request()
        let_go(post.repo, self._told)
        return committed

    def _by_pull_request(self) -> Committed:
        """Propose it: a branch of its own, and a pull request."""
        post = self._post
        made = self._made_new if post.made else None
        push, about = self._request.push, self._about
        self._proposed = post.proposing.run(self._edit, made, push=push, about=about)
        done = self._proposed
        return Committed(done.commit, done.pushed, done.note) if done else Committed(None, pushed=False)

    def _edit(self, shelf: Shelf) -> Edit | None:
        files = self._on(shelf)
        if self._earlier or self._draft is None:
            return None
        return Edit(self._draft.incident.id, files, self._words())

    def _seen_through(self, earlier: Written) -> Written:
        """The same, with what is still missing for it: a process may have ended between push and request."""
        post = self._post
        if earlier.commit is None or self._main is None or self._main.revision is None:
            return earlier
        if not self._request.push or post.repo.is_ancestor(earlier.commit, self._main.revision):
            return earlier
        found = list(post.proposing.see_through(earlier.id))
        return earlier._replace(proposed=found[0] if found else None)

    def _made(self, commit: str, *, proposed: bool = False) -> None:
        assert self._post.made is not None
        assert self._draft is not None
        self._told.append(commit)
        if self._draft.calls:
            path, new = self._draft.incident.path, self._draft.new
            self._post.made(Fresh(commit, path, self._request.id, new, proposed))

    def _made_new(self, commit: str) -> None:
        """A new incident is paged for before its review, an edit of another is not."""
        assert self._draft is not None
        assert self._main is not None
        if self._draft.new or self._draft.incident.id in self._main.proposed_new:
            self._made(commit, proposed=True)

    def _kept_here(self) -> Committed:
        post, branch = self._post, self._post.git.branch
        parent = post.repo.resolve(refs.branch_ref(branch))
        if parent is None and post.repo.resolve(refs.tracking_ref(post.git.remote, refs.branch_ref(branch))):
            raise Failure(f"there is no branch {branch} here yet", next=f"`git switch {branch}` makes it")
        files = self._files(parent)
        if not files:
            return Committed(None, pushed=False)
        commit = commit_edit(post.repo, branch, parent, files, self._words(), post.clock.now())
        return Committed(commit, pushed=False, note="committed here only, not pushed: --no-push")

    def _files(self, parent: str | None) -> Files:
        """The files to commit on `parent`: none where there is nothing left to do."""
        return self._on(shelf_at(self._post.repo, parent))

    def _on(self, shelf: Shelf) -> Files:
        self._tries += 1
        self._note, self._main = shelf.note, shelf
        may_be_done = self._request.given or self._tries > 1
        self._earlier = _earlier(shelf, self._post.git, self._request.id) if may_be_done else None
        if self._earlier:
            return {}
        self._draft = self._make(shelf)
        content = self._draft.content
        return {self._draft.incident.path: content} if content is not None else {}

    def _words(self) -> Words:
        if self._draft is None:
            return Words("", self._request.author, {})
        incident, did, body = self._draft.incident, self._draft.did, quoted_trailers(self._draft.body)
        message = f"{incident.id}: edit" if incident.private else f"{incident.id}: {did}\n\n{body}"
        trailers = {"Incident": incident.id, "Via": self._request.via, "Request-Id": self._request.id}
        return Words(message, self._request.author, trailers)


def _earlier(shelf: Shelf, git: GitSettings, request: str) -> Written | None:
    """The commit that an earlier delivery of the request made, on the branch or on one that is proposed."""
    if shelf.revision is None:
        return None
    look = ("-c", "log.showSignature=false", "log", "--format=%H%x00%B%x00", "--fixed-strings")
    places = [
        shelf.revision,
        *(commit for known in tips(shelf.repo, git).values() for commit in known if commit),
    ]
    wanted = f"--grep=Request-Id: {request}"
    words = text(shelf.repo.git.run(*look, wanted, "--end-of-options", *places)).split("\0")
    for commit, said in zip(words[::2], words[1::2], strict=False):
        id = _asked_for(said, request)
        if id is not None:
            path = shelf.paths.get(id, ("",))[0]
            return Written(id, path, "", commit.strip(), pushed=False, notes=(), repeated=True)
    return None


def _asked_for(said: str, request: str) -> str | None:
    """The incident of a request among a commit's trailers; a squash has those of several commits."""
    incident = ""
    for line in said.splitlines():
        key, _, value = line.partition(": ")
        incident = value.strip() if key == "Incident" else incident
        if key == "Request-Id" and value.strip() == request:
            return incident
    return None
