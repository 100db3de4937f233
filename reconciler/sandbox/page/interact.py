"""What a person does with the app on the page, and what comes of it: told once the app has answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from reconciler.sandbox.page.acts import Wrong, told
from reconciler.sandbox.page.feed import Item, Json, fingerprint
from reconciler.sandbox.slack.link import Delivery
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.sandbox.slack.manifest import COMMANDS, SHORTCUTS
from reconciler.sandbox.world import World
from reconciler.targets.seam import Refused

#: What can be done, and with which values; those of a form are by block and action.
DOES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "command": ("channel", "text"),
        "shortcut": ("callback", "channel", "ts"),
        "press": ("channel", "ts", "block_id", "action_id"),
        "press_in_view": ("view_id", "block_id", "action_id", "values"),
        "submit": ("view_id", "values"),
        "dismiss": ("view_id",),
    }
)

_FORM = "values"


def interact(world: World, asked: Json) -> Json:
    """Do it, and wait for the app: errors by field, one `error` in all, or nothing. Raises Wrong."""
    slack = world.machines["slack"]
    assert isinstance(slack, SlackMachine)
    person, name, given = _understood(asked)
    sent: list[Delivery | None] = []

    def do() -> None:
        act: Callable[..., Delivery | None] = getattr(slack.person(person), name)
        sent.append(act(**given))

    try:
        world.act("slack", person, f"/{name}", given, do)
    except Refused as no:
        if "errors" in no.answer:
            return {"errors": no.answer["errors"]}
        raise Wrong(told("slack", no)) from None
    except KeyError:
        raise Wrong(f"slack knows no {person[:80]}") from None
    outcome = slack.link.wait(sent[0]) if sent[0] else {}
    world.changed("slack")
    return outcome


def _understood(asked: Json) -> tuple[str, str, Json]:
    name, person, given = str(asked.get("do")), asked.get("as"), asked.get("with")
    fields = DOES.get(name)
    if fields is None or not isinstance(given, dict) or given.keys() - set(fields):
        raise Wrong("nobody can do that")
    if not isinstance(person, str) or "@" not in person:
        raise Wrong("people act here, each named by an address")  # the bot has none
    kept = {field: given.get(field, {} if field == _FORM else "") for field in fields}
    if not all(
        _is_form(value) if field == _FORM else isinstance(value, str) for field, value in kept.items()
    ):
        raise Wrong(f"{name} takes {', '.join(fields)}")
    return person, name, kept


def _is_form(values: Any) -> bool:
    blocks = values.values() if isinstance(values, dict) else [None]
    return all(isinstance(one, dict) and all(map(_is_value, one.values())) for one in blocks)


def _is_value(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def items(world: World) -> Iterator[Item]:
    """For the feed: what the app has, the forms that are open, and what single people were told."""
    slack = world.machines["slack"]
    assert isinstance(slack, SlackMachine)
    connected = slack.link.connections > 0
    yield Item("app", connected, partial(_app, connected))
    with slack.lock:
        live = slack.data["live"]
        for id, view in live["views"].items():
            yield Item(f"view/{id}", fingerprint(view), partial(dict, view))
        channels: dict[str, list[Json]] = {}
        for whisper in live["whispers"]:
            channels.setdefault(whisper["channel"], []).append(whisper)
        for channel, told in channels.items():
            yield Item(f"whispers/{channel}", fingerprint(told), partial(_whispers, told))


def _app(connected: bool) -> Json:
    shortcuts = [{"id": id, "name": one.name, "of_message": one.of_message} for id, one in SHORTCUTS.items()]
    return {"connected": connected, "commands": list(COMMANDS), "shortcuts": shortcuts}


def _whispers(told: list[Json]) -> Json:
    return {"told": [{"user": one["user"], "message": one["message"]} for one in told]}
