"""Text is data: whatever a title, an update or a name holds, it calls nobody and fits Slack's limits."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from reconciler.incident.model import Status
from reconciler.incident.settings import Bookmark
from reconciler.incident.text import one_line
from reconciler.targets.seam import Answer, Api
from reconciler.targets.slack.text import escape, fitted, read_line, topic_line, unescape
from tests.support.scene import CHANNEL, ID, SETTINGS, Scene, update

HOSTILE = {
    "a call to everybody": "<!channel> <!here> <!everyone> <@U00000001> <#C1|x> <http://evil.example.com|ok>",
    "entities": "a && b &lt;!channel&gt; &amp;lt; <>&",
    "line ends": "one\ntwo\r\nthree\u2028four\x0bfive",
    "escape sequences": "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example.com\x07link\x1b]8;;\x07 \x00\x9b",
    "direction marks": "\u202egnp.exe\u202c \u2066x\u2069",
    "10,000 characters": "x" * 10_000,
    "10,000 ampersands": "&" * 10_000,
    "10,000 angle brackets": "<" * 10_000,
    "wide characters": "🔥" * 10_000,
    "one long word of entities": "&lt;" * 2_500,
}
#: What Slack would read as a mention, a link or a special command.
MARKUP = re.compile(r"<[@#!]|<https?:|<mailto:")


@pytest.fixture(params=list(HOSTILE.values()), ids=list(HOSTILE))
def hostile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def everything_said(scene: Scene) -> list[str]:
    """All that was sent and is read for markup, without the links that we make ourselves."""
    own = re.compile(r"<(#C\w+|https://(?:github|example\.pagerduty|zoom)[^|>]*\|[\w -]+)>")
    said = []
    for channel in scene.slack.data["channels"].values():
        for message in channel["messages"].values():
            if message.get("bot_id"):
                parts = [block["text"] for block in message.get("blocks", ())]
                texts = [part["text"] for part in parts if part["type"] == "mrkdwn"]
                said += [own.sub("", text) for text in (message["text"], *texts)]
    return said


def test_nothing_is_called_refused_or_lost_by_a_whole_life_with_such_a_text(hostile: str) -> None:
    """Titles, summaries, updates, names of roles and people: declared, edited, resolved, reopened."""
    scene = Scene(off={"notion"})
    scene.edit(title=hostile, summary=hostile, roles={"commander": f"{hostile[:40]}@example.com"})
    reports = [scene.apply().report]
    scene.edit(status=Status.IDENTIFIED, updates=(update(hostile, by=f"{hostile[:40]}@example.com"),))
    reports.append(scene.apply().report)
    scene.edit(updates=(update(f"{hostile} edited"),), title=f"! {hostile}")
    reports.append(scene.apply().report)
    scene.edit(status=Status.RESOLVED)
    reports.append(scene.apply().report)
    scene.edit(status=Status.INVESTIGATING)
    reports.append(scene.apply().report)
    troubles = [one.trouble.answer for report in reports for one in report.outcomes if one.trouble]
    assert troubles == []
    assert not [text for text in everything_said(scene) if MARKUP.search(text)]
    assert scene.quiet()
    scene.memories.clear()
    assert scene.quiet()


def test_what_was_meant_is_what_people_read(hostile: str) -> None:
    """Slack shows entities as their characters; nothing but the end of a text is missing."""
    scene = Scene(off={"notion"})
    scene.edit(title=hostile)
    scene.apply()
    [told] = scene.messages("general")
    shown = unescape(told.split(" · ", 2)[2].split("\nIC ")[0]).removesuffix("…")
    assert one_line(hostile).startswith(shown)
    assert shown == one_line(hostile) or len(escape(shown)) > 490


def test_a_topic_is_one_line_that_fits_also_once_it_is_escaped(hostile: str) -> None:
    topic = topic_line(f"SEV1 · {hostile}")
    assert len(escape(topic)) <= 250
    assert "\n" not in topic
    assert topic_line(topic) == topic
    assert read_line(escape(topic)) == topic, "what is read back compares equal to what is wanted"


@pytest.mark.parametrize("limit", [1, 2, 5, 6, 7, 100])
def test_no_entity_is_cut_in_two(hostile: str, limit: int) -> None:
    cut = fitted(hostile, limit)
    assert len(cut) <= limit
    assert re.sub(r"&(amp|lt|gt);", "", cut).count("&") == 0


def test_text_that_fits_is_not_touched() -> None:
    assert fitted("a < b & c", 100) == "a &lt; b &amp; c"
    assert fitted("x" * 100, 100) == "x" * 100


def test_a_card_with_more_than_fits_keeps_whole_lines() -> None:
    scene = Scene(off={"notion"})
    scene.edit(roles={f"role{number}": f"{'a' * 60}{number}@example.com" for number in range(60)})
    report = scene.apply().report
    assert not [one for one in report.outcomes if one.trouble]
    roles = next(block for block in scene.card().split("\n*Role0:*")[1:])
    assert "\n…" in roles


def test_an_update_of_the_longest_kind_can_be_edited() -> None:
    scene = Scene(off={"notion"})
    scene.edit(updates=(update("&" * 3000),))
    scene.apply()
    scene.edit(updates=(update("<" * 3000),))
    assert scene.apply().report.exit_code == 0
    assert "&lt;" in scene.messages()[1]
    assert len(scene.messages()[1]) <= 4000


def test_a_mark_is_not_believed_when_it_stands_in_a_title() -> None:
    """A person's channel whose topic quotes the mark of an incident is none of ours."""
    scene = Scene(off={"notion"})
    scene.slack.person("ana@example.com").create("quoting")
    scene.slack.person("ana@example.com").edit_topic("quoting", "[acme/20261121-honest-rhinoceros] x")
    scene.slack.person("ana@example.com").invite_bot("quoting")
    scene.edit()
    scene.apply()
    assert scene.channel(CHANNEL)
    assert "rhinoceros] x" in scene.channel("quoting")["topic"]["value"]


