"""Is Slack ready: the token, what it may do, the channels, groups and people that the settings name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.errors import Location
from reconciler.incident.settings import Settings
from reconciler.incident.text import one_line
from reconciler.plan.diagnosis import Diagnosis, bad, good, know
from reconciler.targets.doctor import examine, some
from reconciler.targets.seam import Answer, Api, Refused, items_of, text_of, words
from reconciler.targets.slack.observe import PAGE, pages
from reconciler.targets.slack.scope_check import scopes
from reconciler.targets.slack.target import Slack

SLACK = Slack()
_KINDS = "public_channel,private_channel"

Wanted = dict[str, Location]


def diagnoses(api: Api, settings: Settings) -> Iterator[Diagnosis]:
    """All that can be known of Slack without writing."""
    token = examine(SLACK, "who the token belongs to", lambda: _who(api))
    if token.failed:
        yield token.failed
        return
    if not token.found.get("bot_id"):
        yield bad(
            f"the token belongs to a person ({one_line(str(token.found.get('user')), 60)}), not to a bot",
            "set SLACK_BOT_TOKEN to the app's bot token, which begins with xoxb-",
        )
    else:
        yield good(
            f"the token is valid: @{_bot(token.found)} in {one_line(str(token.found.get('team')), 60)}"
        )
    yield from scopes(api, settings, token.found)
    yield from _channels(api, _announced(settings), _bot(token.found))
    yield from _groups(api, settings)
    yield from _people(api, settings)


def _who(api: Api) -> Answer:
    answer = api.call("auth.test")
    text_of(answer, "user_id")
    return answer


def _bot(who: Answer) -> str:
    return one_line(str(who.get("user") or "your-bot"), 60)


# channels --------------------------------------------------------------------------------------


def _announced(settings: Settings) -> Wanted:
    """The channels in which the settings announce, each with the first place that names it."""
    wanted: Wanted = {}
    for index, severity in enumerate(settings.severities):
        for number, name in enumerate(severity.announce):
            wanted.setdefault(name, settings.where("severities", index, "announce", number))
    for number, name in enumerate(settings.drill.announce):
        wanted.setdefault(name, settings.where("drill", "announce", number))
    return wanted


def _channels(api: Api, wanted: Wanted, bot: str) -> Iterator[Diagnosis]:
    """Whether the bot is where it is to announce; the whole workspace is listed only where it is not."""
    if not wanted:
        return
    mine = examine(SLACK, "the bot's channels", lambda: _listed(api, "users.conversations"))
    if mine.failed:
        yield mine.failed
        return
    missing = [name for name in wanted if _named(name, mine.found) is None]
    by_name = [name for name in missing if name.startswith("#")]
    every = examine(
        SLACK, "the list of all channels", lambda: _listed(api, "conversations.list", bool(by_name))
    )
    for name, place in wanted.items():
        raw = _named(name, mine.found)
        if raw is not None:
            yield _joined(name, raw, place)
        elif not name.startswith("#"):
            yield _by_id(api, name, place, bot)
        elif every.failed:
            yield bad(f"the bot is not in {name}", _invite(bot, name), place)
        else:
            yield _absent(name, _named(name, every.found), place, bot)
    if every.failed:
        yield know(every.failed.text, every.failed.remedy)


def _listed(api: Api, method: str, wanted: bool = True) -> list[Mapping[str, Any]]:
    """The channels of a list, the archived ones too; none where it is not wanted."""
    if not wanted:
        return []
    found: list[Mapping[str, Any]] = list(
        pages(api, method, "channels", types=_KINDS, exclude_archived=False, limit=PAGE)
    )
    for raw in found:
        text_of(raw, "id"), text_of(raw, "name")
    return found


def _named(name: str, listed: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The channel of a name or an id; one that was renamed where none bears the name now."""
    bare = name.removeprefix("#")
    now = [raw for raw in listed if raw["name" if name.startswith("#") else "id"] == bare]
    before = [raw for raw in listed if name.startswith("#") and bare in (raw.get("previous_names") or ())]
    ordered = sorted([*now, *before], key=lambda raw: bool(raw.get("is_archived")))
    return next((raw for raw in now if not raw.get("is_archived")), next(iter(ordered), None))


def _joined(name: str, raw: Mapping[str, Any], place: Location) -> Diagnosis:
    if raw.get("is_archived"):
        return _archived(name, place)
    if name.startswith("#") and raw["name"] != name.removeprefix("#"):
        return know(f"{name} is called #{raw['name']} now; the bot is in it", "write its new name", place)
    return good(f"{name}: the bot is in it")


def _archived(name: str, place: Location) -> Diagnosis:
    return bad(f"{name} is archived", "unarchive it in Slack, or take it out of `announce:`", place)


