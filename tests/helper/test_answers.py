"""One message, kept up to date: committed, paged, channel, document; or not paged, why, and whom to call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from reconciler.errors import Failure
from reconciler.helper.asked import Asked
from reconciler.helper.board import Board
from reconciler.helper.talk import Answer
from reconciler.sandbox.pagerduty.machine import PagerDutyMachine
from reconciler.sandbox.pagerduty.people import People
from reconciler.targets.seam import Refused, Unreachable
from tests.support.company import ID, PATH, incident
from tests.support.helping import Office


def declared(office: Office, channel: str = "incidents", **values: Any) -> str:
    """Declare an incident; its id."""
    form = office.types("ana", "/incident", "new Checkout is down", channel)
    assert office.sends(form, **{"severity": "sev1", **values}) == {}
    return office.ids()[-1]


def test_the_answer_follows_what_happens(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    id = declared(office)
    runner = office.company.clone("runner")
    office.company.apply(runner)
    office.helper.watch.tick()
    (answer, *_) = office.messages("incidents")
    channel = office.slack.machine.channel_id(f"incd-{id}")
    assert "paging" not in answer
    assert "|primary>* paged" in answer
    assert f":speech_balloon: <#{channel}>" in answer
    assert "|document>" in answer


def test_while_git_takes_its_time_it_says_so_in_the_same_message(tmp_path: Path) -> None:
    first = Office.at(tmp_path)
    begun: list[str] = []

    def at_once(seconds: float, job: Callable[[], None]) -> Callable[[], None]:
        job()
        begun.extend(office.messages("incidents"))
        return lambda: None

    office = Office.beside(first.company, first.slack, "slow", after=at_once)
    id = declared(office)
    assert begun == [":hourglass_flowing_sand: Writing it down: Checkout is down"]
    (answer,) = office.messages("incidents")
    assert "declared sev1 by Ana" in answer
    office.types("ana", "/incident", f"update {id} Rolling back")
    first_words, then = (content["text"] for _, content in office.answered)
    assert first_words == ":hourglass_flowing_sand: Writing it down: update"
    assert f"{id}: told what is new" in then


def test_a_report_of_the_same_process_is_told_at_once(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    id = declared(office)
    office.helper.heard(office.company.apply(office.clone))
    assert "|primary>* paged" in office.messages("incidents")[0]
    page = office.company.pagerduty
    listed = page.call("GET /incidents", date_range="all", limit=100)["incidents"]
    assert [one["incident_key"] for one in listed] == [f"acme/{id}/primary"]


def test_after_a_minute_without_a_page_it_says_so_and_whom_to_call(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    declared(office)
    office.company.later(seconds=59)
    office.helper.watch.tick()
    assert "not paged" not in office.messages("incidents")[0]
    office.company.later(seconds=1)
    office.helper.watch.tick()
    (answer,) = office.messages("incidents")
    assert "*primary* was *not paged*: nothing was heard of a reconciler for a minute" in answer
    assert "*Call primary yourself now*: whoever is on call for PagerDuty's service PSVC001." in answer


def test_nobody_is_to_be_called_for_what_is_over(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    id = declared(office)
    office.types("ana", "/incident", f"cancel {id}")
    office.company.later(minutes=2)
    office.helper.watch.tick()
    answer = office.messages("incidents")[0]
    assert answer.endswith(":checkered_flag: canceled")
    assert "Call" not in answer
    assert not office.helper.watch.busy


class Down:
    """A service that is out of reach."""

    def call(self, method: str, /, **_: object) -> dict[str, object]:
        raise Unreachable(method, "connection refused")


def test_a_page_that_fails_is_told_with_its_reason(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    declared(office)
    office.company.wrapped["pagerduty"] = Down()
    office.helper.heard(office.company.apply(office.clone))
    office.company.later(seconds=60)
    office.helper.watch.tick()
    answer = office.messages("incidents")[0]
    assert "*primary* was *not paged*" in answer
    assert "connection refused" in answer
    del office.company.wrapped["pagerduty"]
    office.helper.heard(office.company.apply(office.clone))
    assert "|primary>* paged" in office.messages("incidents")[0]


def test_who_acknowledged_is_told(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    declared(office)
    office.helper.heard(office.company.apply(office.clone))
    machine = office.company.pagerduty
    (page,) = machine.call("GET /incidents", date_range="all", limit=100)["incidents"]
    assert isinstance(machine, PagerDutyMachine)
    People(machine).acknowledge(page["id"], "bo@example.com")
    office.company.later(minutes=1)
    office.helper.heard(office.company.apply(office.clone))
    assert "acknowledged by Bo" in office.messages("incidents")[0]
    assert not office.helper.watch.busy


def test_where_the_bot_is_not_the_answer_goes_to_the_one_who_asked(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    office.slack.machine.seed_channel("random", bot_is_member=False)
    declared(office, "random")
    assert office.messages("random") == []
    office.company.later(minutes=1)
    office.helper.watch.tick()
    (_, first), (_, last) = office.slack.aside[0], office.slack.aside[-1]
    assert "ts" not in first
    assert "declared sev1 by Ana" in last["text"]
    assert "not paged" in last["text"]
    assert {content["ts"] for _, content in office.slack.aside[1:]} == {last["ts"]}, "one message, kept up"
    assert "own messages" in office.told
    assert len(office.answered) == 1, "nothing that is told at a command's address is ever replaced"


def test_where_the_app_takes_no_messages_the_answer_is_at_the_command_s_address(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    office.slack.machine.seed_channel("random", bot_is_member=False)

    def refused(**content: object) -> NoReturn:
        raise Refused("chat.postMessage", "messages_tab_disabled")

    office.slack.instead["chat.postMessage"] = refused
    declared(office, "random")
    for _ in range(10):
        office.company.later(minutes=1)
        office.helper.watch.tick()
    assert "not paged" in office.told
    assert len(office.answered) <= 5


def test_where_the_command_s_own_address_has_run_out_it_is_told_directly(tmp_path: Path) -> None:
    first = Office.at(tmp_path)

    def expired(url: str, content: object) -> None:
        raise Unreachable("response_url", "404 expired_url")

    office = Office.beside(first.company, first.slack, "late", respond=expired)
    office.slack.machine.seed_channel("random", bot_is_member=False)
    declared(office, "random")
    (who, content) = office.slack.aside[-1]
    assert who == office.id("ana")
    assert "declared sev1 by Ana" in content["text"]
    assert office.helper.watch.busy


def test_a_private_incident_is_answered_to_the_one_who_asked_alone(tmp_path: Path) -> None:
    office = Office.at(tmp_path, "private: {allow: true}\n")
    id = declared(office, ticks=["private"])
    office.helper.heard(office.company.apply(office.clone))
    office.company.later(minutes=2)
    office.helper.watch.tick()
    assert office.messages("incidents") == []
    assert {who[0] for who, _ in office.slack.aside} == {"U", "D"}
    assert f"`{id}`" in office.slack.aside[-1][1]["text"]
    assert {content["response_type"] for _, content in office.answered} == {"ephemeral"}
    assert id not in office.told
    assert "Checkout" not in "\n".join(office.log)


def test_a_title_calls_nobody(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    form = office.types("ana", "/incident", "new")
    office.sends(form, title="<!channel> <@U1> & *all* is down", severity="sev1")
    office.company.later(minutes=1)
    office.helper.watch.tick()
    (answer,) = office.messages("incidents")
    assert "<!channel>" not in answer
    assert "&lt;!channel&gt; &lt;@U1&gt; &amp; *all* is down" in answer


def test_the_list_shows_the_worst_first_and_no_private_one(tmp_path: Path) -> None:
    files = {
        PATH: incident("Low", severity="sev3"),
        PATH.replace("honest", "loud"): incident("High"),
        PATH.replace("honest", "quiet"): incident("Secret", more="private: true\n"),
        PATH.replace("honest", "old"): incident("Over", status="resolved"),
    }
    office = Office.at(tmp_path, "private: {allow: true}\n", files)
    office.types("ana", "/incident", "list")
    first, second, third = office.told.splitlines()
    assert "High" in first
    assert "Low" in second
    assert third == "_1 private_"


def test_a_private_incident_shows_itself_to_those_it_names(tmp_path: Path) -> None:
    office = Office.at(
        tmp_path,
        "private: {allow: true}\n",
        {PATH: incident("Secret", more="private: true\nreporter: bo@example.com\n")},
    )
    office.types("bo", "/incident", ID)
    assert "Secret" in office.told
    for typed in (ID, f"update {ID} It is known", f"title {ID}", f"status {ID}"):
        assert office.types("ana", "/incident", typed) is None
        assert "Who can see it: the people whom it names" in office.told
        assert "Secret" not in office.told
    assert office.presses("title", ID, "ana") is None


def test_with_slack_out_of_reach_the_commit_is_made_all_the_same(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    form = office.types("ana", "/incident", "new Checkout is down")

    def down() -> None:
        raise Unreachable("chat.postMessage", "connection refused")

    office.slack.before["chat.postMessage"] = down
    office.sends(form, severity="sev1")
    assert len(office.ids()) == 1
    del office.slack.before["chat.postMessage"]
    office.helper.watch.tick()
    assert "declared sev1 by Ana" in office.messages("incidents")[0]


def test_a_commit_that_cannot_be_told_of_well_is_not_offered_again(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    form = office.types("ana", "/incident", "new Checkout is down")
    broken = Failure("the settings cannot be read")
    office.helper.clerk.books.read = raising(broken)  # type: ignore[method-assign]
    office.sends(form, severity="sev1")
    assert len(office.ids()) == 1
    assert office.told.startswith(f":white_check_mark: {office.ids()[0]}: declared sev1")
    assert "the settings cannot be read" in office.told
    assert len(office.answered[-1][1]["blocks"]) == 1


def raising(failure: Failure) -> Callable[[], Board]:
    def read() -> Board:
        raise failure

    return read


def test_it_answers_although_slack_does_not_say_who_the_bot_is(tmp_path: Path) -> None:
    office = Office.at(tmp_path)

    def down() -> None:
        raise Unreachable("auth.test", "connection refused")

    office.slack.before["auth.test"] = down
    assert office.types("ana", "/incident", "new") is not None


@pytest.mark.parametrize("typed", ["help", "list"])
def test_help_and_list_ask_git_for_nothing(tmp_path: Path, typed: str) -> None:
    office = Office.at(tmp_path)
    office.types("ana", "/incident", typed)
    assert office.told
    assert office.hub_log == []


def test_what_is_older_is_not_said_any_more(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    channel = office.slack.machine.channel_id("incidents")
    answer = Answer(office.helper.clerk.talk, Asked(office.id("ana"), "r", channel=channel))
    answer.show({"text": "committed"}, rank=1)
    answer.show({"text": "writing it down"}, rank=0)
    answer.show({"text": "paged"}, rank=1)
    assert office.messages("incidents") == ["paged"]
    assert office.slack.calls.count("chat.postMessage") + office.slack.calls.count("chat.update") == 2


def test_who_was_paged_is_shown_also_where_a_lower_severity_asks_nothing_of_them(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    id = declared(office)
    office.company.apply(office.company.clone("runner"))
    office.types("ana", "/incident", f"severity {id} sev3")
    office.types("ana", "/incident", id)
    [blocks] = [content["blocks"] for _, content in office.answered[-1:]]
    assert "|primary> paged, not acknowledged" in str(blocks)
