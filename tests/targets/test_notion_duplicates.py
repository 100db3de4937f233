"""A second document, one in the trash, one out of reach: nothing that people wrote is lost or made again."""

from __future__ import annotations

import pytest

from reconciler.incident.model import Status
from reconciler.plan.change import Kind
from reconciler.sandbox.notion.example import SOURCE
from reconciler.sandbox.notion.people import People
from reconciler.targets.seam import Unanswered
from tests.support.notion import DATABASE, Documents, declared
from tests.support.scene import ID, Scene, update

CREATE = "POST /v1/pages"
UPDATE = "PATCH /v1/pages/{page_id}"
HOUR = 3600.0


def made_twice(scene: Documents) -> list[str]:
    """Two documents for one incident, as when a lost memory meets a list that lags; the older one first."""
    scene.notion.query_lag = HOUR
    scene.later(minutes=1)
    scene.memories.clear()
    scene.apply()
    scene.notion.query_lag = 0
    pages = [page["id"] for page in scene.all_pages()]
    assert len(pages) == 2
    return pages


def trashed(scene: Documents) -> list[str]:
    return [page["id"] for page in scene.all_pages() if page["in_trash"]]


# duplicates -------------------------------------------------------------------------------------


def test_of_two_pages_the_older_counts_and_the_other_goes_to_the_trash() -> None:
    scene = declared()
    first, second = made_twice(scene)
    [change] = [one for one in scene.plan().changes if one.kind is Kind.RETIRE]
    assert change.summary == "a second document that nobody has edited goes to the trash"
    scene.apply()
    assert trashed(scene) == [second]
    assert scene.memories[ID].things["notion:page"].id == first
    assert scene.quiet()


def test_lines_that_only_the_younger_page_had_are_added_to_the_older_one() -> None:
    scene = declared()
    first, _ = made_twice(scene)
    scene.edit(updates=(update("Rolling back."),))
    scene.apply()
    assert scene.raw()["id"] == first
    assert scene.section()[-1].endswith("Rolling back.")
    assert scene.quiet()


def test_a_second_page_in_which_somebody_wrote_stays_and_is_told_until_it_is_gone() -> None:
    scene = declared()
    first, second = made_twice(scene)
    scene.person.edit_markdown(second, "## Root cause", "## Root cause\nThe cache.")
    for _ in range(2):
        [note] = scene.notes()
        assert second.replace("-", "") in note
    assert scene.quiet()
    assert not trashed(scene)
    scene.person.trash(second)
    assert scene.notes() == []
    assert scene.raw()["id"] == first


def test_words_count_although_we_edited_the_page_last() -> None:
    scene = declared()
    _, second = made_twice(scene)
    scene.person.edit_markdown(second, "## Root cause", "## Root cause\nThe cache.")
    scene.notion.call(UPDATE, page_id=second, properties={})
    assert scene.notion.data["pages"][second]["edited_by"] == scene.notion.data["pages"][second]["created_by"]
    assert len(scene.notes()) == 1
    assert not trashed(scene)


def test_a_copy_that_a_person_made_is_never_thrown_away() -> None:
    scene = declared()
    pages = scene.notion.data["pages"]
    scene.later(minutes=1)
    copy = pages[scene.raw()["id"]] | {"id": "c" * 8 + "-cccc-4ccc-8ccc-" + "c" * 12}
    person = next(iter(scene.notion.data["people"]))
    pages[copy["id"]] = copy | {
        "created_at": scene.clock.now().isoformat(timespec="microseconds"),
        "created_by": person,
        "edited_by": person,
    }
    assert len(scene.notes()) == 1
    assert not trashed(scene)
    assert scene.quiet()
    assert not [method for method in scene.methods() if "markdown" in method], "there is no need to read it"


def test_as_long_as_it_is_not_known_who_we_are_nothing_is_thrown_away() -> None:
    scene = declared()
    made_twice(scene)
    scene.fails("notion", "GET /v1/users/me", Unanswered("GET /v1/users/me", "503", 503))
    report = scene.apply().report
    assert report.exit_code == 3
    assert not trashed(scene)
    scene.heals()
    scene.fails("notion", "GET /v1/pages/{page_id}/markdown", Unanswered("GET …", "503", 503))
    assert scene.apply().report.exit_code == 3
    assert not trashed(scene)
    scene.heals()
    scene.apply()
    assert len(trashed(scene)) == 1


# the trash --------------------------------------------------------------------------------------


