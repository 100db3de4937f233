"""In a real browser: with the keyboard alone, in light and dark, in any window, whatever anybody wrote."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox.world import World
from tests.support.browser import Shown, showing
from tests.support.hostile import HOSTILE
from tests.support.server import serving
from tests.support.worlds import call, declared, world

EVIL = {
    **{
        name: HOSTILE[name]
        for name in ("everybody", "entities", "slack markup", "markdown", "html", "direction")
    },
    **{name: HOSTILE[name] for name in ("page", "long word", "emoji")},
    "attribute": "\"><img src=x onerror=alert(1)> ' onclick='alert(1)",
    "links": "<javascript:alert(1)|click> [x](javascript:alert(1)) <data:text/html,x|y>",
    "placeholders": "\ue0000\ue001 \ue0009\ue001 <https://example.com|x>",
    "styles": "*" * 300 + "_" * 300 + "`" * 301 + "~a~" * 90,
    "ten thousand": "W" * 10_000,
    "ten thousand words": "so " * 3333,
    "lines": "a\n" * 500,
}


def seen(shown: Shown) -> None:
    """Everything of the incident is drawn."""
    shown.sees("#slack h3", "#incd-")
    shown.sees("#pagerduty .card dt", "Service")
    shown.sees("#notion .block", "Impact")


# whatever anybody wrote ----------------------------------------------------------------------------------


def spoiled(text: str) -> World:
    """A world in which everything says the same."""
    made = world()
    channel = declared(made)
    data = made.machines["slack"].data["channels"][channel]
    data["topic"]["value"] = text
    for message in data["messages"].values():
        message["text"] = text
    for bookmark in data["bookmarks"].values():
        bookmark |= {"title": text, "link": text}
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    data["messages"][data["pins"][0]["ts"]]["blocks"] = [block, {"type": text}]
    incident = next(iter(made.machines["pagerduty"].data["incidents"].values()))
    incident["shown"]["title"] = incident["shown"]["service"]["summary"] = text
    incident["notes"][0]["content"] = text
    incident["hidden"]["conference_bridge"] = {"conference_url": text}
    page = next(iter(made.machines["notion"].data["pages"].values()))
    page["properties"]["title"] = [{"text": text, "url": "javascript:alert(1)", "marks": ["bold"]}]
    page["properties"]["slk"] = text
    page["content"][1]["text"] = text
    return made


@pytest.mark.parametrize("name", EVIL)
def test_whatever_anybody_wrote_stays_inert_and_the_layout_holds(chromium: Any, name: str) -> None:
    with serving(spoiled(EVIL[name])) as url, showing(chromium, url) as shown:
        shown.open("20261121-honest-rhinoceros")
        seen(shown)
        elements = shown.page.evaluate("[...document.querySelectorAll('*')].map((one) => one.nodeName)")
        assert set(elements).isdisjoint({"IFRAME", "OBJECT", "EMBED", "STYLE", "BASE"})
        assert elements.count("SCRIPT") == 2
        assert elements.count("IMG") == 1
        links = shown.page.evaluate("[...document.querySelectorAll('a')].map((one) => one.href)")
        assert all(one.startswith(("http://", "https://")) for one in links)
        assert shown.look("active") == []
        assert not shown.overflows()
        assert shown.page.locator("#slack .composer, #slack .messages").first.bounding_box()["height"] > 60
        shown.button("Everything").click()
        shown.sees("#slack .list", "#general")
        assert not shown.overflows()


# with the keyboard alone -----------------------------------------------------------------------------------


@pytest.fixture
def several(chromium: Any) -> Any:
    made = world()
    declared(made, "Checkout fails")
    page = next(iter(made.machines["pagerduty"].data["incidents"].values()))
    service = {"id": "PSVC001", "type": "service_reference"}
    for number, title in enumerate(["Search is slow", "Mail is late"]):
        incident = {"type": "incident", "title": title, "service": service}
        key = f"acme/20261120-calm-otter{number}/primary"
        call(made, "pagerduty", "POST /incidents", incident=incident | {"incident_key": key})
    assert page
    with serving(made) as url, showing(chromium, url) as shown:
        shown.open()
        shown.sees("#rail", "Mail is late")
        yield shown


def test_the_search_is_found_filters_and_leads_to_what_it_found(several: Shown) -> None:
    keyboard = several.page.keyboard
    keyboard.press("/")
    keyboard.type("search slow")
    several.misses("#rail .incident", "Mail")
    several.sees("#rail .incident", "Search is slow")
    several.misses("#pagerduty .entry", "Mail is late")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    several.sees("#pagerduty .card h3", "Search is slow")
    keyboard.press("Escape")
    several.sees("#pagerduty .entry", "Search is slow")
    keyboard.press("/")
    keyboard.press("Escape")
    several.sees("#rail .incident", "Mail")


def test_single_keys_lead_through_the_page(several: Shown) -> None:
    keyboard, active = several.page.keyboard, "document.activeElement.id"
    keyboard.press("j")
    several.sees("#rail [aria-pressed=true]", "20261121-honest-rhinoceros")
    keyboard.press("j")
    several.sees("#rail [aria-pressed=true]", "20261120-calm-otter1")
    keyboard.press("k")
    several.sees("#slack h3", "#incd-")
    for key, id in (("1", "slack"), ("2", "pagerduty"), ("3", "notion")):
        keyboard.press(key)
        assert several.page.evaluate(active) == id
    keyboard.press("c")
    several.sees("#dock [aria-selected=true]", "Calls")
    keyboard.press("f")
    several.sees("#dock [aria-selected=true]", "File and history")
    keyboard.press("d")
    several.page.wait_for_selector("#dock-body", state="detached")
    keyboard.press("p")
    several.sees("#dock [aria-selected=true]", "Plan")
    keyboard.press("?")
    several.sees("#dialog", "Keyboard")
    keyboard.press("Escape")
    several.page.wait_for_selector("#dialog", state="hidden")
    keyboard.press("Escape")
    several.sees("#rail .everything[aria-pressed=true]", "Everything")


def test_single_keys_are_letters_where_something_is_typed(several: Shown) -> None:
    several.page.fill("#search", "")
    several.page.type("#search", "jkpd?t1")
    assert several.page.input_value("#search") == "jkpd?t1"
    assert several.page.locator("#dialog").is_hidden()


def test_tab_reaches_what_can_be_done_and_focus_is_seen(several: Shown) -> None:
    several.page.keyboard.press("j")
    several.sees("#pagerduty .card dt", "Service")
    reached: list[str] = []
    for _ in range(80):
        several.page.keyboard.press("Tab")
        name, outline = several.look("focused")
        if name:
            reached.append(name)
            assert outline, name
    for words in ("Edit topic", "Unpin", "Delete", "Acknowledge", "Resolve", "Move to trash", "Fold"):
        assert words in reached, words
    assert reached.index("Edit topic") < reached.index("Acknowledge") < reached.index("Move to trash")


def test_everything_has_a_name_for_who_hears_the_page(several: Shown) -> None:
    assert several.look("unnamed") == []
    several.page.keyboard.press("j")
    several.sees("#pagerduty .card dt", "Service")
    assert several.look("unnamed") == []
    several.page.keyboard.press("c")
    assert several.look("unnamed") == []


# light, dark, narrow ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_can_be_read_against_its_background(chromium: Any, made: World, dark: bool) -> None:
    with serving(made) as url, showing(chromium, url, dark=dark) as shown:
        shown.open()
        shown.sees("#slack .list", "#general")
        assert shown.look("weak") == []
        shown.page.keyboard.press("j")
        seen(shown)
        shown.page.click("#slack .thread summary")
        assert shown.look("weak") == []
        shown.page.keyboard.press("c")
        shown.sees("#dock table", "conversations.create")
        assert shown.look("weak") == []
        shown.button("JSON", "#pagerduty").click()
        shown.sees("#raw .json", "incident_key")
        assert shown.look("weak") == []


def test_the_system_decides_between_light_and_dark_until_somebody_does(chromium: Any, made: World) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    with serving(made) as url, showing(chromium, url, dark=True) as shown:
        shown.open()
        dark = shown.page.evaluate(ground)
        shown.page.emulate_media(color_scheme="light")
        light = shown.page.evaluate(ground)
        assert dark != light
        shown.page.click("#theme")
        assert shown.page.evaluate(ground) == dark
        shown.open("again")
        assert shown.page.evaluate(ground) == dark, "the choice is kept"


@pytest.mark.parametrize("width", [700, 1024, 1920])
def test_the_page_fits_its_window(chromium: Any, made: World, width: int) -> None:
    with serving(made) as url, showing(chromium, url, width=width) as shown:
        shown.open("20261121-honest-rhinoceros")
        shown.sees("#slack h3", "#incd-")
        assert not shown.overflows()
        if width < 1100:
            shown.page.get_by_role("tab", name="PagerDuty").click()
            shown.sees("#pagerduty .card dt", "Service")
            shown.page.get_by_role("tab", name="Notion").click()
            shown.sees("#notion .block", "Impact")
            assert shown.page.locator("#slack").is_hidden()
        box = shown.page.locator("#dock").bounding_box()
        assert box["y"] + box["height"] <= 901, "the reconciler's part is in sight"
        assert not shown.overflows()
