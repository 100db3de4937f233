"""Notes and calls for a team are lines of the document's timeline, each once, whoever said them."""

from __future__ import annotations

from datetime import timedelta

from reconciler.incident.model import TimelineNote
from tests.support.calling import call_for
from tests.support.scene import START, Scene, update

LINK = "https://example.slack.com/archives/C0123/p1732207920000100"


def note(minutes: int, text: str, by: str | None = "bo@example.com", link: str | None = None) -> TimelineNote:
    return TimelineNote(START + timedelta(minutes=minutes), text, by, link)


def lines(scene: Scene) -> list[str]:
    return [line for line in scene.document()["markdown"].split("\n") if " UTC · " in line]


def test_a_note_is_a_line_at_its_time_with_who_said_it_and_where() -> None:
    scene = Scene()
    scene.edit()
    scene.apply()
    scene.later(minutes=10)
    scene.edit(timeline=(note(7, "Rate\nis up [5xx]", link=LINK), note(4, "It rained", by="PagerDuty Bot")))
    assert scene.apply().report.exit_code == 0
    assert lines(scene)[1:] == [
        "- 2026-11-21 16:49:00 UTC · PagerDuty Bot: It rained",
        f"- 2026-11-21 16:52:00 UTC · Bo: Rate is up \\[5xx\\] ([message]({LINK}))",
    ]
    assert scene.quiet()
    scene.memories.clear()
    assert scene.quiet()


def test_a_note_of_the_second_of_something_else_is_not_lost() -> None:
    scene = Scene()
    scene.edit(updates=(update("x", 1),))
    scene.apply()
    scene.edit(timeline=(note(0, "a"), note(1, "b")))
    scene.apply()
    assert [line.removeprefix("- 2026-11-21 ") for line in lines(scene)] == [
        "16:45:00 UTC · declared as sev1 by Ana",
        "16:45:01 UTC · Bo: a",
        "16:46:00 UTC · Ana: x",
        "16:46:01 UTC · Bo: b",
    ]
    assert scene.quiet()


def test_nobody_is_told_of_a_note() -> None:
    scene = Scene()
    scene.edit()
    scene.apply()
    scene.forget_calls()
    scene.edit(timeline=(note(7, "x"),))
    scene.apply()
    assert {target for target, _ in scene.writes()} == {"notion"}


def test_a_call_for_a_team_is_a_line_with_who_called_and_why() -> None:
    scene = Scene()
    scene.edit(escalations=(call_for("primary", 0.5, why="No *answer*"), call_for("payments", 1, None)))
    scene.apply()
    assert lines(scene)[1:] == [
        "- 2026-11-21 16:45:30 UTC · escalated to primary by Ana: No \\*answer\\*",
        "- 2026-11-21 16:46:00 UTC · escalated to payments",
    ]
    assert scene.quiet()
