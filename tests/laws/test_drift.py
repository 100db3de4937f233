"""People's work is theirs: what they change in a service is treated as the table says, row by row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.plan.address import Address
from reconciler.plan.change import Kind
from reconciler.plan.drift import ITSELF, Policy
from reconciler.plan.memory import Memory
from reconciler.plan.plan import Plan
from reconciler.plan.resource import Resource
from reconciler.targets.drift import TABLE, Row, policies
from reconciler.views.changes import change_line
from tests.support.drifting import Drifting, Key, edited
from tests.support.drifting_notion import NOTION
from tests.support.drifting_pagerduty import PAGERDUTY
from tests.support.drifting_slack import SLACK
from tests.support.life import CALLED, live
from tests.support.scene import ID, Scene

CASES: dict[Key, Drifting] = {**SLACK, **PAGERDUTY, **NOTION}
ROWS = {f"{row.target} {row.thing} {row.field or 'itself'}": row for row in TABLE}
DOCUMENT = Path(__file__).parents[2] / "docs" / "drift.md"


def of(row: Row, address: Address) -> bool:
    """Whether the row is about that resource."""
    return (row.target, row.thing) == (address.target, thing_of(address))


def thing_of(address: Address) -> str:
    """What the table calls a resource."""
    head, _, rest = address.thing.partition("/")
    return (rest.partition("/")[0] or "page") if address.target == "pagerduty" else head


@pytest.mark.parametrize("name", ROWS)
def test_what_a_person_changes_is_treated_as_the_table_says(name: str) -> None:
    row = ROWS[name]
    case = CASES[row.target, row.thing, row.field]
    scene = case.begin()
    before = case.look(scene)
    case.do(scene)
    drifted = case.look(scene)
    assert (drifted == before) is case.refused, "the person has changed the field, unless nobody can"
    plan = scene.plan()
    scene.forget_calls()
    scene.apply()
    if row.policy is Policy.ENFORCE:
        assert case.look(scene) == before
        assert case.refused or told_as_drift(plan, row)
    else:
        assert case.look(scene) == drifted
        assert_left_alone(scene, plan, row, case)
    assert scene.quiet()
    settled = case.look(scene)
    edited(scene)
    assert case.look(scene) == settled, "it stays so when the file is edited next"
    assert scene.quiet()


def told_as_drift(plan: Plan, row: Row) -> bool:
    """The plan shows it as changed by people, and says that it will be restored."""
    lines = [change_line(one).text for one in plan.changes if of(row, one.address)]
    service = {"slack": "Slack", "pagerduty": "PagerDuty", "notion": "Notion"}[row.target]
    told = (f"drifted in {service}", f"in {service}, will be restored")
    return any(words in line for line in lines for words in told)


def assert_left_alone(scene: Scene, plan: Plan, row: Row, case: Drifting) -> None:
    """Nothing is done about it; a fact is told, or shown on the card."""
    touched = [one for one in plan.changes if of(row, one.address)]
    if row.policy is Policy.FACT:
        assert case.news is not None
        assert case.news(scene, scene.plan())
        assert not touched
    elif not case.edited:
        assert not plan.changes
        assert not scene.writes()
    assert all(one.kind is not Kind.RESTORE for one in touched)


def test_each_row_is_drifted_and_nothing_else() -> None:
    assert set(CASES) == {(row.target, row.thing, row.field) for row in TABLE}
    assert len(ROWS) == len(TABLE), "a row stands there twice"


def test_every_field_of_every_resource_of_a_life_has_its_row() -> None:
    seen: set[tuple[str, str]] = set()

    def check(scene: Scene, _: int) -> None:
        world = scene.apply().world
        case, targets = scene.case(ID), [one.target for one in scene.targets(writes=False)]
        forgotten = replace(case, memory=Memory())
        for one in (
            one for each in (case, forgotten) for target in targets for one in target.resources(each, world)
        ):
            assert_declared(one, scene)
            seen.add((one.address.target, thing_of(one.address)))

    live(Scene(), check)
    live(Scene(), check, CALLED)
    made = {(row.target, row.thing) for row in TABLE if not row.thing.startswith("people's")}
    assert seen == made - {("slack", "duplicate"), ("notion", "duplicate")}


def assert_declared(resource: Resource, scene: Scene) -> None:
    """Its policies are the table's, and each of its fields is a row's; an only field is the thing itself."""
    found = policies(resource.address.target, thing_of(resource.address))
    names = {meaning: name for name, meaning in scene.settings.notion.properties.items()}
    assert {names.get(field, field): policy for field, policy in resource.drift.items()} == found
    for field in resource.fields:
        assert names.get(field, field) in found or len(resource.fields) == 1, (resource.address, field)


def test_the_document_shows_the_table() -> None:
    wanted = [
        f"| {row.target} | {row.thing} | {row.field or '(itself)'} | {row.policy.value} | {row.told} |"
        for row in TABLE
    ]
    services = ("| slack |", "| pagerduty |", "| notion |")
    shown = [line for line in DOCUMENT.read_text().splitlines() if line.startswith(services)]
    assert shown == wanted, "\n".join(wanted)


def test_a_thing_without_a_row_has_no_policy() -> None:
    with pytest.raises(AssertionError, match="no policy for slack nothing"):
        policies("slack", "nothing")
    assert policies("slack", "topic")[ITSELF] is Policy.ENFORCE
