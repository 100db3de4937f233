"""How a walk ends: what is blocked is truly so, nothing of ours is there twice, and nothing is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from reconciler.incident.history import announced_in, teams_asked
from reconciler.plan.plan import Plan
from reconciler.sandbox.notion.example import BOT as WRITER
from reconciler.targets.slack.messages import update_key
from reconciler.targets.slack.people import wanted
from tests.support.scene import ID

if TYPE_CHECKING:
    from tests.support.walking import Walk

#: The bot in Slack; Notion's is `WRITER`.
BOT = "U0SANDBOX"
#: The id of the channel #incidents, whatever it is called now.
INCIDENTS = "C00000002"
Record = dict[str, Any]


def truly(walk: Walk, plan: Plan) -> None:
    """What is blocked is so, and what cannot be read is out of sight."""
    told = [one for one in plan.blocked if not any(is_so(walk, one.reason) for is_so in REASONS)]
    assert not told, f"blocked for no reason: {[(str(one.address), one.reason) for one in told]}"
    hidden = any(raw["is_private"] and BOT not in raw["members"] for raw in walk.channels())
    hidden = hidden or (walk.incident.private and "channel" in walk.gone)
    assert hidden or not plan.unreadable, f"unreadable: {plan.unreadable}"
    if not plan.blocked and not plan.unreadable:
        assert plan.exit_code() == 0, f"exit {plan.exit_code()} and nothing is blocked"


def _paused(walk: Walk, reason: str) -> bool:
    return walk.incident.paused and reason == "paused by the file"


def _late(walk: Walk, reason: str) -> bool:
    return reason.startswith("late: ")


def _out(walk: Walk, reason: str) -> bool:
    """The bot is not where it would write."""
    listed = walk.scene.slack.data["channels"].values()
    return "the bot is not in" in reason and any(BOT not in raw["members"] for raw in listed)


def _archived(walk: Walk, reason: str) -> bool:
    return "archived" in reason and any(raw["is_archived"] for raw in walk.channels())


def _public(walk: Walk, reason: str) -> bool:
    return "the channel is public" in reason and walk.incident.private


def _unknown(walk: Walk, reason: str) -> bool:
    """Nobody has the address, or who had it has left the company."""
    return "no Slack user has" in reason


def _gone(walk: Walk, reason: str) -> bool:
    users = walk.scene.slack.data["users"].values()
    return "cant_invite" in reason and any(user["deleted"] for user in users)


def _unseen(walk: Walk, reason: str) -> bool:
    """Somebody's private channel has the name."""
    listed = walk.scene.slack.data["channels"].values()
    return "name_taken" in reason and any(raw["is_private"] and BOT not in raw["members"] for raw in listed)


def _trashed(walk: Walk, reason: str) -> bool:
    pages = walk.scene.notion.data["pages"].values()
    return "Notion's trash" in reason and any(page["in_trash"] or not page["shared"] for page in pages)


def _misplaced(walk: Walk, reason: str) -> bool:
    return "private incidents' documents" in reason and walk.incident.private


#: Why something may be blocked, each held against the world.
REASONS: Sequence[Callable[[Walk, str], bool]] = (
    *(_paused, _late, _out, _archived, _public, _unknown, _gone, _unseen, _trashed, _misplaced),
)


def unique(walk: Walk) -> None:
    """Nothing of ours is there twice."""
    seen = [raw for raw in walk.channels() if not raw["is_private"] or BOT in raw["members"]]
    living = [raw["name"] for raw in seen if not raw["is_archived"]]
    assert len(living) <= 1 + walk.lost, f"two channels: {living}"
    made, reopened = len(seen), walk.scene.case(ID).history.reopenings
    assert made <= 1 + reopened + walk.lost, f"{made} channels made"
    for raw in walk.scene.slack.data["channels"].values():
        counted = Counter(thing for thing, _ in walk.ours(raw))
        twice = [thing for thing, number in counted.items() if number > 1]
        assert not twice or BOT not in raw["members"], f"posted twice in #{raw['name']}: {twice}"
    pages = [page for page in walk.scene.notion.data["pages"].values() if not page["in_trash"]]
    untouched = [page["id"] for page in pages if page["edited_by"] == page["created_by"] == WRITER]
    assert len(untouched) <= 1, f"two documents that nobody has touched: {untouched}"
    for record in walk.scene.pagerduty.data["incidents"].values():
        ours = [note["content"] for note in record["notes"] if note["content"].startswith("[acme/")]
        assert len(ours) <= 1, f"noted twice: {ours}"


