"""How an incident stands, with buttons: what `/incident` shows in an incident's channel."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from reconciler.helper.answers import Content, actions, button, section
from reconciler.helper.progress import Progress, Thing
from reconciler.helper.said import line, link, paragraph
from reconciler.incident.model import Incident
from reconciler.incident.settings import Settings
from reconciler.incident.text import person_name, utc, web_link
from reconciler.repo.proposals import Proposal
from reconciler.views.proposed import NOTHING, ONLY_PAGES

_WHILE_OPEN = ("update", "status", "severity", "role", "escalate", "note", "resolve")
_AFTER = ("close", "reopen", "note")
_LABELS = {"update": "Tell what is new", "escalate": "Page a team", "note": "Note"}
_SURE = {
    "resolve": "Is it over? Everybody who was told is told.",
    "close": "Is the review done? The channel is archived after some days.",
    "reopen": "Is it back? On-call is paged again.",
}


def card(incident: Incident, settings: Settings, progress: Progress, review: str = "") -> Content:
    """The facts, whom was paged, the places, its review, and a button for what may be done next."""
    head = f"{incident.severity.upper()} · {incident.title}"
    blocks = [section("\n".join(_facts(incident, settings)))]
    places = "\n".join(_places(incident, progress))
    blocks += [section(words) for words in (places, review) if words]
    verbs = _WHILE_OPEN if incident.status.open else _AFTER if not incident.status.over else ("reopen",)
    blocks.append(actions([_button(verb, incident.id) for verb in verbs]))
    return {"text": line(head), "blocks": blocks}


def review_of(waits: Proposal | None, web: str | None) -> str:
    """What is said of an incident that is shown as a branch proposes it."""
    if waits is None:
        return ""
    search = web_link(f"{web}/pulls?q={quote(f'is:pr head:{waits.branch}')}") if web else None
    place = link(search, waits.branch) if search else f"`{line(waits.branch)}`"
    return f":eyes: Shown as {place} proposes it: {ONLY_PAGES if waits.new else NOTHING}."


def _facts(one: Incident, settings: Settings) -> Iterator[str]:
    flags = [word for word, is_set in (("drill", one.drill), ("private", one.private)) if is_set]
    yield f"*{line(one.severity.upper())} · {line(one.title)}*"
    yield " · ".join([one.status.value, *flags, f"declared {utc(one.declared_at)}", f"`{one.id}`"])
    if one.summary:
        yield paragraph(one.summary, 800)
    for role, who in one.roles.items():
        yield f"*{line(role.capitalize())}:* {line(person_name(who, settings))}"
    if one.services:
        yield f"*Services:* {line(', '.join(one.services))}"
    if one.updates:
        last = max(one.updates, key=lambda update: update.at)
        yield f"*Last told:* {utc(last.at)}\n{paragraph(last.text, 600)}"


def _places(incident: Incident, progress: Progress) -> Iterator[str]:
    for page in progress.pages:
        yield f":pager: {_page(page)}"
    if progress.channel and progress.channel.id:
        yield f":speech_balloon: <#{progress.channel.id}>"
    if progress.document and progress.document.url:
        yield f":page_facing_up: {link(progress.document.url, 'document')}"
    if incident.bridge:
        yield f":telephone_receiver: {link(incident.bridge, 'bridge')}"


def _page(page: Thing) -> str:
    name = link(page.url, page.name) if page.url else line(page.name)
    if not page.there:
        return f"{name} not paged yet{f': {line(page.why)}' if page.why else ''}"
    return f"{name} acknowledged by {line(page.taken)}" if page.taken else f"{name} paged, not acknowledged"


def _button(verb: str, id: str) -> Content:
    label = _LABELS.get(verb, verb.capitalize())
    shown = button(verb, label, id)
    if verb in _SURE:
        shown["confirm"] = {
            "title": {"type": "plain_text", "text": label},
            "text": {"type": "plain_text", "text": _SURE[verb]},
            "confirm": {"type": "plain_text", "text": label},
            "deny": {"type": "plain_text", "text": "Not yet"},
        }
    return shown
