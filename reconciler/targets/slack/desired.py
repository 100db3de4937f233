"""What an incident asks of Slack: a channel with its name, purpose, topic, bookmarks, people and messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconciler.incident.naming import channel_name
from reconciler.incident.text import one_line, person_name
from reconciler.plan.change import Cause
from reconciler.plan.resource import Hold, Resource
from reconciler.plan.world import Absent, Observed, Present, World
from reconciler.targets.case import Case
from reconciler.targets.drift import policies
from reconciler.targets.slack import bar, messages, people
from reconciler.targets.slack.find import (
    barred,
    channel_seen,
    follow_up,
    holding,
    suffix,
)
from reconciler.targets.slack.names import NAME
from reconciler.targets.slack.text import as_bookmark, comparable, topic_line


def resources(case: Case, world: World) -> list[Resource]:
    """All of one incident's things in Slack."""
    seen = channel_seen(case, world)
    told = messages.resources(case, world, seen)
    own = channel(case, seen)
    if case.past_grace:
        own = replace(own, after=tuple(one.address for one in told if one.part_of == own.address))
    return [
        own,
        purpose(case, seen),
        topic(case, seen),
        *told,
        *bookmarks(case, world, seen),
        *_twice(case, world, seen),
        *people.invites(case, world, seen),
    ]


def channel(case: Case, seen: Observed) -> Resource:
    """The channel itself; its name carries the incident's id, and `-resolved` when it is over."""
    incident = case.incident
    name = desired_name(case, seen)
    due = case.past_grace
    gone = isinstance(seen, Present) and not seen.live
    anew, bar = follow_up(case, seen), barred(case, seen)
    return Resource(
        case.at(NAME, "channel"),
        f"archive #{name}" if due else f"#{name}",
        fields={"name": name} | ({"usable": True} if bar else {}),
        body={"private": incident.private, "follow_up": anew},
        live=not due and (incident.status.open or not gone),
        make=incident.status.open,
        drift=policies(NAME, "channel"),
        seen=seen,
        due=due,
        hold=bar or _hold(case, seen),
        reason="a follow-up channel: a bot cannot unarchive the old one" if anew else "",
        location=incident.where("title"),
    )


def desired_name(case: Case, seen: Observed) -> str:
    """The name for the status; a suffix that the channel already has is kept."""
    number = suffix(case, seen)
    if follow_up(case, seen):
        number = max(number, 1) + 1
    return channel_name(
        case.settings.slack.channel_prefix,
        case.id,
        resolved=not case.incident.status.open,
        follow_up=number,
    )


def _hold(case: Case, seen: Observed) -> Hold | None:
    incident = case.incident
    if incident.private and not case.settings.private_allowed:
        return Hold("private incidents are not allowed", "set `private: {allow: true}` in the settings")
    archived = isinstance(seen, Present) and not seen.live
    if archived and incident.status.open and not follow_up(case, seen):
        return Hold("the channel was archived in Slack, and a bot cannot unarchive", "unarchive it in Slack")
    return None


def _alive(case: Case, seen: Observed) -> bool:
    """True where things in the channel are kept in line: it lives, or it is about to be made."""
    if isinstance(seen, Present):
        return bool(holding(case, seen) and not case.past_grace) or follow_up(case, seen)
    return case.incident.status.open


def purpose(case: Case, seen: Observed) -> Resource:
    """The channel's purpose, which carries the mark."""
    text = topic_line(f"[{case.mark}] Incident channel, kept in line with the incident's file in Git")
    return _line(case, seen, "purpose", text)


def topic(case: Case, seen: Observed) -> Resource:
    """The channel's topic: `SEV1 · investigating · IC Ana · title`; plans show it, so nothing private."""
    incident = case.incident
    commander = incident.roles.get("commander")
    parts = [
        "DRILL" if incident.drill else "",
        incident.severity.upper(),
        incident.status.value,
    ]
    if not incident.private:
        parts += [
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
        fields={"text": comparable(text)},
        make=_alive(case, seen),
        drift=policies(NAME, thing),
        part_of=case.at(NAME, "channel"),
        needs=case.at(NAME, "channel"),
        seen=now if _alive(case, seen) else Absent(),
        location=case.incident.where("title"),
        body={"channel": holding(case, seen), "text": text},
        within=holding(case, seen),
    )


def bookmarks(case: Case, world: World, seen: Observed) -> list[Resource]:
    """The links in the channel's bar: the settings' and those of the services."""
    wanted = {bookmark.title: (bookmark, place) for bookmark, place in bar.wanted(case)}
    return [
        Resource(
            bar.address(case, bookmark),
            f'"{one_line(bookmark.title)}"',
            fields=as_bookmark(bookmark.title, bookmark.url),
            body={"channel": holding(case, seen), "title": one_line(bookmark.title), "link": bookmark.url},
            make=_alive(case, seen),
            drift=policies(NAME, "bookmark"),
            part_of=case.at(NAME, "channel"),
            needs=case.at(NAME, "channel"),
            seen=bar.seen_in(case, world, seen, bookmark) if _alive(case, seen) else Absent(),
            within=holding(case, seen),
            location=place,
        )
        for bookmark, place in wanted.values()
    ]


def _twice(case: Case, world: World, seen: Observed) -> Iterator[Resource]:
    """What two runs at once have both made, as Slack lets them: a second channel, a second bookmark."""
    if not isinstance(seen, Present):
        return
    for twin in seen.extra.get("twins", ()):
        if not twin["words"]:
            summary = f"a second #{twin['name']} that nobody has written in is archived"
            yield _retired(case, "channel", twin["id"], summary, {})
    for bookmark, _ in bar.wanted(case):
        for id in bar.twice(case, world, bookmark):
            summary = f'"{one_line(bookmark.title)}" is there twice'
            yield _retired(case, "bookmark", id, summary, {"channel": holding(case, seen)})


def _retired(case: Case, kind: str, id: str, summary: str, body: Mapping[str, str]) -> Resource:
    return Resource(
        case.at(NAME, f"duplicate-{kind}/{id}"),
        summary,
        body=body,
        live=False,
        drift=policies(NAME, "duplicate"),
        seen=Present(id=id),
        cause=Cause.DRIFTED,
    )
