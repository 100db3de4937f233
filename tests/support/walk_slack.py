"""Steps of a walk that people take in Slack, and what they may count on afterwards."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.sandbox.slack.people import Person
from tests.support.scene import CHANNEL, ID
from tests.support.walk_ends import BOT, INCIDENTS, Record
from tests.support.walking import STEPS, Walk, step

ANA, BO, CHEN, DEE = (f"{name}@example.com" for name in ("ana", "bo", "chen", "dee"))


def ana(walk: Walk) -> Person:
    """An administrator. To act in the channel she has to be in it."""
    return walk.scene.slack.person(ANA)


def inside(walk: Walk) -> tuple[Person, str]:
    """Ana, and the channel, into which she goes if she must."""
    found = walk.channel()
    if ana(walk).id not in found["members"]:
        ana(walk).join(found["id"])
    joined(walk, found, ana(walk).id)
    return ana(walk), found["id"]


def record(walk: Walk, id: str) -> Record:
    found: Record = walk.scene.slack.data["channels"][id]
    return found


# Slack: who is there ---------------------------------------------------------------------------


def joined(walk: Walk, channel: Record, who: str) -> None:
    """Somebody came by themselves, or was brought: there they stay, until they go."""
    walk.release(f"left: {who} {channel['id']}")
    walk.promise(f"member: {who} {channel['id']}", lambda: who in record(walk, channel["id"])["members"])


@step("chen joins the channel")
def join(walk: Walk) -> None:
    who, found = walk.scene.slack.person(CHEN), walk.channel()
    who.join(found["id"])
    joined(walk, found, who.id)


@step("bo leaves the channel")
def leave(walk: Walk) -> None:
    who, found = walk.scene.slack.person(BO), walk.channel()
    if who.id not in found["members"]:
        raise KeyError("not there")
    who.leave(found["id"])
    walk.release(f"member: {who.id} {found['id']}")
    walk.promise(f"left: {who.id} {found['id']}", lambda: who.id not in record(walk, found["id"])["members"])


@step("dee leaves the company")
def deactivated(walk: Walk) -> None:
    who = walk.scene.slack.person(DEE).id
    walk.scene.slack.data["users"][who]["deleted"] = True


@step("ana puts the bot out of the channel")
def kick(walk: Walk) -> None:
    who, id = inside(walk)
    who.kick_bot(id)


@step("ana puts the bot out of #incidents")
def kick_there(walk: Walk) -> None:
    ana(walk).kick_bot(INCIDENTS)


@step("ana brings the bot back")
def bring(walk: Walk) -> None:
    for raw in (*walk.channels(), record(walk, INCIDENTS)):
        if BOT not in raw["members"] and not raw["is_archived"] and ana(walk).id in raw["members"]:
            ana(walk).invite_bot(raw["id"])


# Slack: the channel and what we keep in it -----------------------------------------------------


def _channel(do: Callable[[Person, str], object]) -> Callable[[Walk], object]:
    return lambda walk: do(*inside(walk))


STEPS |= {
    "ana renames the channel": _channel(lambda who, id: who.rename(id, "war-room")),
    "ana archives the channel": _channel(lambda who, id: who.archive(id)),
    "ana sets the topic": _channel(lambda who, id: who.edit_topic(id, "Lunch")),
    "ana sets the purpose": _channel(lambda who, id: who.edit_purpose(id, "Lunch")),
}


@step("ana unarchives the channel")
def unarchive(walk: Walk) -> None:
    ana(walk).unarchive(walk.channel()["id"])


def _take(name: str, private: bool = False) -> Callable[[Walk], object]:
    def do(walk: Walk) -> None:
        id = walk.scene.slack.person(BO).create(name, private=private)
        walk.promise(
            f"channel: {id}",
            lambda: record(walk, id)["name"] == name and not record(walk, id)["topic"]["value"],
        )

    return do


STEPS |= {
    "bo makes a channel of the name": _take(CHANNEL),
    "bo makes a private channel of the name": _take(CHANNEL, private=True),
    "bo makes a channel of the resolved name": _take(f"{CHANNEL}-resolved"),
    "bo makes a channel of the second name": _take(f"{CHANNEL}-2"),
}


def _posted(walk: Walk, thing: str) -> tuple[Record, str, str]:
    """Where the newest message of a kind is, its ts and its mark."""
    for raw in (*reversed(walk.channels()), record(walk, INCIDENTS)):
        found = [(mark, one["ts"]) for mark, one in walk.ours(raw) if mark.partition("/")[0] == thing]
        if found:
            return raw, found[-1][1], found[-1][0]
    raise KeyError(thing)


@step("ana unpins the card")
def unpin(walk: Walk) -> None:
    who, id = inside(walk)
    who.unpin(id, _posted(walk, "card")[1])


def _delete(thing: str) -> Callable[[Walk], object]:
    """What was deleted is not posted again, if it was known that it had been posted."""

    def do(walk: Walk) -> None:
        found, ts, mark = _posted(walk, thing)
        if ana(walk).id not in found["members"]:
            ana(walk).join(found["id"])
            joined(walk, found, ana(walk).id)
        ana(walk).delete_message(found["id"], ts)
        walk.gone.add(f"{mark} {found['id']}")
        place = "" if found["creator"] == BOT else "/#incidents"
        memory = walk.scene.memories.get(ID)
        known = memory.things.get(f"slack:{mark}{place}") if memory else None
        if thing != "card" and known is not None and known.id == ts:
            id = found["id"]
            walk.promise(
                f"deleted in Slack: {mark} {id}",
                lambda: all(one != mark for one, _ in walk.ours(record(walk, id))),
            )

    return do


STEPS |= {f"ana deletes the {thing}": _delete(thing)
          for thing in ("card", "announcement", "update", "ending", "reopening")}  # fmt: skip


def _own_mark(walk: Walk, id: str) -> Record:
    listed = record(walk, id)["bookmarks"].values()
    fitting = [dict(raw) for raw in listed if f"bookmark: {raw['id']}" not in walk.ledger]
    return fitting[0]


@step("ana removes a bookmark")
def remove_bookmark(walk: Walk) -> None:
    who, id = inside(walk)
    who.remove_bookmark(id, _own_mark(walk, id)["id"])


@step("ana changes a bookmark")
def change_bookmark(walk: Walk) -> None:
    who, id = inside(walk)
    mark = _own_mark(walk, id)
    who.edit_bookmark(id, mark["id"], mark["title"], "https://lunch.example.com")


# Slack: people's own ---------------------------------------------------------------------------


@step("ana writes and pins it")
def write(walk: Walk) -> None:
    who, id = inside(walk)
    text = f"It is the cache, {walk.next()}."
    ts = who.post(id, text)
    who.pin(id, ts)
    walk.promise(f"message: {ts}", lambda: record(walk, id)["messages"].get(ts, {}).get("text") == text)
    walk.promise(f"pin: {ts}", lambda: any(pin["ts"] == ts for pin in record(walk, id)["pins"]))


@step("ana answers below the card")
def answer(walk: Walk) -> None:
    who, id = inside(walk)
    ts = who.post(id, "Really?", thread_ts=_posted(walk, "card")[1])
    walk.promise(f"message: {ts}", lambda: ts in record(walk, id)["messages"])


@step("ana adds a bookmark")
def add_bookmark(walk: Walk) -> None:
    who, id = inside(walk)
    link = f"https://graphs.example.com/{walk.next()}"
    mark = who.add_bookmark(id, "Graphs", link)
    walk.promise(f"bookmark: {mark}", lambda: record(walk, id)["bookmarks"].get(mark, {}).get("link") == link)


@step("ana adds a bookmark with a link of ours")
def add_same_bookmark(walk: Walk) -> None:
    who, id = inside(walk)
    link = walk.scene.settings.slack.bookmarks[0].url
    mark = who.add_bookmark(id, "Read this", link)
    walk.promise(
        f"bookmark: {mark}", lambda: record(walk, id)["bookmarks"].get(mark, {}).get("title") == "Read this"
    )


@step("ana renames #incidents")
def rename_incidents(walk: Walk) -> None:
    ana(walk).rename(INCIDENTS, "outages")


@step("ana makes the channel private")
def make_private(walk: Walk) -> None:
    record(walk, inside(walk)[1])["is_private"] = True


@step("ana deletes the channel")
def delete_channel(walk: Walk) -> None:
    """With all that is in it; another one may be made then."""
    _, id = inside(walk)
    walk.gone |= {"channel", *(thing for thing, _ in walk.ours(record(walk, id)) if thing != "card")}
    del walk.scene.slack.data["channels"][id]
    walk.lost += 1
    for name, holds in list(walk.ledger.items()):
        try:
            holds()
        except KeyError:
            walk.release(name)


@step("Slack gives short pages")
def short_pages(walk: Walk) -> None:
    walk.scene.slack.page_size_cap = 2