def test_a_document_in_the_trash_is_blocked_and_never_made_again() -> None:
    scene = declared()
    page = scene.raw()["id"]
    scene.person.trash(page)
    scene.edit(status=Status.IDENTIFIED)
    report = scene.apply().report
    [blocked] = report.after.blocked
    assert blocked.reason == "the document is in Notion's trash, or no longer shared with the connection"
    assert "restore it in Notion" in blocked.next
    assert len(scene.all_pages()) == 1
    assert scene.quiet()
    scene.person.restore(page)
    scene.apply()
    assert scene.says()["Status"] == "Identified"


def test_another_page_may_take_the_place_of_one_in_the_trash() -> None:
    scene = declared()
    scene.person.trash(scene.raw()["id"])
    text = {"rich_text": [{"type": "text", "text": {"content": ID}}]}
    scene.notion.call(
        CREATE, parent={"data_source_id": SOURCE}, properties={"Incident ID": text}, markdown="## Timeline"
    )
    assert scene.apply().report.exit_code == 0
    assert scene.says()["Name"].startswith("Checkout")  # type: ignore[union-attr]
    assert "declared as sev1" in scene.text(), "its timeline is a new one"
    assert scene.quiet()


def test_a_document_in_the_trash_whose_memory_is_lost_is_made_anew_once() -> None:
    """Notion cannot be asked for what is in the trash; nobody else sees that page either."""
    scene = declared()
    first = scene.raw()["id"]
    scene.person.trash(first)
    scene.memories.clear()
    scene.apply()
    scene.memories.clear()
    scene.apply()
    assert len(scene.all_pages()) == 2
    scene.later(minutes=1)
    scene.person.restore(first)
    scene.apply()
    assert scene.raw()["id"] == first, "the older one counts again, and the other one had no words"


@pytest.mark.parametrize("way", ["unshared", "deleted"])
def test_a_document_that_is_not_shared_any_more_is_blocked_and_keeps_its_link(way: str) -> None:
    scene = declared()
    page = scene.raw()
    if way == "unshared":
        scene.person.share(page["id"], False)
        scene.notion.query_lag = HOUR
    else:
        del scene.notion.data["pages"][page["id"]]
    for _ in range(2):
        [blocked] = scene.apply().report.after.blocked
        assert "no longer shared" in blocked.reason
        assert scene.memories[ID].things["notion:page"].url == page["url"]
    assert len(scene.writes()) == 1, "the create"


def test_a_closed_incident_whose_document_was_thrown_away_is_settled() -> None:
    scene = declared()
    scene.person.trash(scene.raw()["id"])
    scene.later(minutes=5)
    scene.edit(status=Status.CLOSED)
    assert not scene.apply().report.after.blocked
    assert scene.memories[ID].settled


def test_a_database_that_is_not_shared_is_unreadable_and_the_others_go_on() -> None:
    scene = Scene()
    People(scene.notion).share(DATABASE, False)
    scene.edit()
    report = scene.apply().report
    assert report.exit_code == 3
    assert {one.address.target for one in report.after.unreadable} == {"notion"}
    assert all("shared with the connection" in one.reason for one in report.after.unreadable)
    assert scene.page("primary")["status"] == "triggered"
    assert scene.channel(f"incd-{ID}")
    People(scene.notion).share(DATABASE, True)
    assert scene.apply().report.exit_code == 0
    assert scene.document()


def test_a_document_in_another_database_is_blocked_until_it_is_moved() -> None:
    scene = declared()
    page = scene.notion.data["pages"][scene.raw()["id"]]
    other = "1b2c3d4e5f60718293a4b5c6d7e8f901"
    page["parent"] = {**page["parent"], "database_id": other}
    scene.notion.query_lag = HOUR
    scene.edit(status=Status.IDENTIFIED, updates=(update("x"),))
    [blocked] = scene.apply().report.after.blocked
    assert blocked.reason == "the document lies not in the settings' database"
    assert not [one for one in scene.writes() if one[1] != CREATE]
    page["parent"] = {**page["parent"], "database_id": DATABASE}
    assert scene.apply().report.exit_code == 0
    assert scene.says()["Status"] == "Identified"


def test_a_plan_makes_no_write_even_where_a_page_lies_twice() -> None:
    scene = declared()
    made_twice(scene)
    before = scene.notion.snapshot()
    scene.edit(status=Status.IDENTIFIED)
    assert scene.plan().changes
    assert scene.notion.snapshot() == before
