"""For each row of the drift table: what a person does, and what there is to see of that very field.

A case begins in a world that is in line. `do` is the person's doing, `look` what there is of the field (and
of nothing else), `news` what a fact is told as. `edited`: the file is edited too. `refused`: nobody can.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from reconciler.incident.model import Status
from reconciler.plan.drift import ITSELF
from reconciler.plan.plan import Plan
from reconciler.sandbox.machine import copied
from reconciler.sandbox.notion.example import SOURCE
from reconciler.sandbox.notion.people import People as Writers
from reconciler.sandbox.pagerduty.people import People as Responders
from reconciler.sandbox.slack.people import Person
from reconciler.targets.seam import Refused
from tests.support.scene import CHANNEL, ID, START, Scene, update

Key = tuple[str, str, str]
ANA, BO = "ana@example.com", "bo@example.com"
LATER = START + timedelta(hours=2)


def declared(**fields: Any) -> Scene:
    """An incident in which something of everything is there, and all is in line."""
    scene = Scene()
    scene.edit(**{"severity": "sev2", "services": (), "updates": (update("Rolling back."),)} | fields)
    return in_line(scene)


def in_line(scene: Scene) -> Scene:
    """Run until nothing is left to do."""
    for _ in range(2):
        assert scene.apply().report.exit_code == 0
        scene.later(minutes=10)
    assert scene.quiet()
    return scene


def over() -> Scene:
    scene = declared()
    scene.edit(status=Status.RESOLVED)
    return in_line(scene)


def back() -> Scene:
    scene = over()
    scene.edit(status=Status.INVESTIGATING)
    return in_line(scene)


def acknowledged() -> Scene:
    scene = declared()
    Responders(scene.pagerduty).acknowledge(page(scene)["shown"]["id"], ANA)
    return in_line(scene)


@dataclass(frozen=True)
class Drifting:
    """See the module."""

    do: Callable[[Scene], object]
    look: Callable[[Scene], object]
    begin: Callable[[], Scene] = declared
    news: Callable[[Scene, Plan], bool] | None = None
    edited: bool = False
    refused: bool = False


def blocked(words: str) -> Callable[[Scene, Plan], bool]:
    """A line of the plan says that it is blocked, and what to do."""
    return lambda _, plan: any(words in f"{one.reason}; {one.next}" for one in plan.blocked)


def noted(words: str) -> Callable[[Scene, Plan], bool]:
    """A line of the plan tells it."""
    return lambda _, plan: any(words in note.text for note in plan.notes)


# Slack -----------------------------------------------------------------------------------------


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
    mine = [raw for raw in listed if raw.get("bot_id")]
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
        lambda scene: scene.slack.person(BO).leave(CHANNEL), lambda scene: scene.people()
    ),
    **message("announcement", place="incidents"),
    **message("update"),
    **message("ending", over),
    **message("reopening", back),
    ("slack", "duplicate", ITSELF): Drifting(post_twice, count("update")),
    ("slack", "people's members", ITSELF): Drifting(
        lambda scene: scene.slack.person("chen@example.com").join(CHANNEL), lambda scene: scene.people()
    ),
    ("slack", "people's messages", ITSELF): Drifting(talk, talked),
    ("slack", "people's pins", ITSELF): Drifting(
        lambda scene: ana(scene).pin(CHANNEL, ana(scene).post(CHANNEL, "The graph.")), pins
    ),
    ("slack", "people's bookmarks", ITSELF): Drifting(
        lambda scene: ana(scene).add_bookmark(CHANNEL, "Graphs", "https://graphs.example.com"),
        lambda scene: scene.bookmarks(),
    ),
    ("slack", "people's channels", ITSELF): Drifting(
        take_the_name, lambda scene: channel(scene, f"{CHANNEL}-resolved").get("creator"), edited=True
    ),
}  # fmt: skip


# PagerDuty -------------------------------------------------------------------------------------


def page(scene: Scene) -> dict[str, Any]:
    """The page's record: `shown`, `hidden`, `notes`, `log_entries`; empty where there is none."""
    return next(iter(scene.pagerduty.data["incidents"].values()), {})


def shows(*path: str) -> Callable[[Scene], object]:
    """What the page says under these keys."""

    def look(scene: Scene) -> object:
        value: Any = page(scene)
        for key in path:
            value = (value or {}).get(key)
        return copied(value)

    return look


def change(**fields: Any) -> Callable[[Scene], None]:
    """Bo changes the page as the API lets anybody do."""
    return lambda scene: Responders(scene.pagerduty).change(page(scene)["shown"]["id"], BO, **fields)


