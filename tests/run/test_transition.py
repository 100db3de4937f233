"""What a branch changes, in a real repository: which settings count, what is said, how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.errors import Failure
from reconciler.repo.repository import Repository
from reconciler.run.reading import Options
from reconciler.run.transition import Branch, Transition
from reconciler.sandbox.ideal import Ideal
from tests.support.branching import Lived, add, declare, put, remove, setting
from tests.support.company import ID, PATH, incident, path_of
from tests.support.gitlife import plain_git


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[Lived]:
    """An incident that was declared and brought in line; its clone is on main."""
    with plain_git():
        lived = Lived.begun(tmp_path)
        lived.step(declare())
        lived.company.later(hours=1)
        yield lived


def things(found: Transition) -> list[str]:
    return [f"{one.kind} {one.address.target}:{one.address.thing}" for one in found.plan.changes]


def test_what_is_pushed_already_changes_nothing(lived: Lived) -> None:
    found = lived.transition()
    assert (found.plan.changes, found.steps, found.broken, found.exit_code(detailed=True)) == ((), (), (), 0)


def test_an_edit_that_is_not_committed_counts_and_is_said(lived: Lived) -> None:
    lived.clone.write({PATH: incident("Another title")})
    found = lived.transition()
    assert "update slack:topic" in things(found)
    assert "with uncommitted edits in 1 file" in found.plan.notices
    assert (found.exit_code(), found.exit_code(detailed=True)) == (0, 2)


def test_a_broken_rule_that_is_an_error_ends_with_the_guards_exit_code(lived: Lived) -> None:
    lived.commit(remove())
    assert lived.transition().exit_code() == 4
    lived.commit(declare("sev9", path=path_of("20261122-odd-otter")))
    found = lived.transition()
    assert found.exit_code() == 3, "what is invalid comes first"
    assert [one.location.path for one in found.plan.problems] == [path_of("20261122-odd-otter")]


def test_no_branch_lifts_its_own_rules(lived: Lived) -> None:
    lived.commit(
        put(status="closed"),
        setting(lambda settings: settings.update(rules={"close_without_postmortem": "off"})),
    )
    assert [one.level for one in lived.transition().broken] == ["warning"]
    lived.clone.push()
    lived.commit(put(status="identified"))
    assert [one.level for one in lived.transition().broken] == ["warning"]
    lived.clone.push()
    lived.commit(put(status="closed"))
    assert lived.transition().broken == ()


def test_the_settings_are_compared_key_by_key_at_their_places(lived: Lived) -> None:
    def change(settings: dict[str, object]) -> None:
        settings["teams"] = {**dict(settings["teams"]), "cx": {"pagerduty_service": "PSVC003"}}  # type: ignore[call-overload]
        settings["severities"][0]["page"] = ["primary", "cx"]  # type: ignore[index]

    lived.commit(setting(change))
    found = lived.transition()
    told = {one.key: (one.before, one.after) for one in found.settings}
    assert told["severities.sev1.page"] == (["primary"], ["primary", "cx"])
    assert told["teams.cx.pagerduty_service"] == (None, "PSVC003")
    assert set(told) == {"severities.sev1.page", "teams.cx", "teams.cx.pagerduty_service"}
    lines = (lived.clone.folder / "reconciler.yaml").read_text().splitlines()
    [place] = [one.location for one in found.settings if one.key == "severities.sev1.page"]
    assert "[" in lines[place.line - 1]
    assert things(found) == ["create pagerduty:cx", "create pagerduty:cx/links", "update slack:card"]


def test_of_ten_incidents_that_the_settings_are_not_about_none_is_carried_out(lived: Lived) -> None:
    for number in range(3):
        lived.commit(declare("sev3", path=path_of(f"20261121-other-{number}")))
    lived.clone.push()
    lived.commit(setting(lambda settings: settings["severities"][0].update(announce=[])))
    made: list[Ideal] = []

    def suppose(clock: object) -> Ideal:
        made.append(Ideal(clock))  # type: ignore[arg-type]
        return made[0]

    Branch(Repository.open(lived.clone.folder), lived.company.clock, suppose).transition("origin/main")
    names = [one["name"] for one in made[0].slack.data["channels"].values()]
    assert [name for name in names if name.startswith("incd-")] == [f"incd-{ID}"]


def test_a_history_that_is_cut_off_is_no_ground_to_plan_on(lived: Lived, tmp_path: Path) -> None:
    lived.commit(add("updates", text="First."))
    lived.clone.push()
    shallow = lived.company.clone("shallow", depth=1)
    shallow.write({PATH: incident("Another title")})
    branch = Branch(Repository.open(shallow.folder), lived.company.clock, Ideal)
    with pytest.raises(Failure) as wrong:
        branch.transition("HEAD")
    assert "cut off" in wrong.value.message
    assert "fetch-depth: 0" in wrong.value.next


def test_nothing_that_was_only_made_up_gets_out(lived: Lived) -> None:
    lived.commit(put(status="closed", postmortem="x"))
    lived.clone.push()
    lived.company.later(days=9)
    lived.commit(
        put(status="investigating"),
        declare(path=path_of("20261122-odd-otter"), adopt={"pagerduty": {"primary": "Q1ABC"}}),
    )
    found = lived.transition()
    text = json.dumps(found.to_json())
    assert "create slack:channel" in things(found), "a follow-up channel, since the first is archived"
    assert "adopt pagerduty:primary" in things(found)
    for word in (".invalid", "example.pagerduty.com", "notion.so"):
        assert word not in text


def test_late_pages_are_held_back_as_after_the_merge_and_let_go_alike(lived: Lived) -> None:
    old = declare(path=path_of("20261101-old-owl"))
    lived.commit(old, put(path_of("20261101-old-owl"), declared_at="2026-11-01T10:00:00Z"))
    found = lived.transition()
    assert [one.flag for one in found.plan.blocked] == ["--allow-late-pages"]
    assert found.exit_code() == 4
    options = Options(now=lived.company.clock.now(), allow_late_pages=True)
    let = Branch(Repository.open(lived.clone.folder), lived.company.clock, Ideal, options)
    assert "create pagerduty:primary" in things(let.transition("origin/main"))


def test_of_a_proposed_incident_the_page_is_there_already(lived: Lived) -> None:
    """Its branch was pushed, so that the loop has paged for it: merging opens the rest."""
    id = "20261122-odd-otter"
    lived.clone.git("checkout", "--quiet", "-b", f"incident/{id}")
    lived.commit(declare(path=path_of(id)))
    assert "create pagerduty:primary" in things(lived.transition()), "nobody has seen it yet"
    lived.clone.git("push", "--quiet", "origin", f"incident/{id}")
    lived.clone.git("fetch", "--quiet", "origin")
    found = lived.transition()
    assert "create pagerduty:primary" not in things(found)
    assert "create slack:channel" in things(found)
    assert f"{id}: paged for already, since incident/{id} proposes it" in found.plan.notices
    lived.commit(put(path_of(id), status="canceled"))
    assert things(lived.transition())[0] == "retire pagerduty:primary"


def test_it_can_be_asked_for_one_incident_alone(lived: Lived) -> None:
    lived.commit(put(status="closed"), declare(path=path_of("20261122-odd-otter")))
    for only, expected in ((ID[:12], {ID}), ("20261122", {"20261122-odd-otter"})):
        options = Options(now=lived.company.clock.now(), only=frozenset({only}))
        found = Branch(Repository.open(lived.clone.folder), lived.company.clock, Ideal, options).transition(
            "origin/main"
        )
        assert {one.id for one in found.plan.headings} == expected
        assert {one.id for one in found.steps} == expected
        assert len(found.broken) == (ID in expected)
    unknown = Options(only=frozenset({"nowhere"}))
    branch = Branch(Repository.open(lived.clone.folder), lived.company.clock, Ideal, unknown)
    with pytest.raises(Failure, match="there is no incident `nowhere`"):
        branch.transition("origin/main")


def test_with_the_first_settings_all_that_is_there_begins(lived: Lived) -> None:
    clone = lived.clone
    clone.git("checkout", "--quiet", "--orphan", "new")
    settings = (clone.folder / "reconciler.yaml").read_text()
    clone.commit({"reconciler.yaml": None})
    clone.git("branch", "begun")
    clone.commit({"reconciler.yaml": settings})
    branch = Branch(Repository.open(clone.folder), lived.company.clock, Ideal)
    found = branch.transition("begun")
    assert {"create pagerduty:primary", "create slack:channel", "create notion:page"} <= {*things(found)}
    assert found.settings == ()
