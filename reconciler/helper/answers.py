"""What the helper says: pure text and blocks. Anybody's words are escaped, so that they call nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciler.errors import Failure
from reconciler.helper.progress import OVERDUE, Progress, Thing
from reconciler.helper.said import line, link, paragraph
from reconciler.helper.verbs import ALIASES, VERBS, Wish
from reconciler.incident.model import Incident
from reconciler.incident.settings import Settings
from reconciler.incident.text import person_name, web_link
from reconciler.repo.errand import Written
from reconciler.views.proposed import meanwhile

Content = dict[str, Any]

#: What a button's action is called, before its verb.
PRESSED = "incident:"
#: What commits are called, as what was done.
_DONE = {
    "declare": "declared",
    "update": "told what is new",
    "resolve": "resolved",
    "close": "closed",
    "cancel": "canceled",
    "reopen": "reopened",
    "escalate": "called for",
    "note": "noted",
}
_SHELL = re.compile(r"reconciler ([a-z]+)(?: --all)?")
#: So much a button carries.
_VALUE = 2000


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer is about: the commit, what it says, by whom, since when."""

    written: Written
    incident: Incident
    by: str
    since: datetime
    web: str | None = None
    again: str = ""  # a team that had been paged before it was called for
    merged: bool = False  # what was proposed is reviewed by now


def said(text: str) -> Content:
    """A message of text alone, which names nobody who is not meant."""
    return {"text": text, "blocks": [section(text)]}


def elsewhere() -> Content:
    """Where an answer is that is for one person alone."""
    return said("The answer is among this app's own messages to you, and is kept up to date there.")


def actions(buttons: Sequence[Content]) -> Content:
    """Buttons in a row."""
    return {"type": "actions", "elements": list(buttons)}


def button(verb: str, label: str, value: str) -> Content:
    """A button, and what comes back when it is pressed."""
    text = {"type": "plain_text", "text": label}
    return {"type": "button", "action_id": f"{PRESSED}{verb}", "text": text, "value": value}


def pressing(wish: Wish) -> str:
    """A wish as a button carries it."""
    return json.dumps(
        {"verb": wish.verb, "incident": wish.incident, "values": dict(wish.values)}, default=str
    )


def pressed(action: str, value: str) -> Wish | None:
    """What a button asks for; None for one of somebody else's."""
    verb = action.removeprefix(PRESSED)
    if verb == "again":
        known = json.loads(value)
        return Wish(known["verb"], known["incident"], known["values"])
    return Wish(verb, value) if verb in VERBS else None


def section(text: str) -> Content:
    """A paragraph; Slack takes no more than 3,000 characters."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:3000]}}


def failed(failure: Failure, wish: Wish | None = None) -> Content:
    """Why nothing was written, and what to do; a form's wish is offered again, with what was typed."""
    parts = [f":x: {line(failure.message)}"]
    parts += [paragraph(failure.detail, 600)] if failure.detail else []
    parts += [f"*Next:* {line(_SHELL.sub(_in_slack, failure.next))}"] if failure.next else []
    content = said("\n".join(parts))
    again = pressing(wish) if wish and VERBS[wish.verb].fields else ""
    if again and len(again) <= _VALUE:
        content["blocks"].append(actions([button("again", "Open the form again", again)]))
    return content


def refused(words: str) -> Content:
    """Why somebody may not, and who can."""
    return said(f":no_entry: {words}")


def too_late(wish: Wish) -> Content:
    """What was asked for while no process was there to do it, too long ago."""
    return said(
        f":warning: {line(wish.verb)} was not carried out: the helper had ended before it could be,"
        " too long ago to do it now. Ask again if it is still wanted."
    )


def writing(title: str) -> Content:
    """Before there is a commit."""
    return said(f":hourglass_flowing_sand: Writing it down: {line(title)}")


def committed(told: Told) -> Content:
    """One change was made, which the reconciler carries out as ever."""
    written = told.written
    if written.commit is None:
        return said(
            f":information_source: {line(told.incident.id)} {line(written.did)}. Nothing was changed."
        )
    if written.repeated:
        words = "was carried out before; nothing was changed"
        return said(f":information_source: {line(written.id)}: this request {words}. {_commit(told)}")
    lines = [f":white_check_mark: {written.id}: {_done(written.did)} · {_commit(told)}", *_notes(written)]
    lines += _unreviewed(written)
    return said("\n".join(lines))


def written_at_least(written: Written, failure: Failure) -> Content:
    """There is a commit, and no more can be told of it."""
    words = f":white_check_mark: {written.id}: {_done(written.did)} · commit `{(written.commit or '')[:8]}`"
    return said(f"{words}\n:warning: how it goes on cannot be told: {line(failure.message)}")


def kept(told: Told, progress: Progress, settings: Settings, now: datetime) -> Content:
    """A declaration, or a page, and what has become of it: committed, paged, channel, document."""
    written, incident = told.written, told.incident
    drill = "[DRILL] " if incident.drill else ""
    head = f"*{drill}{line(incident.severity.upper())} · {line(incident.title)}*"
    first = f"`{incident.id}` · {_done(written.did)} by {line(told.by)} · {_commit(told)}"
    lines = [head, first, *_notes(written)]
    lines += [] if told.merged else _unreviewed(written)
    lines += _pages(told, progress, settings, now)
    lines += [] if incident.status.open else [f":checkered_flag: {incident.status.value}"]
    for thing, icon, word in (
        (progress.channel, ":speech_balloon:", "channel"),
        (progress.document, ":page_facing_up:", "document"),
    ):
        lines += [_place(thing, icon, word, overdue=now - told.since >= OVERDUE)] if thing else []
    return said("\n".join(filter(None, lines)))


