"""What is remembered: one commit an apply that changed something, and nothing that could not be forgotten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.slack.machine import SlackMachine
from tests.support import repositories
from tests.support.company import ID, PATH, SETTINGS, START, STATE, Company, incident, path_of, refs
from tests.support.repositories import Clone

OTHER = "20261121-calm-otter"
PRIVATE = "20261121-quiet-owl"


@pytest.fixture
def ana(company: Company) -> Clone:
    clone = company.clone()
    company.commit(clone, {PATH: incident()})
    return clone


def front(company: Company) -> str:
    """The page that people see at the state's branch."""
    return company.remote.git("show", f"{STATE}:README.md")


def test_one_commit_says_what_was_done_at_which_revision_in_which_run(company: Company, ana: Clone) -> None:
    company.apply(ana, run="https://ci.example.com/runs/7")
    [message] = company.state_log()
    subject, *listed = message.splitlines()
    assert subject == "9 changes"
    assert f"- create pagerduty:{ID}/primary" in listed
    assert f"- create slack:{ID}/channel" in listed
    assert "[skip ci]" in listed
    show = "--format=%(trailers:only,unfold)"
    trailers = company.remote.git("log", "-1", show, STATE).splitlines()
    assert trailers == [f"Revision: {ana.head}", "Run: https://ci.example.com/runs/7"]


def test_outside_of_ci_the_run_is_named_by_who_ran_it(company: Company, ana: Clone) -> None:
    company.apply(ana)
    assert company.state_log()[0].splitlines()[-1] == "Run: ana"


def test_a_converged_second_run_makes_no_commit_no_push_and_no_write(company: Company, ana: Clone) -> None:
    company.apply(ana)
    hub, here = refs(company.remote), ana.git("rev-parse", "HEAD", STATE.replace("heads", "remotes/origin"))
    company.calls.clear()
    report = company.apply(ana)
    assert (report.outcomes, report.exit_code, company.writes()) == ((), 0, [])
    assert refs(company.remote) == hub
    assert ana.git("rev-parse", "HEAD", STATE.replace("heads", "remotes/origin")) == here


def test_what_only_restores_drift_is_told_in_a_commit_too(company: Company, ana: Clone) -> None:
    company.apply(ana)
    company.later(minutes=5)
    slack = company.machines["slack"]
    assert isinstance(slack, SlackMachine)
    somebody = slack.person("ana@example.com")
    somebody.join(f"incd-{ID}")
    somebody.rename(f"incd-{ID}", "lunch")
    company.apply(ana)
    assert company.state_log()[0].splitlines()[0] == f"restore slack:{ID}/channel"
    before = len(company.state_log())
    company.apply(ana)
    assert len(company.state_log()) == before


def test_a_commit_that_asks_for_nothing_new_makes_none_either(company: Company, ana: Clone) -> None:
    company.apply(ana)
    company.commit(ana, {"README.md": "Our incidents\n"})
    assert company.apply(ana).exit_code == 0
    assert len(company.state_log()) == 1


def test_settings_that_were_taken_in_are_remembered(company: Company, ana: Clone) -> None:
    company.apply(ana)
    company.commit(ana, {"reconciler.yaml": SETTINGS + "# a word\n"})
    company.apply(ana)
    assert company.state_log()[0].splitlines()[0] == "take in the settings"
    assert company.kept(ana).settings == ana.git("rev-parse", "HEAD:reconciler.yaml")


def test_what_failed_stands_in_the_log_as_failed(company: Company, ana: Clone) -> None:
    company.machines["slack"].data["scopes"].remove("channels:manage")
    assert company.apply(ana).exit_code == 3
    listed = company.state_log()[0].splitlines()
    assert f"- create pagerduty:{ID}/primary" in listed
    assert f"- create slack:{ID}/channel: failed" in listed
    assert not any("skipped" in line for line in listed)


