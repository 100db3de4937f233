"""The story as runs leave it: what failed again, what two machines did, who acknowledged when."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.incident.facts import Source, Step
from reconciler.repo.repository import Repository
from reconciler.repo.story import effects
from reconciler.run.period import period
from reconciler.run.story import Sought, stories, story
from reconciler.targets.seam import Answer, Api, Refused, is_read
from tests.support.company import ID, PATH, START, STATE, Company, incident
from tests.support.repositories import Clone, alone

OTHER = "20261121-calm-otter"


class Refusing:
    """A service that refuses every write."""

    def __init__(self, api: Api):
        self.api = api

    def call(self, method: str, /, **arguments: object) -> Answer:
        if not is_read(method):
            raise Refused(method, "500", "out of order", status=500)
        return self.api.call(method, **arguments)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company.at(tmp_path)


@pytest.fixture
def ana(company: Company) -> Clone:
    return company.clone()


def told(clone: Clone, id: str = ID) -> list[list[str]]:
    """The effects of each commit of the state, the oldest first."""
    clone.git("fetch", "--quiet", "origin", f"+{STATE}:refs/remotes/origin/reconciler-state")
    return [list(event.effects) for event in story(Repository.open(clone.folder), id)[1] if event.is_effect]


def test_what_fails_again_is_told_again_although_nothing_more_is_known_of_the_incident(
    company: Company, ana: Clone
) -> None:
    company.commit(ana, {PATH: incident()})
    company.wrapped = {"notion": Refusing(company.notion)}
    company.apply(ana)
    company.later(minutes=5)
    company.commit(ana, {f"incidents/2026/11/{OTHER}.yaml": incident()})
    company.apply(ana)
    done = told(ana)
    assert len(done) == 2
    assert "create notion page: failed" in done[0]
    assert done[1] == ["create notion page: failed"]
    every = stories(Repository.open(ana.folder), Sought(since=START - timedelta(days=1)))
    assert [list(one.effects) for one in every.events if one.incident == ID and one.is_effect][::-1] == done


def test_what_two_machines_did_at_once_is_told_of_both(tmp_path: Path) -> None:
    document = f"incidents/2026/11/{ID}.json"
    state = alone(tmp_path / "state", {document: "0"})
    state.git("switch", "--quiet", "--create", "theirs")
    state.commit({document: "1"}, f"update slack:{ID}/topic", at=START + timedelta(minutes=1))
    state.git("switch", "--quiet", "main")
    state.commit({document: "2"}, f"update slack:{ID}/card: failed", at=START + timedelta(minutes=2))
    state.git("merge", "--quiet", "--no-commit", "--strategy=ours", "theirs")
    state.commit_index("join what two machines remember", at=START + timedelta(minutes=3))
    found = [list(event.effects) for event in effects(Repository.open(state.folder), "main", ID)]
    assert found == [["update slack card: failed"], ["update slack topic"]]


def test_who_acknowledged_first_and_when_is_recorded_and_reported(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: incident()})
    company.apply(ana)
    company.later(minutes=3)
    listed = company.pagerduty.call("GET /incidents", date_range="all", limit=100)["incidents"]
    page = next(one["id"] for one in listed if one["incident_key"].startswith(f"acme/{ID}/"))
    acknowledged = {"type": "incident_reference", "status": "acknowledged"}
    company.pagerduty.call(
        "PUT /incidents/{id}", id=page, incident=acknowledged, from_="incidents@example.com"
    )
    company.later(minutes=10)
    company.apply(ana)
    company.calls.clear()
    company.apply(ana)
    assert company.writes() == []
    seen = period(Repository.open(ana.folder), company.clock, START - timedelta(days=1), company.clock.now())
    [fact] = seen.period.declared
    recorded = fact.steps[Step.ACKNOWLEDGED]
    assert (recorded.at, recorded.source) == (START + timedelta(minutes=3), Source.PAGERDUTY)