def how_often(scene: Scene) -> object:
    """How the page stands, and how often somebody was woken for it."""
    woken = [one for one in page(scene)["log_entries"] if one["type"] == "notify_log_entry"]
    return page(scene)["shown"]["status"], len(woken)


def merge(scene: Scene) -> None:
    """Bo finds that it is the same as another incident of the service."""
    service = {"id": "PSVC001", "type": "service_reference"}
    other = scene.pagerduty.call(
        "POST /incidents", incident={"type": "incident", "title": "Disk is full", "service": service}
    )["incident"]["id"]
    Responders(scene.pagerduty).merge(page(scene)["shown"]["id"], other, BO)


def time_out(scene: Scene) -> None:
    """Whoever took it on says nothing for too long."""
    scene.pagerduty.data["services"]["PSVC001"]["acknowledgement_timeout"] = 1800
    scene.later(hours=1)
    scene.pagerduty.call("GET /incidents", date_range="all")


def taken_on(scene: Scene, _: Plan) -> bool:
    kept = scene.memories[ID].facts["acknowledged"]["primary"]["by"]
    return "acknowledged by Ana" in scene.card() and kept == "Ana"


def snoozed(scene: Scene) -> object:
    return page(scene).get("snoozed_until")


def own_note(scene: Scene) -> list[str]:
    return [note["content"] for note in page(scene)["notes"]]


def delete_note(scene: Scene) -> None:
    Responders(scene.pagerduty).delete_note(page(scene)["shown"]["id"], page(scene)["notes"][0]["id"])


def by(name: str, *more: Any) -> Callable[[Scene], object]:
    """What responders do to the page by one of their methods."""
    return lambda scene: getattr(Responders(scene.pagerduty), name)(page(scene)["shown"]["id"], BO, *more)


POLICY = {"id": "PESC003", "type": "escalation_policy_reference"}
ASSIGNED = [{"assignee": {"id": "PUSR004", "type": "user_reference"}}]
PAGERDUTY: dict[str, Drifting] = {
    ITSELF: Drifting(lambda scene: scene.pagerduty.data["incidents"].clear(), shows("shown", "incident_key")),
    "title": Drifting(change(title="Nonsense"), shows("shown", "title")),
    "urgency": Drifting(change(urgency="low"), shows("shown", "urgency")),
    "priority": Drifting(change(priority="P5"), shows("shown", "priority", "summary")),
    "acknowledged": Drifting(
        lambda scene: Responders(scene.pagerduty).acknowledge(page(scene)["shown"]["id"], ANA),
        shows("shown", "acknowledgements"),
        news=taken_on,
    ),
    "unacknowledged": Drifting(time_out, how_often, acknowledged, taken_on),
    "resolved": Drifting(by("resolve"), how_often, news=noted("resolved in PagerDuty by Bo")),
    "merged": Drifting(merge, how_often, news=noted("the page was merged into #2")),
    "snoozed": Drifting(by("snooze"), snoozed, acknowledged),
    "service": Drifting(
        change(service={"id": "PSVC003", "type": "service_reference"}), shows("shown", "service", "id")
    ),
    "escalation policy": Drifting(
        change(escalation_policy=POLICY), shows("shown", "escalation_policy", "id")
    ),
    "assignees": Drifting(change(assignments=ASSIGNED), shows("shown", "assignments")),
    "body": Drifting(
        lambda scene: page(scene)["hidden"]["body"].update(details="Nonsense"),
        shows("hidden", "body", "details"),
    ),
    "bridge": Drifting(
        change(conference_bridge={"conference_url": "https://meet.example.com/1"}),
        shows("hidden", "conference_bridge", "conference_url"),
    ),
}  # fmt: skip
NOTES: dict[Key, Drifting] = {
    ("pagerduty", "links", ITSELF): Drifting(delete_note, own_note),
    ("pagerduty", "links", "links"): Drifting(
        lambda scene: page(scene)["notes"][0].update(content="Nonsense"), own_note
    ),
    ("pagerduty", "people's notes", ITSELF): Drifting(by("write_note", "It is the cache."), own_note),
}


# Notion ----------------------------------------------------------------------------------------


def document(scene: Scene) -> dict[str, Any]:
    """The first document's record."""
    return dict(next(iter(scene.notion.data["pages"].values())))


def documents(scene: Scene) -> list[bool]:
    """The documents that there are, in the trash or not."""
    return [raw["in_trash"] for raw in scene.notion.data["pages"].values()]


def text(scene: Scene) -> str:
    answer = scene.notion.call("GET /v1/pages/{page_id}/markdown", page_id=document(scene)["id"])
    return str(answer["markdown"])


