"""Where the main branch is protected: the answer says what waits for review, and what is done before."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.sandbox.slack.machine import SlackMachine
from tests.support.helping import Forms, Office, shown
from tests.support.reviewing import Reviewed


class Desked:
    """An office whose commits go in by pull requests."""

    def __init__(self, folder: Path):
        self.there = Reviewed.at(folder)
        clone = self.there.clone("office")
        machine = self.there.company.machines["slack"]
        assert isinstance(machine, SlackMachine)
        self.office = Office.on(clone, self.there.company, Forms(machine), self.there.desk(clone))
        self.runner = self.there.clone("runner")

    def declare(self) -> str:
        form = self.office.types("ana", "/incident", "new Checkout is down")
        assert self.office.sends(form, severity="sev1") == {}
        return self.there.branches()[-1]

    def goes_on(self) -> None:
        self.there.apply(self.runner)
        self.office.helper.watch.tick()

    @property
    def answer(self) -> str:
        return next(one for one in self.office.messages("incidents") if "declared sev1" in one)


@pytest.fixture
def desked(tmp_path: Path) -> Desked:
    return Desked(tmp_path)


def test_the_answer_names_the_pull_request_then_the_page_then_all_else(desked: Desked) -> None:
    desked.declare()
    review = (
        ":eyes: <https://github.com/acme/incidents/pull/1|pull request #1> waits for review: "
        "until it is merged, the teams that it names are paged, and nothing else is done"
    )
    assert review in desked.answer
    assert "paging *primary* …" in desked.answer
    assert "channel" not in desked.answer
    desked.goes_on()
    assert "|primary>* paged" in desked.answer
    assert review in desked.answer
    desked.there.github.merge(1)
    desked.goes_on()
    assert review not in desked.answer
    assert ":speech_balloon: <#" in desked.answer


def test_after_a_minute_without_a_page_it_says_so_here_too(desked: Desked) -> None:
    desked.declare()
    desked.there.company.later(minutes=1)
    desked.office.helper.watch.tick()
    assert "*primary* was *not paged*" in desked.answer


def test_forms_and_the_card_show_what_is_proposed(desked: Desked) -> None:
    id = desked.declare()
    desked.office.types("ana", "/incident", f"severity {id} sev3")
    desked.office.types("ana", "/incident", f"title {id} Checkout is slow")
    assert desked.there.log(f"incident/{id}")[:2] == [f"{id}: set title", f"{id}: severity sev3"]
    form = desked.office.types("ana", "/incident", f"severity {id}")
    assert shown(form)["severity"] == "sev3"
    desked.office.types("ana", "/incident", f"status {id} identified")
    desked.office.types("ana", "/incident", "list")
    assert "SEV3* · identified" in desked.office.told
    assert len(desked.there.github.pulls()) == 1


def test_an_edit_of_a_merged_one_says_that_nothing_is_done_yet(desked: Desked) -> None:
    id = desked.declare()
    desked.there.github.merge(1)
    desked.goes_on()
    desked.office.types("ana", "/incident", f"escalate {id} payments No answer")
    assert (
        "pull request #2> waits for review: until it is merged, nothing of it is done" in desked.office.told
    )
    assert "*Call them yourself now*, or have it merged." in desked.office.told
    desked.goes_on()
    assert desked.there.company.pages() == {f"{id}/primary": "triggered"}
    desked.office.types("ana", "/incident", f"status {id} mitigated")
    assert "pull request #2> waits for review" in desked.office.told
    desked.there.github.merge(2)
    desked.goes_on()
    assert desked.there.company.pages() == {f"{id}/{team}": "triggered" for team in ("primary", "payments")}


def test_closed_unmerged_it_is_none_any_more(desked: Desked) -> None:
    id = desked.declare()
    desked.goes_on()
    desked.there.company.later(minutes=10)
    desked.there.github.close(1)
    desked.goes_on()
    assert desked.answer.endswith(":checkered_flag: canceled")
    assert "waits for review" not in desked.answer
    desked.office.types("ana", "/incident", "list")
    assert desked.office.told == "Nothing is open."
    desked.office.types("ana", "/incident", f"update {id} Still here?")
    assert "there is no incident" in desked.office.told or "closed without being merged" in desked.office.told
