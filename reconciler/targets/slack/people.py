"""Who is invited: each once an incident. Who left is not dragged back."""

from __future__ import annotations

from reconciler.errors import Location
from reconciler.incident.history import teams_asked
from reconciler.plan.address import Address
from reconciler.plan.resource import Hold, Resource
from reconciler.plan.world import Absent, Observed, Present, Unknown, World
from reconciler.targets.case import Case
from reconciler.targets.drift import policies
from reconciler.targets.slack.find import barred, holding
from reconciler.targets.slack.names import GROUPS, NAME, called, found, group, members, person


def wanted(case: Case) -> dict[str, Location]:
    """Who is to be invited, by e-mail address or @group, with the place that asks for it."""
    incident, settings = case.incident, case.settings
    asked: dict[str, Location] = {}
    if incident.reporter:
        asked.setdefault(incident.reporter, incident.where("reporter"))
    for role, who in incident.roles.items():
        asked.setdefault(who, incident.where("roles", role))
    for number, who in enumerate(incident.responders):
        asked.setdefault(who, incident.where("responders", number))
    if incident.private:
        return asked
    for team in teams_asked(incident, settings):
        for number, who in enumerate(settings.teams[team].invite):
            asked.setdefault(who, settings.where("teams", team, "invite", number))
    if not incident.drill:
        index = settings.severities.index(case.severity)
        for number, who in enumerate(case.severity.invite):
            asked.setdefault(who, settings.where("severities", index, "invite", number))
    return asked


def invites(case: Case, world: World, seen: Observed) -> list[Resource]:
    """One resource a person or group."""
    if not case.incident.status.open or barred(case, seen):
        return []
    return [_invite(case, world, seen, who, place) for who, place in wanted(case).items()]


def _invite(case: Case, world: World, seen: Observed, who: str, place: Location) -> Resource:
    users = ids(case, world, who)
    channel = holding(case, seen)
    listed = list(users.fields["ids"]) if isinstance(users, Present) else []
    return Resource(
        case.at(NAME, f"invite/{called(case, who)}"),
        "somebody" if case.incident.private else who,
        fields={"invited": True},
        body={"channel": channel, "users": listed, "who": who},
        drift=policies(NAME, "invite"),
        part_of=case.at(NAME, "channel"),
        needs=case.at(NAME, "channel"),
        after=_lookups(case, users, who),
        seen=_seen(case, world, users),
        hold=_nobody(case, who) if isinstance(users, Absent) else None,
        unread=users.reason if isinstance(users, Unknown) and users.looked else None,
        batch=f"invite {channel}",
        within=channel,
        location=place,
    )


def _lookups(case: Case, users: Observed, who: str) -> tuple[Address, ...]:
    """What an invite waits for: to be known who that is."""
    if isinstance(users, Present):
        return ()
    return (GROUPS, group(who)) if who.startswith("@") else (person(case, who),)


def ids(case: Case, world: World, who: str) -> Observed:
    """The Slack ids of a person or of a group's members, as `ids` among the fields."""
    exception = case.settings.people.get(who)
    if exception is not None and exception.slack:
        return Present(fields={"ids": [exception.slack]})
    if not who.startswith("@"):
        return world[person(case, who)]
    groups = world[GROUPS]
    if not isinstance(groups, Present):
        return groups
    return world[group(who)] if who.removeprefix("@") in groups.fields else Absent()


def _nobody(case: Case, who: str) -> Hold:
    if who.startswith("@"):
        return Hold(f"Slack has no user group {who}", "correct the name in the settings")
    return Hold(
        "no Slack user has this address" if case.incident.private else f"no Slack user has the address {who}",
        "correct the address, or give the Slack id under `people:` in the settings",
    )


def _seen(case: Case, world: World, users: Observed) -> Observed | None:
    """Invited once they are members, or were: who left shows in the channel's joins."""
    if not isinstance(users, Present):
        return Absent() if isinstance(users, Absent) else None
    listed, scanned = world[members(case)], world[found(case)]
    if not isinstance(listed, Present):
        return listed
    if not isinstance(scanned, Present):
        return scanned
    were = {*listed.fields["ids"], *scanned.extra.get("joined", ())}
    return Present(fields={"invited": True}) if set(users.fields["ids"]) <= were else Absent()
