"""How a change is carried out on Slack: one call a change; all invites of a channel in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.plan.change import Change, Kind
from reconciler.plan.world import Absent, Present, Sightings, World
from reconciler.targets.base import Ended
from reconciler.targets.case import Case
from reconciler.targets.seam import Api, CallError, Refused, text_of, wordless
from reconciler.targets.slack.create import create, first_free, spare
from reconciler.targets.slack.find import as_message, link_of, sighting
from reconciler.targets.slack.names import NAME, found
from reconciler.targets.slack.observe import scan
from reconciler.targets.slack.text import as_bookmark

Handler = Callable[[Api, Change, Case, World], Ended]
INVITES = 100


def carry_out(api: Api, changes: Sequence[Change], case: Case, world: World) -> list[Ended]:
    """The changes of one batch; only invites come in more than one."""
    if changes[0].address.thing.startswith("invite/"):
        ended = _invite(api, changes)
    else:
        ended = [_one(api, change, case, world) for change in changes]
    return [_wordless(one) for one in ended] if case.incident.private else ended


def _wordless(ended: Ended) -> Ended:
    return replace(ended, error=ended.error and wordless(ended.error))


def _one(api: Api, change: Change, case: Case, world: World) -> Ended:
    handler = HANDLERS[change.address.thing.split("/", 1)[0]]
    try:
        return handler(api, change, case, world)
    except CallError as error:
        return Ended(change, error=error)


def _channel(api: Api, change: Change, case: Case, world: World) -> Ended:
    seen = world.present(change.address)
    if not change.id or change.body["follow_up"]:
        return create(api, change, case, world)
    if change.kind is Kind.RETIRE:
        _unless(api, "already_archived", "conversations.archive", channel=change.id)
        fields = seen.fields if seen else {}
        return Ended(
            change, {change.address: Present(change.id, fields, live=False, url=seen.url if seen else None)}
        )
    wanted = change.value("name")
    names = [wanted, *spare(case, wanted)]
    now = sighting(first_free(api, "conversations.rename", names, channel=change.id))
    taken = f"#{wanted} is taken: named #{now.fields['name']}" if now.fields["name"] != wanted else ""
    return Ended(change, {change.address: now}, note=taken)


def _unless(api: Api, already: str, method: str, **arguments: Any) -> Mapping[str, Any]:
    """Make the call; that it is already so counts as done."""
    try:
        return api.call(method, **arguments)
    except Refused as refused:
        if refused.code != already:
            raise
        return refused.answer


def _place(change: Change, case: Case, world: World) -> str:
    """The id of the channel that a change goes to."""
    known = world.present(case.at(NAME, "channel"))
    return str(change.body.get("channel") or (known.id if known else ""))


def _purpose(api: Api, change: Change, case: Case, world: World) -> Ended:
    api.call("conversations.setPurpose", channel=_place(change, case, world), purpose=change.body["text"])
    return Ended(change, {change.address: Present(fields={"text": change.value("text")})})


def _topic(api: Api, change: Change, case: Case, world: World) -> Ended:
    api.call("conversations.setTopic", channel=_place(change, case, world), topic=change.body["text"])
    return Ended(change, {change.address: Present(fields={"text": change.value("text")})})


def _message(api: Api, change: Change, case: Case, world: World) -> Ended:
    body = change.body
    elsewhere = change.address.thing.startswith("announcement/") or "thread" in body
    channel = body["channel"] if elsewhere else _place(change, case, world)
    sent = {**body["content"], "metadata": body["metadata"], "channel": channel}
    if change.id:
        return _edit(api, change, case, world, sent)
    if body.get("thread"):
        sent |= {"thread_ts": body["thread"], "reply_broadcast": bool(body.get("broadcast"))}
    answer = api.call("chat.postMessage", **sent, unfurl_links=False, unfurl_media=False)
    ts = text_of(answer, "ts")
    url = link_of(world, change.address.thing, answer.get("channel"), ts)
    return Ended(change, {change.address: Present(ts, fields={"digest": change.value("digest")}, url=url)})


#: What Slack answers for a message that is gone, and for one of which only its thread is left.
_DELETED = ("message_not_found", "cant_update_message")


def _edit(api: Api, change: Change, case: Case, world: World, sent: Mapping[str, Any]) -> Ended:
    """Edit in place; what a person has deleted stays deleted, except the card, which is made again.

    Slack reads an edited text as a person's, names and all, unless `parse` says otherwise.
    """
    url = link_of(world, change.address.thing, sent["channel"], change.id)
    done = Present(id=change.id, fields={"digest": change.value("digest")}, url=url)
    try:
        api.call("chat.update", ts=change.id, parse="none", **sent)
    except Refused as refused:
        if refused.code not in _DELETED:
            raise
        if change.address.thing == "card":
            return Ended(change, _another(api, change, case, sent["channel"], refused))
        return Ended(change, {change.address: done}, note="deleted in Slack: left so")
    return Ended(change, {change.address: done})


def _another(api: Api, change: Change, case: Case, channel: str, refused: Refused) -> Sightings:
    """What there is in the place of the card that was known: a run that was killed may have made one."""
    scanned = scan(api, case, channel)
    entry = scanned.fields.get("card")
    if entry and entry["ts"] == change.id:
        raise refused
    return {change.address: as_message(entry) if entry else Absent(), found(case): scanned}


def _pin(api: Api, change: Change, case: Case, world: World) -> Ended:
    _unless(
        api, "already_pinned", "pins.add", channel=_place(change, case, world), timestamp=change.body["ts"]
    )
    return Ended(change, {change.address: Present(fields={"pinned": True})})


def _bookmark(api: Api, change: Change, case: Case, world: World) -> Ended:
    channel = _place(change, case, world)
    wanted = {"title": change.body["title"], "link": change.body["link"]}
    if change.id:
        api.call("bookmarks.edit", channel_id=channel, bookmark_id=change.id, **wanted)
        id = change.id
    else:
        answer = api.call("bookmarks.add", channel_id=channel, type="link", **wanted)
        id = text_of(answer["bookmark"], "id")
    return Ended(change, {change.address: Present(id, as_bookmark(wanted["title"], wanted["link"]))})


def _duplicate(api: Api, change: Change, case: Case, world: World) -> Ended:
    _unless(api, "message_not_found", "chat.delete", channel=change.body["channel"], ts=change.body["ts"])
    return Ended(change, {change.address: Present(id=change.id, live=False)})


def _second_channel(api: Api, change: Change, case: Case, world: World) -> Ended:
    _unless(api, "already_archived", "conversations.archive", channel=change.id)
    return Ended(change, {change.address: Present(id=change.id, live=False)})


def _second_bookmark(api: Api, change: Change, case: Case, world: World) -> Ended:
    where = {"channel_id": change.body["channel"], "bookmark_id": change.id}
    _unless(api, "not_found", "bookmarks.remove", **where)
    return Ended(change, {change.address: Present(id=change.id, live=False)})


def _invite(api: Api, changes: Sequence[Change]) -> list[Ended]:
    """Invite all at once; each person's refusal is that person's alone."""
    channel = changes[0].body["channel"]
    users = list(dict.fromkeys(user for change in changes for user in change.body["users"]))
    errors: dict[str, str] = {}
    try:
        for start in range(0, len(users), INVITES):
            errors |= _invite_some(api, channel, users[start : start + INVITES])
    except CallError as error:
        return [Ended(change, error=error) for change in changes]
    return [_invited(change, errors) for change in changes]


def _invite_some(api: Api, channel: str, users: list[str]) -> dict[str, str]:
    try:
        answer = api.call("conversations.invite", channel=channel, users=",".join(users), force=True)
    except Refused as refused:
        answer = refused.answer
        if not answer.get("errors") and refused.code not in ("already_in_channel", "cant_invite_self"):
            raise
    listed = answer.get("errors") or []
    return {str(one.get("user", "")): str(one.get("error")) for one in listed}


#: Being there already is what was asked for; the bot is there by having made the channel.
_FINE = ("already_in_channel", "cant_invite_self")


def _invited(change: Change, errors: Mapping[str, str]) -> Ended:
    refused = {user: errors[user] for user in change.body["users"] if errors.get(user, _FINE[0]) not in _FINE}
    done = {change.address: Present(fields={"invited": True})}
    if not refused:
        return Ended(change, done)
    told = ", ".join(f"{user}: {error}" for user, error in refused.items())
    if len(refused) < len(change.body["users"]):
        return Ended(change, done, note=f"not all could be invited ({told})")
    error = next(iter(refused.values()))
    return Ended(change, error=Refused("conversations.invite", error, told))


HANDLERS: dict[str, Handler] = {
    "channel": _channel,
    "purpose": _purpose,
    "topic": _topic,
    "card": _message,
    "announcement": _message,
    "update": _message,
    "ending": _message,
    "reopening": _message,
    "pin": _pin,
    "bookmark": _bookmark,
    "duplicate": _duplicate,
    "duplicate-channel": _second_channel,
    "duplicate-bookmark": _second_bookmark,
}