class Naming:
    """A Slack that gives emoji back by their names, in topics and in bookmarks."""

    def __init__(self, api: Api):
        self._api = api

    def call(self, method: str, /, **arguments: Any) -> Answer:
        told = json.dumps(self._api.call(method, **arguments), ensure_ascii=False)
        answer: Answer = json.loads(told.replace("🔥", ":fire:"))
        return answer


def test_emoji_that_slack_gives_back_by_name_are_no_difference() -> None:
    scene = Scene(off={"notion"})
    mark = Bookmark("🔥 Runbook", "https://wiki.example.com/fire")
    scene.settings = replace(SETTINGS, slack=replace(SETTINGS.slack, bookmarks=(mark,)))
    scene.wrapped["slack"] = Naming(scene.slack)
    scene.edit(title="Checkout is on fire 🔥 again")
    assert scene.apply().report.exit_code == 0
    assert "on fire 🔥 again" in scene.channel(CHANNEL)["topic"]["value"], "people see it as it was meant"
    assert ("🔥 Runbook", "https://wiki.example.com/fire") in scene.bookmarks()
    for memory in ("kept", "lost"):
        assert scene.quiet(), memory
        scene.memories.clear()
    scene.heals()
    assert scene.quiet()


class Rewording:
    """A Slack that never keeps a topic as it was set."""

    def __init__(self, api: Api):
        self._api = api

    def call(self, method: str, /, **arguments: Any) -> Answer:
        answer = self._api.call(method, **arguments)
        for channel in answer.get("channels", ()):
            channel["topic"]["value"] += " (reworded)"
        return answer


def test_a_topic_that_slack_never_keeps_is_set_once_a_run_and_told() -> None:
    """Each set is a message in the channel: a loop must not flood it."""
    scene = Scene(off={"notion"})
    scene.edit()
    scene.apply()
    scene.wrapped["slack"] = Rewording(scene.slack)
    scene.forget_calls()
    report = scene.apply().report
    assert [method for _, method in scene.writes()] == ["conversations.setTopic"]
    assert (report.converged, report.exit_code) == (False, 3)


def test_a_bookmark_whose_title_and_link_hold_entities_is_no_difference_for_ever() -> None:
    odd = Bookmark("R&amp;D &lt;runbook&gt; &amp;lt;", "https://wiki.example.com/?a=1&amp;b=2&lt;")
    scene = Scene(off={"notion"})
    scene.settings = replace(SETTINGS, slack=replace(SETTINGS.slack, bookmarks=(odd,)))
    scene.edit(services=())
    scene.apply()
    assert scene.bookmarks() == [(odd.title, odd.url)]
    assert scene.quiet()
    scene.memories.clear()
    assert scene.quiet()


@pytest.mark.parametrize(
    "address", ["https://x|<!channel>", "https://x> <!channel> <y", "javascript:alert(1)"]
)
def test_a_page_whose_address_is_more_than_an_address_is_shown_without_a_link(address: str) -> None:
    """PagerDuty's answers are data, too."""
    scene = Scene(off={"notion"})
    scene.edit()
    scene.apply()
    scene.pagerduty.data["incidents"][scene.page("primary")["id"]]["shown"]["html_url"] = address
    scene.later(minutes=5)
    scene.edit(title="Checkout fails")
    scene.apply()
    assert ":pager: *primary* paged" in scene.card()
    assert address not in scene.card()
    assert address not in str(scene.memories[ID].to_json())
