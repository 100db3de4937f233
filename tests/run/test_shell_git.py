"""Git decides: what is applied is the newest commit, and nothing older than what was applied last."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import Failure, Refusal
from reconciler.run import shell as run_shell
from reconciler.run.reconcile import Situation
from reconciler.targets.seam import ReadOnly
from tests.support import repositories
from tests.support.company import ID, PATH, SETTINGS, START, STATE, Company, incident, path_of, refs
from tests.support.repositories import Clone

OTHER = "20261121-calm-otter"


@pytest.fixture
def ana(company: Company) -> Clone:
    """Ana's clone, with an incident declared and pushed."""
    clone = company.clone()
    company.commit(clone, {PATH: incident()})
    return clone


def test_apply_takes_the_remote_s_tip_from_a_clone_that_is_behind(company: Company, ana: Clone) -> None:
    behind = company.clone("bo")
    tip = company.commit(ana, {PATH: incident("Checkout fails for all")})
    report = company.apply(behind)
    assert (report.revision, report.exit_code) == (tip, 0)
    assert behind.head != tip
    assert "Checkout fails for all" in company.topic()


def test_apply_takes_local_commits_on_top_of_the_remote_s_tip(company: Company, ana: Clone) -> None:
    local = company.commit(ana, {PATH: incident("Found on a plane")}, push=False)
    assert company.apply(ana).revision == local
    assert "Found on a plane" in company.topic()


def test_apply_leaves_out_what_is_not_committed(company: Company, ana: Clone) -> None:
    ana.write({PATH: incident("Not yet"), path_of(OTHER): incident(), "reconciler.yaml": "name: [\n"})
    assert company.apply(ana).exit_code == 0
    assert "Checkout fails" in company.topic()
    assert company.channels() == [f"incd-{ID}"]


def test_local_commits_that_diverged_are_left_out_and_said(company: Company, ana: Clone) -> None:
    bo = company.clone("bo")
    company.commit(bo, {PATH: incident("Bo was first")})
    company.commit(ana, {PATH: incident("Ana was second")}, push=False)
    report = company.apply(ana)
    assert "Bo was first" in company.topic()
    assert "have diverged" in report.notices[0]


def test_what_is_checked_out_does_not_matter(company: Company, ana: Clone) -> None:
    tip = ana.head
    ana.git("switch", "--quiet", "--create", "an-idea")
    company.commit(ana, {PATH: incident("An idea")}, push=False)
    assert company.apply(ana).revision == tip
    ana.git("checkout", "--quiet", "--detach", f"{tip}~1")
    assert company.apply(ana).revision == tip


def test_a_branch_that_was_reset_is_refused_before_any_call(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: incident("Newer")})
    company.apply(ana)
    ana.git("reset", "--quiet", "--hard", "HEAD~1")
    ana.git("push", "--quiet", "--force", "origin", "main")
    company.calls.clear()
    before = company.snapshot()
    with pytest.raises(Refusal, match="is not the last applied revision") as refused:
        company.apply(ana)
    assert refused.value.exit_code == 4
    assert "--allow-older" in refused.value.next
    assert (company.calls, company.snapshot()) == ([], before)


def test_rewritten_history_is_refused_also_where_the_old_commits_were_never_seen(
    company: Company, ana: Clone
) -> None:
    company.apply(ana)
    ana.git("commit", "--quiet", "--amend", "--message", "Rewritten", env=repositories.dated(START))
    ana.git("push", "--quiet", "--force", "origin", "main")
    with pytest.raises(Refusal) as refused:
        company.apply(company.clone("fresh"))
    assert "does not have that revision" in refused.value.detail


def test_the_remote_out_of_reach_an_older_clone_undoes_nothing(company: Company, ana: Clone) -> None:
    bo = company.clone("bo")
    company.commit(ana, {PATH: incident("Newer")})
    company.apply(ana)
    company.apply(bo)  # and so bo knows what was applied
    bo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    company.remote.folder.rename(company.remote.folder.with_name("gone.git"))
    with pytest.raises(Refusal):
        company.apply(bo)
    assert "Newer" in company.topic()


