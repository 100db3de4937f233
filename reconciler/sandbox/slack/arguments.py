"""The door: arguments as a caller sends them become what a method expects.

The same call may arrive as JSON or as a form, where everything is text: `true` is then "1", a number is
digits, a list is joined by commas, and blocks are JSON inside a field.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from reconciler.sandbox.slack.workspace import No

#: No method of Slack's, but an address: what is posted to it comes in as a call of this name.
RESPONSE_URL = "response_url"

#: What each method takes: `!` is required, `:kind` is what it is turned into (text where nothing is said).
PARAMETERS = {
    "auth.test": "",
    "conversations.create": "name is_private:flag",
    "conversations.list": "cursor exclude_archived:flag limit:number types:ids",
    "conversations.info": "channel! include_num_members:flag include_locale:flag",
    "conversations.history": "channel! cursor include_all_metadata:flag inclusive:flag latest oldest"
    " limit:number",
    "conversations.replies": "channel! ts! cursor include_all_metadata:flag inclusive:flag latest oldest"
    " limit:number",
    "conversations.members": "channel! cursor limit:number",
    "conversations.setTopic": "channel! topic!",
    "conversations.setPurpose": "channel! purpose!",
    "conversations.invite": "channel! users:ids force:flag",
    "conversations.rename": "channel! name",
    "conversations.archive": "channel!",
    "conversations.unarchive": "channel!",
    "conversations.join": "channel!",
    "conversations.leave": "channel!",
    "users.conversations": "cursor exclude_archived:flag limit:number types:ids user",
    "users.lookupByEmail": "email!",
    "users.info": "user! include_locale:flag",
    "usergroups.list": "include_count:flag include_disabled:flag include_users:flag",
    "usergroups.users.list": "usergroup! include_disabled:flag",
    "chat.postMessage": "channel! text blocks:json attachments:json metadata:json thread_ts"
    " reply_broadcast:flag unfurl_links:flag unfurl_media:flag mrkdwn:flag parse link_names:flag username"
    " icon_emoji icon_url",
    "chat.update": "channel! ts! text blocks:json attachments:json metadata:json parse link_names:flag",
    "chat.postEphemeral": "channel! user! text blocks:json attachments:json thread_ts parse link_names:flag"
    " username icon_emoji icon_url",
    "chat.delete": "channel! ts!",
    "chat.getPermalink": "channel! message_ts!",
    "pins.add": "channel! timestamp",
    "pins.list": "channel!",
    "pins.remove": "channel! timestamp",
    "bookmarks.add": "channel_id! title! type! link emoji",
    "bookmarks.edit": "channel_id! bookmark_id! link title emoji",
    "bookmarks.list": "channel_id!",
    "bookmarks.remove": "channel_id! bookmark_id!",
    "views.open": "trigger_id! view!:json",
    "views.push": "trigger_id! view!:json",
    "views.update": "view!:json view_id external_id hash",
    "apps.connections.open": "",
    RESPONSE_URL: "id! text blocks:json attachments:json response_type replace_original:flag"
    " delete_original:flag thread_ts unfurl_links:flag unfurl_media:flag mrkdwn:flag",
}  # fmt: skip

_EVERYWHERE = frozenset({"team_id", "token"})
_FLAGS = {"1": True, "true": True, "0": False, "false": False}
_BROKEN_JSON = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}


def normalised(method: str, given: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a known method, each of its kind; nothing unknown, nothing required left out."""
    expected = _PARSED[method]
    present = {name: value for name, value in given.items() if value is not None and name not in _EVERYWHERE}
    unknown = sorted(present.keys() - expected.keys())
    missing = sorted(name for name, (_, needed) in expected.items() if needed and name not in present)
    if unknown or missing:
        raise invalid(*(f"unexpected field: {name}" for name in unknown),
                      *(f"missing required field: {name}" for name in missing))  # fmt: skip
    return {name: expected[name][0](name, value) for name, value in present.items()}


def invalid(*messages: str) -> No:
    """Slack's general complaint about arguments, in its own form."""
    return No("invalid_arguments", response_metadata={"messages": [f"[ERROR] {text}" for text in messages]})


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool | dict | list):
        raise invalid(f"must provide a string [json-pointer:/{name}]")
    return str(value)


def _flag(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in _FLAGS:
        raise invalid(f"must provide a boolean [json-pointer:/{name}]")
    return _FLAGS[str(value).lower()]


def _number(name: str, value: Any) -> int:
    if isinstance(value, bool) or not str(value).isdecimal():
        raise invalid(f"must provide an integer [json-pointer:/{name}]")
    return int(value)


def _ids(name: str, value: Any) -> list[str]:
    items = value if isinstance(value, list) else _text(name, value).split(",")
    return [_text(name, item).strip() for item in items if item != ""]


def _json(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise No(_BROKEN_JSON.get(name, "invalid_arguments")) from None


_Kind = Callable[[str, Any], Any]
_KINDS: dict[str, _Kind] = {"": _text, "flag": _flag, "number": _number, "ids": _ids, "json": _json}


def _parsed(parameters: str) -> dict[str, tuple[_Kind, bool]]:
    split = (word.partition(":") for word in parameters.split())
    return {name.rstrip("!"): (_KINDS[kind], name.endswith("!")) for name, _, kind in split}


_PARSED = {method: _parsed(parameters) for method, parameters in PARAMETERS.items()}
