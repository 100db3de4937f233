"""What people do in Slack to each thing of ours, and beside it; see `drifting`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from reconciler.incident.model import Status
from reconciler.plan.drift import ITSELF
from reconciler.sandbox.slack.people import Person
from reconciler.targets.seam import Refused
from tests.support.drifting import ANA, BO, SECOND, Drifting, Key, back, blocked, declared, over
from tests.support.scene import CHANNEL, Scene

VAL = "vp@example.com"


def ana(scene: Scene) -> Person:
    """An administrator, who is in the channel."""
    return scene.slack.person(ANA)


def channel(scene: Scene, name: str = "") -> dict[str, Any]:
    """The channel's record, or that of another one; the incident's is the first that the bot has made."""
    listed = scene.slack.data["channels"].values()
    known = (raw for raw in listed if raw["name"] == name or (not name and raw["creator"] == "U0SANDBOX"))
    return dict(next(known, {"name": None, "messages": {}}))


def ours(scene: Scene, thing: str, place: str = "") -> list[dict[str, Any]]:
    """Our messages of one kind in a channel, threads too."""
    listed = channel(scene, place)["messages"].values()
    mine = [raw for raw in listed if raw.get("bot_id") and SECOND.text not in raw["text"]]
    return [raw for raw in mine if raw["metadata"]["event_payload"]["thing"].partition("/")[0] == thing]


def count(thing: str, place: str = "") -> Callable[[Scene], int]:
    return lambda scene: len(ours(scene, thing, place))


def words(thing: str, place: str = "") -> Callable[[Scene], list[str]]:
    return lambda scene: [raw["text"] for raw in ours(scene, thing, place)]


def delete(scene: Scene, thing: str, place: str = "") -> None:
    for raw in ours(scene, thing, place):
        ana(scene).delete_message(channel(scene, place)["id"], raw["ts"])


def rewrite(scene: Scene, thing: str, place: str = "") -> None:
    with pytest.raises(Refused, match="cant_update_message"):
        ana(scene).edit_message(channel(scene, place)["id"], ours(scene, thing, place)[0]["ts"], "Nonsense")


def message(thing: str, begin: Callable[[], Scene] = declared, place: str = "") -> dict[Key, Drifting]:
    """Both rows of a kind of message: it is deleted, or somebody tries to edit it."""
    gone, changed = partial(delete, thing=thing, place=place), partial(rewrite, thing=thing, place=place)
    return {
        ("slack", thing, ITSELF): Drifting(gone, count(thing, place), begin),
        ("slack", thing, "digest"): Drifting(changed, words(thing, place), begin, refused=True),
    }


def forget_channel(scene: Scene) -> None:
    del scene.slack.data["channels"][channel(scene)["id"]]


def own_mark(scene: Scene) -> Any:
    """The first of the bookmarks that are ours."""
    return channel(scene)["bookmarks"].get("Bk00000001") or list(channel(scene)["bookmarks"].values())[-1]


def post_twice(scene: Scene) -> None:
    """As two runs at once do, and as one sees that has forgotten what it did."""
    raw = ours(scene, "update")[0]
    sent = {"channel": channel(scene)["id"], "text": raw["text"], "metadata": raw["metadata"]}
    scene.slack.call("chat.postMessage", **sent)
    scene.memories.clear()


def talk(scene: Scene) -> None:
    """Ana writes, answers below ours, and puts emoji to both."""
    first = ana(scene).post(CHANNEL, "It is the cache.")
    ana(scene).post(CHANNEL, "Really?", thread_ts=ours(scene, "update")[0]["ts"])
    for ts in (first, ours(scene, "card")[0]["ts"]):
        ana(scene).react(CHANNEL, ts, "eyes")


def talked(scene: Scene) -> object:
    listed = channel(scene)["messages"].values()
    said = [raw["text"] for raw in listed if "subtype" not in raw and not raw.get("bot_id")]
    return said, [raw["reactions"] for raw in listed if "reactions" in raw]


def pins(scene: Scene) -> list[str]:
    found = channel(scene)
    return [found["messages"][pin["ts"]]["text"] for pin in found["pins"] if pin["created_by"] != "U0SANDBOX"]


def take_the_name(scene: Scene) -> None:
    """Bo makes a channel of the name that ours is to have next."""
    scene.slack.person(BO).create(f"{CHANNEL}-resolved")
    scene.edit(status=Status.RESOLVED)


SLACK: dict[Key, Drifting] = {
    ("slack", "channel", ITSELF): Drifting(forget_channel, lambda scene: channel(scene)["name"]),
    ("slack", "channel", "name"): Drifting(
        lambda scene: ana(scene).rename(CHANNEL, "war-room"), lambda scene: channel(scene)["name"]
    ),
    ("slack", "channel", "archived"): Drifting(
        lambda scene: ana(scene).archive(CHANNEL),
        lambda scene: channel(scene)["is_archived"],
        news=blocked("unarchive it in Slack"),
    ),
    ("slack", "channel", "usable"): Drifting(
        lambda scene: ana(scene).kick_bot(CHANNEL),
        lambda scene: "U0SANDBOX" in channel(scene)["members"],
        news=blocked("type `/invite`"),
    ),
    ("slack", "channel", "private"): Drifting(
        lambda scene: scene.slack.data["channels"][channel(scene)["id"]].update(is_private=True),
        lambda scene: channel(scene)["is_private"],
    ),
    ("slack", "purpose", ITSELF): Drifting(
        lambda scene: ana(scene).edit_purpose(CHANNEL, "Lunch"),
        lambda scene: channel(scene)["purpose"]["value"],
    ),
    ("slack", "topic", ITSELF): Drifting(
        lambda scene: ana(scene).edit_topic(CHANNEL, "Lunch"), lambda scene: channel(scene)["topic"]["value"]
    ),
    **message("card"),
    ("slack", "pin", ITSELF): Drifting(
        lambda scene: ana(scene).unpin(CHANNEL, ours(scene, "card")[0]["ts"]),
        lambda scene: len(channel(scene)["pins"]),
    ),
    ("slack", "bookmark", ITSELF): Drifting(
        lambda scene: ana(scene).remove_bookmark(CHANNEL, own_mark(scene)["id"]),
        lambda scene: scene.bookmarks(),
    ),
    ("slack", "bookmark", "title"): Drifting(
        lambda scene: ana(scene).edit_bookmark(
            CHANNEL, own_mark(scene)["id"], "Lunch", own_mark(scene)["link"]
        ),
        lambda scene: own_mark(scene)["title"],
    ),
    ("slack", "bookmark", "link"): Drifting(
        lambda scene: ana(scene).edit_bookmark(
            CHANNEL, own_mark(scene)["id"], own_mark(scene)["title"], "https://lunch.example.com"
        ),
        lambda scene: own_mark(scene)["link"],
    ),
    ("slack", "invite", ITSELF): Drifting(
        lambda scene: scene.slack.person(BO).leave(CHANNEL), lambda scene: BO in scene.people()
    ),
    **message("announcement", place="incidents"),
    **message("update"),
    **message("ending", over),
    **message("reopening", back),
    ("slack", "duplicate", ITSELF): Drifting(post_twice, count("update")),
    ("slack", "people's members", ITSELF): Drifting(
        lambda scene: scene.slack.person(VAL).join(CHANNEL), lambda scene: VAL in scene.people()
    ),
    ("slack", "people's messages", ITSELF): Drifting(talk, talked),
    ("slack", "people's pins", ITSELF): Drifting(
        lambda scene: ana(scene).pin(CHANNEL, ana(scene).post(CHANNEL, "The graph.")), pins
    ),
    ("slack", "people's bookmarks", ITSELF): Drifting(
        lambda scene: ana(scene).add_bookmark(CHANNEL, "Graphs", "https://graphs.example.com"),
        lambda scene: scene.bookmarks(),
    ),
    ("slack", "people's channels", "name"): Drifting(
        lambda scene: ana(scene).rename("incidents", "outages"),
        lambda scene: [raw["name"] for raw in scene.slack.data["channels"].values()],
    ),
    ("slack", "people's channels", ITSELF): Drifting(
        take_the_name, lambda scene: channel(scene, f"{CHANNEL}-resolved").get("creator"), edited=True
    ),
}  # fmt: skip