def test_allow_older_lets_it_and_the_older_one_counts_from_then_on(company: Company, ana: Clone) -> None:
    older = ana.head
    newer = company.commit(ana, {PATH: incident("Newer")})
    company.apply(ana)
    ana.git("reset", "--quiet", "--hard", older)
    ana.git("push", "--quiet", "--force", "origin", "main")
    assert company.apply(ana, allow_older=True).exit_code == 0
    assert "Checkout fails" in company.topic()
    assert company.kept(ana).revision == older
    assert company.apply(ana).revision == older
    ana.git("push", "--quiet", "origin", f"{newer}:refs/heads/main")
    assert company.apply(ana).revision == newer


def test_a_shallow_clone_fetches_the_history_that_it_lacks(company: Company, ana: Clone) -> None:
    company.apply(ana)
    for number in range(3):
        company.commit(ana, {"README.md": f"{number}\n"})
    shallow = company.clone("ci", depth=1)
    assert shallow.git("rev-parse", "--is-shallow-repository") == "true"
    report = company.apply(shallow)
    assert (report.exit_code, report.revision) == (0, ana.head)
    assert shallow.git("rev-parse", "--is-shallow-repository") == "false"


def test_a_shallow_clone_knows_since_when_a_status_holds(company: Company, ana: Clone) -> None:
    company.apply(ana)
    company.later(hours=1)
    company.commit(ana, {PATH: incident(status="resolved")})
    company.commit(ana, {"README.md": "Something else\n"})
    company.later(hours=1)
    company.apply(company.clone("ci", depth=1))
    notion = company.machines["notion"].snapshot()
    assert "2026-11-21T17:45" in str(notion)


def test_a_shallow_clone_of_a_remote_that_is_gone_says_what_it_does_not_know(
    company: Company, ana: Clone
) -> None:
    company.commit(ana, {PATH: incident("Again")})
    shallow = company.clone("ci", depth=1)
    company.remote.folder.rename(company.remote.folder.with_name("gone.git"))
    report = company.apply(shallow)
    assert any("since when an incident is in its status may be unknown" in told for told in report.notices)
    assert company.pages() == {f"{ID}/primary": "triggered"}


def test_the_branch_that_the_newest_settings_name_is_taken(company: Company, ana: Clone) -> None:
    behind = company.clone("behind")
    company.commit(ana, {"reconciler.yaml": SETTINGS.replace("git: {", "git: {branch: trunk, ")})
    ana.git("push", "--quiet", "origin", "main:refs/heads/trunk")
    bo = company.clone("bo")
    bo.git("switch", "--quiet", "trunk")
    on_trunk = bo.commit({PATH: incident("On the trunk")}, at=START)
    bo.push("trunk")
    assert company.apply(behind).revision == on_trunk


# after a wait, and after another was quicker


def test_a_commit_that_came_while_waiting_is_applied_and_not_undone(company: Company, ana: Clone) -> None:
    bo, ci = company.clone("bo"), company.clone("ci")

    theirs = company.held(ci)

    def apply_what_bo_has_pushed() -> None:
        company.commit(bo, {PATH: incident("Bo knows more")})
        theirs.release()
        company.apply(ci)

    company.clock.meanwhile = [apply_what_bo_has_pushed]
    report = company.apply(ana)
    assert report.exit_code == 0
    assert report.revision == bo.head
    assert "Bo knows more" in company.topic()
    assert (len(company.channels()), company.documents(), len(company.pages())) == (1, 1, 1)


def test_after_a_wait_the_newest_commit_is_taken_also_where_the_holder_did_nothing(
    company: Company, ana: Clone
) -> None:
    bo = company.clone("bo")
    theirs = company.held(bo)

    def push_and_let_go() -> None:
        company.commit(bo, {PATH: incident("Bo knows more")})
        theirs.release()

    company.clock.meanwhile = [push_and_let_go]
    assert company.apply(ana).revision == bo.head


def test_what_another_did_between_our_look_and_our_lease_is_not_undone_for_a_moment(
    company: Company, ana: Clone
) -> None:
    company.apply(ana)
    company.commit(ana, {PATH: incident("Second")})
    bo = company.clone("bo")

    def quicker() -> None:
        company.commit(bo, {PATH: incident("Third")})
        company.apply(bo)

    company.meanwhile["users.conversations"] = [quicker]
    assert company.apply(ana).exit_code == 0
    assert "Third" in company.topic()
    log = company.machines["slack"].log
    assert [call for call in log if "Second" in str(call.arguments.get("topic"))] == []


