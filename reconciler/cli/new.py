"""`reconciler new`: a person at a shell, a form on GitHub or another system declares an incident."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import click

from reconciler.cli import candidates
from reconciler.cli.asking import BY, Call, read_text, verb
from reconciler.cli.summary import JOB_SUMMARY, summarised
from reconciler.cli.times import Time
from reconciler.errors import Failure, Usage
from reconciler.forge import actions
from reconciler.incident.dispatch import Dispatched, dispatched, request_of
from reconciler.incident.shown import inert, quoted
from reconciler.incident.verbs import Declare
from reconciler.repo.errand import Request, Written
from reconciler.repo.verbs import Unfit
from reconciler.views.problems import annotation
from reconciler.views.summary import written_markdown


@verb
@click.argument("title", required=False)
@click.option(
    "--severity",
    metavar="NAME",
    shell_complete=candidates.severities,
    help="One of the settings' severities; needed, as TITLE is.",
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
@click.option("--key", metavar="KEY", help="What has been declared with this KEY is not declared again.")
@click.option(
    "--from-event",
    is_flag=True,
    help="In GitHub Actions: what the form or the dispatch says, and no options.",
)
@JOB_SUMMARY
@BY
def new(
    call: Call, key: str | None, from_event: bool, job_summary: str | None, by: str | None, **given: Any
) -> Written:
    """Declare an incident: one file, one commit."""
    with summarised(job_summary) as tell:
        if from_event:
            said, named = _sent(call, by, given)
        else:
            said, named = _typed(call, by, **given), ""
        request = _request(call.request, key or named, from_event)
        if request.given:
            _know_the_past(call)
        written = _declared(call, said, request, from_event)
        tell(written_markdown(written))
        _warn(written)
    return written


def _warn(written: Written) -> None:
    """What was not done as it should be is easily overlooked in a job that ends well."""
    if actions.inside(os.environ):
        for note in written.notes:
            click.echo(annotation("warning", note), err=True)


def _sent(call: Call, by: str | None, given: Mapping[str, Any]) -> Dispatched:
    """What came with the event. Raises Failure."""
    if any(given.values()):
        raise Usage(
            "--from-event takes the incident from the event, and from nowhere else",
            next="leave out the title and the options that describe it",
        )
    said, key = dispatched(actions.form(os.environ), call.now)
    return Dispatched(replace(said, reporter=said.reporter or call.person(by)), key)


def _typed(
    call: Call,
    by: str | None,
    *,
    title: str | None,
    severity: str | None,
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
) -> Declare:
    """What was typed. Raises Usage."""
    if title is None:
        raise click.UsageError("Missing argument 'TITLE'.")
    if severity is None:
        raise click.UsageError("Missing option '--severity'.")
    return Declare(
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


def _request(request: Request, key: str, from_event: bool) -> Request:
    """The request, known again by its key; a run of a workflow that is run again, by the run."""
    id = request_of(key) if key else actions.run(os.environ) if from_event else ""
    if not id:
        return request
    if request.given:
        raise Usage("a request has one id", next="give --key or --request-id, not both")
    return replace(request, id=id, given=True)


def _know_the_past(call: Call) -> None:
    """Whether a key is new is a question to the whole history; what cannot be had holds nothing up."""
    try:
        call.desk.repo.deepen(call.desk.git.remote, call.desk.git.branch)
    except Failure as failure:
        click.echo(inert(f"{failure.message}: what was declared before may not be known"), err=True)


def _declared(call: Call, said: Declare, request: Request, from_event: bool) -> Written:
    """Declare it. Of one that is private, the log of a job does not tell what is wrong in it."""
    try:
        return call.desk.declare(said, request)
    except Unfit:
        if not (said.private and from_event):
            raise
        raise Failure(
            "nothing was declared: this private incident does not fit the settings",
            next="are private ones allowed there, and are its severity, services and teams names of theirs?",
        ) from None


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
