"""`reconciler update`, `status`, `severity`, `role`, `escalate` and their like: each is one commit."""

from __future__ import annotations

from datetime import datetime

import click

from reconciler.cli import candidates
from reconciler.cli.asking import BY, Call, read_text, verb
from reconciler.cli.times import Time
from reconciler.incident.model import Status
from reconciler.incident.verbs import AddNote, AddUpdate, Escalate, Reopen, SetField, SetStatus
from reconciler.repo.errand import Written

_OPEN = tuple(status.value for status in Status if status.open)
_ENDED = tuple(status.value for status in Status if not status.open)
_ID = click.argument("id", metavar="ID", shell_complete=candidates.incidents(*_OPEN, "resolved"))
_OPEN_ID = click.argument("id", metavar="ID", shell_complete=candidates.incidents(*_OPEN))
_ENDED_ID = click.argument("id", metavar="ID", shell_complete=candidates.incidents(*_ENDED))


@verb
@_ID
@click.argument("title")
def title(call: Call, id: str, title: str) -> Written:
    """Say in other words what is broken."""
    return call.desk.change(id, SetField(("title",), title), call.request)


@verb
@_ID
@click.argument("name", shell_complete=candidates.severities)
def severity(call: Call, id: str, name: str) -> Written:
    """Make it worse or less bad: NAME is one of the settings' severities."""
    return call.desk.change(id, SetField(("severity",), name), call.request)


@verb
@_ID
@click.argument("role", shell_complete=candidates.role_names)
@click.argument("address", shell_complete=candidates.people)
def role(call: Call, id: str, role: str, address: str) -> Written:
    """Give somebody a role, such as commander. ADDRESS `none` takes it away."""
    value = None if address == "none" else address.strip()
    return call.desk.change(id, SetField(("roles", role.strip()), value), call.request)


@verb
@_OPEN_ID
@click.argument("team", shell_complete=candidates.teams)
@click.argument("why", default="")
@BY
def escalate(call: Call, id: str, team: str, why: str, by: str | None) -> Written:
    """Call for a team: page it, or notify it again where it was paged before."""
    return call.desk.change(id, Escalate(call.now, team, call.person(by), why), call.request)


@verb
@_ID
@click.argument("text")
@click.option("--at", type=Time(), help="When it happened. Default: now.")
@click.option("--link", metavar="URL", help="Where it was said.")
@BY
def note(call: Call, id: str, text: str, at: datetime | None, link: str | None, by: str | None) -> Written:
    """Add a line to the document's timeline; nobody is told. TEXT `-` reads standard input."""
    said = AddNote(at or call.now, read_text(text), call.person(by), link)
    return call.desk.change(id, said, call.request)


@verb
@_ID
@click.argument("text")
@BY
def update(call: Call, id: str, text: str, by: str | None) -> Written:
    """Tell everybody who was told of the incident. TEXT `-` reads standard input."""
    return call.desk.change(id, AddUpdate(call.now, read_text(text), call.person(by)), call.request)


@verb
@_ID
@click.argument("status", metavar="STATUS", type=click.Choice([status.value for status in Status]))
def status(call: Call, id: str, status: str) -> Written:
    """Set the status: investigating, identified, mitigated, resolved, closed or canceled."""
    return call.desk.change(id, SetStatus(Status(status), call.now), call.request)


@verb
@_OPEN_ID
def resolve(call: Call, id: str) -> Written:
    """All clear."""
    return call.desk.change(id, SetStatus(Status.RESOLVED, call.now), call.request)


@verb
@_ID
def close(call: Call, id: str) -> Written:
    """The review is done."""
    return call.desk.change(id, SetStatus(Status.CLOSED, call.now), call.request)


@verb
@_OPEN_ID
def cancel(call: Call, id: str) -> Written:
    """It was a false alarm."""
    return call.desk.change(id, SetStatus(Status.CANCELED, call.now), call.request)


@verb
@_ENDED_ID
def reopen(call: Call, id: str) -> Written:
    """It is back, or it was never over: investigating again."""
    return call.desk.change(id, Reopen(call.now), call.request)
