"""A document through its incident's life: what the file says follows, what people write stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.incident.model import Status
from reconciler.plan.change import Cause, Kind
from reconciler.plan.memory import Memory
from reconciler.plan.plan import State
from reconciler.targets.seam import Answer, Api, Unanswered
from tests.support.notion import KEY, Documents, Slugs, declared
from tests.support.scene import ID, START, update

READ_TEXT = "GET /v1/pages/{page_id}/markdown"
UPDATE_TEXT = "PATCH /v1/pages/{page_id}/markdown"


def told(scene: Documents, text: str, minutes: int) -> None:
    """An update is written into the file, so many minutes after the declare."""
    updates = scene.case(ID).incident.updates
    scene.edit(updates=(*updates, update(text, minutes)))


# properties -------------------------------------------------------------------------------------


def test_the_properties_follow_the_file() -> None:
    scene = declared()
    roles = {"commander": "bo@example.com"}
    scene.edit(status=Status.IDENTIFIED, severity="sev2", title="Another title", roles=roles, summary=None)
    [change] = [one for one in scene.plan().changes if one.address.thing == "page"]
    assert {field.name: (field.before, field.after) for field in change.fields} == {
        "Status": ("Investigating", "Identified"),
        "Severity": ("Sev1", "Sev2"),
        "Name": ("Checkout returns HTTP 500 for a third of requests", "Another title"),
        "Commander": ("Ana", "Bo"),
        "Description": ("Since release 412, card payments fail when the basket holds a voucher.", None),
    }
    scene.forget_calls()
    scene.apply()
    sent = [one.arguments["properties"] for one in scene.calls if one.method == "PATCH /v1/pages/{page_id}"]
    assert [set(properties) for properties in sent] == [{field.name for field in change.fields}]
    assert scene.says()["Commander"] == "Bo"
    assert "Description" not in scene.says()
    assert scene.quiet()


def test_a_new_title_does_not_change_the_links_that_others_have() -> None:
    scene = Documents(off={"pagerduty"})
    scene.wrapped["notion"] = Slugs(scene.notion)
    scene.edit()
    scene.apply()
    link = scene.memories[ID].things["notion:page"].url
    assert link == scene.raw()["url"]
    assert f"<{link}|Document>" in scene.card()
    scene.edit(title="Another title")
    scene.apply()
    assert scene.memories[ID].things["notion:page"].url == link
    assert scene.quiet()


def test_the_resolved_date_is_set_and_cleared_when_it_is_reopened() -> None:
    scene = declared()
    scene.later(minutes=20, seconds=30)
    scene.edit(status=Status.RESOLVED)
    scene.apply()
    assert scene.says()["Resolved"] == "2026-11-21T17:05:00+00:00"
    assert scene.quiet()
    scene.later(minutes=10)
    scene.edit(status=Status.INVESTIGATING)
    scene.apply()
    assert "Resolved" not in scene.says()
    scene.later(minutes=10)
    scene.edit(status=Status.RESOLVED, times={"resolved": START + timedelta(minutes=32)})
    scene.apply()
    assert scene.says()["Resolved"] == "2026-11-21T17:17:00+00:00", "the file knows better than its history"
    assert scene.quiet()


def test_an_incident_that_was_resolved_and_closed_between_two_runs_has_its_date() -> None:
    scene = declared()
    scene.later(minutes=20)
    scene.edit(status=Status.RESOLVED)
    scene.later(minutes=20)
    scene.edit(status=Status.CLOSED)
    scene.apply()
    assert (scene.says()["Status"], scene.says()["Resolved"]) == ("Closed", "2026-11-21T17:05:00+00:00")
    assert scene.quiet()


@pytest.mark.parametrize("ending", [Status.CLOSED, Status.CANCELED])
def test_whatever_ended_it_the_time_is_that_of_the_last_ending(ending: Status) -> None:
    scene = declared()
    for status in (Status.RESOLVED, Status.MITIGATED, ending):
        scene.later(minutes=10)
        scene.edit(status=status)
        scene.apply()
    assert scene.says()["Resolved"] == "2026-11-21T17:15:00+00:00"


def test_a_date_that_is_not_known_is_left_to_people() -> None:
    scene = declared(status=Status.RESOLVED)
    scene.person.set_property(scene.raw()["id"], "Resolved", "2026-11-20")
    assert scene.quiet()
    assert scene.says()["Resolved"] == "2026-11-20"


def test_a_property_that_a_person_changed_is_restored_and_shown_as_drift() -> None:
    scene = declared()
    scene.person.set_property(scene.raw()["id"], "Status", "Resolved")
    scene.person.set_property(scene.raw()["id"], "Incident ID", "something else")
    [outcome] = scene.apply().report.outcomes
    assert (outcome.change.kind, outcome.change.cause) == (Kind.RESTORE, Cause.DRIFTED)
    assert {field.name: field.before for field in outcome.change.fields} == {
        "Status": "Resolved",
        "Incident ID": "something else",
    }
    assert scene.says()["Status"] == "Investigating"
    assert scene.says()["Incident ID"] == ID
    assert scene.quiet()


def test_the_same_moment_in_another_zone_is_no_drift() -> None:
    scene = declared()
    scene.person.set_property(scene.raw()["id"], "Declared", "2026-11-21T17:45:00+01:00")
    assert scene.quiet()


def test_a_property_that_is_deleted_from_the_database_is_left_out_from_then_on() -> None:
    scene = declared()
    scene.person.delete_property(str(scene.settings.notion.database), "Severity")
    assert scene.notes() == ["the database has no property Severity: the severity is left out"]
    assert scene.quiet()


def test_a_document_whose_database_has_lost_the_id_is_kept_up_to_date_from_memory() -> None:
    scene = declared()
    scene.person.delete_property(str(scene.settings.notion.database), "Incident ID")
    scene.later(minutes=5)
    scene.edit(status=Status.IDENTIFIED)
    assert scene.apply().report.exit_code == 0
    [page] = scene.all_pages()
    shown = scene.notion.call("GET /v1/pages/{page_id}", page_id=page["id"])["properties"]
    assert shown["Status"]["status"]["name"] == "Identified"
    assert "status identified" in scene.text_of(page["id"])
    assert scene.quiet()


@pytest.mark.parametrize("fresh", [False, True])
def test_a_property_that_is_deleted_behind_a_cache_is_left_out_in_the_same_run(fresh: bool) -> None:
    scene = Documents()
    scene.edit("20261121-other-bear")
    scene.cached()
    if not fresh:
        scene.edit()
        scene.apply()
    scene.person.delete_property(str(scene.settings.notion.database), "Severity")
    scene.column("Status", "status", "Open", "Done")
    scene.edit(severity="sev3", status=Status.IDENTIFIED, title="Another title")
    report = scene.apply().report
    assert {one.state for one in report.outcomes} == {State.APPLIED}
    assert report.exit_code == 0
    assert scene.says()["Name"] == "Another title"
    assert scene.quiet()


def test_a_status_becomes_text_behind_a_cache_and_is_written_as_text_in_the_same_run() -> None:
    scene = declared()
    scene.cached()
    scene.column("Severity", "rich_text")
    scene.edit(severity="sev2")
    assert scene.apply().report.exit_code == 0
    assert scene.says()["Severity"] == "sev2"


# the timeline -----------------------------------------------------------------------------------


def test_updates_and_turns_become_lines_in_their_order() -> None:
    scene = declared()
    scene.later(minutes=5)
    scene.edit(status=Status.IDENTIFIED)
    told(scene, "Rolling back.", 13)
    scene.later(minutes=15)
    scene.edit(severity="sev2")
    scene.apply()
    told(scene, "An earlier one, written down later.", 2)
    scene.later(minutes=5)
    scene.edit(status=Status.RESOLVED, times={"resolved": START + timedelta(minutes=22)})
    scene.apply()
    assert scene.section() == [
        f"- {KEY} · declared as sev1 by Ana",
        "- 2026-11-21 16:47:00 UTC · Ana: An earlier one, written down later.",
        "- 2026-11-21 16:50:00 UTC · status identified",
        "- 2026-11-21 16:58:00 UTC · Ana: Rolling back.",
        "- 2026-11-21 17:05:00 UTC · severity sev2",
        "- 2026-11-21 17:07:00 UTC · status resolved",
    ]
    assert scene.quiet()


def test_what_happens_in_the_same_second_is_one_line() -> None:
    scene = declared()
    scene.later(minutes=13)
    scene.edit(status=Status.IDENTIFIED, severity="sev2", updates=(update("Found."),))
    scene.apply()
    assert scene.section()[1:] == [
        "- 2026-11-21 16:58:00 UTC · status identified; severity sev2; Ana: Found."
    ]


def test_a_line_that_a_person_reworded_stays_as_it_is() -> None:
    scene = declared()
    scene.person_edits(" · declared as sev1 by Ana", " **Ana** called it, *at last*")
    told(scene, "Rolling back.", 13)
    scene.apply()
    assert scene.section() == [
        f"- {KEY} **Ana** called it, *at last*",
        "- 2026-11-21 16:58:00 UTC · Ana: Rolling back.",
    ]


def test_a_reworded_line_is_known_by_its_time_even_without_memory() -> None:
    scene = declared()
    scene.person_edits(" · declared as sev1 by Ana", " it began")
    scene.memories.clear()
    assert scene.quiet()
    assert scene.section() == [f"- {KEY} it began"]


def test_a_line_that_a_person_removed_is_not_added_again_while_it_is_remembered() -> None:
    scene = declared()
    scene.person_edits(f"\n- {KEY} · declared as sev1 by Ana", "")
    assert scene.quiet()
    told(scene, "Rolling back.", 13)
    scene.apply()
    assert scene.section() == ["- 2026-11-21 16:58:00 UTC · Ana: Rolling back."]
    scene.memories.clear()
    scene.apply()
    assert len(scene.section()) == 2, "a lost memory costs a line that people have to remove again"


def test_an_update_that_is_edited_or_removed_in_the_file_leaves_its_line() -> None:
    scene = declared(updates=(update("First words."),))
    scene.edit(updates=(update("Other words."),))
    scene.apply()
    scene.edit(updates=())
    scene.apply()
    assert scene.section()[1:] == ["- 2026-11-21 16:58:00 UTC · Ana: First words."]


def test_everything_that_people_write_stays_byte_for_byte() -> None:
    scene = declared()
    scene.person_edits(
        "## Root cause",
        "- 16:50 Bo had *a* hunch \\<!-- not ours --\\>\n\t- and a [graph](https://example.com/a_b)\n"
        '<table header-row="true">\n<tr>\n<td>a \\| b</td>\n</tr>\n</table>\n'
        "<details>\n<summary>Logs</summary>\n\t```\n\t# timeline\n\t```\n</details>\n"
        "## Root cause\nThe *cache*.",
    )
    scene.person_edits("## Impact", "## Our own section\n1. one\n2. two\n- [x] done\n> said\n## Impact")
    before = scene.text()
    scene.later(minutes=5)
    scene.edit(status=Status.IDENTIFIED, title="New", summary="New.")
    told(scene, "Rolling back.", 13)
    scene.apply()
    new = ["- 2026-11-21 16:50:00 UTC · status identified", "- 2026-11-21 16:58:00 UTC · Ana: Rolling back."]
    assert scene.text() == before.replace("\n<table", "\n".join(["", *new, "<table"]))
    assert scene.quiet()


def test_blocks_that_people_made_keep_their_ids() -> None:
    scene = declared()
    page = scene.raw()["id"]
    before = {block["id"] for block in scene.notion.data["pages"][page]["content"]}
    told(scene, "Rolling back.", 13)
    scene.apply()
    assert {block["id"] for block in scene.notion.data["pages"][page]["content"]} > before


def test_a_timeline_heading_that_a_person_removed_gets_no_lines_and_that_is_said_once() -> None:
    scene = declared()
    scene.person_edits("## Timeline\n", "")
    before = scene.text()
    told(scene, "Rolling back.", 13)
    no_heading = "the document has no heading with the word Timeline: no lines are added"
    assert scene.notes() == [no_heading]
    told(scene, "Rolled back.", 14)
    assert scene.notes() == []
    assert scene.text() == before
    scene.person_edits("## Impact", "## Timeline\n## Impact")
    told(scene, "All good.", 15)
    scene.apply()
    assert "## Timeline\n- 2026-11-21 17:00:00 UTC · Ana: All good.\n## Impact" in scene.text()


class Between:
    """Notion in which a person edits a page between our look at its text and our change to it."""

    def __init__(self, api: Api, scene: Documents, old: str, new: str):
        self.api, self.scene, self.old, self.new = api, scene, old, new

    def call(self, method: str, /, **arguments: object) -> Answer:
        if method == UPDATE_TEXT and self.old:
            self.scene.person_edits(self.old, self.new)
            self.old = ""
        return self.api.call(method, **arguments)


def test_an_edit_at_the_same_moment_is_never_lost_and_the_next_run_heals() -> None:
    scene = declared()
    first = f"- {KEY} · declared as sev1 by Ana"
    scene.wrapped["notion"] = Between(scene.notion, scene, first, f"{first}\n- 16:46 Bo joined")
    told(scene, "Rolling back.", 13)
    report = scene.apply().report
    [failed] = report.of(State.FAILED)
    assert report.exit_code == 3
    assert failed.trouble is not None
    assert failed.trouble.answer == (
        "Notion answered validation_error: somebody edits the timeline at this moment"
    )
    assert "run apply again" in failed.trouble.next
    assert not scene.memories[ID].blocked, "the next run tries at once"
    assert scene.apply().report.exit_code == 0
    assert scene.section() == [first, "- 16:46 Bo joined", "- 2026-11-21 16:58:00 UTC · Ana: Rolling back."]
    assert scene.quiet()


def test_an_edit_elsewhere_at_the_same_moment_does_not_matter() -> None:
    scene = declared()
    scene.wrapped["notion"] = Between(scene.notion, scene, "## Impact", "## Impact\nAll of Spain.")
    told(scene, "Rolling back.", 13)
    assert scene.apply().report.exit_code == 0
    assert "All of Spain." in scene.text()
    assert len(scene.section()) == 2


def test_a_failed_look_at_the_text_is_told_once_and_holds_up_nothing_else() -> None:
    scene = declared(updates=(update("a", 1), update("b", 2)))
    scene.fails("notion", READ_TEXT, Unanswered(READ_TEXT, "503 service_unavailable", 503))
    scene.later(minutes=9)
    scene.edit(status=Status.MITIGATED, updates=(update("a", 1), update("b", 2), update("c", 3)))
    report = scene.apply().report
    assert report.exit_code == 3
    assert scene.says()["Status"] == "Mitigated"
    assert len(report.after.unreadable) == 2, "the two lines that are new"
    scene.heals()
    assert scene.apply().report.exit_code == 0
    assert len(scene.section()) == 5


def test_a_text_that_notion_gives_only_in_part_gets_no_lines() -> None:
    class Truncated(Between):
        def call(self, method: str, /, **arguments: object) -> Answer:
            answer = self.api.call(method, **arguments)
            return {**answer, "markdown": "## Timeline", "truncated": True} if method == READ_TEXT else answer

    scene = declared()
    scene.wrapped["notion"] = Truncated(scene.notion, scene, "", "")
    told(scene, "Rolling back.", 13)
    report = scene.apply().report
    assert report.exit_code == 3
    assert "only a part" in report.after.unreadable[0].reason
    assert len(scene.section()) == 1


def test_lines_are_added_to_a_closed_incident_s_document_once_more() -> None:
    scene = declared()
    scene.later(minutes=20)
    scene.edit(status=Status.CLOSED)
    scene.apply()
    assert scene.section()[-1] == "- 2026-11-21 17:05:00 UTC · status closed"
    assert scene.memories[ID].settled
    scene.forget_calls()
    scene.apply()
    assert not scene.calls


def test_without_memory_nothing_is_written_twice() -> None:
    scene = declared()
    scene.later(minutes=5)
    scene.edit(status=Status.IDENTIFIED, updates=(update("<b>*x*</b> [a](b) | 1. #"),))
    scene.apply()
    before = scene.notion.snapshot()
    for _ in range(3):
        scene.memories[ID] = Memory()
        assert scene.quiet()
    assert scene.notion.snapshot() == before


def test_a_paused_incident_s_document_is_looked_at_and_not_written() -> None:
    scene = declared()
    before = scene.notion.snapshot()
    scene.edit(status=Status.IDENTIFIED, paused=True, updates=(update("x"),))
    report = scene.apply().report
    assert {one.reason for one in report.after.blocked} == {"paused by the file"}
    assert scene.notion.snapshot() == before


def test_a_shallow_history_tells_no_dates_that_it_does_not_know() -> None:
    scene = declared()
    scene.later(minutes=20)
    scene.edit(status=Status.RESOLVED)
    scene.versions[ID] = [scene.versions[ID][-1]]
    case = scene.case(ID)
    assert replace(case.history, complete=False).began(Status.RESOLVED) is None
    scene.apply()
    assert "Resolved" not in scene.says()
