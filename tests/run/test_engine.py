"""The engine: targets side by side, nothing that waits for what it does not need, and every outcome told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from reconciler.incident.model import Status
from reconciler.plan.plan import State
from reconciler.run.gates import Open
from reconciler.run.pool import Threads
from reconciler.run.reconcile import apply
from reconciler.targets.seam import Answer, Api, Unanswered, Unreachable
from tests.support.outcome import difference, world_of
from tests.support.recording import Shuffled, pagerduty_says, slack_says
from tests.support.scene import CHANNEL, ID, Scene, update

TARGETS = ("pagerduty", "slack", "notion")


class Hanging:
    """An Api that answers nothing before it is let go."""

    def __init__(self, api: Api, go_on: Event):
        self._api, self._go_on = api, go_on

    def call(self, method: str, /, **arguments: Any) -> Answer:
        assert self._go_on.wait(10)
        return self._api.call(method, **arguments)


class Telling:
    """An Api that says when a method was carried out."""

    def __init__(self, api: Api, method: str, done: Event):
        self._api, self._method, self._done = api, method, done

    def call(self, method: str, /, **arguments: Any) -> Answer:
        answer = self._api.call(method, **arguments)
        if method == self._method:
            self._done.set()
        return answer


@pytest.mark.parametrize(
    ("hangs", "target", "method"),
    [
        ("slack", "pagerduty", "POST /incidents"),
        ("notion", "pagerduty", "POST /incidents"),
        ("pagerduty", "slack", "conversations.create"),
        ("notion", "slack", "pins.add"),
    ],
)
def test_a_service_that_hangs_holds_up_nothing_of_another(hangs: str, target: str, method: str) -> None:
    """The hanging service is let go only once the other one has done its work."""
    scene, go_on = Scene(), Event()
    scene.edit()
    scene.wrapped[hangs] = Hanging(getattr(scene, hangs), go_on)
    scene.wrapped[target] = Telling(getattr(scene, target), method, go_on)
    report = apply(replace(scene.situation(), pool=Threads), Open()).report
    assert report.exit_code == 0
    assert scene.channel(CHANNEL)


def test_real_threads_come_to_the_same_end_as_rounds() -> None:
    ends = []
    for pool in (None, Threads):
        scene = Scene()
        scene.edit(updates=(update("Rolling back."),))
        situation = scene.situation()
        situation = replace(situation, pool=pool) if pool else situation
        assert apply(situation, Open()).report.exit_code == 0
        ends.append(world_of(scene))
    assert difference(ends[0], ends[1]) == []


@pytest.mark.parametrize("seed", range(12))
def test_the_order_in_which_answers_come_back_makes_no_difference(seed: int) -> None:
    scene, usual = Scene(), Scene()
    for each in (scene, usual):
        each.edit(updates=(update("Rolling back."),))
    assert usual.apply().report.exit_code == 0
    report = apply(replace(scene.situation(), pool=lambda: Shuffled(seed)), Open()).report
    assert report.exit_code == 0
    assert difference(world_of(usual), world_of(scene)) == []
    assert made(scene) == made(usual), "nothing is made twice; edits may take two steps"


def made(scene: Scene) -> Counter[tuple[str, str]]:
    """The calls that made something, counted; not those that may be repeated without harm."""
    edits = ("chat.update", "conversations.invite", "PATCH /v1/pages/{page_id}", "PUT /incidents/{id}")
    return Counter(one for one in scene.writes() if not one[1].startswith(edits))


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_that_is_down_costs_only_its_own(target: str) -> None:
    scene = Scene()
    scene.fails(target, None, Unreachable("any", "connection refused"))
    scene.edit()
    report = scene.apply().report
    assert report.exit_code == 3
    failed = {one.address.target for one in report.after.unreadable}
    assert failed == {target}
    assert (len(scene.pages()) == 2) == (target != "pagerduty")
    assert (scene.channel_names() == [CHANNEL]) == (target != "slack")
    assert (len(scene.notion.data["pages"]) == 1) == (target != "notion")
    scene.heals()
    assert scene.apply().report.exit_code == 0
    assert scene.quiet()


def test_an_incident_that_fails_holds_up_no_other() -> None:
    scene = Scene(off={"notion"})
    other = "20261121-humble-heron"
    scene.edit()
    scene.edit(other, title="Search is slow")
    scene.slack.person("ana@example.com").create(CHANNEL, private=True)
    assert scene.apply().report.exit_code == 3
    assert scene.channel(f"incd-{other}")["topic"]["value"].endswith("Search is slow")
    assert len(scene.pages()) == 4


def test_what_needs_what_failed_is_skipped_and_says_what_it_waits_for() -> None:
    scene = Scene(off={"notion"})
    scene.fails("slack", "conversations.create", slack_says("internal_error"))
    scene.edit()
    outcomes = scene.apply().report.of(State.SKIPPED)
    assert {one.change.address.thing for one in outcomes} >= {"topic", "card", "pin"}
    [topic] = [one for one in outcomes if one.change.address.thing == "topic"]
    assert topic.trouble is not None
    assert topic.trouble.answer == f"needs slack:{ID}/channel, which is not there"


class TestUncertain:
    """An answer that got lost: the next look decides, in the same run."""

    def lost(self, target: str, method: str, done: bool) -> Scene:
        scene = Scene()
        scene.edit()
        scene.fails(target, method, Unanswered(method, "timed out"), times=1, done=done)
        return scene

    @pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
    @pytest.mark.parametrize(
        ("target", "method"),
        [
            ("pagerduty", "POST /incidents"),
            ("slack", "conversations.create"),
            ("slack", "chat.postMessage"),
            ("notion", "POST /v1/pages"),
        ],
    )
    def test_all_is_in_line_at_the_end_and_nothing_is_there_twice(
        self, target: str, method: str, done: bool
    ) -> None:
        scene = self.lost(target, method, done)
        report = scene.apply().report
        assert (report.exit_code, report.converged) == (0, True), report
        assert {one.state for one in report.outcomes} == {State.APPLIED}
        assert len(scene.pages()) == 2
        assert [len(scene.messages(name)) for name in (CHANNEL, "general", "incidents")] == [1, 1, 1]
        assert scene.document()
        assert scene.quiet()

    def test_what_was_done_is_said_to_be_seen(self) -> None:
        scene = self.lost("slack", "conversations.create", done=True)
        [channel] = [one for one in scene.apply().report.outcomes if one.change.address.thing == "channel"]
        assert (channel.state, channel.note) == (State.APPLIED, "seen to be done")

    def test_what_stays_lost_is_told_as_uncertain(self) -> None:
        scene = Scene(off={"notion"})
        scene.edit()
        scene.fails("slack", "conversations.create", Unanswered("conversations.create", "timed out"))
        report = scene.apply().report
        [channel] = report.of(State.UNCERTAIN)
        assert channel.trouble is not None
        assert channel.trouble.answer == "no usable answer from Slack: timed out; it may be done"
        assert report.exit_code == 3


def test_a_refusal_is_believed_for_an_hour_or_until_the_file_changes() -> None:
    scene = Scene(off={"notion"})
    scene.fails("slack", "conversations.setTopic", slack_says("user_is_restricted"))
    scene.edit()
    scene.apply()
    calls: list[int] = []
    for then in (lambda: None, lambda: scene.later(hours=1), lambda: scene.edit(status=Status.IDENTIFIED)):
        then()
        scene.forget_calls()
        report = scene.apply().report
        calls.append([one.method for one in scene.calls].count("conversations.setTopic"))
        told = [one.address.thing for one in report.after.blocked] + [
            one.change.address.thing for one in report.of(State.FAILED)
        ]
        assert "topic" in told, "told in every report"
    assert calls == [0, 1, 1]


def test_an_error_that_may_pass_is_tried_again_at_the_next_run() -> None:
    scene = Scene(off={"notion"})
    scene.fails("slack", "conversations.setTopic", Unreachable("conversations.setTopic", "no route"))
    scene.edit()
    [topic] = scene.apply().report.of(State.FAILED)
    assert topic.trouble is not None
    assert topic.trouble.answer == "Slack could not be reached: no route"
    scene.heals()
    assert scene.apply().report.exit_code == 0


class Shut:
    """A gate that does not open; how often it was asked."""

    alone = True

    asked = 0

    def open(self) -> bool:
        return False

    def ask(self) -> Callable[[], None] | None:
        self.asked += 1
        return (lambda: None) if self.asked == 1 else None


def test_without_the_lease_only_pages_are_written_and_all_else_says_so() -> None:
    scene, gate = Scene(), Shut()
    scene.edit()
    report = apply(scene.situation(), gate).report
    assert {target for target, _ in scene.writes()} == {"pagerduty"}
    assert len(scene.pages()) == 2
    skipped = report.of(State.SKIPPED)
    assert "the lease is not held" in {one.trouble.answer for one in skipped if one.trouble}
    assert {one.change.address.target for one in skipped} == {"slack", "notion"}
    assert report.exit_code == 3


def test_the_lease_is_asked_for_only_when_there_is_something_to_write() -> None:
    scene, gate = Scene(), Shut()
    scene.edit()
    scene.apply()
    assert apply(scene.situation(), gate).report.exit_code == 0
    assert gate.asked == 0


class Opening:
    """A gate that opens when it was asked."""

    alone = True

    def __init__(self) -> None:
        self._open = False

    def open(self) -> bool:
        return self._open

    def ask(self) -> Callable[[], None] | None:
        return lambda: setattr(self, "_open", True)


def test_once_the_lease_is_held_everything_goes_on_in_the_same_run() -> None:
    scene = Scene()
    scene.edit()
    assert apply(scene.situation(), Opening()).report.exit_code == 0
    assert scene.card()


def test_a_plan_writes_nothing_and_shows_what_apply_then_does() -> None:
    scene = Scene()
    scene.edit()
    plan = scene.plan()
    assert scene.writes() == []
    applied = scene.apply().report
    planned = {change.address for change in plan.changes}
    done = {outcome.change.address for outcome in applied.outcomes}
    assert done == planned


def test_the_report_names_the_incidents_that_it_changed() -> None:
    scene = Scene(off={"notion"})
    scene.edit()
    scene.edit("20261121-humble-heron")
    scene.apply()
    scene.edit(status=Status.IDENTIFIED)
    [heading] = scene.apply().report.headings
    assert (heading.id, heading.status) == (ID, "identified")


def test_a_crash_in_our_own_code_is_no_service_error() -> None:
    scene = Scene(off={"notion"})
    scene.edit()

    class Broken:
        def call(self, method: str, /, **arguments: Any) -> Answer:
            raise ZeroDivisionError

    scene.wrapped["slack"] = Broken()
    with pytest.raises(ZeroDivisionError):
        scene.apply()


def test_unreadable_priorities_cost_only_the_priority_at_first() -> None:
    scene = Scene(off={"notion"})
    scene.fails("pagerduty", "GET /priorities", pagerduty_says(500, "Internal Server Error"))
    scene.edit()
    report = scene.apply().report
    assert len(scene.pages()) == 2
    assert scene.page("primary")["priority"] is None
    assert report.exit_code == 3
    scene.heals()
    assert scene.apply().report.exit_code == 0
    assert scene.page("primary")["priority"]["summary"] == "P1"


def test_the_links_between_the_three_settle_in_one_apply() -> None:
    scene = Scene()
    scene.edit()
    assert scene.apply().report.exit_code == 0
    channel, document = scene.channel(CHANNEL)["id"], scene.document()
    card, pages = scene.card(), [scene.page_in_full(team) for team in ("primary", "payments")]
    assert f"<{document['url']}|Document>" in card
    assert all(f"<{page['html_url']}|" in card for page in pages)
    assert all(channel in page["notes"][0] and document["url"] in page["notes"][0] for page in pages)
    assert channel in document["properties"]["Slack"]["url"]
    assert document["properties"]["PagerDuty"]["url"] == pages[0]["html_url"]
    assert all(f"<#{channel}>" in scene.messages(place)[0] for place in ("general", "incidents"))
    assert scene.quiet()
