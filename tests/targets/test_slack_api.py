"""slack_sdk over real HTTP: whatever is called, nobody can tell the wire from the machine behind the seam."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.clock import VirtualClock
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.targets.seam import Api, RateLimited, Refused, Unanswered
from reconciler.targets.slack.api import connect
from tests.support import faulty
from tests.support.alike import Twins, twins
from tests.support.openapi import check_request, needs_specs
from tests.support.server import serving

START = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)
NAME = "incd-20261121-honest-rhinoceros"


@pytest.fixture
def slack() -> Iterator[Twins]:
    now = VirtualClock(START).now
    with twins("slack", SlackMachine.example(now), SlackMachine.example(now), connect) as made:
        yield made


def life(api: Api) -> str:
    """An incident's channel from its creation to its end; the channel's id."""
    ana = api.call("users.lookupByEmail", email="ana@example.com")["user"]["id"]
    group = api.call("usergroups.list", include_users=True)["usergroups"][0]
    more = api.call("usergroups.users.list", usergroup=group["id"])["users"]
    channel = str(api.call("conversations.create", name=NAME, is_private=False)["channel"]["id"])
    api.call("conversations.setPurpose", channel=channel, purpose="acme/20261121-honest-rhinoceros")
    api.call("conversations.setTopic", channel=channel, topic="SEV1 · <b> & Ana · 支払い 🔥")
    api.call("conversations.invite", channel=channel, users=",".join({ana, *more}), force=True)
    card = post(api, channel, "The card")
    api.call("pins.add", channel=channel, timestamp=card)
    api.call("chat.update", channel=channel, ts=card, text="The card & more", blocks=blocks("More"))
    api.call("chat.postMessage", channel=channel, text="In the thread", thread_ts=card, unfurl_links=False)
    api.call("chat.getPermalink", channel=channel, message_ts=card)
    link = {"channel_id": channel, "title": "Runbook", "link": "https://wiki.example.com/a?b=c&d=é"}
    api.call("bookmarks.add", type="link", emoji=":book:", **link)
    api.call("bookmarks.list", channel_id=channel)
    api.call("conversations.history", channel=channel, include_all_metadata=True, limit=3)
    api.call("conversations.replies", channel=channel, ts=card, include_all_metadata=True, limit=10)
    api.call("conversations.members", channel=channel, limit=1)
    api.call("users.conversations", types="public_channel,private_channel", exclude_archived=True, limit=200)
    api.call("conversations.rename", channel=channel, name=f"{NAME}-resolved")
    api.call("conversations.archive", channel=channel)
    api.call("conversations.list", types="public_channel,private_channel", exclude_archived=False, limit=2)
    return channel


def blocks(text: str) -> list[dict[str, Any]]:
    return [
        {"type": "header", "text": {"type": "plain_text", "text": "SEV1"}},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": f"*{text}*\n<!channel> & <https://example.com|it>"},
        },
    ]


def post(api: Api, channel: str, text: str) -> str:
    payload = {"incident": "20261121-honest-rhinoceros", "part": "card", "drill": False, "count": 1}
    metadata = {"event_type": "reconciler", "event_payload": payload}
    return str(
        api.call("chat.postMessage", channel=channel, text=text, blocks=blocks(text), metadata=metadata)["ts"]
    )


def test_a_whole_life_is_the_same_over_http(slack: Twins) -> None:
    life(slack.api)
    assert slack.world.machines["slack"].snapshot() == slack.direct.snapshot()


def test_pages_are_followed_alike(slack: Twins) -> None:
    for name in ("one", "two", "three"):
        slack.api.call("conversations.create", name=name)
    found: list[str] = []
    cursor = ""
    while True:
        answer = slack.api.call("conversations.list", limit=2, cursor=cursor)
        found += [channel["name"] for channel in answer["channels"]]
        cursor = answer["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert found == ["general", "incidents", "one", "two", "three"]


@pytest.mark.parametrize(
    ("code", "method", "arguments"),
    [
        ("channel_not_found", "conversations.info", {"channel": "C999"}),
        ("invalid_name_specials", "conversations.create", {"name": "Not A Name"}),
        ("name_taken", "conversations.create", {"name": "general"}),
        ("invalid_arguments", "conversations.setTopic", {"channel": "C1"}),
        ("invalid_arguments", "conversations.list", {"limit": "many"}),
        ("users_not_found", "users.lookupByEmail", {"email": "nobody@example.com"}),
        ("no_text", "chat.postMessage", {"channel": "C00000001", "text": ""}),
        ("invalid_blocks", "chat.postMessage", {"channel": "C00000001", "blocks": [{"type": "nonsense"}]}),
        ("unknown_method", "conversations.imagine", {}),
    ],
)
def test_a_refusal_has_slacks_code_and_the_whole_answer(
    slack: Twins, code: str, method: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        slack.api.call(method, **arguments)
    assert (refused.value.code, refused.value.answer["error"]) == (code, code)


def test_a_missing_scope_is_told_with_its_name(slack: Twins) -> None:
    for machine in (slack.direct, slack.world.machines["slack"]):
        machine.data["scopes"].remove("bookmarks:read")
    with pytest.raises(Refused) as refused:
        slack.api.call("bookmarks.list", channel_id="C00000001")
    assert (refused.value.code, refused.value.answer["needed"]) == ("missing_scope", "bookmarks:read")


def test_too_many_calls_end_in_the_wait_that_slack_asks_for(slack: Twins) -> None:
    for machine in (slack.direct, slack.world.machines["slack"]):
        machine.limits["auth.test"] = 1
    slack.api.call("auth.test")
    with pytest.raises(RateLimited) as limited:
        slack.api.call("auth.test")
    assert limited.value.retry_after == 60


@pytest.mark.parametrize("method", ["auth.test", "chat.postMessage"])
def test_a_wrong_token_is_refused(slack: Twins, method: str) -> None:
    with serving(slack.world) as url, pytest.raises(Refused) as refused:
        connect("xoxb-sample", url=f"{url}/slack/api/").call(method)
    assert refused.value.code == "invalid_auth"


def test_what_is_none_is_not_sent(slack: Twins) -> None:
    slack.world.machines["slack"].log.clear()
    slack.api.call("conversations.list", cursor=None, limit=5)
    assert slack.world.machines["slack"].log[-1].arguments == {"limit": "5"}


def test_eight_threads_post_at_once_and_nothing_is_lost_or_doubled(slack: Twins) -> None:
    with serving(slack.world) as url, ThreadPoolExecutor(8) as pool:
        api = connect("xoxb-sandbox", url=f"{url}/slack/api/")
        sent = {f"message {number}" for number in range(40)}
        list(pool.map(lambda text: api.call("chat.postMessage", channel="C00000001", text=text), sent))
        history = api.call("conversations.history", channel="C00000001", limit=100)["messages"]
    assert sorted(message["text"] for message in history) == sorted(sent)


@needs_specs
def test_every_call_of_a_life_is_one_that_slack_describes(slack: Twins) -> None:
    life(slack.api)
    calls = list(slack.direct.log)
    assert len(calls) > 20
    for call in calls:
        check_request("slack", call.method, call.arguments)


@pytest.mark.parametrize("code", ["internal_error", "fatal_error", "service_unavailable", "request_timeout"])
@pytest.mark.parametrize("status", [200, 500])
def test_an_error_after_which_part_of_the_work_may_be_done_is_no_refusal(code: str, status: int) -> None:
    answer = f'{{"ok": false, "error": "{code}"}}'
    with (
        faulty.faulty(faulty.status(status, answer)) as server,
        pytest.raises(Unanswered, match=code) as lost,
    ):
        connect("xoxb-sample", url=server.url).call("chat.postMessage", channel="C1", text="Hello")
    assert lost.value.uncertain
    assert server.connections == 1


@pytest.mark.parametrize("code", ["ratelimited", "rate_limited"])
def test_a_rate_limit_in_a_200_is_one_too(code: str) -> None:
    behave = faulty.status(200, f'{{"ok": false, "error": "{code}"}}', Retry_After="5")
    with faulty.faulty(behave) as server, pytest.raises(RateLimited) as limited:
        connect("xoxb-sample", url=server.url).call("chat.postMessage", channel="C1", text="Hello")
    assert limited.value.retry_after == 5
