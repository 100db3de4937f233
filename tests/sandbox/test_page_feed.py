"""What the page knows: everything once, then what is newer; objects as they are held; the calls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.sandbox.page.board import Board
from reconciler.sandbox.page.calls import HIDDEN
from reconciler.targets.seam import Refused
from tests.support.page import visiting
from tests.support.worlds import INCIDENT, call, declared, heard, world

ODD = "<script>alert(1)</script>\u202e" + "x" * 200


def test_every_trace_of_an_incident_names_it() -> None:
    made = world()
    channel = declared(made)
    with visiting(made) as visitor:
        entries = visitor.feed()["entries"]
    traces = {key.partition("/")[0] for key, one in entries.items() if one.get("incident") == INCIDENT}
    assert traces == {"slack", "pagerduty", "notion"}
    assert entries[f"slack/{channel}"]["incidents"] == [INCIDENT]


def test_an_announcement_is_a_trace_in_a_channel_of_others() -> None:
    made = world()
    payload = {"instance": "acme", "incident": INCIDENT, "thing": "announcement", "digest": "x"}
    metadata = {"event_type": "incident_reconciler", "event_payload": payload}
    call(made, "slack", "chat.postMessage", channel="incidents", text="!", metadata=metadata)
    with visiting(made) as visitor:
        entry = visitor.feed()["entries"]["slack/C00000002"]
    assert (entry["incident"], entry["incidents"]) == ("", [INCIDENT])


def test_who_has_a_version_gets_what_is_newer_and_nothing_else() -> None:
    made = world()
    declared(made)
    with visiting(made) as visitor:
        first = visitor.feed()
        same = visitor.feed(first["version"], first["run"])
        visitor.act("slack.edit_topic", channel="C00000001", topic="hello")
        newer = visitor.feed(first["version"], first["run"])
    assert (same["entries"], same["gone"], same["version"]) == ({}, [], first["version"])
    assert newer["entries"].keys() == {"slack/C00000001", "calls/last"}
    assert newer["entries"]["slack/C00000001"]["topic"] == "hello"


def test_who_comes_from_another_run_gets_everything() -> None:
    with visiting(world()) as visitor:
        first = visitor.feed()
        again = visitor.feed(10**6, "another")
    assert again["entries"] == first["entries"]
    assert len(again["entries"]) > 3


def test_what_is_gone_is_told() -> None:
    made = world()
    declared(made)
    board = Board(made)
    with visiting(made, board) as visitor:
        first = visitor.feed()
        gone = next(iter(made.machines["notion"].data["pages"]))
        del made.machines["notion"].data["pages"][gone]
        board.feed.refresh()
        second = visitor.feed(first["version"], first["run"])
        third = visitor.feed(second["version"], second["run"])
    assert (second["gone"], third["gone"]) == ([f"notion/{gone}"], [])


def test_what_has_not_changed_is_not_made_again() -> None:
    made = world()
    declared(made)
    with visiting(made) as visitor:
        first = visitor.feed()
        made.snapshot()
        call(made, "slack", "conversations.list")
        second = visitor.feed(first["version"], first["run"])
    assert second["entries"].keys() == {"calls/last"}


def test_an_object_in_full_is_what_the_service_holds() -> None:
    made = world()
    channel = declared(made)
    with visiting(made) as visitor:
        assert visitor.object("slack", channel) == made.machines["slack"].data["channels"][channel]
        page, incident = next(iter(made.machines["pagerduty"].data["incidents"].items()))
        assert visitor.object("pagerduty", page) == incident
        assert visitor.get("/page/object/slack/C999").status == 404
        assert visitor.get("/page/object/nothing/C999").status == 404


def test_a_document_is_taken_apart_into_blocks_and_runs() -> None:
    made = world()
    declared(made)
    id, kept = next(iter(made.machines["notion"].data["pages"].items()))
    with visiting(made) as visitor:
        visitor.act("notion.add_block", page=id, text="- [x] **so** [it](https://example.com/)", after="")
        visitor.act("notion.add_block", page=id, text="| a | b |\n|---|---|\n| c | `d` |", after="")
        blocks = visitor.object("notion", id)["content"]
    assert [(one["kind"], one["text"]) for one in blocks[:2]] == [
        ("heading", "## Impact"),
        ("paragraph", "Checkout fails"),
    ]
    assert (blocks[2]["kind"], blocks[2]["marker"]) == ("to_do", "x")
    assert [(run["text"], run["url"]) for run in blocks[2]["runs"]] == [
        ("so", None),
        (" ", None),
        ("it", "https://example.com/"),
    ]
    assert [[cell[0]["text"] for cell in row] for row in blocks[3]["rows"]] == [["a", "b"], ["c", "d"]]
    assert len(kept["content"]) == 4


def test_a_document_that_the_integration_may_not_see_is_shown() -> None:
    made = world()
    declared(made)
    id, kept = next(iter(made.machines["notion"].data["pages"].items()))
    kept["shared"] = False
    with visiting(made) as visitor:
        assert visitor.object("notion", id)["content"][0]["text"] == "## Impact"


def test_long_texts_are_cut_in_the_feed_and_whole_in_the_object() -> None:
    made = world()
    declared(made)
    id, kept = next(iter(made.machines["pagerduty"].data["incidents"].items()))
    kept["shown"]["title"] = ODD * 50
    with visiting(made) as visitor:
        assert len(visitor.feed()["entries"][f"pagerduty/{id}"]["title"]) == 300
        assert visitor.object("pagerduty", id)["shown"]["title"] == ODD * 50


def test_half_a_character_breaks_no_answer() -> None:
    made = world()
    made.machines["slack"].data["channels"]["C00000001"]["topic"]["value"] = "half \ud83d"
    with visiting(made) as visitor:
        assert visitor.feed()["entries"]["slack/C00000001"]["topic"] == "half \ud83d"


# calls ---------------------------------------------------------------------------------------------------


def test_the_last_200_calls_are_told_with_arguments_and_answers() -> None:
    made = world()
    for number in range(205):
        call(made, "slack", "chat.postMessage", channel="general", text=f"number {number}")
    with visiting(made) as visitor:
        listed = visitor.get("/page/calls").json["calls"]
        newest = visitor.get(f"/page/calls/{listed[-1]['number']}").json
        forgotten = visitor.get("/page/calls/1").status
        newer = visitor.get("/page/calls?since=203").json["calls"]
    assert [one["number"] for one in listed] == [*range(6, 206)]
    assert newest["arguments"]["text"] == "number 204"
    assert newest["answer"]["message"]["text"] == "number 204"
    assert [one["number"] for one in newer] == [204, 205]
    assert forgotten == 404


def test_a_refused_call_shows_what_the_service_said() -> None:
    made = world()
    with pytest.raises(Refused):
        call(made, "slack", "chat.postMessage", channel="C999", text="x")
    heard(made, "pagerduty", "GET /incidents", headers={"authorization": "Token token=wrong"})
    with visiting(made) as visitor:
        first, second = visitor.get("/page/calls").json["calls"]
        answer = visitor.get(f"/page/calls/{first['number']}").json["answer"]
    assert (first["method"], first["error"]) == ("chat.postMessage", "channel_not_found")
    assert answer == {"ok": False, "error": "channel_not_found"}
    assert "2006" in second["error"] or "401" in second["error"]


def test_no_token_is_shown_wherever_somebody_put_it() -> None:
    made = world()
    token = "xoxb-1234567890-secret"
    body = json.dumps({"channel": "general", "text": f"my {token} and pd-sandbox", "token": token})
    assert heard(made, "slack", "POST /api/chat.postMessage", body).body["ok"]
    with visiting(made) as visitor:
        visitor.act("slack.post", channel="C00000001", text=f"{token}")
        told = visitor.get("/page/calls").body + b"".join(
            visitor.get(f"/page/calls/{number}").body for number in (1, 2)
        )
        first: Any = visitor.get("/page/calls/1").json
    assert b"secret" not in told
    assert b"pd-sandbox" not in told
    assert first["arguments"]["text"] == f"my {HIDDEN} and {HIDDEN}"