# plan


def test_plan_looks_at_uncommitted_edits_and_says_so(company: Company, ana: Clone) -> None:
    ana.write({PATH: incident("An edit"), path_of(OTHER): incident("A new one")})
    plan = company.plan(ana)
    assert "with uncommitted edits in 2 files" in plan.notices
    assert {change.address.incident for change in plan.changes} == {ID, OTHER}
    assert any("An edit" in str(change.fields) for change in plan.changes)


def test_plan_takes_a_removed_file_as_removed_and_settings_as_edited(company: Company, ana: Clone) -> None:
    company.apply(ana)
    ana.write({PATH: None, "reconciler.yaml": SETTINGS.replace("name: sev3", "name: sev9")})
    plan = company.plan(ana)
    told = f"{ID}: its file was removed from Git; nothing of it is retired"
    assert any(notice.startswith(told) for notice in plan.notices)
    assert "with uncommitted edits in 2 files" in plan.notices
    assert plan.changes == ()


def test_plan_reads_a_template_as_it_is_edited(company: Company, ana: Clone) -> None:
    named = SETTINGS.replace("notion: {", "notion: {template: templates/ours.md, ")
    company.commit(ana, {"reconciler.yaml": named, "templates/ours.md": "## As committed\n"})
    ana.write({"templates/ours.md": "## As edited\n"})
    [page] = [one for one in company.plan(ana).changes if str(one.address) == f"notion:{ID}/page"]
    assert "As edited" in page.body["markdown"]


def test_plan_says_when_apply_would_take_another_commit(company: Company, ana: Clone) -> None:
    tip = ana.head
    ana.git("switch", "--quiet", "--create", "idea", "HEAD~1")
    [notice] = [told for told in company.plan(ana).notices if told.startswith("planned at")]
    assert ana.head[:12] in notice
    assert tip[:12] in notice


def test_plan_writes_nothing_anywhere(company: Company, ana: Clone) -> None:
    company.apply(ana)
    company.commit(ana, {PATH: incident(status="resolved")})
    ana.write({path_of(OTHER): incident("Not committed")})
    before = (refs(ana), refs(company.remote), ana.status(), company.snapshot())
    company.calls.clear()
    assert company.plan(ana).changes
    assert (refs(ana), refs(company.remote), ana.status(), company.snapshot()) == before
    assert company.writes() == []


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_the_client_of_plan_cannot_write(
    company: Company, ana: Clone, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Situation] = []
    plain = getattr(run_shell, f"{command}_all")

    def spied(situation: Situation, *more: object) -> object:
        given.append(situation)
        return plain(situation, *more)

    monkeypatch.setattr(run_shell, f"{command}_all", spied)
    getattr(company, command)(ana)
    for connected in given[0].targets:
        assert isinstance(connected.api, ReadOnly) == (command == "plan")


def test_plan_needs_no_remote_and_asks_none(company: Company, ana: Clone) -> None:
    company.remote.folder.rename(company.remote.folder.with_name("gone.git"))
    assert company.plan(ana).changes


# nothing to go by


def test_a_repository_without_a_commit_is_told_what_to_do(company: Company, tmp_path: Path) -> None:
    empty = repositories.alone(tmp_path / "empty")
    for run in (company.plan, company.apply):
        with pytest.raises(Failure) as failure:
            run(empty)
        assert failure.value.exit_code == 1
        assert failure.value.next


def test_without_a_remote_the_own_branch_decides(tmp_path: Path) -> None:
    company = Company.at(tmp_path, remote=False)
    alone = repositories.alone(tmp_path / "alone", {"reconciler.yaml": SETTINGS, PATH: incident()})
    report = company.apply(alone)
    assert (report.exit_code, report.revision) == (0, alone.head)
    assert any("there is no remote" in told for told in report.notices)
    assert alone.git("rev-parse", "--verify", STATE)
    assert company.apply(alone).outcomes == ()
