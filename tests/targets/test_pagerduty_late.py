"""Nobody is woken by history: which pages go out, and which wait for a word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.incident.model import Status
from reconciler.incident.settings import Settings
from tests.support.scene import CHANNEL, ID, SETTINGS, START, Scene

FLAG = "--allow-late-pages"


def unpaged() -> Settings:
    """Settings in which no severity pages anybody."""
    severities = tuple(replace(severity, page=()) for severity in SETTINGS.severities)
    return replace(SETTINGS, severities=severities)


def held(scene: Scene) -> list[str]:
    return [str(blocked.address) for blocked in scene.plan().held]


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED, Status.CANCELED])
def test_an_incident_first_seen_as_over_pages_nobody(status: Status) -> None:
    scene = Scene(off={"notion"})
    scene.edit(status=status)
    assert scene.apply().report.exit_code == 0
    assert scene.calls == [one for one in scene.calls if not one.writes]


def test_an_import_of_an_old_open_incident_waits_and_says_how_it_is_let_go() -> None:
    scene = Scene(off={"notion"})
    scene.later(days=3)
    scene.edit(services=())
    plan = scene.plan()
    [blocked] = plan.held
    assert (plan.exit_code(), blocked.flag) == (4, FLAG)
    assert str(blocked.address) == f"pagerduty:{ID}/primary"
    assert blocked.reason == "late: declared 3 days ago, and no edit asks for this page now"
    assert blocked.next == "page all the same with `reconciler apply --allow-late-pages`"
    assert scene.apply().report.exit_code == 4
    assert scene.pages() == []
    assert scene.channel(CHANNEL), "only the page waits"


def test_the_flag_lets_late_pages_go() -> None:
    scene = Scene(off={"notion"})
    scene.later(days=3)
    scene.edit(services=())
    scene.allow_late_pages = True
    assert scene.apply().report.exit_code == 0
    assert scene.pages() == [f"acme/{ID}/primary"]


def test_a_recent_declare_is_never_held_back() -> None:
    scene = Scene(off={"notion"})
    scene.edit(services=())
    scene.later(hours=23)
    assert scene.apply().report.exit_code == 0
    assert scene.pages() == [f"acme/{ID}/primary"]


def test_a_declare_that_pagerduty_could_not_take_for_a_day_waits_too() -> None:
    scene = Scene(off={"notion"})
    scene.edit(services=())
    scene.later(hours=25)
    assert held(scene) == [f"pagerduty:{ID}/primary"]


def test_a_team_that_the_settings_add_later_waits_when_the_declare_is_old() -> None:
    scene = Scene(off={"notion"})
    scene.settings = unpaged()
    scene.edit(services=())
    scene.apply()
    scene.later(days=2)
    scene.settings = SETTINGS
    assert held(scene) == [f"pagerduty:{ID}/primary"]
    scene.apply()
    assert scene.pages() == []


def test_a_team_that_the_settings_add_soon_after_the_declare_is_paged() -> None:
    scene = Scene(off={"notion"})
    scene.settings = unpaged()
    scene.edit(services=())
    scene.apply()
    scene.later(hours=2)
    scene.settings = SETTINGS
    scene.apply()
    assert scene.pages() == [f"acme/{ID}/primary"]


@pytest.mark.parametrize(
    "edit", [{"severity": "sev1"}, {"page": ("primary",)}], ids=["severity raised", "page extended"]
)
def test_an_edit_that_asks_for_a_page_pages_whatever_the_age(edit: dict[str, object]) -> None:
    scene = Scene(off={"notion"})
    scene.edit(severity="sev3", services=())
    scene.apply()
    scene.later(days=90)
    scene.edit(**edit)  # type: ignore[arg-type]
    assert scene.apply().report.exit_code == 0
    assert scene.pages() == [f"acme/{ID}/primary"]


def test_an_edit_that_asks_for_nothing_new_lets_no_late_page_go() -> None:
    scene = Scene(off={"notion"})
    scene.later(days=3)
    scene.edit(services=())
    scene.edit(title="Checkout still fails")
    assert held(scene) == [f"pagerduty:{ID}/primary"]


def test_a_reopening_pages_whatever_the_age() -> None:
    scene = Scene(off={"notion"})
    scene.edit(services=(), status=Status.RESOLVED)
    scene.apply()
    scene.later(days=90)
    scene.edit(status=Status.INVESTIGATING)
    assert scene.apply().report.exit_code == 0
    assert scene.pages() == [f"acme/{ID}/primary"]


def test_the_settings_say_when_a_page_is_late() -> None:
    scene = Scene(off={"notion"})
    scene.settings = replace(
        SETTINGS, pagerduty=replace(SETTINGS.pagerduty, late_after=START - START.replace(year=2025))
    )
    scene.later(days=100)
    scene.edit(services=())
    scene.apply()
    assert scene.pages() == [f"acme/{ID}/primary"]


def test_a_late_page_of_a_live_incident_holds_up_no_edit_of_the_pages_that_are_there() -> None:
    scene = Scene(off={"notion"})
    scene.edit(services=())
    scene.apply()
    scene.later(days=30)
    scene.settings = replace(
        SETTINGS, severities=tuple(replace(one, page=("primary", "payments")) for one in SETTINGS.severities)
    )
    scene.edit(title="Checkout fails")
    assert scene.apply().report.exit_code == 4
    assert scene.page("primary")["title"] == "[SEV1] Checkout fails"
    assert scene.pages() == [f"acme/{ID}/primary"]
