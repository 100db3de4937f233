"""`reconciler new`, `update`, `status`, `severity`, `role`, `escalate` and their like: each is one commit."""

from __future__ import annotations

from datetime import datetime

import click

from reconciler.cli import candidates
from reconciler.cli.asking import Call, Time, read_text, verb
from reconciler.errors import Usage
from reconciler.incident.model import Status
from reconciler.incident.shown import quoted
from reconciler.incident.verbs import AddNote, AddUpdate, Declare, Escalate, Reopen, SetField, SetStatus
from reconciler.repo.verbs import Written

_OPEN = tuple(status.value for status in Status if status.open)
_ENDED = tuple(status.value for status in Status if not status.open)
_ID = click.argument("id", metavar="ID", shell_complete=candidates.incidents(*_OPEN, "resolved"))
_OPEN_ID = click.argument("id", metavar="ID", shell_complete=candidates.incidents(*_OPEN))
_ENDED_ID = click.argument("id", metavar="ID", shell_complete=candidates.incidents(*_ENDED))
_BY = click.option(
    "--by",
    metavar="ADDRESS",
    shell_complete=candidates.people,
    help="Who says so. Default: the author's address.",
)


@verb
@click.argument("title")
@click.option(
    "--severity",
    required=True,
    metavar="NAME",
    shell_complete=candidates.severities,
    help="One of the settings' severities.",
)
@click.option("--summary", default="", metavar="TEXT", help="What is known; `-` reads standard input.")
@click.option(
    "--service",
    "services",
    multiple=True,
    metavar="NAME",
    shell_complete=candidates.services,
    help="What is affected. Repeatable.",
)
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="ROLE=ADDRESS",
    shell_complete=candidates.roles,
    help="E.g. commander=ana@example.com.",
)
@click.option(
    "--responder",
    "responders",
    multiple=True,
    metavar="ADDRESS",
    shell_complete=candidates.people,
    help="Who helps. Repeatable.",
)
@click.option(
    "--page",
    multiple=True,
    metavar="TEAM",
    shell_complete=candidates.teams,
    help="Whom else to page. Repeatable.",
)
@click.option(
    "--adopt",
    multiple=True,
    metavar="TEAM=INCIDENT",
    help="A PagerDuty incident (id or address) that is the team's page already. Repeatable.",
)
@click.option("--bridge", metavar="URL", help="Where people talk.")
@click.option("--private", is_flag=True, help="Only those invited see it; the settings must allow it.")
@click.option("--drill", is_flag=True, help="An exercise.")
@click.option("--declared-at", type=Time(), help="Default: now.")
@_BY
def new(
    call: Call,
    title: str,
    severity: str,
    summary: str,
    services: tuple[str, ...],
    roles: tuple[str, ...],
    responders: tuple[str, ...],
    page: tuple[str, ...],
    adopt: tuple[str, ...],
    bridge: str | None,
    private: bool,
    drill: bool,
    declared_at: datetime | None,
    by: str | None,
) -> Written:
    """Declare an incident: one file, one commit."""
    said = Declare(
        title=title,
        severity=severity,
        declared_at=declared_at or call.now,
        reporter=call.person(by),
        summary=read_text(summary),
        services=services,
        roles=dict(_role(role) for role in roles),
        responders=responders,
        page=page,
        adopt={"pagerduty": dict(_page(one) for one in adopt)},
        bridge=bridge,
        private=private,
        drill=drill,
    )
    return call.desk.declare(said, call.request)


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
@_BY
def escalate(call: Call, id: str, team: str, why: str, by: str | None) -> Written:
    """Call for a team: page it, or notify it again where it was paged before."""
    return call.desk.change(id, Escalate(call.now, team, call.person(by), why), call.request)


@verb
@_ID
@click.argument("text")
@click.option("--at", type=Time(), help="When it happened. Default: now.")
@click.option("--link", metavar="URL", help="Where it was said.")
@_BY
def note(call: Call, id: str, text: str, at: datetime | None, link: str | None, by: str | None) -> Written:
    """Add a line to the document's timeline; nobody is told. TEXT `-` reads standard input."""
    said = AddNote(at or call.now, read_text(text), call.person(by), link)
    return call.desk.change(id, said, call.request)


@verb
@_ID
@click.argument("text")
@_BY
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


def _page(given: str) -> tuple[str, str]:
    team, found, incident = given.partition("=")
    if not (team and found and incident):
        raise Usage(f"{quoted(given)} names no page", next="write it like --adopt payments=Q1ABC2DEF3GHIJ")
    return team.strip(), incident.strip()


def _role(given: str) -> tuple[str, str]:
    role, found, address = given.partition("=")
    if not (role and found and address):
        raise Usage(f"{quoted(given)} is no role", next="write it like --role commander=ana@example.com")
    return role.strip(), address.strip()