def rewording(old: str, new: str) -> Callable[[Scene], None]:
    return lambda scene: Writers(scene.notion).edit_markdown(document(scene)["id"], old, new)


def value_of(name: str) -> Callable[[Scene], object]:
    return lambda scene: document(scene)["properties"].get(
        scene.notion.data["data_sources"][SOURCE]["properties"][name]["id"]
    )


def fill_in(name: str, value: str) -> Callable[[Scene], None]:
    return lambda scene: Writers(scene.notion).set_property(document(scene)["id"], name, value)


def add_a_column(scene: Scene) -> None:
    columns = scene.notion.data["data_sources"][SOURCE]["properties"]
    columns["Cost"] = {**columns["Description"], "id": "cost", "name": "Cost"}
    fill_in("Cost", "Much")(scene)


def cost(scene: Scene) -> object:
    return document(scene)["properties"].get("cost")


def record(**fields: Any) -> Callable[[Scene], None]:
    return lambda scene: next(iter(scene.notion.data["pages"].values())).update(**fields)


def move(scene: Scene) -> None:
    """Into a database that is not the settings'; the next query knows nothing of the page."""
    found = next(iter(scene.notion.data["pages"].values()))
    found["parent"] = {**found["parent"], "database_id": "1b2c3d4e5f60718293a4b5c6d7e8f901"}


def second(scene: Scene, touched: bool) -> None:
    """A second document for the incident: as a race makes it, or with a person's words in it."""
    title = {"title": [{"text": {"content": "Checkout"}}]}
    mark = {"rich_text": [{"text": {"content": ID}}]}
    made = scene.notion.call(
        "POST /v1/pages",
        parent={"type": "data_source_id", "data_source_id": SOURCE},
        properties={"Name": title, "Incident ID": mark},
        markdown=text(scene),
    )
    if touched:
        Writers(scene.notion).edit_markdown(made["id"], "## Root cause", "## Root cause\nThe cache.")


_OTHERWISE = {
    "title": ("Name", "Nonsense"),
    "id": ("Incident ID", "20261121-other-animal"),
    "status": ("Status", "Mitigated"),
    "severity": ("Severity", "Sev9"),
    "slack": ("Slack", "https://lunch.example.com"),
    "pagerduty": ("PagerDuty", "https://lunch.example.com"),
    "declared": ("Declared", "2026-11-20"),
    "resolved": ("Resolved", "2026-11-22"),
    "commander": ("Commander", "Val"),
    "summary": ("Description", "Nonsense"),
}
NOTION: dict[Key, Drifting] = {
    ("notion", "page", ITSELF): Drifting(
        lambda scene: Writers(scene.notion).share(document(scene)["id"], False),
        lambda scene: (document(scene)["shared"], documents(scene)),
        news=blocked("no longer shared with the connection"),
    ),
    ("notion", "page", "trashed"): Drifting(
        lambda scene: Writers(scene.notion).trash(document(scene)["id"]),
        documents,
        news=blocked("restore it in Notion"),
    ),
    ("notion", "page", "moved"): Drifting(
        move,
        lambda scene: document(scene)["parent"]["database_id"],
        news=blocked("not in the settings' database"),
    ),
    **{
        ("notion", "page", meaning): Drifting(fill_in(name, value), value_of(name))
        for meaning, (name, value) in _OTHERWISE.items()
    },
    ("notion", "page", "other properties"): Drifting(add_a_column, cost),
    ("notion", "page", "icon, cover, lock"): Drifting(
        record(is_locked=True, icon={"type": "emoji", "emoji": "🔥"}),
        lambda scene: (document(scene)["is_locked"], document(scene)["icon"]),
    ),
    ("notion", "page", "text"): Drifting(rewording("## Root cause", "## Why\nThe cache."), text),
    ("notion", "timeline", ITSELF): Drifting(
        lambda scene: rewording(text(scene).split("## Timeline\n")[1].split("\n")[0] + "\n", "")(scene), text
    ),
    ("notion", "timeline", "text"): Drifting(rewording("Rolling back.", "Went back to 411."), text),
    ("notion", "duplicate", ITSELF): Drifting(
        partial(second, touched=False), lambda scene: documents(scene).count(False)
    ),
    ("notion", "people's documents", ITSELF): Drifting(partial(second, touched=True), documents),
}

CASES: dict[Key, Drifting] = {
    **SLACK,
    **{("pagerduty", "page", field): case for field, case in PAGERDUTY.items()},
    **NOTES,
    **NOTION,
}
