"""An incident's meaning: names that the settings know, times that run forward, an id that is a file name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from reconciler.incident.check import Names, check_incident
from reconciler.incident.finding import Finding

NAMES = Names(
    severities=("sev1", "sev2", "sev3"),
    services=("checkout", "search"),
    teams=("primary", "payments"),
    private_allowed=False,
)
GOOD: dict[str, Any] = {
    "title": "Checkout is down",
    "severity": "sev1",
    "status": "closed",
    "declared_at": "2026-11-21T16:45:00Z",
    "services": ["checkout"],
    "page": ["payments"],
    "roles": {"commander": "ana@example.com", "deputy": "bo@example.com"},
    "times": {
        "detected": "2026-11-21T16:41:00Z",
        "mitigated": "2026-11-21T17:00:00Z",
        "resolved": "2026-11-21T18:00:00Z",
        "closed": "2026-11-22T10:00:00Z",
    },
    "updates": [{"at": "2026-11-21T16:50:00Z", "text": "x"}, {"at": "2026-11-21T16:48:00Z", "text": "y"}],
}


def found(edits: Mapping[str, object] = MappingProxyType({}), names: Names | None = NAMES) -> list[Finding]:
    """The findings in a good incident after these edits."""
    return check_incident({**GOOD, **edits}, "20261121-honest-rhinoceros", names)


def only(findings: list[Finding]) -> tuple[object, ...]:
    (finding,) = findings
    return finding.path, finding.message, finding.hint


def test_a_good_incident_has_no_finding() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("written", "hint"),
    [("SEV1", "sev1"), ("sev-1", "sev1"), ("sev9", "sev1, sev2 or sev3"), ("bad", "sev1, sev2 or sev3")],
)
def test_an_unknown_severity_is_told_with_the_one_meant_or_all(written: str, hint: str) -> None:
    words = f"reconciler.yaml has no severity `{written}`"
    assert only(found({"severity": written})) == (("severity",), words, hint)


@pytest.mark.parametrize(
    ("key", "names", "expected"),
    [
        ("services", ["search", "chekout"], (1, "service `chekout`", "checkout")),
        ("page", ["Payments"], (0, "team `Payments`", "payments")),
        ("page", ["xyz"], (0, "team `xyz`", "a name from `teams` in reconciler.yaml, or add `xyz` there")),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_known(
    key: str, names: list[str], expected: tuple[int, str, str]
) -> None:
    place, what, hint = expected
    assert only(found({key: names})) == ((key, place), f"reconciler.yaml has no {what}", hint)


def test_without_settings_no_name_is_judged() -> None:
    assert found({"severity": "x", "services": ["x"], "page": ["x"], "private": True}, names=None) == []


def test_a_private_incident_needs_the_settings_consent() -> None:
    path, message, hint = only(found({"private": True}))
    assert path == ("private",)
    assert "does not allow private incidents" in str(message)
    assert hint == "`private: {allow: true}` in reconciler.yaml if that may be"
    assert found({"private": True}, NAMES._replace(private_allowed=True)) == []
    assert found({"private": False}) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"mitigated": "2026-11-21T18:00:00Z"}, {"resolved": "2026-11-21T17:59:59Z"}),
        ({"detected": "2026-11-21T16:44:00Z"}, {"closed": "2026-11-21T16:43:00Z"}),
        ({"resolved": "2026-11-21T18:30:00+01:00"}, {"closed": "2026-11-21T17:00:00Z"}),
    ],
    ids=["next to each other", "further apart", "across zones"],
)
def test_a_time_that_runs_backwards_is_told_at_the_later_one(
    before: dict[str, str], after: dict[str, str]
) -> None:
    (first,), (second,) = before, after
    words = f"`{second}` is earlier than `{first}`: time runs backwards"
    hint = f"a time that is not before `{first}`"
    assert only(found({"times": {**after, **before}})) == (("times", second), words, hint)


def test_an_incident_cannot_be_declared_before_it_was_detected() -> None:
    words = "`declared_at` is earlier than `detected`: time runs backwards"
    hint = "a time that is not before `detected`"
    assert only(found({"declared_at": "2026-11-21T16:40:59Z"})) == (("declared_at",), words, hint)


def test_times_may_be_equal_and_an_incident_may_be_declared_after_its_end() -> None:
    noon = "2026-11-21T12:00:00Z"
    times = {"detected": noon, "mitigated": "2026-11-21T13:00:00+01:00", "resolved": noon}
    assert found({"times": times}) == []


def test_a_day_that_the_calendar_lacks_is_told_wherever_it_stands() -> None:
    edits = {
        "times": {"detected": "2026-02-30T10:00:00Z"},
        "updates": [{"at": "2027-02-29T10:00:00Z", "text": "x"}],
    }
    assert [(finding.path, finding.message) for finding in found(edits)] == [
        (("times", "detected"), "there is no such day as 2026-02-30"),
        (("updates", 0, "at"), "there is no such day as 2027-02-29"),
    ]


def test_two_updates_at_one_moment_are_told_also_across_zones() -> None:
    updates = [
        {"at": "2026-11-21T16:50:00Z", "text": "x"},
        {"at": "2026-11-21T16:51:00Z", "text": "y"},
        {"at": "2026-11-21T17:50:00+01:00", "text": "z"},
    ]
    path, message, _ = only(found({"updates": updates}))
    assert path == ("updates", 2, "at")
    assert message == "update 1 has the same `at`, which is what tells updates apart"


def test_an_update_before_the_beginning_is_a_warning() -> None:
    (finding,) = found({"updates": [{"at": "2026-11-21T16:40:59Z", "text": "x"}]})
    assert (finding.path, finding.level) == (("updates", 0, "at"), "warning")
    assert found({"updates": [{"at": "2026-11-21T16:41:00Z", "text": "x"}]}) == []


def test_a_role_that_looks_like_a_known_one_is_a_warning_at_its_key() -> None:
    (finding,) = found({"roles": {"comander": "ana@example.com"}})
    assert (finding.path, finding.hint) == (("roles", "comander"), "commander")
    assert (finding.level, finding.at_key) == ("warning", True)


@pytest.mark.parametrize("id", ["20261121-honest-rhinoceros", "a", "0", "a" * 80, "a_b-c"])
def test_a_safe_id_is_taken(id: str) -> None:
    assert check_incident(GOOD, id, NAMES) == []


@pytest.mark.parametrize(
    ("id", "hint"),
    [
        ("Checkout Down", "checkout-down.yaml, as its name"),
        ("a" * 81, f"{'a' * 80}.yaml, as its name"),
        ("-a", "a.yaml, as its name"),
        ("a.b", "a-b.yaml, as its name"),
        ("..", ""),
        ("", ""),
        ("a\n", "a.yaml, as its name"),
        ("ünsafe", "nsafe.yaml, as its name"),
    ],
)
def test_an_id_that_is_no_safe_file_name_is_told_with_one_that_is(id: str, hint: str) -> None:
    path, message, told = only(check_incident(GOOD, id, NAMES))
    assert (path, told) == ((), hint)
    assert str(message).startswith(
        "the file's name makes no id: an id begins with a lower-case letter or digit"
    )


@pytest.mark.parametrize("data", [None, [], "x", 5, {}])
def test_data_of_any_kind_is_looked_at(data: object) -> None:
    assert check_incident(data, "x", NAMES) == []


@pytest.mark.parametrize("odd", [None, [], {}, "x", 5, True, [None], [[]], [{}], {"at": []}, {"detected": 5}])
@pytest.mark.parametrize("key", [*GOOD, "private"])
def test_what_does_not_fit_the_schema_is_left_to_it(key: str, odd: object) -> None:
    assert {finding.path for finding in found({key: odd})} <= {("severity",), ("private",)}


@pytest.mark.parametrize(("key", "name"), [("escalations", "escalation"), ("timeline", "note")])
def test_items_of_one_time_cannot_be_told_apart(key: str, name: str) -> None:
    item = {"at": "2026-11-21T17:00:00Z", "team": "payments", "text": "x"}
    path, message, _ = only(found({key: [item, item | {"at": "2026-11-21T18:00:00+01:00"}]}))
    assert path == (key, 1, "at")
    assert message == f"{name} 1 has the same `at`, which is what tells {name}s apart"


def test_teams_that_are_called_or_have_a_page_are_known_to_the_settings() -> None:
    called = found({"escalations": [{"at": "2026-11-21T17:00:00Z", "team": "payment"}]})
    assert only(called)[0] == ("escalations", 0, "team")
    assert only(found({"adopt": {"pagerduty": {"payment": "Q1ABC"}}}))[0] == ("adopt", "pagerduty", "payment")


def test_one_page_is_that_of_one_team() -> None:
    pages = {"payments": "Q1ABC", "primary": "https://acme.pagerduty.com/incidents/Q1ABC?x"}
    path, message, _ = only(found({"adopt": {"pagerduty": pages}}))
    assert (path, message) == (("adopt", "pagerduty", "primary"), "Q1ABC is the page of `payments` already")
