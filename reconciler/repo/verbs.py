"""Carries an intention out as one commit, whoever has it: the command line, or somebody in Slack.

The intention is applied to what is there when it is committed; when others were quicker, again to what they
left.
"""

from __future__ import annotations

from reconciler.errors import Failure
from reconciler.incident.model import Incident, Path, Status
from reconciler.incident.naming import new_id
from reconciler.incident.settings import Settings
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
from reconciler.repo.blame import conflict, replaced
from reconciler.repo.edit import edit
from reconciler.repo.errand import Draft, Errand, Post, Request, Written
from reconciler.repo.lines import document
from reconciler.repo.loader import BadFile, load_document, load_incident
from reconciler.repo.proposals import as_proposed, tips
from reconciler.repo.shelf import Shelf

#: The first line of a new file: an editor then completes and explains every key.
SCHEMA = "# yaml-language-server: $schema=../../../schemas/incident.schema.json\n"

_VERBS = {Status.RESOLVED: "resolve", Status.CLOSED: "close", Status.CANCELED: "cancel"}


class Unfit(Failure):
    """The file would not be valid; the message may quote what it would say."""


class Desk(Post):
    """A post that knows what people ask for."""

    __slots__ = ()

    def declare(self, said: Declare, request: Request) -> Written:
        """Write a new incident under a new id. Raises Failure when the file would not be valid."""

        def draft(shelf: Shelf) -> Draft:
            proposed = tips(self.repo, self.git)
            id = new_id(said.declared_at.date(), request.id, lambda id: id in shelf.paths or id in proposed)
            path = f"incidents/{said.declared_at:%Y/%m}/{id}.yaml"
            content = document(said.data(), SCHEMA).encode()
            incident = _valid(content, path, shelf.settings)
            body = "\n\n".join(filter(None, (incident.title, incident.summary)))
            return Draft(incident, content, f"declare {incident.severity}", body, new=True, calls=True)

        return Errand(self, request, draft).run()

    def change(self, id: str, intention: Intention, request: Request) -> Written:
        """Carry out an intention on the incident whose id is `id`, or begins with it. Raises Failure.

        Conflict where somebody has set the same field since the person saw it.
        """

        def draft(shelf: Shelf) -> Draft:
            incident = shelf.incident(shelf.find(id))
            before = shelf.content(incident.id)
            other = unlike(intention, load_document(before, incident.path).data)
            if other is not None:
                raise conflict(as_proposed(shelf, incident.id), incident, *other)
            content = edit(before, incident.path, edits(intention, incident))
            if content == before:
                return Draft(incident, None, _already(intention, incident))
            after = _valid(content, incident.path, shelf.settings)
            now, who = self.clock.now(), request.author
            note = replaced(as_proposed(shelf, incident.id), incident, intention, who, now)
            calls = isinstance(intention, Escalate)
            return Draft(after, content, *_told(intention, incident), calls=calls, note=note)

        return Errand(self, request, draft, id).run()


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
