"""Files renamed: the incident keeps the id of its marks, and nobody is paged or told again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.plan.plan import Report
from reconciler.run import look
from reconciler.run.story import story
from tests.support.company import ID, PATH, STATE, Company, incident, path_of
from tests.support.repositories import Clone

NEW = "20261121-calm-otter"
THIRD = "20261121-quiet-owl"
FORMERLY = f"formerly: [{ID}]\n"


@pytest.fixture
def ana(company: Company) -> Clone:
    """An incident is open and all in line."""
    clone = company.clone()
    company.commit(clone, {PATH: incident()})
    company.apply(clone)
    return clone


def told(report: Report) -> list[str]:
    """The problems, with their places and what to write."""
    return [f"{one.location}: {one.message} -> {one.hint}" for one in report.after.problems]


def forget(company: Company, clone: Clone) -> None:
    """The state is lost, at the remote and here."""
    company.remote.git("update-ref", "-d", STATE)
    clone.git("update-ref", "-d", STATE.replace("heads", "remotes/origin"))


def once(company: Company) -> None:
    """There is one of each, with the marks of the first id, and an apply has nothing to do."""
    assert list(company.pages()) == [f"{ID}/primary"]
    assert [name.removesuffix("-resolved") for name in company.channels()] == [f"incd-{ID}"]
    assert company.documents() == 1


def announced(company: Company) -> int:
    """How often an announcement was posted."""
    posted = [one for one in company.machines["slack"].log if one.method == "chat.postMessage"]
    return sum("announcement" in str(one.arguments) for one in posted)


# said


@pytest.mark.parametrize("state", ["kept", "lost"])
def test_renamed_with_formerly_it_goes_on_under_its_marks(company: Company, ana: Clone, state: str) -> None:
    company.commit(ana, {PATH: None, path_of(NEW): incident("Worse now", more=FORMERLY)})
    if state == "lost":
        forget(company, ana)
    report = company.apply(ana)
    assert (report.exit_code, told(report)) == (0, [])
    assert not any("removed" in notice for notice in report.notices)
    once(company)
    assert announced(company) == 1
    assert "Worse now" in company.topic()
    assert [(one.id, one.key, one.path) for one in report.headings] == [(NEW, ID, path_of(NEW))]
    assert company.apply(ana).outcomes == ()


def test_its_history_goes_on_too(company: Company, ana: Clone) -> None:
    """Reopened before it was renamed, and over after it: the second end is told, and told once."""
    for status in ("resolved", "investigating"):
        company.later(minutes=10)
        company.commit(ana, {PATH: incident(status=status)})
        company.apply(ana)
    company.commit(ana, {PATH: None, path_of(NEW): incident(more=FORMERLY)})
    company.apply(ana)
    company.commit(ana, {path_of(NEW): incident(status="resolved", more=FORMERLY)})
    company.apply(ana)
    assert company.pages() == {f"{ID}/primary": "resolved"}
    text = str(company.machines["slack"].snapshot())
    assert text.count("'thing': 'ending/1'") == text.count("'thing': 'ending/2'") > 0
    repo = company.shell(ana).repo
    shown = look.dossier(repo, company.clock, NEW)
    assert shown.memory.things
    assert len(story(repo, NEW)[1]) > 6


def test_renamed_twice_the_oldest_comes_first(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: None, path_of(NEW): incident(more=FORMERLY)})
    company.apply(ana)
    company.commit(ana, {path_of(NEW): None, path_of(THIRD): incident(more=f"formerly: [{NEW}]\n")})
    report = company.apply(ana)
    [line] = told(report)
    assert line.startswith(f"{path_of(THIRD)}:5:")
    assert line.endswith(f"formerly: [{ID}, {NEW}]")
    once(company)
    company.commit(ana, {path_of(THIRD): incident(more=f"formerly: [{ID}, {NEW}]\n")})
    report = company.apply(ana)
    assert (report.exit_code, report.notices) == (0, ())
    once(company)


def test_settled_it_costs_nothing_under_its_new_name(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: None, path_of(NEW): incident(status="closed", more=FORMERLY)})
    company.apply(ana)
    company.later(days=8)
    company.apply(ana)
    company.calls.clear()
    report = company.apply(ana)
    assert (report.exit_code, report.notices, company.calls) == (0, (), [])
    assert company.plan(ana, only=frozenset({NEW})).notices[-1].startswith(f"{NEW} is settled")


# unsaid

CHANGED: dict[str, Callable[[], str]] = {
    "the same bytes": incident,
    "other words and severity": lambda: incident(severity="sev3", more="summary: More is known.\n"),
}


@pytest.mark.parametrize(("name", "state"), [*zip(CHANGED, ["kept", "lost"], strict=True)])
def test_without_formerly_it_is_refused_and_all_is_left_as_it_is(
    company: Company, ana: Clone, name: str, state: str
) -> None:
    before = company.snapshot()
    company.commit(ana, {PATH: None, path_of(NEW): CHANGED[name]()})
    if state == "lost":
        forget(company, ana)
    report = company.apply(ana)
    assert report.exit_code == 3
    [line] = told(report)
    assert line.startswith(f"{path_of(NEW)}:1:1: this file is that of {ID} under a new name")
    assert f"-> formerly: [{ID}]" in line
    assert company.snapshot() == before
    assert not any("was removed" in notice for notice in report.notices)
    company.commit(ana, {path_of(NEW): CHANGED[name]() + FORMERLY})
    assert company.apply(ana).exit_code == 0
    once(company)
    assert announced(company) == 1


def test_a_plan_of_a_rename_that_is_not_committed_says_so_too(company: Company, ana: Clone) -> None:
    ana.write({PATH: None, path_of(NEW): incident()})
    plan = company.plan(ana)
    assert (plan.exit_code(), len(plan.problems), plan.changes) == (3, 1, ())
    ana.write({path_of(NEW): incident(more=FORMERLY)})
    plan = company.plan(ana)
    assert plan.exit_code() == 0
    assert {str(one.address) for one in plan.changes} <= {f"slack:{ID}/card", f"notion:{ID}/page"}


def test_formerly_taken_out_again_is_refused(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: None, path_of(NEW): incident(more=FORMERLY)})
    company.apply(ana)
    company.commit(ana, {path_of(NEW): incident("In other words")})
    report = company.apply(ana)
    assert report.exit_code == 3
    assert f"formerly: [{ID}]" in told(report)[0]
    once(company)


def test_a_name_that_only_a_side_branch_had_was_never_applied(company: Company, ana: Clone) -> None:
    """Renamed within a pull request: nobody can have been paged for the first name."""
    ana.git("switch", "--quiet", "--create", "idea")
    company.commit(ana, {path_of(NEW): incident("Another")}, push=False)
    company.commit(ana, {path_of(NEW): None, path_of(THIRD): incident("Another")}, push=False)
    ana.git("switch", "--quiet", "main")
    ana.git("merge", "--quiet", "--no-ff", "idea")
    ana.push()
    forget(company, ana)
    assert company.apply(ana).exit_code == 0
    assert sorted(company.pages()) == [f"{ID}/primary", f"{THIRD}/primary"]


def test_of_two_alike_that_were_both_there_the_one_that_is_left_is_itself(
    company: Company, ana: Clone
) -> None:
    company.commit(ana, {path_of(NEW): incident()})
    company.apply(ana)
    company.commit(ana, {PATH: None})
    forget(company, ana)
    report = company.apply(ana)
    assert (report.exit_code, told(report)) == (0, [])


def test_another_incident_of_the_same_title_is_another(company: Company, ana: Clone) -> None:
    later = incident().replace("16:45", "16:50")
    company.commit(ana, {PATH: None, path_of(NEW): later})
    assert company.apply(ana).exit_code == 0
    assert sorted(company.pages()) == [f"{NEW}/primary", f"{ID}/primary"]


# what cannot be

WRONG: dict[str, tuple[dict[str, str | None], str]] = {
    "a file that is there": ({path_of(NEW): incident("Other", more=FORMERLY)}, "is still there, as"),
    "claimed twice": (
        {PATH: None, path_of(NEW): incident(more=FORMERLY), path_of(THIRD): incident(more=FORMERLY)},
        "says the same",
    ),
    "an id that never was": (
        {path_of(NEW): incident("Other", more="formerly: [20261121-honest-rhino]\n")},
        "there never was a file 20261121-honest-rhino.yaml",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_formerly_is_told_and_nothing_is_declared(company: Company, ana: Clone, name: str) -> None:
    files, words = WRONG[name]
    before = company.snapshot()
    company.commit(ana, dict(files))
    report = company.apply(ana)
    assert report.exit_code == 3
    lines = told(report)
    assert lines
    assert all(words in line and ":5:" in line for line in lines)
    assert company.snapshot() == before


def test_a_shallow_clone_fetches_the_history_that_formerly_needs(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: None, path_of(NEW): incident(more=FORMERLY)})
    company.commit(ana, {"README.md": "Something else\n"})
    forget(company, ana)
    shallow = company.clone("ci", depth=1)
    assert company.apply(shallow).exit_code == 0
    once(company)
    assert shallow.git("rev-parse", "--is-shallow-repository") == "false"


def test_where_the_history_cannot_be_had_formerly_is_not_believed(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: None, path_of(NEW): incident(more=FORMERLY)})
    company.commit(ana, {"README.md": "Something else\n"})
    forget(company, ana)
    shallow = company.clone("ci", depth=1)
    company.remote.folder.rename(company.remote.folder.with_name("gone.git"))
    report = company.apply(shallow)
    assert report.exit_code == 3
    assert "the history here is cut off" in told(report)[0]
    once(company)
