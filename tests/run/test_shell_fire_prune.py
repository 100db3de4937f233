"""Files removed: reported, and retired only by `--prune`, a few at a time; nothing is ever deleted."""

from __future__ import annotations

import pytest

from reconciler.plan.plan import Report
from reconciler.targets.seam import Refused
from tests.support.company import ID, PATH, SETTINGS, STATE, Company, incident, path_of
from tests.support.recording import Failing
from tests.support.repositories import Clone

OTHER = "20261121-calm-otter"
MANY = [f"20261121-old-{number}" for number in range(4)]


@pytest.fixture
def ana(company: Company) -> Clone:
    """Two incidents are open and all in line."""
    clone = company.clone()
    company.commit(clone, {PATH: incident(), path_of(OTHER): incident("Another", severity="sev3")})
    company.apply(clone)
    return clone


def said(report: Report) -> bool:
    """Whether a removed file is reported."""
    return any("was removed from Git" in notice for notice in report.notices)


def archived(company: Company) -> dict[str, bool]:
    """The incidents' channels, and whether each is archived."""
    channels = company.machines["slack"].snapshot()["channels"].values()
    return {raw["name"]: raw["is_archived"] for raw in channels if raw["name"].startswith("incd-")}


def forget(company: Company, clone: Clone) -> None:
    """The state is lost, at the remote and here."""
    company.remote.git("update-ref", "-d", STATE)
    clone.git("update-ref", "-d", STATE.replace("heads", "remotes/origin"))


def statuses(company: Company) -> list[str]:
    """The Status of every document."""
    notion = company.machines["notion"]
    shown = [notion.call("GET /v1/pages/{page_id}", page_id=id) for id in notion.snapshot()["pages"]]
    return [str(page["properties"]["Status"].get("status", {}).get("name")) for page in shown]


@pytest.mark.parametrize("state", ["kept", "lost"])
def test_prune_retires_what_it_leaves_behind_and_tells_why(company: Company, ana: Clone, state: str) -> None:
    company.commit(ana, {PATH: None})
    if state == "lost":
        forget(company, ana)
    report = company.apply(ana, prune=True)
    assert (report.exit_code, report.after.problems) == (0, ())
    assert company.pages() == {f"{ID}/primary": "resolved"}
    assert archived(company) == {f"incd-{ID}": True, f"incd-{OTHER}": False}
    text = str(company.machines["slack"].snapshot())
    assert text.count("'thing': 'ending/removed-1'") == 2  # in the channel, and below the announcement
    assert "Its file was removed from Git." in text
    assert "Canceled" in statuses(company)
    assert company.documents() == 2
    assert [one.status for one in report.headings] == ["removed"]
    company.calls.clear()
    report = company.apply(ana)
    assert (said(report), company.writes(), report.exit_code) == (False, [], 0)
    assert company.apply(ana, prune=True).outcomes == ()


def test_a_plan_shows_what_prune_would_retire_and_writes_nothing(company: Company, ana: Clone) -> None:
    ana.write({PATH: None})
    before = company.snapshot()
    plan = company.plan(ana, prune=True)
    assert company.snapshot() == before
    assert {change.address.incident for change in plan.changes} == {ID}
    kinds = {str(change.address): change.kind.value for change in plan.changes}
    assert kinds[f"pagerduty:{ID}/primary"] == kinds[f"slack:{ID}/channel"] == "retire"
    assert not any("nothing of it is retired" in notice for notice in plan.notices)
    assert company.plan(ana).changes == ()


def test_more_than_a_few_at_once_wait_for_their_number_and_hold_up_nothing(
    company: Company, ana: Clone
) -> None:
    company.commit(ana, {path_of(id): incident(id, severity="sev3") for id in MANY})
    company.apply(ana)
    company.commit(ana, {path_of(id): None for id in MANY} | {PATH: incident("Worse")})
    report = company.apply(ana, prune=True)
    assert report.exit_code == 4
    assert {one.flag for one in report.after.held} == {"--allow-prunes 4"}
    assert "`reconciler apply --prune --allow-prunes 4`" in report.after.held[0].next
    assert "4 incidents without a file" in report.after.held[0].reason
    assert "Worse" in company.topic()
    assert sum(archived(company).values()) == 0
    assert company.plan(ana, prune=True).exit_code() == 4
    assert company.apply(ana, prune=True, allow_prunes=3).exit_code == 4
    assert company.apply(ana, prune=True, allow_prunes=4).exit_code == 0
    assert sum(archived(company).values()) == 4


