"""What one person alone is told: at the address that comes with each act, and by ephemeral messages."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox.slack import SlackMachine
from reconciler.targets.seam import Refused
from tests.support.modals import plain
from tests.support.slack import company, company_in_time, ids, posted, refused
from tests.support.worlds import heard, world

GENERAL = "C00000001"
ACTIONS = [
    {
        "type": "actions",
        "block_id": "b",
        "elements": [{"type": "button", "action_id": "go", "text": plain("Go")}],
    }
]


def address(slack: SlackMachine) -> str:
    """Where a command of Ana's is answered."""
    payload = slack.person("ana@example.com").command("general", "/incident").sending.payload
    return str(payload["response_url"]).rpartition("/")[2]


def pressed(slack: SlackMachine, ts: str) -> str:
    """Where a button of Ana's is answered."""
    payload = slack.person("ana@example.com").press("general", ts, "b", "go").sending.payload
    return str(payload["response_url"]).rpartition("/")[2]


def seen(slack: SlackMachine) -> list[str]:
    """What Ana alone was told by the app in #general."""
    told = slack.person("ana@example.com").whispers("general")
    return [one["text"] for one in told if one["user"] != "USLACKBOT"]


def said(slack: SlackMachine) -> list[str]:
    """What stands in #general for all."""
    return [one["text"] for one in slack.call("conversations.history", channel=GENERAL)["messages"]]


def spent(slack: SlackMachine, id: str) -> str:
    with pytest.raises(Refused) as no:
        slack.call("response_url", id=id, text="x")
    return no.value.code


def test_an_answer_is_seen_by_the_one_who_asked_unless_it_is_for_all() -> None:
    slack = company()
    id = address(slack)
    slack.call("response_url", id=id, text="for you")
    slack.call("response_url", id=id, text="for all", response_type="in_channel")
    assert (seen(slack), said(slack)) == (["for you"], ["for all"])


def test_an_address_takes_five_answers() -> None:
    slack = company()
    id = address(slack)
    for _ in range(5):
        slack.call("response_url", id=id, text="x")
    assert spent(slack, id) == "used_url"
    assert len(seen(slack)) == 5


@pytest.mark.parametrize(("minutes", "holds"), [(30, True), (31, False)])
def test_an_address_holds_for_thirty_minutes(minutes: int, holds: bool) -> None:
    slack, clock = company_in_time()
    id = address(slack)
    clock.sleep(60 * minutes)
    if holds:
        assert slack.call("response_url", id=id, text="x")["ok"]
    else:
        assert spent(slack, id) == "expired_url"


def test_the_answers_to_a_command_replace_nothing() -> None:
    """As apps' authors found: there is no original, so each answer is another message."""
    slack = company()
    id = address(slack)
    slack.call("response_url", id=id, text="thinking")
    slack.call("response_url", id=id, text="done", replace_original=True)
    assert seen(slack) == ["thinking", "done"]


def test_the_answer_to_a_button_replaces_its_message_where_that_is_asked() -> None:
    slack = company()
    ts = posted(slack, GENERAL, blocks=ACTIONS)
    id = pressed(slack, ts)
    slack.call("response_url", id=id, text="beside", replace_original=False)
    slack.call("response_url", id=id, text="instead", replace_original=True)
    assert (seen(slack), said(slack)) == (["beside"], ["instead"])
    slack.call("response_url", id=id, delete_original=True)
    assert said(slack) == []


def test_an_ephemeral_message_is_replaced_and_deleted_in_the_same_way() -> None:
    slack = company()
    [ana] = ids(slack, "ana")
    ts = slack.call("chat.postEphemeral", channel=GENERAL, user=ana, text="?", blocks=ACTIONS)["message_ts"]
    id = pressed(slack, ts)
    slack.call("response_url", id=id, text="!", replace_original=True)
    assert seen(slack) == ["!"]
    slack.call("response_url", id=id, delete_original=True)
    assert seen(slack) == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"user": "U404"}, "user_not_in_channel"),
        ({"channel": "C404"}, "channel_not_found"),
        ({"text": ""}, "no_text"),
    ],
)
def test_an_ephemeral_message_is_refused(given: dict[str, Any], code: str) -> None:
    slack = company()
    [ana] = ids(slack, "ana")
    refused(slack, code, "chat.postEphemeral", **{"channel": GENERAL, "user": ana, "text": "x", **given})


def test_over_http_it_takes_no_token_and_is_gone_with_404() -> None:
    made = world()
    slack = made.machines["slack"]
    assert isinstance(slack, SlackMachine)
    id = address(slack)
    for _ in range(5):
        reply = heard(made, "slack", f"POST /answers/{id}", '{"text": "x"}', headers={"authorization": None})
        assert (reply.status, reply.body) == (200, {"ok": True})
    reply = heard(made, "slack", f"POST /answers/{id}", '{"text": "x"}', headers={"authorization": None})
    assert (reply.status, reply.body["error"]) == (404, "used_url")
