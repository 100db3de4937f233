"""What an incident asks of Slack: a channel with its name, purpose, topic, bookmarks, people and messages."""

from __future__ import annotations

from datetime import datetime

from reconciler.incident.naming import channel_name
from reconciler.incident.text import one_line, person_name
from reconciler.plan.resource import Hold, Resource
from reconciler.plan.world import Absent, Observed, Present, World
from reconciler.targets.case import Case
from reconciler.targets.slack import messages, people
from reconciler.targets.slack.find import channel_seen, holding, seen_bookmark, suffix
from reconciler.targets.slack.names import NAME
from reconciler.targets.slack.text import topic_line


def resources(case: Case, world: World) -> list[Resource]:
    """All of one incident's things in Slack."""
    seen = channel_seen(case, world)
    return [
        channel(case, world, seen),
        purpose(case, world, seen),
        topic(case, world, seen),
        *messages.resources(case, world, seen),
        *bookmarks(case, world, seen),
        *people.invites(case, world, seen),
    ]


def channel(case: Case, world: World, seen: Observed) -> Resource:
    """The channel itself; its name carries the incident's id, and `-resolved` when it is over."""
    incident = case.incident
    name = desired_name(case, seen)
    over = archive_due(case)
    follow_up = isinstance(seen, Present) and not seen.live and incident.status.open
    return Resource(
        case.at(NAME, "channel"),
        f"archive #{name}" if over else f"#{name}",
        fields={"name": name},
        body={"private": incident.private, "follow_up": follow_up},
        live=not over,
        make=incident.status.open,
        seen=seen,
        due=over,
        hold=_hold(case, seen),
        reason="a follow-up channel: a bot cannot unarchive the old one" if follow_up else "",
        location=incident.where(),
    )


def desired_name(case: Case, seen: Observed) -> str:
    """The name for the status; a suffix that the channel already has is kept."""
    number = suffix(case, seen)
    if isinstance(seen, Present) and not seen.live and case.incident.status.open:
        number = max(number, 1) + 1
    return channel_name(
        case.settings.slack.channel_prefix,
        case.incident.id,
        resolved=not case.incident.status.open,
        follow_up=number,
    )


def over_since(case: Case) -> datetime | None:
    """When the incident was closed or canceled, as far as is known."""
    return case.history.began(case.incident.status) if case.incident.status.over else None


def archive_due(case: Case) -> bool:
    """True when the incident is over and its grace time has passed."""
    since = over_since(case)
    return since is not None and case.now >= since + case.settings.slack.archive_after


def _hold(case: Case, seen: Observed) -> Hold | None:
    incident = case.incident
    if incident.private and not case.settings.private_allowed:
        return Hold("private incidents are not allowed", "set `private: {allow: true}` in the settings")
    if not isinstance(seen, Present) or not incident.status.open:
        return None
    if not seen.live and not case.history.reopened_after_over:
        return Hold("the channel was archived in Slack, and a bot cannot unarchive", "unarchive it in Slack")
    if seen.extra.get("left"):
        return Hold("the bot is not in the channel any more", "type `/invite` with the bot's name in it")
    return None


def _alive(case: Case, seen: Observed) -> bool:
    """True where things in the channel are kept in line: it lives, or it is about to be made."""
    if isinstance(seen, Present):
        return not archive_due(case) and (seen.live or bool(case.history.reopened_after_over))
    return case.incident.status.open


def purpose(case: Case, world: World, seen: Observed) -> Resource:
    """The channel's purpose, which carries the mark."""
    text = topic_line(f"[{case.mark}] Incident channel, kept in line with the incident's file in Git")
    return _line(case, seen, "purpose", text)


def topic(case: Case, world: World, seen: Observed) -> Resource:
    """The channel's topic: `SEV1 · investigating · IC Ana · title`."""
    incident = case.incident
    commander = incident.roles.get("commander")
    parts = [
        "DRILL" if incident.drill else "",
        incident.severity.upper(),
        incident.status.value,
        f"IC {person_name(commander, case.settings)}" if commander else "no commander",
        one_line(incident.title),
    ]
    return _line(case, seen, "topic", topic_line(" · ".join(part for part in parts if part)))


def _line(case: Case, seen: Observed, thing: str, text: str) -> Resource:
    now: Observed | None = None
    if isinstance(seen, Present) and seen.live:
        now = Present(id=seen.id, fields={"text": seen.extra.get(thing, "")})
    return Resource(
        case.at(NAME, thing),
        text,
        fields={"text": text},
        make=_alive(case, seen),
        part_of=case.at(NAME, "channel"),
        needs=case.at(NAME, "channel"),
        seen=now if _alive(case, seen) else Absent(),
        location=case.incident.where("title"),
        body={"channel": holding(case, seen)},
        within=holding(case, seen),
    )


def bookmarks(case: Case, world: World, seen: Observed) -> list[Resource]:
    """The links in the channel's bar: the settings' and those of the services."""
    listed = list(case.settings.slack.bookmarks)
    for name in case.incident.services:
        service = case.settings.services.get(name)
        listed += service.bookmarks if service else ()
    return [
        Resource(
            case.at(NAME, f"bookmark/{bookmark.title}"),
            f'"{one_line(bookmark.title)}"',
            fields={"title": one_line(bookmark.title), "link": bookmark.url},
            body={"channel": holding(case, seen)},
            make=_alive(case, seen),
            part_of=case.at(NAME, "channel"),
            needs=case.at(NAME, "channel"),
            seen=seen_bookmark(case, world, seen, bookmark) if _alive(case, seen) else Absent(),
            within=holding(case, seen),
            location=case.settings.where("slack", "bookmarks"),
        )
        for bookmark in {one.title: one for one in listed}.values()
    ]