def whole(walk: Walk, plan: Plan) -> None:
    """Nothing is missing, held against the services and the file alone, not against what is remembered."""
    blocked = {one.address.thing for one in plan.blocked}
    missing = [thing for thing in _missing(walk) if thing not in blocked]
    assert not missing, f"missing, and not said so: {missing}"


def _missing(walk: Walk) -> Iterator[str]:
    incident, case = walk.incident, walk.scene.case(ID)
    if not incident.status.open:
        yield from _untold(walk)
        return
    sent = walk.scene.pages()
    yield from (
        team for team in teams_asked(incident, walk.scene.settings) if f"acme/{ID}/{team}" not in sent
    )
    if not walk.scene.notion.data["pages"] and not (incident.private or incident.paused):
        yield "document"
    living = [raw for raw in walk.channels() if not raw["is_archived"] and BOT in raw["members"]]
    if incident.private or incident.paused or case.history.reopenings:
        return
    for channel in living[:1]:
        yield from _missing_there(walk, channel)


def _untold(walk: Walk) -> Iterator[str]:
    """Whom the end of an incident that is over has not reached."""
    listed = walk.scene.pagerduty.data["incidents"].values()
    ours = [raw["shown"] for raw in listed if raw["shown"]["incident_key"].startswith("acme/")]
    yield from (shown["incident_key"].split("/")[2] for shown in ours if shown["status"] != "resolved")
    incidents = walk.scene.slack.data["channels"][INCIDENTS]
    there, number = dict(walk.ours(incidents)), len(walk.scene.case(ID).history.endings)
    if walk.incident.private or walk.incident.paused or "announcement" not in there:
        return
    ending = f"ending/{number}"
    if (
        number
        and BOT in incidents["members"]
        and not {ending, f"{ending} {INCIDENTS}"} & {*there, *walk.gone}
    ):
        yield f"{ending}/#incidents"


def _missing_there(walk: Walk, channel: Record) -> Iterator[str]:
    """What the channel lacks although no person has taken it away."""
    there = {thing for thing, _ in walk.ours(channel)}
    asked = {"card", *(f"update/{update_key(told.at)}" for told in walk.incident.updates)}
    yield from (thing for thing in asked - there if not walk.gone & {thing, f"{thing} {channel['id']}"})
    if len([pin for pin in channel["pins"] if pin["created_by"] == BOT]) != 1:
        yield "pin"
    if channel["name"] != f"incd-{ID}" and not channel["name"].startswith(f"incd-{ID}-"):
        yield "name"
    if not channel["topic"]["value"].removeprefix("DRILL · ").startswith(walk.incident.severity.upper()):
        yield "topic"
    users = {user["email"]: user for user in walk.scene.slack.data["users"].values() if user["email"]}
    for who in wanted(walk.scene.case(ID)):
        known = users.get(who)
        left = known and f"left: {known['id']} {channel['id']}" in walk.ledger
        if known and not known["deleted"] and not left and known["id"] not in channel["members"]:
            yield f"invite/{who}"
    incidents = walk.scene.slack.data["channels"][INCIDENTS]
    told = "#incidents" in announced_in(walk.incident, walk.scene.settings) and BOT in incidents["members"]
    if told and f"announcement {incidents['id']}" not in walk.gone:
        yield from () if "announcement" in dict(walk.ours(incidents)) else ("announcement/#incidents",)
