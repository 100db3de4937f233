"""The settings' meaning: names that fit one another, and words that would do harm."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.incident.check_settings import check_settings

GOOD: dict[str, Any] = {
    "severities": [{"name": "sev1", "page": ["primary"], "update_every": "30m"}, {"name": "sev2"}],
    "teams": {"primary": {"pagerduty_service": "PSVC001"}},
    "services": {"checkout": {"team": "primary"}, "search": {}},
    "slack": {"archive_after": "0d"},
    "pagerduty": {"from": "incidents@example.com", "late_after": "24h"},
    "notion": {"template": "templates/a.md", "properties": {"status": "State", "title": "Name"}},
    "git": {"branch": "main", "state": "refs/state/incidents"},
    "drill": {"page": ["primary"]},
}


def found(**edits: object) -> list[tuple[object, ...]]:
    """The findings in good settings after these edits: path, message, hint."""
    return [(finding.path, finding.message, finding.hint) for finding in check_settings({**GOOD, **edits})]


def test_good_settings_have_no_finding() -> None:
    assert found() == []


@pytest.mark.parametrize("second", ["sev1", "SEV1"])
def test_two_severities_of_one_name_are_told_whatever_the_case(second: str) -> None:
    assert found(severities=[{"name": "sev1"}, {"name": "sev2"}, {"name": second}]) == [
        (("severities", 2, "name"), "there is already a severity `sev1`", "another name")
    ]


@pytest.mark.parametrize(
    ("edits", "path"),
    [
        ({"severities": [{"name": "sev1", "page": ["primary", "primry"]}]}, ("severities", 0, "page", 1)),
        ({"services": {"checkout": {"team": "primry"}}}, ("services", "checkout", "team")),
        ({"drill": {"page": ["primry"]}}, ("drill", "page", 0)),
    ],
)  # fmt: skip
def test_an_unknown_team_is_told_wherever_it_is_named(
    edits: dict[str, object], path: tuple[object, ...]
) -> None:
    assert found(**edits) == [(path, "there is no team `primry`", "primary")]


def test_a_team_like_none_that_is_known_is_to_be_added() -> None:
    ((_, _, hint),) = found(drill={"page": ["xyz"]})
    assert hint == "a name from `teams`, or add `xyz` there"


@pytest.mark.parametrize(
    ("edits", "path"),
    [
        ({"severities": [{"name": "sev1", "update_every": "0m"}]}, ("severities", 0, "update_every")),
        ({"pagerduty": {"from": "a@example.com", "late_after": "0h 0m"}}, ("pagerduty", "late_after")),
    ],
)
def test_an_interval_of_nothing_is_told(edits: dict[str, object], path: tuple[object, ...]) -> None:
    assert found(**edits) == [(path, f"`{path[-1]}` must be longer than nothing", "30m")]


def test_two_meanings_cannot_share_a_property_also_not_with_a_default() -> None:
    words = "`status` and `title` would write to the same property"
    path = ("notion", "properties", "status")
    hint = "a property of its own"
    assert found(notion={"properties": {"title": "State", "status": "State"}}) == [(path, words, hint)]
    assert found(notion={"properties": {"status": "Name"}}) == [(path, words, hint)]
    assert found(notion={"properties": {"status": "Name", "title": "Status"}}) == []


@pytest.mark.parametrize("template", ["../a.md", "a/../../b.md", "templates/.."])
def test_a_template_outside_of_the_repository_is_told(template: str) -> None:
    ((path, message, _),) = found(notion={"template": template})
    assert (path, message) == (("notion", "template"), "the template must lie inside the repository")


def test_teams_without_a_sender_are_a_warning() -> None:
    (finding,) = check_settings({**GOOD, "pagerduty": {}})
    assert (finding.path, finding.level) == (("teams",), "warning")
    assert "pagerduty.from" in finding.message
    assert check_settings({"severities": [{"name": "sev1"}]}) == []


@pytest.mark.parametrize(
    ("git", "key"),
    [
        ({"state": "main"}, "state"),
        ({"state": "refs/heads/main"}, "state"),
        ({"branch": "live", "state": "live"}, "state"),
        ({"branch": "reconciler-state"}, "branch"),
    ],
)
def test_the_state_cannot_lie_on_the_branch_of_the_incidents(git: dict[str, str], key: str) -> None:
    ((path, message, _),) = found(git=git)
    assert path == ("git", key)
    assert "the state would overwrite the incidents" in str(message)


@pytest.mark.parametrize("data", [None, [], "x", 5, {}])
def test_data_of_any_kind_is_looked_at(data: object) -> None:
    assert check_settings(data) == []


@pytest.mark.parametrize("odd", [None, [], {}, "x", 5, True, [None], [[]], [{}], {"page": 5}, {"state": []}])
@pytest.mark.parametrize("key", GOOD)
def test_what_does_not_fit_the_schema_is_left_to_it(key: str, odd: object) -> None:
    told = {path[-1] for path, *_ in found(**{key: odd}) if isinstance(path, tuple)}
    assert told <= {"teams", "team", 0}
