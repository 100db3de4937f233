"""What only one machine has reaches the others once the remote is back; a page never waits for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import Refusal
from reconciler.incident.model import Status
from reconciler.incident.verbs import Declare, SetStatus
from reconciler.repo.errand import Request
from reconciler.repo.verbs import Desk
from tests.support.company import ID, PATH, START, STATE, Company, incident, path_of
from tests.support.repositories import Clone

OTHER = "20261121-calm-otter"


@pytest.fixture
def ana(company: Company) -> Clone:
    clone = company.clone()
    company.commit(clone, {PATH: incident()})
    company.apply(clone)
    return clone


def away(company: Company) -> Path:
    """The remote is out of reach."""
    gone = company.remote.folder.with_name("gone.git")
    company.remote.folder.rename(gone)
    return gone


def refuse_branch(company: Company, why: str = "protected branch") -> None:
    """The branch of the settings takes no pushes; other refs do."""
    hook = company.remote.folder / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n[ $1 = refs/heads/main ] || exit 0\necho '{why}' >&2\nexit 1\n")
    hook.chmod(0o755)


def test_what_verbs_did_out_of_reach_is_pushed_by_the_next_apply_and_nothing_is_lost(
    company: Company, ana: Clone
) -> None:
    bo = company.clone("bo")
    gone = away(company)
    shell = company.shell(ana)
    desk = Desk(shell.repo, shell.git_settings(), company.clock)
    made = desk.declare(Declare("Search is down", "sev1", START), Request(("Ana", "ana@example.com"), "1"))
    desk.change(ID, SetStatus(Status.IDENTIFIED, START), Request(("Ana", "ana@example.com"), "2"))
    assert not made.pushed
    assert company.apply(ana).exit_code == 0
    assert sorted(company.pages()) == sorted([f"{ID}/primary", f"{made.id}/primary"])
    gone.rename(company.remote.folder)
    company.calls.clear()
    report = company.apply(ana)
    assert (report.outcomes, company.writes(), company.remote.tip()) == ((), [], ana.head)
    [notice] = report.notices
    assert notice == f"pushed 2 commits of main that only this machine had, up to {ana.head[:12]}"
    assert company.kept(bo).revision == ana.head
    company.calls.clear()
    report = company.apply(bo)
    assert (report.exit_code, report.outcomes, report.notices) == (0, (), ())
    assert company.writes() == []
    assert company.apply(ana).notices == ()


def test_before_anything_is_written_but_pages_it_is_at_the_remote(company: Company, ana: Clone) -> None:
    there: dict[str, str] = {}
    for method in ("POST /incidents", "conversations.create"):
        company.meanwhile[method] = [lambda method=method: there.update({method: company.remote.tip()})]  # type: ignore[misc]
    local = company.commit(ana, {path_of(OTHER): incident("Another")}, push=False)
    company.apply(ana)
    assert there["conversations.create"] == local


def test_a_page_does_not_wait_for_the_push(company: Company, ana: Clone, tmp_path: Path) -> None:
    """The push of the branch ends only when the page is out; if it were waited for, neither would."""
    out = tmp_path / "the page is out"
    hook = company.remote.folder / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        "#!/bin/sh\n[ $1 = refs/heads/main ] || exit 0\nfor _ in $(seq 400); do\n"
        f"[ -e '{out}' ] && exit 0\nsleep 0.05\ndone\nexit 1\n"
    )
    hook.chmod(0o755)

    class Telling:
        def call(self, method: str, /, **arguments: object) -> object:
            answer = company.machines["pagerduty"].call(method, **arguments)
            if method == "POST /incidents":
                out.touch()
            return answer

    company.wrapped["pagerduty"] = Telling()  # type: ignore[assignment]
    local = company.commit(ana, {path_of(OTHER): incident("Another")}, push=False)
    assert company.apply(ana).exit_code == 0
    assert company.remote.tip() == local


def test_commits_of_people_below_and_between_go_along(company: Company, ana: Clone) -> None:
    company.commit(ana, {"README.md": "Ours\n"}, push=False)
    company.commit(ana, {PATH: incident("Worse")}, push=False)
    assert company.apply(ana).exit_code == 0
    assert company.remote.tip() == ana.head


def test_a_protected_branch_is_said_with_what_it_means_and_holds_up_nothing(
    company: Company, ana: Clone
) -> None:
    bo = company.clone("bo")
    refuse_branch(company)
    company.commit(ana, {PATH: incident("Worse")}, push=False)
    report = company.apply(ana)
    assert (report.exit_code, "Worse" in company.topic()) == (0, True)
    [notice] = report.notices
    assert notice.startswith("1 commit of main, applied here, could not be pushed to origin: ")
    assert "the branch is protected" in notice
    assert "other machines refuse to apply" in notice
    with pytest.raises(Refusal, match="is not the last applied"):
        company.apply(bo)
    (company.remote.folder / "hooks" / "update").unlink()
    assert "pushed 1 commit" in company.apply(ana).notices[0]
    assert company.apply(bo).exit_code == 0


def test_where_somebody_was_first_nothing_is_undone_and_the_newest_is_applied(
    company: Company, ana: Clone
) -> None:
    """Between our fetch and our push another one pushes: ours has diverged, and is left out."""
    bo = company.clone("bo")
    local = company.commit(ana, {PATH: incident("On a laptop")}, push=False)
    company.meanwhile["users.conversations"] = [lambda: company.commit(bo, {PATH: incident("In the branch")})]
    report = company.apply(ana)
    assert report.exit_code == 0
    assert "In the branch" in company.topic()
    assert not [one for one in company.machines["slack"].log if "On a laptop" in str(one.arguments)]
    assert any("have diverged" in notice for notice in report.notices)
    assert company.kept(bo).revision == bo.head
    assert company.apply(company.clone("ci")).exit_code == 0
    assert ana.head == local


def test_a_branch_that_the_remote_never_had_is_not_published(company: Company, ana: Clone) -> None:
    ana.git("switch", "--quiet", "--create", "mine")
    settings = (ana.folder / "reconciler.yaml").read_text().replace("git: {", "git: {branch: mine, ")
    company.commit(ana, {"reconciler.yaml": settings}, push=False)
    report = company.apply(ana)
    assert company.remote.git("for-each-ref", "refs/heads/mine") == ""
    assert any("has no such branch" in notice for notice in report.notices)


def test_diverged_commits_are_never_pushed(company: Company, ana: Clone) -> None:
    bo = company.clone("bo")
    company.commit(bo, {PATH: incident("In the branch")})
    company.commit(ana, {PATH: incident("On a laptop")}, push=False)
    company.apply(ana)
    assert company.remote.tip() == bo.head


def test_a_plan_pushes_nothing(company: Company, ana: Clone) -> None:
    tip = company.remote.tip()
    company.commit(ana, {PATH: incident("Worse")}, push=False)
    company.plan(ana)
    assert company.remote.tip() == tip


def test_state_that_was_kept_here_reaches_the_remote_although_nothing_differs(
    company: Company, ana: Clone
) -> None:
    company.commit(ana, {path_of(OTHER): incident("Another")})
    gone = away(company)
    company.apply(ana)
    gone.rename(company.remote.folder)
    before = company.remote.tip(STATE)
    assert company.apply(ana).outcomes == ()
    assert company.remote.tip(STATE) != before
    assert OTHER in company.kept(company.clone("bo")).incidents
    assert ana.git("for-each-ref", STATE) == ""
