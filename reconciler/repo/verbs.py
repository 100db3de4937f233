"""Carries an intention out as one commit, whoever has it: the command line, or somebody in Slack.

The intention is applied to what is there when it is committed; when others were quicker, again to what they
left. A request that is delivered twice is found by its id, and not carried out again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.clock import Clock
from reconciler.errors import Failure
from reconciler.incident.model import Incident, Path, Status
from reconciler.incident.naming import new_id
from reconciler.incident.settings import GitSettings, Settings
from reconciler.incident.verbs import (
    AddNote,
    AddTo,
    AddUpdate,
    Declare,
    Escalate,
    Intention,
    Reopen,
    SetField,
    SetStatus,
    edits,
    unlike,
)
from reconciler.repo import refs
from reconciler.repo.blame import conflict
from reconciler.repo.commit import Committed, Files, Words, commit_and_push, commit_edit
from reconciler.repo.edit import edit
from reconciler.repo.git import text
from reconciler.repo.lines import document
from reconciler.repo.loader import BadFile, load_document, load_incident
from reconciler.repo.objects import Person
from reconciler.repo.repository import Repository
from reconciler.repo.shelf import Shelf, shelf_at

#: The first line of a new file: an editor then completes and explains every key.
SCHEMA = "# yaml-language-server: $schema=../../../schemas/incident.schema.json\n"

_VERBS = {Status.RESOLVED: "resolve", Status.CLOSED: "close", Status.CANCELED: "cancel"}
_BY_REQUEST = "--format=%H%x00%(trailers:key=Request-Id,valueonly)%x00%(trailers:key=Incident,valueonly)%x00"


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


class Written(NamedTuple):
    """What became of a request. `commit` is None where the file said so already; then `did` says what."""

    id: str
    path: str
    did: str
    commit: str | None
    pushed: bool
    notes: tuple[str, ...]
    repeated: bool = False  # an earlier delivery of the same request made the commit


class Fresh(NamedTuple):
    """A commit that calls somebody, before it is pushed. `new`: its file is, so nobody else knows of it."""

    commit: str
    path: str
    request: str
    new: bool


class Unfit(Failure):
    """The file would not be valid; the message may quote what it would say."""


#: Hears of each commit that calls somebody; of a request more than once when others were quicker.
Made = Callable[[Fresh], None]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where requests are carried out: a repository, the branch of its settings, and a clock.

    With `made`, a commit is told before it is pushed; see `commit_and_push`.
    """

    repo: Repository
    git: GitSettings
    clock: Clock
    made: Made | None = None

    def declare(self, said: Declare, request: Request) -> Written:
        """Write a new incident under a new id. Raises Failure when the file would not be valid."""

        def draft(shelf: Shelf) -> Draft:
            id = new_id(said.declared_at.date(), request.id, shelf.paths.__contains__)
            path = f"incidents/{said.declared_at:%Y/%m}/{id}.yaml"
            content = document(said.data(), SCHEMA).encode()
            incident = _valid(content, path, shelf.settings)
            body = "\n\n".join(filter(None, (incident.title, incident.summary)))
            return Draft(incident, content, f"declare {incident.severity}", body, new=True, calls=True)

        return _Errand(self, request, draft).run()

    def change(self, id: str, intention: Intention, request: Request) -> Written:
        """Carry out an intention on the incident whose id is `id`, or begins with it. Raises Failure.

        Conflict where somebody has set the same field since the person saw it.
        """

        def draft(shelf: Shelf) -> Draft:
            incident = shelf.incident(shelf.find(id))
            before = shelf.content(incident.id)
            other = unlike(intention, load_document(before, incident.path).data)
            if other is not None:
                raise conflict(shelf, incident, *other)
            content = edit(before, incident.path, edits(intention, incident))
            if content == before:
                return Draft(incident, None, _already(intention, incident))
            after = _valid(content, incident.path, shelf.settings)
            calls = isinstance(intention, Escalate)
            return Draft(after, content, *_told(intention, incident), calls=calls)

        return _Errand(self, request, draft).run()


