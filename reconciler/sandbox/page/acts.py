"""What a person does on the page. It goes through the same rules as in the service, and is drift.

Each act is a method of a service's people, by the same name and with the same arguments, all of them text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from reconciler.sandbox.notion.machine import NotionMachine
from reconciler.sandbox.notion.people import People as Writers
from reconciler.sandbox.page.feed import Json
from reconciler.sandbox.pagerduty.machine import PagerDutyMachine
from reconciler.sandbox.pagerduty.people import People as Responders
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.sandbox.world import World
from reconciler.targets.seam import Refused

ACTS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "slack": {
            "post": ("channel", "text", "thread_ts"),
            "edit_message": ("channel", "ts", "text"),
            "delete_message": ("channel", "ts"),
            "react": ("channel", "ts", "emoji"),
            "unreact": ("channel", "ts", "emoji"),
            "pin": ("channel", "ts"),
            "unpin": ("channel", "ts"),
            "rename": ("channel", "name"),
            "edit_topic": ("channel", "topic"),
            "archive": ("channel",),
            "unarchive": ("channel",),
            "join": ("channel",),
            "leave": ("channel",),
            "kick_bot": ("channel",),
            "invite_bot": ("channel",),
            "add_bookmark": ("channel", "title", "link"),
            "remove_bookmark": ("channel", "bookmark_id"),
        },
        "pagerduty": {
            "acknowledge": ("incident",),
            "resolve": ("incident",),
            "reopen": ("incident",),
            "write_note": ("incident", "text"),
        },
        "notion": {
            "edit_block": ("page", "block", "text"),
            "add_block": ("page", "text", "after"),
            "set_property": ("page", "name", "text"),
            "trash": ("page",),
            "restore": ("page",),
        },
    }
)

#: Slack's codes for what a person may not do, in words.
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "not_authorized": "only who made the channel, and administrators, rename it",
        "not_in_channel": "you are not in this channel; join it first",
        "cant_delete_message": "only who wrote a message, and administrators, delete it",
        "cant_update_message": "only who wrote a message changes it",
        "is_archived": "the channel is archived",
        "already_archived": "the channel is archived already",
        "cant_archive_general": "this channel cannot be archived",
        "cant_leave_general": "nobody leaves this channel",
        "name_taken": "another channel has that name",
        "no_text": "there is nothing to say in it",
        "message_not_found": "the message is gone",
        "channel_not_found": "you cannot see this channel",
        "unknown_command": "this workspace knows no such command",
        "not_found": "the form is not open any more",
        "method_not_supported_for_channel_type": "nobody enters a private channel uninvited",
    }
)


class Wrong(Exception):
    """An act that is none, or that the service does not let this person do; says why."""


class _Act(NamedTuple):
    service: str
    name: str
    person: str
    given: Mapping[str, str]


def act(world: World, asked: Json) -> None:
    """Do what `{"as": address, "do": "slack.rename", "with": {…}}` says. Raises Wrong."""
    one = _understood(asked)
    try:
        world.act(one.service, one.person, one.name, one.given, lambda: _hands(world, one)())
    except Refused as no:
        raise Wrong(told(one.service, no)) from None
    except KeyError as missing:
        raise Wrong(f"{one.service} knows no {str(missing.args[0])[:80]}") from None


def _understood(asked: Json) -> _Act:
    service, _, name = str(asked.get("do")).partition(".")
    fields = ACTS.get(service, {}).get(name)
    given = asked.get("with")
    if fields is None or not isinstance(given, dict):
        raise Wrong("nobody can do that")
    kept = {field: given.get(field, "") for field in fields}
    if given.keys() - kept.keys() or not all(isinstance(value, str) for value in kept.values()):
        raise Wrong(f"{name} takes {', '.join(fields)}, each a text")
    person = asked.get("as")
    if not isinstance(person, str) or "@" not in person:
        raise Wrong("people act here, each named by an address")  # the bot has none
    return _Act(service, name, person, kept)


def _hands(world: World, one: _Act) -> Callable[[], Any]:
    """The method that does it, with all that it needs."""
    machine = world.machines[one.service]
    given: dict[str, str | None] = dict(one.given)
    people: object
    if isinstance(machine, SlackMachine):
        people = machine.person(one.person)
    elif isinstance(machine, PagerDutyMachine):
        people, given["email"] = Responders(machine), one.person
    else:
        assert isinstance(machine, NotionMachine)
        people = Writers(machine, one.person)
        if one.name == "set_property":
            given["text"] = given["text"] or None
    method = getattr(people, one.name)
    return lambda: method(**given)


def told(service: str, no: Refused) -> str:
    """What a service says no with, in words."""
    if service == "slack":
        return f"Slack says {no.code}: {_WORDS[no.code]}" if no.code in _WORDS else f"Slack says {no.code}"
    return no.message