def _absent(name: str, raw: Mapping[str, Any] | None, place: Location, bot: str) -> Diagnosis:
    if raw is None:
        step = f"make it, or correct the name; if it is private, {_invite(bot, name)}"
        return bad(f"Slack shows the bot no channel {name}", step, place)
    if raw.get("is_archived"):
        return _archived(name, place)
    return bad(f"the bot is not in {name}", _invite(bot, name), place)


def _by_id(api: Api, id: str, place: Location, bot: str) -> Diagnosis:
    """A channel that the settings name by its id."""
    look = examine(
        SLACK, f"channel {id}", lambda: _channel(api.call("conversations.info", channel=id)), place
    )
    if look.error == "channel_not_found":
        step = f"correct the id; if it is a private channel, {_invite(bot, 'it')}"
        return bad(f"Slack shows the bot no channel {id}", step, place)
    if look.failed:
        return look.failed
    name = f"#{one_line(str(look.found['name']), 80)} ({id})"
    if look.found.get("is_archived"):
        return _archived(name, place)
    return bad(f"the bot is not in {name}", _invite(bot, name), place)


def _channel(answer: Answer) -> Mapping[str, Any]:
    channel: Mapping[str, Any] = answer["channel"]
    text_of(channel, "name")
    return channel


def _invite(bot: str, where: str) -> str:
    return f"type `/invite @{bot}` in {where}"


# groups and people -----------------------------------------------------------------------------


def _invited(settings: Settings) -> Wanted:
    """Whom the settings invite, groups with @, each with the first place that names them."""
    wanted: Wanted = {}
    for index, severity in enumerate(settings.severities):
        for number, who in enumerate(severity.invite):
            wanted.setdefault(who, settings.where("severities", index, "invite", number))
    for team in settings.teams.values():
        for number, who in enumerate(team.invite):
            wanted.setdefault(who, settings.where("teams", team.name, "invite", number))
    return wanted


def _groups(api: Api, settings: Settings) -> Iterator[Diagnosis]:
    wanted = {who: place for who, place in _invited(settings).items() if who.startswith("@")}
    if not wanted:
        return
    look = examine(SLACK, "the user groups", lambda: _handles(api))
    if look.failed:
        yield look.failed
        return
    for who, place in wanted.items():
        id = look.found.get(who.removeprefix("@"))
        if id is None:
            known = some([f"@{handle}" for handle in sorted(look.found)])
            yield bad(
                f"Slack has no user group {who}", f"correct the name; there are: {known or 'none'}", place
            )
        else:
            yield _members(api, who, id, place)


def _handles(api: Api) -> dict[str, str]:
    found = items_of(api.call("usergroups.list"), "usergroups")
    return {text_of(raw, "handle"): text_of(raw, "id") for raw in found}


def _members(api: Api, who: str, id: str, place: Location) -> Diagnosis:
    look = examine(
        SLACK,
        f"the members of {who}",
        lambda: [words(one) for one in items_of(api.call("usergroups.users.list", usergroup=id), "users")],
        place,
    )
    if look.failed:
        return look.failed
    number = len(look.found)
    if not number:
        return know(f"{who} has nobody in it: nobody is invited by it", "add people to it in Slack", place)
    return good(f"{who}: {number} {'person' if number == 1 else 'people'}")


def _people(api: Api, settings: Settings) -> Iterator[Diagnosis]:
    wanted = {who: place for who, place in _invited(settings).items() if not who.startswith("@")}
    for address, person in settings.people.items():
        if person.slack:
            wanted.setdefault(address, settings.where("people", address, "slack"))
    for address, place in wanted.items():
        exception = settings.people.get(address)
        if exception is not None and exception.slack:
            yield _by_user_id(api, address, exception.slack, settings.where("people", address, "slack"))
        else:
            yield _by_address(api, address, place)


def _by_address(api: Api, address: str, place: Location) -> Diagnosis:
    look = examine(SLACK, address, lambda: _user(api.call("users.lookupByEmail", email=address)), place)
    if look.error in ("users_not_found", "user_not_found"):
        step = "correct the address, or give the Slack id under `people:` in the settings"
        return bad(f"no Slack user has the address {address}", step, place)
    return look.failed or good(f"{address} is {look.found}")


def _by_user_id(api: Api, address: str, id: str, place: Location) -> Diagnosis:
    look = examine(SLACK, f"the Slack user {id}", lambda: _present(api, id), place)
    if look.error in ("user_not_found", "user_not_visible"):
        step = "correct it: profile, ⋮, Copy member ID"
        return bad(f"Slack has no user {id}, which is to be {address}", step, place)
    return look.failed or good(f"{address} is {look.found}")


def _present(api: Api, id: str) -> str:
    """The user of an id; who has left counts as nobody."""
    answer = api.call("users.info", user=id)
    if answer["user"].get("deleted"):
        raise Refused("users.info", "user_not_found")
    return _user(answer)


def _user(answer: Answer) -> str:
    id = text_of(answer["user"], "id")
    return one_line(str(answer["user"].get("real_name") or answer["user"].get("name") or id), 60)