def known(company: Company, clone: Clone) -> dict[str, Any]:
    """What is remembered of each incident, but for which commit told of it last."""
    kept = company.kept(clone).incidents.items()
    return {id: {key: said for key, said in one.items() if key != "told"} for id, one in kept}


def test_deleted_it_is_built_again_and_nothing_is_written_to_a_service(company: Company, ana: Clone) -> None:
    company.apply(ana)
    remembered = known(company, ana)
    ana.git("push", "--quiet", "origin", f":{STATE}")
    company.calls.clear()
    before = company.snapshot()
    report = company.apply(ana)
    assert (report.outcomes, company.writes(), company.snapshot()) == ((), [], before)
    assert company.state_log()[0].splitlines()[0] == "remember what is in line"
    assert known(company, ana) == remembered


def test_deleted_also_on_this_machine(company: Company, ana: Clone) -> None:
    company.apply(ana)
    ana.git("push", "--quiet", "origin", f":{STATE}")
    fresh = company.clone("fresh")
    company.calls.clear()
    assert company.apply(fresh).outcomes == ()
    assert company.writes() == []


SPOILT: dict[str, Any] = {
    "not JSON": "{",
    "a list": [],
    "things as a list": {"blob": "x", "things": [1]},
    "a thing as a word": {"things": {"slack:channel": "C1"}},
    "fields as a word": {"things": {"slack:topic": {"id": "", "fields": "SEV1"}}},
    "blocked without a time": {
        "blocked": {"slack:card": {"reason": "r", "next": "n", "at": "soon", "under": "u"}}
    },
    "facts as a number": {"facts": {"acknowledged": 5}},
    "numbers for words": {"blob": 1, "path": 2, "things": {"slack:channel": {"id": 3, "url": 4}}},
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_memory_of_an_incident_is_built_again(company: Company, ana: Clone, name: str) -> None:
    company.apply(ana)
    good = known(company, ana)
    content = SPOILT[name] if isinstance(SPOILT[name], str) else json.dumps(SPOILT[name])
    company.spoil(f"incidents/2026/11/{ID}.json", content)
    company.calls.clear()
    report = company.apply(ana)
    assert (report.exit_code, report.outcomes, company.writes()) == (0, (), [])
    assert known(company, ana) == good


SPOILT_CACHES = ["{", "[]", '{"slack:person/x": 5, "slack:bot": {"at": 1}, "pagerduty:priorities": {}}']


@pytest.mark.parametrize("content", SPOILT_CACHES)
def test_spoilt_caches_are_forgotten(company: Company, ana: Clone, content: str) -> None:
    company.apply(ana)
    company.spoil("caches.json", content)
    company.commit(ana, {path_of(OTHER): incident("Another", more="roles: {commander: ana@example.com}\n")})
    assert company.apply(ana).exit_code == 0


def test_a_spoilt_record_of_what_was_applied_counts_as_none(company: Company, ana: Clone) -> None:
    company.apply(ana)
    company.spoil("reconciler.json", '{"revision": "--help", "settings": 7}')
    company.calls.clear()
    assert company.apply(ana).exit_code == 0
    assert company.writes() == []
    assert company.kept(ana).revision == ana.head


def test_without_a_remote_it_stays_here_and_that_is_said(tmp_path: Path) -> None:
    company = Company.at(tmp_path, remote=False)
    alone = repositories.alone(tmp_path / "alone", {"reconciler.yaml": SETTINGS, PATH: incident()}, at=START)
    assert "the state is kept on this machine only: there is no remote" in company.apply(alone).notices
    assert alone.git("log", "-1", "--format=%s", STATE) == "9 changes"
    assert company.apply(alone).notices == ()


def test_what_could_not_be_pushed_is_pushed_by_the_next_run_although_nothing_differs(
    company: Company, ana: Clone
) -> None:
    company.remote.refuse_pushes()
    company.apply(ana)
    assert company.remote.tip(STATE) == ""
    company.remote.allow_pushes()
    company.calls.clear()
    assert company.apply(ana).notices == ()
    assert company.writes() == []
    log = company.state_log()
    assert len(log) == 1
    assert "create slack:" in log[0]
    assert company.apply(ana).notices == ()
    assert company.state_log() == log


# the front page


def test_the_front_page_shows_the_open_incidents_with_their_links(company: Company, ana: Clone) -> None:
    company.apply(ana)
    [row] = [line for line in front(company).splitlines() if ID in line]
    file = f"https://git.example.com/acme/incidents/blob/main/{PATH}"
    assert row.startswith(
        f"| [{ID}]({file}) | sev1 | investigating | Checkout fails | [page primary](https://"
    )
    assert row.index("[page primary]") < row.index("[channel]") < row.index("[document]")


def test_of_a_private_incident_the_front_page_and_the_log_show_the_id_only(
    company: Company, ana: Clone
) -> None:
    allowed = SETTINGS + "private: {allow: true}\n"
    secret = incident("Somebody sold our keys", more="private: true\nresponders: [dee@example.com]\n")
    company.commit(ana, {"reconciler.yaml": allowed, path_of(PRIVATE): secret})
    company.apply(ana)
    [row] = [line for line in front(company).splitlines() if PRIVATE in line]
    assert row == f"| {PRIVATE} | | | private | |"
    told = front(company) + "".join(company.state_log())
    assert "sold" not in told
    assert "dee@" not in told
    assert f"- create slack:{PRIVATE}/invite" in company.state_log()[0].splitlines()


def test_what_is_resolved_leaves_the_front_page(company: Company, ana: Clone) -> None:
    company.apply(ana)
    company.commit(ana, {PATH: incident(status="resolved")})
    company.apply(ana)
    assert ID not in front(company)
    assert "None." in front(company)


def test_narrowed_to_one_incident_the_front_page_keeps_the_others(company: Company, ana: Clone) -> None:
    company.commit(ana, {path_of(OTHER): incident("Another")})
    company.apply(ana)
    company.commit(ana, {PATH: incident("Worse"), path_of(OTHER): incident("Other words")})
    company.apply(ana, only=frozenset({ID}))
    assert "Worse" in front(company)
    assert f"[{OTHER}]" in front(company)


def test_an_open_incident_whose_file_became_invalid_stays_on_the_front_page(
    company: Company, ana: Clone
) -> None:
    company.commit(ana, {path_of(OTHER): incident("Another")})
    company.apply(ana)
    company.commit(ana, {PATH: "title: [\n", path_of(OTHER): incident("Changed")})
    company.apply(ana)
    assert f"| {ID} | | | its file is invalid | |" in front(company).splitlines()


def test_a_title_cannot_break_out_of_the_front_page(company: Company, ana: Clone) -> None:
    title = '"a | b\\n| x | <img src=x> [y](javascript:z) @everyone ![p](q)"'
    company.commit(ana, {PATH: incident(title)})
    company.apply(ana)
    [row] = [line for line in front(company).splitlines() if ID in line]
    assert row.count(" | ") == 4
    assert "\\[y\\](javascript:z)" in row
    assert "\\<img" in row
    assert "\\@everyone" in row


# two machines


def test_two_machines_remember_each_other_s_work(company: Company, ana: Clone) -> None:
    company.apply(ana)
    bo = company.clone("bo")
    company.commit(bo, {path_of(OTHER): incident("Another")})
    company.apply(bo)
    assert sorted(company.kept(ana).incidents) == [OTHER, ID]
    company.calls.clear()
    assert company.apply(ana).outcomes == ()
    assert company.writes() == []


def test_dates_of_the_commits_are_the_clock_s(company: Company, ana: Clone) -> None:
    company.later(hours=3)
    company.apply(ana)
    assert company.state_log("%ct") == [str(int(company.clock.now().timestamp()))]
