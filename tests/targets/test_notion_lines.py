"""Lines of the timeline in a document that people write in: added once, in order, touching nothing else."""

from __future__ import annotations

from datetime import timedelta

from reconciler.incident.model import Status
from reconciler.plan.memory import Memory
from reconciler.plan.plan import State
from reconciler.targets.seam import Answer, Api, Unanswered
from tests.support.notion import KEY, Documents, declared
from tests.support.scene import ID, START, update

READ_TEXT = "GET /v1/pages/{page_id}/markdown"
UPDATE_TEXT = "PATCH /v1/pages/{page_id}/markdown"


def told(scene: Documents, text: str, minutes: int) -> None:
    """An update is written into the file, so many minutes after the declare."""
    updates = scene.case(ID).incident.updates
    scene.edit(updates=(*updates, update(text, minutes)))


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