def test_three_at_once_are_a_few(company: Company, ana: Clone) -> None:
    company.commit(ana, {path_of(id): incident(id, severity="sev3") for id in MANY[:1]})
    company.apply(ana)
    company.commit(ana, {PATH: None, path_of(OTHER): None, path_of(MANY[0]): None})
    assert company.apply(ana, prune=True).exit_code == 0
    assert all(archived(company).values())


def test_one_of_many_by_its_id(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: None, path_of(OTHER): None})
    assert company.apply(ana, prune=True, only=frozenset({OTHER})).exit_code == 0
    assert archived(company) == {f"incd-{ID}": False, f"incd-{OTHER}": True}
    assert said(company.apply(ana))


def test_while_a_file_cannot_be_read_it_may_be_the_one_that_is_missing(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: None, path_of("20261121-new-name"): "title: [\n"})
    before = company.snapshot()
    report = company.apply(ana, prune=True)
    assert report.exit_code == 3
    assert "may be this incident under a new name" in report.after.blocked[0].reason
    assert company.snapshot() == before


def test_a_rename_that_nobody_has_said_is_never_retired(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: None, path_of("20261121-new-name"): incident()})
    before = company.snapshot()
    assert company.apply(ana, prune=True).exit_code == 3
    assert company.snapshot() == before


def test_a_removed_file_of_what_was_over_is_no_news(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: incident(status="closed")})
    company.apply(ana)
    company.commit(ana, {PATH: None})
    report = company.apply(ana)
    assert (said(report), report.exit_code) == (False, 0)
    company.apply(ana, prune=True)  # nobody else would archive its channel now
    assert archived(company)[f"incd-{ID}-resolved"]
    company.later(days=8)
    company.calls.clear()
    assert company.apply(ana, prune=True).outcomes == ()


def test_a_prune_that_was_refused_in_part_is_finished_by_the_next(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: None})
    refused = Refused("conversations.archive", "restricted_action", "not now")
    company.wrapped["slack"] = Failing(company.machines["slack"], "conversations.archive", refused)
    assert company.apply(ana, prune=True).exit_code == 3
    assert said(company.apply(ana))
    company.wrapped.clear()
    company.later(hours=2)
    assert company.apply(ana, prune=True).exit_code == 0
    assert archived(company)[f"incd-{ID}"]


def test_back_again_it_goes_on(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: None})
    company.apply(ana, prune=True)
    company.commit(ana, {PATH: incident()})
    report = company.apply(ana)
    assert report.exit_code == 0
    assert company.pages() == {f"{ID}/primary": "triggered"}
    assert archived(company) == {f"incd-{ID}": True, f"incd-{ID}-2": False, f"incd-{OTHER}": False}
    assert company.documents() == 2


def test_a_severity_that_is_gone_as_well_is_told(company: Company, ana: Clone) -> None:
    without = SETTINGS.replace('  - {name: sev3, urgency: low, announce: ["#incidents"]}\n', "")
    company.commit(ana, {path_of(OTHER): None, "reconciler.yaml": without})
    report = company.apply(ana, prune=True)
    assert report.exit_code == 3
    assert f"{OTHER} cannot be retired" in report.after.problems[0].message
    assert archived(company) == {f"incd-{ID}": False, f"incd-{OTHER}": False}


def test_of_a_private_one_only_the_id_is_told(company: Company, ana: Clone) -> None:
    secret = incident("Somebody sold our keys", more="private: true\n")
    allowed = SETTINGS + "private: {allow: true}\n"
    company.commit(
        ana, {PATH: None, path_of(OTHER): None, "reconciler.yaml": allowed, path_of("secret"): secret}
    )
    company.apply(ana, prune=True)
    company.commit(ana, {path_of("secret"): None})
    report = company.apply(ana)
    assert said(report)
    report = company.apply(ana, prune=True)
    assert "sold" not in str(report.to_json()) + "".join(company.state_log())
