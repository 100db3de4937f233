"""New incidents that wait for their review are paged for, and nothing else; closed unmerged, that ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.incident.model import Status
from reconciler.incident.settings import GitSettings
from reconciler.incident.verbs import AddUpdate, SetStatus
from reconciler.targets.seam import Answer, Unreachable
from tests.support.company import START, STATE, incident, path_of
from tests.support.github_git import Merged
from tests.support.repositories import Clone
from tests.support.reviewing import PROTECTED, Reviewed, declared, request


@pytest.fixture
def there(tmp_path: Path) -> Reviewed:
    return Reviewed.at(tmp_path)


@pytest.fixture
def ana(there: Reviewed) -> Clone:
    return there.clone()


@pytest.fixture
def ci(there: Reviewed) -> Clone:
    return there.clone("ci")


class Down:
    """GitHub, out of reach."""

    def call(self, method: str, /, **arguments: Any) -> Answer:
        raise Unreachable(method, "connection refused")


def proposed(there: Reviewed, clone: Clone, name: str = "one", **more: Any) -> str:
    return there.desk(clone).declare(declared(**more), request(name)).id


def nothing_but_pages(there: Reviewed) -> bool:
    company = there.company
    return company.channels() == [] and company.documents() == 0


def forget(there: Reviewed) -> None:
    there.company.remote.git("update-ref", "-d", STATE)


def test_it_is_paged_for_and_nothing_else(there: Reviewed, ana: Clone, ci: Clone) -> None:
    there.apply(ci)
    id = proposed(there, ana)
    report = there.apply(ci)
    assert (report.exit_code, there.company.pages()) == (0, {f"{id}/primary": "triggered"})
    assert nothing_but_pages(there)
    assert f"{id}: proposed on incident/{id}, not merged: only pages" in report.notices
    assert [heading.status for heading in report.headings] == ["proposed"]


def test_the_second_run_is_quiet(there: Reviewed, ana: Clone, ci: Clone) -> None:
    id = proposed(there, ana)
    there.apply(ci)
    there.company.calls.clear()
    before = there.company.remote.tip(STATE)
    there.company.later(minutes=10)
    report = there.apply(ci)
    assert there.company.writes() == []
    assert there.company.remote.tip(STATE) == before
    assert f"{id}: proposed in #1, not merged: only pages" in report.notices


def test_a_plan_shows_it(there: Reviewed, ana: Clone) -> None:
    id = proposed(there, ana)
    plan = there.company.plan(ana)
    assert [str(change.address) for change in plan.changes] == [f"pagerduty:{id}/primary"]
    assert f"{id}: proposed on incident/{id}, not merged: only pages" in plan.notices
    narrowed = there.company.plan(ana, only=frozenset([id]))
    assert narrowed.changes == plan.changes


def test_pruning_and_narrowing_leave_it_what_it_is(there: Reviewed, ana: Clone, ci: Clone) -> None:
    there.apply(ci)
    one, two = proposed(there, ana), proposed(there, ana, "two")
    there.apply(ci, only=frozenset([one]))
    assert there.company.pages() == {f"{one}/primary": "triggered"}
    report = there.apply(ci, prune=True)
    assert report.exit_code == 0
    assert there.company.pages() == {f"{id}/primary": "triggered" for id in (one, two)}


@pytest.mark.parametrize("how", list(Merged))
@pytest.mark.parametrize("forgotten", [False, True])
@pytest.mark.parametrize("deleted", [False, True])
def test_once_it_is_merged_all_the_rest_follows(
    there: Reviewed, ana: Clone, ci: Clone, how: Merged, forgotten: bool, deleted: bool
) -> None:
    id = proposed(there, ana)
    there.apply(ci)
    there.company.later(minutes=10)
    there.github.merge(1, how, delete=deleted)
    if forgotten:
        forget(there)
    assert there.apply(there.clone("another")).exit_code == 0
    assert there.company.pages() == {f"{id}/primary": "triggered"}
    assert (there.company.channels(), there.company.documents()) == ([f"incd-{id}"], 1)
    there.company.calls.clear()
    there.company.later(minutes=10)
    assert there.apply(ci).notices == ()
    assert there.company.writes() == []


@pytest.mark.parametrize("deleted", [False, True])
def test_closed_unmerged_its_page_is_resolved_once(
    there: Reviewed, ana: Clone, ci: Clone, deleted: bool
) -> None:
    id = proposed(there, ana)
    there.apply(ci)
    there.company.later(minutes=10)
    there.github.close(1, delete=deleted)
    report = there.apply(there.clone("another"))
    assert (report.exit_code, there.company.pages()) == (0, {f"{id}/primary": "resolved"})
    assert any(
        f"{id}: proposed in #1, which was closed without being merged" in one for one in report.notices
    )
    assert nothing_but_pages(there)
    there.company.calls.clear()
    there.company.later(minutes=10)
    assert there.apply(ci).notices == ()
    assert there.company.writes() == []


@pytest.mark.parametrize("deleted", [False, True])
def test_closed_unmerged_and_all_forgotten_the_cancel_is_not_lost(
    there: Reviewed, ana: Clone, ci: Clone, deleted: bool
) -> None:
    id = proposed(there, ana)
    there.apply(ci)
    there.company.later(minutes=10)
    there.github.close(1, delete=deleted)
    forget(there)
    there.apply(there.clone("another"))
    assert there.company.pages() == {f"{id}/primary": "resolved"}
    forget(there)
    there.company.calls.clear()
    there.apply(there.clone("a third"))
    assert there.company.writes() == []
    assert there.company.pages() == {f"{id}/primary": "resolved"}


def test_a_forgotten_cancel_is_not_lost_while_github_is_away(there: Reviewed, ana: Clone, ci: Clone) -> None:
    id = proposed(there, ana)
    there.apply(ci)
    there.company.later(minutes=10)
    there.github.close(1, delete=True)
    forget(there)
    shell = there.company.shell(there.clone("another"), forge=lambda _environ, _clock: Down())
    report = shell.apply(there.company.options(holder="another"))
    assert any("nothing is remembered before it is known" in one for one in report.notices)
    there.apply(there.clone("a third"))
    assert there.company.pages() == {f"{id}/primary": "resolved"}


def test_closed_before_anybody_was_paged_nobody_is(there: Reviewed, ana: Clone, ci: Clone) -> None:
    proposed(there, ana)
    there.company.later(minutes=10)
    there.github.close(1)
    there.apply(ci)
    assert there.company.pages() == {}


def test_without_a_token_a_branch_that_is_gone_ends_it(there: Reviewed, ana: Clone, ci: Clone) -> None:
    id = proposed(there, ana)
    del there.company.environ["GITHUB_TOKEN"]
    there.apply(ci)
    there.github.close(1)
    there.company.later(minutes=10)
    there.apply(ci)
    assert there.company.pages() == {f"{id}/primary": "triggered"}
    there.company.remote.git("update-ref", "-d", f"refs/heads/incident/{id}")
    report = there.apply(there.clone("another"))
    assert there.company.pages() == {f"{id}/primary": "resolved"}
    assert any("resolved" in one for one in report.notices)


def test_a_remote_out_of_reach_cancels_nothing(there: Reviewed, ana: Clone, ci: Clone) -> None:
    id = proposed(there, ana)
    there.apply(ci)
    ci.git("update-ref", "-d", f"refs/remotes/origin/incident/{id}")
    ci.git("remote", "set-url", "origin", f"file://{there.company.remote.folder}.away")
    there.company.later(minutes=10)
    report = there.apply(ci)
    assert there.company.pages() == {f"{id}/primary": "triggered"}
    assert f"{id}: incident/{id} is not known here: left as it is" in report.notices
    assert not any("removed from Git" in one for one in report.notices)


def test_github_out_of_reach_holds_no_page_up(there: Reviewed, ana: Clone, ci: Clone) -> None:
    id = proposed(there, ana)
    there.company.later(minutes=10)
    shell = there.company.shell(ci, forge=lambda _environ, _clock: Down())
    report = shell.apply(there.company.options(holder="ci"))
    assert there.company.pages() == {f"{id}/primary": "triggered"}
    assert any("what became of proposed incidents is not known" in one for one in report.notices)


def test_whom_no_proposal_concerns_hears_nothing_of_github(tmp_path: Path) -> None:
    there = Reviewed.at(tmp_path, PROTECTED.replace("protected: true, ", ""), protect=False)
    shell = there.company.shell(there.clone(), forge=lambda _environ, _clock: Down())
    report = shell.apply(there.company.options(holder="ana"))
    assert report.notices == ()
    assert there.company.state_log() != []


def test_a_fresh_one_is_paged_for_before_github_is_asked(there: Reviewed, ana: Clone, ci: Clone) -> None:
    there.apply(ci)
    proposed(there, ana)
    there.github.log.clear()
    asked: list[int] = []
    there.company.meanwhile["POST /incidents"] = [lambda: asked.append(len(there.github.log))]
    there.apply(ci)
    assert asked == [0]


def test_the_next_run_opens_the_pull_request_that_is_missing(there: Reviewed, ana: Clone, ci: Clone) -> None:
    id = there.desk(ana, token=False).declare(declared(), request()).id
    report = there.apply(ci)
    assert [one["head"] for one in there.github.pulls()] == [f"incident/{id}"]
    assert any(f"opened pull request #1 for incident/{id}" in one for one in report.notices)
    there.apply(ana)
    assert len(there.github.pulls()) == 1


def test_a_persons_own_branch_is_paged_for_and_left_to_the_person(
    there: Reviewed, ana: Clone, ci: Clone
) -> None:
    id = "20261121-handmade-heron"
    ana.git("checkout", "--quiet", "-b", f"incident/{id}")
    ana.commit({path_of(id): incident()}, at=START)
    ana.push(f"incident/{id}")
    there.apply(ci)
    assert there.company.pages() == {f"{id}/primary": "triggered"}
    assert there.github.pulls() == []


def pushed(there: Reviewed, ana: Clone, branch: str, files: dict[str, str | bytes | None]) -> None:
    ana.git("checkout", "--quiet", "-b", branch, "main")
    ana.commit(files, at=START)
    ana.push(branch)
    ana.git("checkout", "--quiet", "main")


ID = "20261121-handmade-heron"


@pytest.mark.parametrize(
    ("branch", "files"),
    [
        ("incident/other", {path_of(ID): incident()}),
        ("feature", {path_of(ID): incident()}),
        (f"incident/{ID}", {path_of(ID): incident(severity="sev9")}),
        (f"incident/{ID}", {path_of(ID): incident(more="formerly: [20261121-other]\n")}),
        (f"incident/{ID}", {path_of(ID): incident(status="resolved")}),
        (f"incident/{ID}", {path_of(ID): incident(more="adopt: {pagerduty: {primary: QOTHER}}\n")}),
        (f"incident/{ID}", {path_of(ID): incident().replace("2026-11-21T16", "2026-11-19T16")}),
    ],
    ids=["of another id", "no incident's branch", "invalid", "renamed", "over", "adopting", "late"],
)
def test_what_a_branch_cannot_do(
    there: Reviewed, ana: Clone, ci: Clone, branch: str, files: dict[str, str | bytes | None]
) -> None:
    pushed(there, ana, branch, files)
    if "2026-11-19" in str(files):
        there.company.later(days=2)
    there.apply(ci)
    assert there.company.pages() == {}
    assert nothing_but_pages(there)


def test_a_branchs_settings_do_not_count(there: Reviewed, ana: Clone, ci: Clone) -> None:
    wide = PROTECTED.replace("page: [primary]", "page: [primary, payments]")
    pushed(there, ana, f"incident/{ID}", {path_of(ID): incident(), "reconciler.yaml": wide})
    there.apply(ci)
    assert there.company.pages() == {f"{ID}/primary": "triggered"}


def test_an_unmerged_edit_does_nothing(there: Reviewed, ana: Clone, ci: Clone) -> None:
    id = proposed(there, ana)
    there.github.merge(1)
    there.apply(ci)
    before = there.company.snapshot()
    there.desk(ana).change(id, SetStatus(Status.RESOLVED, START), request("two"))
    there.company.later(minutes=10)
    there.apply(ci)
    assert there.company.snapshot() == before


def test_what_was_removed_from_the_main_branch_is_not_proposed_by_an_old_branch(
    there: Reviewed, ana: Clone, ci: Clone
) -> None:
    id = proposed(there, ana)
    there.apply(ci)
    there.github.merge(1, Merged.SQUASH, delete=False)
    (there.company.remote.folder / "hooks" / "update").unlink()
    bo = there.clone("bo")
    there.company.commit(bo, {path_of(id): None})
    report = there.apply(ci)
    assert any("its file was removed from Git" in one for one in report.notices)


def test_resolved_before_the_merge_its_page_is_resolved(there: Reviewed, ana: Clone, ci: Clone) -> None:
    id = proposed(there, ana)
    there.apply(ci)
    there.desk(ana).change(id, SetStatus(Status.RESOLVED, START), request("two"))
    there.apply(ci)
    assert there.company.pages() == {f"{id}/primary": "resolved"}
    there.github.merge(1)
    there.company.later(minutes=10)
    there.apply(ci)
    assert there.company.pages() == {f"{id}/primary": "resolved"}


def test_a_later_commit_after_a_cancel_counts(there: Reviewed, ana: Clone, ci: Clone) -> None:
    id = proposed(there, ana)
    there.apply(ci)
    there.company.later(minutes=10)
    there.github.close(1)
    there.apply(ci)
    there.github.reopen(1)
    there.desk(ana).change(id, AddUpdate(START, "It is back.", None), request("two"))
    there.apply(ci)
    assert there.company.pages() == {f"{id}/primary": "triggered"}


def test_private_ones_are_told_by_id(tmp_path: Path) -> None:
    there = Reviewed.at(tmp_path, PROTECTED + "private: {allow: true}\n")
    id = proposed(there, there.clone(), title="Secret merger", private=True)
    report = there.apply(there.clone("ci"))
    assert there.company.pages() == {f"{id}/primary": "triggered"}
    told = f"{report}{there.company.state_log()}{there.company.told}"
    assert "ecret merger" not in told.replace("title='Secret merger'", "")
    assert "ecret merger" not in str(there.company.pagerduty.snapshot())


def test_without_the_setting_the_same_holds(tmp_path: Path) -> None:
    there = Reviewed.at(tmp_path, PROTECTED.replace("protected: true, ", ""))
    ana = there.clone()
    id = there.desk(ana, git=GitSettings()).declare(declared(), request()).id
    there.apply(there.clone("ci"))
    assert there.company.pages() == {f"{id}/primary": "triggered"}


def test_protected_false_pages_for_no_branch(tmp_path: Path) -> None:
    there = Reviewed.at(tmp_path, PROTECTED.replace("protected: true", "protected: false"))
    pushed(there, there.clone(), f"incident/{ID}", {path_of(ID): incident()})
    there.apply(there.clone("ci"))
    assert there.company.pages() == {}
