"""One incident under several names in the course of time. Pure.

An incident keeps the id of its marks for ever: the first it had. A file that was renamed says so by
`formerly`, which lists the ids before, the oldest first; without it, a new name would be a new incident, and
everybody would be paged and told again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from reconciler.errors import Location, Problem

if TYPE_CHECKING:
    from reconciler.incident.model import Incident


class Claim(NamedTuple):
    """What one file says of its former ids, each with its place."""

    path: str
    formerly: Sequence[tuple[str, Location]]


def claim_of(incident: Incident) -> Claim:
    """The claims of an incident's file."""
    places = ((former, incident.where("formerly", n)) for n, former in enumerate(incident.formerly))
    return Claim(incident.path, tuple(places))


def conflicts(claims: Iterable[Claim], present: Mapping[str, str]) -> list[Problem]:
    """What cannot be: the id of a file that is there (`present`: id → path), or one that two files claim."""
    listed = list(claims)
    holders: dict[str, list[str]] = {}
    for claim in listed:
        for former, _ in claim.formerly:
            holders.setdefault(former, []).append(claim.path)
    problems = []
    for claim in listed:
        for former, place in claim.formerly:
            others = [path for path in holders[former] if path != claim.path]
            if former in present and present[former] != claim.path:
                problems.append(_still_there(place, former, present[former]))
            elif others:
                problems.append(_twice(place, former, others[0]))
    return problems


def _still_there(place: Location, former: str, path: str) -> Problem:
    message = f"{former} is still there, as {path}: only a file that was renamed can have had its id"
    return Problem(place, message, "no `formerly`, or remove the other file")


def _twice(place: Location, former: str, other: str) -> Problem:
    message = f"{other} says the same: only one file can be what {former} was"
    return Problem(place, message, f"`formerly: [{former}]` in one of the two")


def complete(formerly: Sequence[str], before: Mapping[str, Sequence[str]]) -> list[str]:
    """What `formerly` has to list: each id after those that its own last file named (`before`)."""
    return list(dict.fromkeys(id for former in formerly for id in (*before.get(former, ()), former)))


def incomplete(incident: Incident, whole: Sequence[str]) -> Problem:
    """A list that leaves out the first id, or is in another order."""
    message = f"the oldest id comes first: {', '.join(whole)} is how this file was called"
    return Problem(incident.where("formerly"), message, f"formerly: [{', '.join(whole)}]")


def never(incident: Incident, former: str, *, cut: bool) -> Problem:
    """A former id of which the history knows no file: everybody would be paged again under it."""
    place = incident.where("formerly", incident.formerly.index(former))
    if cut:
        message = f"the history here is cut off, so whether there was a file {former}.yaml cannot be seen"
        return Problem(place, message, "`git fetch --unshallow`, and the same again")
    return Problem(place, f"there never was a file {former}.yaml below incidents/", "the id that it had")


def unsaid(incident: Incident, old: str) -> Problem:
    """A file that is another one under a new name, and does not say so."""
    listed = ", ".join(dict.fromkeys([old, *incident.formerly]))
    message = f"this file is that of {old} under a new name: everybody would be paged and told again"
    hint = f"formerly: [{listed}]   (or another `declared_at`, if it is another incident)"
    return Problem(Location(incident.path), message, hint)


def alike(one: Incident, other: Incident) -> bool:
    """True for two files that must be about one incident."""
    return (one.declared_at, one.title) == (other.declared_at, other.title)