def helped(settings: Settings) -> Content:
    """What there is to type."""
    lines = [f"`/incident {verb.usage}`  {verb.does}" for verb in VERBS.values() if verb.typed]
    lines += [f"`{alias}`  as `/incident {ALIASES[alias]}`" for alias in settings.helper.aliases]
    last = (
        "In an incident's channel it is that incident; elsewhere its id comes first: `/incident update ID …`"
    )
    return said("\n".join(["*What to type*", *lines, last]))


def listed(incidents: Sequence[Incident], hidden: int, settings: Settings, now: datetime) -> Content:
    """The open incidents that somebody may see, the worst first."""
    rank = {severity.name: place for place, severity in enumerate(settings.severities)}
    ordered = sorted(incidents, key=lambda one: (rank.get(one.severity, len(rank)), one.declared_at, one.id))
    lines = [_row(one, settings, now) for one in ordered[:25]]
    lines += [f"… and {len(ordered) - 25} more: `reconciler list`"] if len(ordered) > 25 else []
    lines += [f"_{hidden} private_"] if hidden else []
    return said("\n".join(lines) if lines else "Nothing is open.")


def _row(one: Incident, settings: Settings, now: datetime) -> str:
    minutes = int((now - one.declared_at).total_seconds() // 60)
    aged = (
        f"{minutes} min"
        if minutes < 120
        else f"{minutes // 60} h"
        if minutes < 2880
        else f"{minutes // 1440} d"
    )
    commander = one.roles.get("commander")
    who = f" · IC {line(person_name(commander, settings))}" if commander else ""
    head = f"*{line(one.severity.upper())}* · {one.status.value} · {aged}"
    return f"{head} · {line(one.title, 150)} · `{one.id}`{who}"


# parts of an answer


def _done(did: str) -> str:
    """What a commit is called, as what was done."""
    verb, _, rest = did.partition(" ")
    return line(f"{_DONE.get(verb, verb)} {rest}")


def _in_slack(found: re.Match[str]) -> str:
    """A verb of the shell as it is typed here."""
    return f"/incident {found[1]}" if found[1] in VERBS else found[0]


def _commit(told: Told) -> str:
    commit = told.written.commit
    if commit is None:
        return ""
    place = web_link(f"{told.web}/commit/{commit}") if told.web and told.written.pushed else None
    return link(place, f"commit {commit[:8]}") if place else f"commit `{commit[:8]}`"


def _notes(written: Written) -> Iterator[str]:
    yield from (f":warning: {line(note)}" for note in written.notes)


def _unreviewed(written: Written) -> Iterator[str]:
    """Where it waits for its review, and what that means for whoever needs people now."""
    proposed = written.proposed
    if proposed is None or written.commit is None:
        return
    place = f"branch `{line(proposed.branch)}`"
    if proposed.pull is not None:
        place = f"pull request #{proposed.pull.number}"
        place = link(proposed.pull.url, place) if web_link(proposed.pull.url) else place
    yield f":eyes: {place} waits for review: {meanwhile(proposed)}"
    if written.did.startswith("escalate ") and not proposed.new:
        yield ":rotating_light: *Call them yourself now*, or have it merged."


def _pages(told: Told, progress: Progress, settings: Settings, now: datetime) -> Iterator[str]:
    if not progress.pages and told.incident.status.open:
        yield ":bell: nobody is paged: neither the severity nor the services name a team"
    overdue = now - told.since >= OVERDUE
    for page in progress.pages:
        yield _page(page, settings, overdue=overdue)
    if progress.again:
        yield _again(progress.again, settings, overdue=overdue)


def _page(page: Thing, settings: Settings, *, overdue: bool) -> str:
    name = f"*{link(page.url, page.name)}*" if page.url else f"*{line(page.name)}*"
    if page.there:
        return f":pager: {name} paged{f', acknowledged by {line(page.taken)}' if page.taken else ''}"
    if not overdue:
        return f":hourglass_flowing_sand: paging {name} …{f' ({line(page.why)})' if page.why else ''}"
    why = line(page.why) if page.why else "nothing was heard of a reconciler for a minute: does one run?"
    return f":rotating_light: {name} was *not paged*: {why}\n{_call(page.name, settings)}"


def _again(call: Thing, settings: Settings, *, overdue: bool) -> str:
    if call.there:
        return f":bell: *{line(call.name)}* was notified again"
    if not overdue:
        return f":hourglass_flowing_sand: notifying *{line(call.name)}* again …"
    why = f": {line(call.why)}" if call.why else ""
    return f":rotating_light: *{line(call.name)}* was *not notified again*{why}\n{_call(call.name, settings)}"


def _call(team: str, settings: Settings) -> str:
    """Whom to call, in the settings' own words."""
    known = settings.teams.get(team)
    people = ", ".join(line(one) for one in known.invite) if known and known.invite else "whoever is on call"
    service = f" for PagerDuty's service {known.pagerduty_service}" if known else ""
    return f"*Call {line(team)} yourself now*: {people}{service}."


def _place(thing: Thing, icon: str, word: str, *, overdue: bool) -> str:
    if not thing.there and not overdue:
        return f":hourglass_flowing_sand: making the {word} …{f' ({line(thing.why)})' if thing.why else ''}"
    if not thing.there:
        return f":warning: no {word} yet{f': {line(thing.why)}' if thing.why else ''}"
    if word == "channel" and thing.id:
        return f"{icon} <#{thing.id}>"
    return f"{icon} {link(thing.url, word)}" if thing.url else f"{icon} the {word} is there"
