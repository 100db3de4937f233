"""In a real browser: the plan beside the world, an apply, the file with its history, and hundreds of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.sandbox.world import World
from tests.support.beside import Beside
from tests.support.browser import Shown, showing
from tests.support.many import INCIDENTS, many
from tests.support.server import serving

ID = "20261121-honest-rhinoceros"


@pytest.fixture
def beside(tmp_path: Path) -> Beside:
    found = Beside.at(tmp_path / "incidents", {ID: ""})
    found.applied()
    return found


def test_drift_shows_in_the_plan_and_an_apply_mends_it(chromium: Any, beside: Beside) -> None:
    with serving(beside.world, beside.board) as url, showing(chromium, url) as shown:
        shown.open(ID)
        shown.sees("#dock .summary", "In sync")
        shown.button("Edit topic").click()
        shown.page.fill("#dialog input", "")
        shown.button("Set topic").click()
        shown.sees("#dock .line-change.magenta", "slack topic")
        shown.sees("#rail .incident", "1 to do")
        shown.button("Apply now").click()
        shown.sees("#dock .summary", "In sync")
        shown.sees("#slack .topic", "SEV1 · investigating")
        shown.misses("#rail .incident", "to do")
        shown.page.click("#dock .last summary")
        shown.sees("#dock .last", "1 applied.")
        shown.page.keyboard.press("c")
        shown.sees("#dock .calls", "conversations.setTopic")


def test_a_files_text_and_history_are_shown_with_what_git_shows(chromium: Any, beside: Beside) -> None:
    path = f"incidents/2026/11/{ID}.yaml"
    text = (beside.clone.folder / path).read_text().replace("investigating", "identified")
    with serving(beside.world, beside.board) as url, showing(chromium, url) as shown:
        shown.open(ID)
        shown.page.keyboard.press("f")
        shown.sees("#dock .yaml", "status: investigating")
        shown.sees("#dock .story .effect", "create slack channel")
        beside.clone.commit({path: text}, f"{ID}: status identified\n\nIncident: {ID}\nVia: shell")
        shown.sees("#dock .yaml", "status: identified")
        shown.sees("#dock .story .decision", "investigating → identified")
        shown.sees("#dock .trailers", "Via: shell")
        shown.page.click("#dock .story .decision summary")
        shown.sees("#dock .diff .plus", "+status: identified")
        shown.sees("#rail .incident", "identified")


def test_what_a_file_says_stays_inert_in_the_plan_and_in_the_history(chromium: Any, tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)> \u202e </pre> ${x} " + "W" * 150
    beside = Beside.at(
        tmp_path / "incidents", {ID: f"summary: {json.dumps(evil)}\nbridge: https://e.example\n"}
    )
    beside.clone.commit({"incidents/2026/11/20261121-bad-one.yaml": f"{evil}: [\n"}, f"{evil}\n\nVia: {evil}")
    with serving(beside.world, beside.board) as url, showing(chromium, url) as shown:
        shown.open(ID)
        shown.sees("#dock .summary", "to make")
        shown.page.keyboard.press("f")
        shown.sees("#dock .yaml", "<img src=x")
        shown.button("20261121-bad-one", "#rail").or_(
            shown.page.locator("#rail :text('bad-one')")
        ).first.click()
        shown.sees("#dock .notice", "20261121-bad-one.yaml:1")
        shown.sees("#dock .story", "<img src=x onerror=alert(1)>")
        shown.page.click("#dock .story .decision summary")
        shown.sees("#dock .diff .plus", "<img src=x")
        assert shown.page.locator("img").count() == 1
        assert shown.look("active") == []
        assert not shown.overflows()


@pytest.fixture(scope="module")
def crowd() -> World:
    return many()


def drawn(shown: Shown) -> float:
    """Milliseconds that the page takes to draw itself anew."""
    return float(
        shown.page.evaluate(
            "async () => { const { changed } = await import('/page/static/store.js');"
            "const began = performance.now(); changed();"
            "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));"
            "return performance.now() - began; }"
        )
    )


def test_hundreds_of_incidents_and_a_thousand_messages_are_drawn_in_bounded_work(
    chromium: Any, crowd: World
) -> None:
    with serving(crowd) as url, showing(chromium, url) as shown:
        shown.open()
        shown.sees("#rail .count", str(INCIDENTS))
        nodes = "document.querySelectorAll('*').length"
        assert shown.page.evaluate(nodes) < 12 * INCIDENTS
        assert drawn(shown) < 1500
        shown.page.click("text=and 250 more")
        shown.page.wait_for_function(
            f"() => document.querySelectorAll('#rail .incident').length === {INCIDENTS}"
        )
        shown.page.click("#slack .entry:has-text('#general')")
        shown.sees("#slack .message", "message 999")
        assert shown.page.locator("#slack .message").count() <= 100
        shown.page.click("text=Show 100 earlier messages")
        shown.page.wait_for_function("() => document.querySelectorAll('#slack .message').length > 100")


def test_one_of_hundreds_is_found_and_shown_alone(chromium: Any, crowd: World) -> None:
    with serving(crowd) as url, showing(chromium, url) as shown:
        shown.open()
        shown.page.keyboard.press("/")
        shown.page.keyboard.type("incident-0217")
        shown.sees("#rail .count", f"1 of {INCIDENTS}")
        shown.page.keyboard.press("ArrowDown")
        shown.page.keyboard.press("Enter")
        shown.sees("#slack h3", "incident-0217")
        assert shown.page.locator("#pagerduty .card").count() == 1
        shown.sees("#notion .block", "Impact")
        before = shown.page.locator("#slack .message").count()
        slack = crowd.machines["slack"]
        assert isinstance(slack, SlackMachine)
        channel = slack.channel_id("incd-20261121-incident-0217")
        crowd.act(
            "slack", "", "post", {}, lambda: slack.call("chat.postMessage", channel=channel, text="new")
        )
        shown.sees("#slack .message", "new")
        assert shown.page.locator("#slack .message").count() == before + 1
