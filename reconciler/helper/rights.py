"""Who may: the settings name people, user groups and channels; who is refused hears who can.

Guests, and people of other workspaces, may nothing unless a person's address or a user group names them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from reconciler.helper.asked import Asked
from reconciler.helper.verbs import Right
from reconciler.incident.model import Incident
from reconciler.incident.settings import Settings

#: User group → the ids of its members.
Groups = Mapping[str, Collection[str]]

_DOES = {
    Right.DECLARE: "declare incidents",
    Right.LEAD: "change incidents",
    Right.CLOSE: "close or cancel incidents",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as Slack knows them. `guest`: no member of this workspace, or one with less rights."""

    id: str
    name: str
    address: str = ""
    guest: bool = False
    gone: bool = False  # deactivated, or a bot

    @property
    def author(self) -> tuple[str, str]:
        """Who the commit is by; who shows no address gets one at which nobody reads."""
        return self.name or self.id, self.address or f"{self.id}@slack.invalid"


def address_of(person: Person, settings: Settings) -> str:
    """The address by which files name somebody: the settings' exception, else Slack's; perhaps none."""
    own = (address for address, known in settings.people.items() if known.slack == person.id)
    return next(own, person.address)


def groups_named(settings: Settings) -> list[str]:
    """The user groups that the settings give a right."""
    named = [*settings.helper.private]
    for right in Right:
        named += entries(right, settings) or ()
    return list(dict.fromkeys(one for one in named if one.startswith("@")))


def entries(right: Right, settings: Settings) -> tuple[str, ...] | None:
    """Whom the settings name for a right; None: every member."""
    named: tuple[str, ...] | None = getattr(settings.helper, right.value)
    return named


def refusal(person: Person, right: Right | None, asked: Asked, settings: Settings, groups: Groups) -> str:
    """Why somebody may not; empty where they may. To look takes no right, only to be no stranger."""
    if right is None:
        may_any = any(not refusal(person, one, asked, settings, groups) for one in Right)
        known = not (person.guest or person.gone)
        return "" if known or may_any else "Guests and people of other workspaces see no incidents here."
    named = entries(right, settings)
    if not person.gone:
        if named is None and not person.guest:
            return ""
        if named is not None and _named(person, named, settings, groups):
            return ""
        if named is not None and not person.guest and _in_channel(asked, named):
            return ""
    does = _DOES[right]
    who = f"Who can: {_listed(named)}." if named is not None else "Every member of this workspace can."
    guest = "Guests and people of other workspaces" if person.guest else "You"
    return (
        f"{guest} may not {does} here. {who}\nThe settings can name others: `helper: {{{right.value}: …}}`."
    )


def hidden(person: Person, incident: Incident, asked: Asked, settings: Settings, groups: Groups) -> str:
    """Why somebody may not see an incident; empty where they may."""
    if not incident.private:
        return ""
    named = settings.helper.private
    if not person.gone and (
        address_of(person, settings) in set(_inside(incident))
        or _named(person, named, settings, groups)
        or (not person.guest and _in_channel(asked, named))
    ):
        return ""
    others = f", and {_listed(named)}" if named else ""
    return f"{incident.id} is private. Who can see it: the people whom it names{others}."


def _inside(incident: Incident) -> Iterator[str]:
    yield from filter(None, (incident.reporter, *incident.roles.values(), *incident.responders))


def _named(person: Person, named: Collection[str], settings: Settings, groups: Groups) -> bool:
    address = address_of(person, settings).casefold()
    people = {one.casefold() for one in named if "@" in one[1:]}
    return bool(address and address in people) or any(
        person.id in groups.get(one, ()) for one in named if one.startswith("@")
    )


def _in_channel(asked: Asked, named: Collection[str]) -> bool:
    return bool(asked.channel) and (asked.channel in named or f"#{asked.channel_name}" in named)


def _listed(named: Collection[str]) -> str:
    if not named:
        return "nobody from Slack"
    ways = [f"whoever asks in {_channel(one)}" if _is_channel(one) else one for one in named]
    return ", ".join(ways)


def _channel(named: str) -> str:
    return named if named.startswith("#") else f"<#{named}>"


def _is_channel(named: str) -> bool:
    return named.startswith("#") or (named.isupper() and named[0] in "CG" and "@" not in named)
