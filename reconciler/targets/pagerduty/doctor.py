"""Is PagerDuty ready: the key, the sender, and the services, policies and priorities of the settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.errors import Location
from reconciler.incident.settings import Settings, Team
from reconciler.incident.text import one_line
from reconciler.plan.diagnosis import Diagnosis, bad, good, know
from reconciler.targets.doctor import Examination, examine, some
from reconciler.targets.pagerduty.target import PagerDuty
from reconciler.targets.seam import Api, Unanswered, items_of, text_of

PAGERDUTY = PagerDuty()
_PAGES_AT_MOST = 20

Json = Mapping[str, Any]


def diagnoses(api: Api, settings: Settings) -> Iterator[Diagnosis]:
    """All that can be known of PagerDuty without writing."""
    token = examine(
        PAGERDUTY,
        "what the token gives access to",
        lambda: items_of(api.call("GET /abilities"), "abilities"),
    )
    if token.failed:
        yield token.failed
        return
    yield good("the token is valid")
    yield know(
        "whether the token may write cannot be known without writing",
        "see in PagerDuty (Integrations › API Access Keys) that the key is not read-only",
    )
    yield from _sender(api, settings)
    for team in settings.teams.values():
        yield from _service(api, settings, team)
        if team.escalation_policy:
            yield _policy(api, settings, team, team.escalation_policy)
    yield from _priorities(api, settings)


def _all(api: Api, method: str, name: str, **arguments: Any) -> list[Json]:
    """A whole list, page after page."""
    found: list[Json] = []
    for number in range(_PAGES_AT_MOST):
        answer = api.call(method, limit=100, offset=100 * number, **arguments)
        found += items_of(answer, name)
        if not answer["more"]:
            return found
    raise Unanswered(method, f"more than {100 * _PAGES_AT_MOST} {name}")


def _sender(api: Api, settings: Settings) -> Iterator[Diagnosis]:
    """PagerDuty carries out writes only in the name of one of its users."""
    address = settings.pagerduty.from_address
    if address is None:
        if settings.teams:
            yield bad(
                "no user is named in whose name pages are sent, and PagerDuty refuses each of them",
                "write `pagerduty: {from: …}` with the address of a user of the account",
                settings.where("teams"),
            )
        return
    place = settings.where("pagerduty", "from")
    look = examine(PAGERDUTY, f"the user {address}", lambda: _user(api, address), place)
    if look.failed:
        yield look.failed
    elif not look.found:
        yield bad(
            f"no PagerDuty user has the address {address}: every page would be refused",
            "correct `from:`, or add the user to the account",
            place,
        )
    else:
        yield from _able(address, look.found[0], place)


def _user(api: Api, address: str) -> list[Json]:
    """The users with exactly that address: the query is a search."""
    found = _all(api, "GET /users", "users", query=address)
    return [one for one in found if text_of(one, "email").lower() == address.lower()]


def _able(address: str, user: Json, place: Location) -> Iterator[Diagnosis]:
    role = str(user.get("role") or "")
    if role.startswith("read_only"):
        yield bad(
            f"{address} may only read in PagerDuty (role {one_line(role, 40)})",
            "give the user a role that responds, or name another one",
            place,
        )
    else:
        yield good(f"pages are sent in the name of {address}")


# services and policies -------------------------------------------------------------------------


def _service(api: Api, settings: Settings, team: Team) -> Iterator[Diagnosis]:
    id, place = team.pagerduty_service, settings.where("teams", team.name, "pagerduty_service")
    look = examine(
        PAGERDUTY, f"service {id}", lambda: _named(api.call("GET /services/{id}", id=id)["service"]), place
    )
    if look.failed:
        yield _unseen(api, f"team {team.name}: the token sees no service {id}", "services", look, place)
        return
    name, service = _called(look.found), look.found
    if service.get("status") == "disabled":
        yield bad(f"team {team.name}: {name} is disabled: a page there is refused", "enable it", place)
    else:
        yield good(f"team {team.name}: {name}")
    if service.get("status") == "maintenance":
        yield know(f"{name} is in maintenance: no page is sent until that ends", place=place)
    yield from _timeouts(name, service, place)


def _timeouts(name: str, service: Json, place: Location) -> Iterator[Diagnosis]:
    """What the service does to a page by itself."""
    step = "in the service's settings in PagerDuty, if that is not wanted"
    if resolves := _seconds(service, "auto_resolve_timeout"):
        yield know(
            f"{name} resolves a page by itself {_duration(resolves)} after it was sent, whether or not the "
            "incident is over: it calls nobody any more, and its file stays open",
            f"turn automatic resolution off {step}",
            place,
        )
    if again := _seconds(service, "acknowledgement_timeout"):
        yield know(
            f"{name} calls again {_duration(again)} after an acknowledgement, unless the page is resolved",
            f"turn the acknowledgement timeout off {step}",
            place,
        )


def _seconds(service: Json, name: str) -> int:
    value = service.get(name)
    return value if isinstance(value, int) and value > 0 else 0


def _duration(seconds: int) -> str:
    for size, unit in ((3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}{'' if seconds == size else 's'}"
    return f"{seconds} seconds"


def _policy(api: Api, settings: Settings, team: Team, id: str) -> Diagnosis:
    place = settings.where("teams", team.name, "escalation_policy")
    method = "GET /escalation_policies/{id}"
    look = examine(
        PAGERDUTY,
        f"escalation policy {id}",
        lambda: _named(api.call(method, id=id)["escalation_policy"]),
        place,
    )
    if look.failed:
        what = f"team {team.name}: the token sees no escalation policy {id}"
        return _unseen(api, what, "escalation_policies", look, place)
    rules = look.found.get("escalation_rules")
    if isinstance(rules, list) and not any(isinstance(one, Mapping) and one.get("targets") for one in rules):
        step = "add somebody to it in PagerDuty"
        return bad(f"team {team.name}: {_called(look.found)} names nobody: a page wakes nobody", step, place)
    return good(f"team {team.name}: escalation policy {_called(look.found)}")


def _unseen(api: Api, what: str, kind: str, look: Examination[Json], place: Location) -> Diagnosis:
    """One that could not be had; of those that are there the remedy tells."""
    assert look.failed is not None
    if look.error != "404":
        return look.failed
    every = examine(
        PAGERDUTY, "them", lambda: [_called(_named(one)) for one in _all(api, f"GET /{kind}", kind)]
    )
    known = "" if every.failed else f"; it sees {some(every.found) or 'none'}"
    return bad(what, f"correct the id{known}", place)


def _named(thing: Json) -> Json:
    """A thing that has an id and a name. Raises `Unusable.SIGNS` for anything else."""
    text_of(thing, "id"), text_of(thing, "name")
    return thing


def _called(thing: Json) -> str:
    return f"{one_line(str(thing['name']), 60)} ({thing['id']})"


# priorities ------------------------------------------------------------------------------------


def _priorities(api: Api, settings: Settings) -> Iterator[Diagnosis]:
    asked = [
        (severity, settings.where("severities", index, "priority"))
        for index, severity in enumerate(settings.severities)
        if severity.priority
    ]
    if not asked:
        return
    look = examine(
        PAGERDUTY,
        "the priorities",
        lambda: [text_of(one, "name") for one in _all(api, "GET /priorities", "priorities")],
        asked[0][1],
    )
    if look.failed:
        yield look.failed
        return
    for severity, place in asked:
        if severity.priority in look.found:
            yield good(f"severity {severity.name}: priority {severity.priority}")
        else:
            text = (
                f"severity {severity.name}: PagerDuty has no priority {severity.priority}: pages go without"
            )
            yield bad(text, _priority_step(look.found), place)


def _priority_step(there: list[str]) -> str:
    """A new account has none until somebody switches them on."""
    if there:
        return f"correct the name; there are: {some(there)}"
    return "take `priority:` out of the settings, or switch priorities on in PagerDuty (Incident Priorities)"
