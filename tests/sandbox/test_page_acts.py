"""What a person does on the page: by each service's rules, as that person, and never as the bot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.page.acts import ACTS
from reconciler.sandbox.world import World
from tests.support.page import Visitor, visiting
from tests.support.worlds import call, declared, world

BO = "bo@example.com"


class Met(Visitor):
    """A visitor of a world with one incident."""

    def __init__(self, url: str, made: World):
        super().__init__(url)
        self.world = made
        self.channel = next(reversed(made.machines["slack"].data["channels"]))
        self.page = next(iter(made.machines["pagerduty"].data["incidents"]))
        self.document = next(iter(made.machines["notion"].data["pages"]))
        self.card = made.machines["slack"].data["channels"][self.channel]["pins"][0]["ts"]
        self.bookmark = next(iter(made.machines["slack"].data["channels"][self.channel]["bookmarks"]))

    @property
    def slack(self) -> Any:
        return self.world.machines["slack"].data["channels"][self.channel]

    @property
    def pagerduty(self) -> Any:
        return self.world.machines["pagerduty"].data["incidents"][self.page]

    @property
    def notion(self) -> Any:
        return self.world.machines["notion"].data["pages"][self.document]


@pytest.fixture
def met() -> Iterator[Met]:
    made = world()
    channel = declared(made)
    call(made, "slack", "conversations.invite", channel=channel, users="U00000001,U00000002")
    with visiting(made) as visitor:
        yield Met(visitor.url, made)


def test_slack_does_what_a_person_does(met: Met) -> None:
    here = {"channel": met.channel}
    assert met.act("slack.rename", **here, name="broken").status == 200
    assert met.act("slack.edit_topic", **here, topic="").status == 200
    assert met.act("slack.post", BO, **here, text="*so*", thread_ts=met.card).status == 200
    assert met.act("slack.unpin", **here, ts=met.card).status == 200
    assert met.act("slack.remove_bookmark", **here, bookmark_id=met.bookmark).status == 200
    assert met.act("slack.kick_bot", **here).status == 200
    now = met.slack
    assert (now["name"], now["topic"]["value"], now["pins"], now["bookmarks"]) == ("broken", "", [], {})
    reply = now["messages"][now["threads"][met.card][-1]]
    assert (reply["text"], reply["user"], "bot_id" in reply) == ("*so*", "U00000002", False)
    assert now["members"] == ["U00000001", "U00000002"]
    assert met.act("slack.archive", **here).status == 200
    assert met.slack["is_archived"]
    assert met.act("slack.unarchive", **here).status == 200


def test_slacks_rules_hold_for_people(met: Met) -> None:
    here = {"channel": met.channel}
    refused = {
        "not_authorized": met.act("slack.rename", BO, **here, name="broken"),
        "cant_delete_message": met.act("slack.delete_message", BO, **here, ts=met.card),
        "cant_update_message": met.act("slack.edit_message", **here, ts=met.card, text="x"),
        "not_in_channel": met.act("slack.post", "dee@example.com", **here, text="x"),
        "no_text": met.act("slack.post", **here, text=""),
        "message_not_found": met.act("slack.delete_message", **here, ts="1.0"),
        "channel_not_found": met.act("slack.archive", channel="C999"),
    }
    for code, answer in refused.items():
        assert (answer.status, code in answer.json["error"]) == (422, True), (code, answer)
        assert answer.json["error"].count(":") == 1, "and says it in words"
    assert met.act("slack.delete_message", **here, ts=met.card).status == 200, "administrators may"
    assert met.slack["messages"][met.card]["subtype"] == "tombstone"


def test_pagerduty_does_what_a_person_does(met: Met) -> None:
    assert met.act("pagerduty.acknowledge", BO, incident=met.page).status == 200
    shown = met.pagerduty["shown"]
    assert shown["status"] == "acknowledged"
    assert [one["acknowledger"]["summary"] for one in shown["acknowledgements"]] == ["Bo"]
    assert met.act("pagerduty.write_note", BO, incident=met.page, text="it is the voucher").status == 200
    assert met.act("pagerduty.resolve", incident=met.page).status == 200
    assert met.pagerduty["shown"]["status"] == "resolved"
    assert met.pagerduty["notes"][-1]["user"]["summary"] == "Bo"
    assert met.act("pagerduty.reopen", incident=met.page).status == 200
    assert met.pagerduty["shown"]["status"] == "triggered"
    assert met.act("pagerduty.write_note", incident=met.page, text=" ").status == 422


def test_notion_does_what_a_person_does(met: Met) -> None:
    page = {"page": met.document}
    first = met.notion["content"][1]["id"]
    assert met.act("notion.edit_block", **page, block=first, text="One\n- two").status == 200
    assert [one["text"] for one in met.notion["content"]] == ["## Impact", "One", "- two"]
    assert met.notion["content"][1]["id"] == first, "it is the same block still"
    assert met.act("notion.add_block", **page, text="After", after=first).status == 200
    assert met.act("notion.add_block", **page, text="# End").status == 200
    assert met.act("notion.edit_block", **page, block=met.notion["content"][0]["id"], text="").status == 200
    assert [one["text"] for one in met.notion["content"]] == ["One", "After", "- two", "# End"]
    assert met.act("notion.set_property", **page, name="Status", text="Resolved").status == 200
    assert met.act("notion.set_property", **page, name="Name", text="Mine").status == 200
    assert met.act("notion.set_property", **page, name="Severity", text="").status == 200
    shown = met.object("notion", met.document)["page"]
    assert shown["properties"]["Status"]["status"]["name"] == "Resolved"
    assert shown["properties"]["Name"]["title"][0]["plain_text"] == "Mine"
    assert met.act("notion.trash", BO, **page).status == 200
    assert met.notion["in_trash"]
    assert met.act("notion.restore", **page).status == 200
    assert not met.notion["in_trash"]


def test_notions_rules_hold_for_people(met: Met) -> None:
    page = {"page": met.document}
    wrong = met.act("notion.set_property", **page, name="Status", text="Whatever")
    assert (wrong.status, "does not exist" in wrong.json["error"]) == (422, True)
    assert met.act("notion.set_property", **page, name="Declared", text="soon").status == 422
    assert met.act("notion.edit_block", **page, block="none", text="x").status == 422
    assert met.act("notion.trash", page="none").status == 422


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"as": "ana@example.com", "do": "slack.seed_user", "with": {}},
        {"as": "ana@example.com", "do": "slack.post.__class__", "with": {}},
        {"as": "ana@example.com", "do": "slack", "with": {}},
        {"as": "ana@example.com", "do": "slack.post", "with": {"channel": "C00000001", "text": ["x"]}},
        {"as": "ana@example.com", "do": "slack.post", "with": {"channel": "C00000001", "blocks": "x"}},
        {"as": "ana@example.com", "do": "slack.post", "with": []},
        {"as": "nobody@example.com", "do": "slack.post", "with": {"channel": "C00000001", "text": "x"}},
        {"as": "nobody@example.com", "do": "notion.trash", "with": {"page": "x"}},
        {"do": "slack.post", "with": {"channel": "C00000001", "text": "x"}},
        [],
        "x",
    ],
)
def test_what_is_no_act_of_a_person_is_refused(met: Met, asked: object) -> None:
    before = met.world.snapshot()
    answer = met.post("/page/act", asked)
    assert (answer.status, list(answer.json)) == (422, ["error"])
    assert met.world.snapshot() == before


def test_nobody_acts_as_the_bot(met: Met) -> None:
    for bot in ("U0SANDBOX", "USLACKBOT", "", "incidents"):
        answer = met.act("slack.post", bot, channel=met.channel, text="I am the reconciler")
        assert answer.status == 422, bot
    assert not any("I am" in one["text"] for one in met.slack["messages"].values())


def test_an_act_is_remembered_as_a_persons_and_a_refused_one_too(met: Met) -> None:
    met.act("slack.rename", BO, channel=met.channel, name="broken")
    met.act("pagerduty.acknowledge", incident=met.page)
    refused, done = met.get("/page/calls").json["calls"][-2:]
    assert (refused["person"], refused["method"], refused["error"]) == (BO, "rename", "not_authorized")
    assert (done["person"], done["service"], done["error"]) == ("ana@example.com", "pagerduty", "")


def test_every_act_exists_in_the_service_that_it_is_for(met: Met) -> None:
    from reconciler.sandbox.notion.people import People as Writers
    from reconciler.sandbox.pagerduty.people import People as Responders
    from reconciler.sandbox.slack.people import Person

    people = {"slack": Person, "pagerduty": Responders, "notion": Writers}
    for service, acts in ACTS.items():
        for name, fields in acts.items():
            parameters = getattr(people[service], name).__annotations__
            assert set(fields) <= parameters.keys(), name


def test_what_a_person_did_is_there_when_the_sandbox_is_opened_again(tmp_path: Path) -> None:
    made = World.open(tmp_path, world().now)
    with visiting(made) as visitor:
        visitor.act("slack.edit_topic", channel="C00000001", topic="kept")
    again = World.open(tmp_path, world().now)
    assert again.machines["slack"].data["channels"]["C00000001"]["topic"]["value"] == "kept"
