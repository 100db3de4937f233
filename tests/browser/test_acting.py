"""In a real browser: what a person clicks and types is done in the service as them, and seen at once."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.world import World
from tests.support.browser import Shown
from tests.support.worlds import call


def channel(made: World) -> Any:
    return list(made.machines["slack"].data["channels"].values())[-1]


def document(made: World) -> Any:
    return next(iter(made.machines["notion"].data["pages"].values()))


def menu(shown: Shown, words: str) -> None:
    shown.page.click("#slack details.menu summary")
    shown.button(words, "#slack .menu-list").click()


def test_a_click_on_an_incident_shows_its_traces_in_all_three_services(shown: Shown) -> None:
    shown.button("Everything").click()
    shown.sees("#slack .list", "#general")
    shown.page.click("#rail .incident")
    shown.sees("#slack h3", "#incd-20261121-honest-rhinoceros")
    shown.sees("#pagerduty .card h3", "Checkout fails")
    shown.sees("#notion .page-title", "Checkout fails")
    assert shown.page.url.endswith("#20261121-honest-rhinoceros")


def test_a_message_is_rendered_with_its_blocks_its_pin_and_its_thread(shown: Shown) -> None:
    shown.sees("#slack .message.pinned .b-header", "Checkout fails")
    assert not shown.page.locator(".replies").first.is_visible()
    shown.page.click("#slack .thread summary")
    shown.sees("#slack .replies .message", "Reply: Checkout fails")
    shown.sees("#slack .bookmarks a", "Checkout fails")


def test_what_is_called_over_http_appears_without_a_reload(shown: Shown, made: World) -> None:
    shown.page.evaluate("window.same = true")
    call(made, "slack", "chat.postMessage", channel=channel(made)["id"], text="*Rolling* back `412`")
    shown.sees("#slack .message strong", "Rolling")
    shown.sees("#slack .message code", "412")
    assert shown.page.evaluate("window.same") is True


def test_what_is_being_typed_and_what_is_unfolded_stays_when_something_changes(
    shown: Shown, made: World
) -> None:
    shown.page.click("#slack .thread summary")
    shown.page.fill(".composer textarea", "half a sen")
    call(made, "slack", "chat.postMessage", channel=channel(made)["id"], text="meanwhile")
    shown.sees("#slack .message", "meanwhile")
    shown.sees("#slack .replies .message", "Reply: Checkout fails")
    assert shown.page.input_value(".composer textarea") == "half a sen"
    assert shown.page.evaluate("document.activeElement.name") == "text"


def test_a_draft_stays_when_somebody_else_is_to_send_it(shown: Shown) -> None:
    shown.page.fill(".composer textarea", "I am on it")
    shown.page.select_option("#person", "bo@example.com")
    shown.page.wait_for_selector(".composer textarea[placeholder^='Write as Bo']")
    assert shown.page.input_value(".composer textarea") == "I am on it"


def test_a_person_writes_and_enter_sends_it(shown: Shown, made: World) -> None:
    shown.page.select_option("#person", "bo@example.com")
    shown.page.fill(".composer textarea", "I am on it")
    shown.page.press(".composer textarea", "Enter")
    shown.sees("#slack .message", "I am on it")
    assert shown.page.input_value(".composer textarea") == ""
    assert [one["user"] for one in channel(made)["messages"].values()][-1] == "U00000002"


def test_a_command_that_is_none_is_not_posted_as_a_message(shown: Shown, made: World) -> None:
    shown.page.fill(".composer textarea", "/remind me")
    shown.page.press(".composer textarea", "Enter")
    shown.sees(".toast", "this workspace knows no such command")
    assert shown.page.input_value(".composer textarea") == "/remind me"


def test_a_channel_is_renamed_given_a_topic_and_archived(shown: Shown, made: World) -> None:
    menu(shown, "Rename…")
    shown.page.fill("#dialog input", "checkout-is-broken")
    shown.page.press("#dialog input", "Enter")
    shown.sees("#slack h3", "#checkout-is-broken")
    shown.button("Edit topic").click()
    shown.page.fill("#dialog input", "nothing to see")
    shown.button("Set topic").click()
    shown.sees("#slack .topic", "nothing to see")
    menu(shown, "Archive")
    shown.sees("#slack .flag", "archived")
    assert (channel(made)["name"], channel(made)["is_archived"]) == ("checkout-is-broken", True)
    menu(shown, "Unarchive")
    shown.misses("#slack .channel-head .flag", "archived")


def test_a_message_is_deleted_a_pin_and_a_bookmark_removed(shown: Shown, made: World) -> None:
    shown.page.hover("#slack .message.pinned")
    shown.button("Unpin", "#slack .message.pinned > .tools").click()
    shown.page.wait_for_selector("#slack .message.pinned", state="detached")
    shown.page.click("#slack .bookmarks [aria-label^='Remove the bookmark']")
    shown.page.wait_for_selector("#slack .bookmarks", state="detached")
    shown.page.hover("#slack .message:has(.b-header)")
    shown.button("Delete", "#slack .message:has(.b-header) > .tools").click()
    shown.sees("#slack .message.gone", "This message was deleted.")
    assert (channel(made)["pins"], channel(made)["bookmarks"]) == ([], {})


def test_what_the_service_does_not_let_somebody_do_is_said(shown: Shown, made: World) -> None:
    shown.page.select_option("#person", "bo@example.com")
    menu(shown, "Rename…")
    shown.page.fill("#dialog input", "mine")
    shown.button("Rename").click()
    shown.sees(".toast", "not_authorized")
    assert channel(made)["name"] != "mine"


def test_a_page_is_acknowledged_noted_and_resolved(shown: Shown, made: World) -> None:
    shown.page.select_option("#person", "bo@example.com")
    shown.button("Acknowledge").click()
    shown.sees("#pagerduty .card .status", "acknowledged")
    shown.sees("#pagerduty .log", "Acknowledged by Bo")
    shown.button("Note…").click()
    shown.page.fill("#dialog textarea", "It is the voucher")
    shown.page.press("#dialog textarea", "Control+Enter")
    shown.sees("#pagerduty summary", "Notes (2)")
    shown.button("Resolve").click()
    shown.sees("#pagerduty .card .status", "resolved")
    shown.button("Reopen").click()
    shown.sees("#pagerduty .card .status", "triggered")


def test_a_document_is_edited_in_its_text_and_its_properties(shown: Shown, made: World) -> None:
    shown.page.hover("#notion .block:has-text('Checkout fails')")
    shown.button("Edit: Checkout fails").click()
    shown.page.fill("#notion .editor textarea", "Every **third** payment\n- and more")
    shown.page.press("#notion .editor textarea", "Control+Enter")
    shown.sees("#notion .block strong", "third")
    shown.sees("#notion .item", "and more")
    shown.page.click("#notion [aria-label='Edit Status: Identified']")
    shown.page.select_option("#dialog select", "Resolved")
    shown.button("Save", "#dialog").click()
    shown.sees("#notion .option", "Resolved")
    shown.page.click("#notion .page-title button")
    shown.page.fill("#dialog input", "Another title")
    shown.button("Save", "#dialog").click()
    shown.sees("#notion .page-title", "Another title")
    shown.page.click("#notion .add")
    shown.page.fill("#notion .editor textarea", "## More")
    shown.button("Save", "#notion .editor").click()
    shown.sees("#notion h5", "More")
    texts = [one["text"] for one in document(made)["content"]]
    assert texts == ["## Impact", "Every **third** payment", "- and more", "## More"]


def test_a_document_goes_into_the_trash_and_comes_back(shown: Shown, made: World) -> None:
    shown.button("Move to trash").click()
    shown.sees("#notion .banner", "in the trash")
    assert document(made)["in_trash"]
    shown.button("Restore").click()
    shown.page.wait_for_selector("#notion .banner", state="detached")


def test_raw_json_and_a_call_with_its_answer_are_shown(shown: Shown, made: World) -> None:
    shown.button("JSON", "#pagerduty").click()
    shown.sees("#raw .json", '"incident_key": "acme/20261121-honest-rhinoceros/primary"')
    shown.page.keyboard.press("Escape")
    shown.page.keyboard.press("c")
    shown.page.click("#dock .calls button:has-text('conversations.create')")
    shown.sees("#raw .json", '"arguments"')
    shown.sees("#raw .json", '"name": "incd-20261121-honest-rhinoceros"')


def test_a_sandbox_that_ends_is_told(shown: Shown) -> None:
    shown.page.evaluate("() => { window.fetch = () => Promise.reject(new Error('gone')); }")
    shown.page.select_option("#person", "bo@example.com")
    shown.button("Acknowledge").click()
    shown.sees(".toast", "The sandbox does not answer.")