class _Errand:
    """One request on its way: drafted anew at each try, and what came of the last one."""

    def __init__(self, desk: Desk, request: Request, draft: Callable[[Shelf], Draft]):
        self._desk, self._request, self._make = desk, request, draft
        self._tries = 0
        self._draft: Draft | None = None
        self._earlier: Written | None = None
        self._note = ""

    def run(self) -> Written:
        """Draft, commit and push it."""
        committed = self._pushed() if self._request.push else self._kept_here()
        if self._earlier:
            return self._earlier
        assert self._draft is not None
        incident, did = self._draft.incident, self._draft.did
        notes = (committed.note, self._note) if committed.commit else (self._note,)
        told = tuple(filter(None, notes))
        return Written(incident.id, incident.path, did, committed.commit, committed.pushed, told)

    def _pushed(self) -> Committed:
        desk = self._desk
        made = self._made if desk.made else None
        return commit_and_push(desk.repo, desk.git, self._files, self._words, desk.clock, made=made)

    def _made(self, commit: str) -> None:
        assert self._desk.made is not None
        assert self._draft is not None
        if self._draft.calls:
            path, new = self._draft.incident.path, self._draft.new
            self._desk.made(Fresh(commit, path, self._request.id, new))

    def _kept_here(self) -> Committed:
        desk, branch = self._desk, self._desk.git.branch
        parent = desk.repo.resolve(refs.branch_ref(branch))
        if parent is None and desk.repo.resolve(refs.tracking_ref(desk.git.remote, refs.branch_ref(branch))):
            raise Failure(f"there is no branch {branch} here yet", next=f"`git switch {branch}` makes it")
        files = self._files(parent)
        if not files:
            return Committed(None, pushed=False)
        commit = commit_edit(desk.repo, branch, parent, files, self._words(), desk.clock.now())
        return Committed(commit, pushed=False, note="committed here only, not pushed: --no-push")

    def _files(self, parent: str | None) -> Files:
        """The files to commit on `parent`: none where there is nothing left to do."""
        self._tries += 1
        shelf = shelf_at(self._desk.repo, parent)
        self._note = shelf.note
        may_be_done = self._request.given or self._tries > 1
        self._earlier = _earlier(shelf, self._request.id) if may_be_done else None
        if self._earlier:
            return {}
        self._draft = self._make(shelf)
        content = self._draft.content
        return {self._draft.incident.path: content} if content is not None else {}

    def _words(self) -> Words:
        if self._draft is None:
            return Words("", self._request.author, {})
        incident, did, body = self._draft.incident, self._draft.did, self._draft.body
        message = f"{incident.id}: edit" if incident.private else f"{incident.id}: {did}\n\n{body}"
        trailers = {"Incident": incident.id, "Via": self._request.via, "Request-Id": self._request.id}
        return Words(message, self._request.author, trailers)


def _earlier(shelf: Shelf, request: str) -> Written | None:
    """The commit that an earlier delivery of the request made."""
    if shelf.revision is None:
        return None
    look = (
        "-c",
        "log.showSignature=false",
        "log",
        _BY_REQUEST,
        "--fixed-strings",
        f"--grep=Request-Id: {request}",
    )
    words = text(shelf.repo.git.run(*look, "--end-of-options", shelf.revision)).split("\0")
    for commit, found, id in zip(words[::3], words[1::3], words[2::3], strict=False):
        if found.strip() == request:
            path = shelf.paths.get(id.strip(), ("",))[0]
            return Written(id.strip(), path, "", commit.strip(), pushed=False, notes=(), repeated=True)
    return None


def _valid(content: bytes, path: str, settings: Settings) -> Incident:
    try:
        return load_incident(content, path, settings)
    except BadFile as bad:
        first, *others = [problem for problem in bad.problems if problem.level == "error"]
        raise Unfit(
            f"nothing was written: {first.message}",
            detail="\n".join(problem.message for problem in others),
            next=first.hint and f"write {first.hint}",
        ) from None


def _told(intention: Intention, before: Incident) -> tuple[str, str]:
    """What a commit says: what was done, and its text."""
    match intention:
        case SetStatus(status, _, _):
            return _VERBS.get(status, f"status {status}"), f"status: {before.status} → {status}"
        case Reopen():
            return "reopen", f"status: {before.status} → {Status.INVESTIGATING}"
        case AddUpdate(_, said, _):
            return "update", said
        case SetField(path, value, _):
            return _set(path, value, before)
        case AddNote(_, said, _, _):
            return "note", said
        case Escalate(_, team, _, why):
            return f"escalate {team}", why
        case AddTo(key, name):
            return f"add to {key}", name


def _set(path: Path, value: object, before: Incident) -> tuple[str, str]:
    """`severity sev2`, `commander bo@example.com`: what fits a line is said in the first one."""
    name, words = str(path[-1]), "" if value is None else str(value)
    if value is None:
        return f"take out {name}", ""
    if path == ("severity",):
        return f"severity {words}", f"severity: {before.severity} → {words}"
    return (f"{name} {words}", "") if path[0] == "roles" else (f"set {name}", words)


def _already(intention: Intention, incident: Incident) -> str:
    if isinstance(intention, SetStatus | Reopen):
        return f"is {incident.status} already"
    return "says so already"
