"""Each way in which data can miss its schema is said in a sentence, with what to write instead."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.repo.loader import BadFile, load_incident, load_settings

LINK = "a link begins with https:// or http:// and has no spaces"
PERSON = "people are named by their e-mail address"
TIME = "a time is a date, a time of day and a zone"
CHANNEL = "a channel is named as Slack shows it, lower-case with #, or by its id"
NAME = "a name has lower-case letters, digits, `-` and `_`"
SEVERITY = "a severity's name has letters, digits, `-` and `_`"
SLACK = "Slack allows lower-case letters, digits, `-` and `_`"
PAGERDUTY = "PagerDuty's ids have capital letters and digits only, as in the web address"
GUEST = "who is invited is a user group with @ or an e-mail address"
BRANCH = "a branch has letters, digits, `.`, `_`, `-` and `/`"
DURATION = "a duration is a number with its unit: d, h, m or s"


def sentence(message: str, why: str, hint: str) -> str:
    return f"{message}: {why} → {hint}" if why else f"{message} → {hint}"


BASE = "title: x\nseverity: sev1\nstatus: closed\ndeclared_at: 2026-11-21T16:45:00Z\n"


def told(load: Callable[[bytes], object], content: str) -> list[str]:
    """What is wrong with a file, as `message → hint`."""
    with pytest.raises(BadFile) as caught:
        load(content.encode())
    return [f"{problem.message} → {problem.hint}" for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("line", "message", "why", "hint"),
    [
        ("reporter: ana", "`reporter` cannot be `ana`", PERSON, "ana@example.com"),
        ("reporter: ' ana@x.org '", "`reporter` cannot be ` ana@x.org `", PERSON, "ana@x.org"),
        ("reporter:", "`reporter` has no value", "", "ana@example.com, or leave it out"),
        ("responders: ana@x.org", "`responders` must be a list, not `ana@x.org`", "", "[ana@x.org]"),
        ("responders: {a: b}", "`responders` must be a list, not keys with values", "", "[dee@example.com]"),
        (
            "roles: [ana@x.org]",
            "`roles` must be keys with values, not a list",
            "",
            "{commander: ana@example.com}",
        ),
        ("private: yes", "`private` must be true or false, not `yes`", "", "true"),
        ("drill: No", "`drill` must be true or false, not `No`", "", "false"),
        ("paused: maybe", "`paused` must be true or false, not `maybe`", "", "true"),
        ("paused: 1", "`paused` must be true or false, not the number `1`", "", "true"),
        ("summary: 1.50", "`summary` must be text, not the number `1.50`", "", '"1.50"'),
        ("summary: true", "`summary` must be text, not `true`", "", '"true"'),
        (
            "summary: ''",
            "`summary` cannot be ``: at least one word is needed",
            "",
            "Checkout returns HTTP 500",
        ),
        ("bridge: zoom.us/j/1", "`bridge` cannot be `zoom.us/j/1`", LINK, "https://zoom.us/j/1"),
        (
            "bridge: javascript:alert(1)",
            "`bridge` cannot be `javascript:alert(1)`",
            LINK,
            "https://zoom.us/j/123456",
        ),
        ("page: [a, b, a]", "`page` has `a` twice", "", "it once"),
        ("page: [[a]]", "`page` must be text, not a list", "", "payments"),
        ("page: ['']", "`page` is empty", "", "payments"),
        ("roles: {IC: ana@x.org}", "the key `IC`: a role is one lower-case word", "", "ic"),
        (
            f"roles: {{{'a' * 41}: ana@x.org}}",
            f"the key `{'a' * 41}` has 41 characters",
            "",
            "40 characters at most",
        ),
        (f"summary: {'a' * 2001}", "`summary` has 2,001 characters", "", "2,000 characters at most"),
        (
            f"services: [{', '.join(f's{n}' for n in range(101))}]",
            "`services` has 101 items",
            "",
            "100 at most",
        ),
        ("severity2: x", "the key `severity2` is not known here", "", "severity"),
        ("times: {detected: 21.11.2026}", "`detected` cannot be `21.11.2026`", TIME, "2026-11-21T16:45:00Z"),
        (
            "updates: [{at: 2026-11-21T16:58:00Z}]",
            "`text` is missing",
            "",
            "text: Rolling back release 412. Next update in 30 minutes.",
        ),
    ],
)
def test_an_incident_s_misfit_is_said_with_what_to_write(
    line: str, message: str, why: str, hint: str
) -> None:
    (problem,) = told(lambda content: load_incident(content, "incidents/x.yaml", None), f"{BASE}{line}\n")
    assert problem == sentence(message, why, hint)


@pytest.mark.parametrize(
    ("line", "message", "why", "hint"),
    [
        ("severities: []", "`severities` is empty", "", "[{name: sev1}]"),
        ("severities: [{name: SEV 1}]", "`name` cannot be `SEV 1`", SEVERITY, "sev-1"),
        (
            "severities: [{name: sev1, announce: [Incidents]}]",
            "`announce` cannot be `Incidents`",
            CHANNEL,
            '"#incidents"',
        ),
        (
            "severities: [{name: sev1, invite: [leads]}]",
            "`invite` cannot be `leads`",
            GUEST,
            '"@incident-leads"',
        ),
        (
            "severities: [{name: sev1, update_every: 30 min}]",
            "`update_every` cannot be `30 min`",
            DURATION,
            "30m",
        ),
        ("severities: [{name: sev1, urgency: medium}]", "`urgency` cannot be `medium`", "", "high or low"),
        (
            "teams: {t: {pagerduty_service: psvc1}}",
            "`pagerduty_service` cannot be `psvc1`",
            PAGERDUTY,
            "PSVC1",
        ),
        ("teams: {Big Team: {pagerduty_service: PSVC1}}", "the key `Big Team`", NAME, "big-team"),
        (
            "services: {a: {bookmarks: [{title: x, url: 'ftp://x'}]}}",
            "`url` cannot be `ftp://x`",
            LINK,
            "https://wiki.example.com/checkout",
        ),
        ("slack: {channel_prefix: INC-}", "`channel_prefix` cannot be `INC-`", SLACK, "inc-"),
        (
            "slack: {channel_prefix: an-incident-number-20}",
            "`channel_prefix` has 21 characters",
            "",
            "20 characters at most",
        ),
        (
            "notion: {database: 12345678901234567890123456789012}",
            "`database` must be text, not the number `12345678901234567890123456789012`",
            "",
            '"12345678901234567890123456789012"',
        ),
        ("people: {ana: {name: Ana}}", "the key `ana`", PERSON, "ana@example.com"),
        ("private: true", "`private` must be keys with values, not `true`", "", "{allow: true}"),
        (
            "pagerduty: {token: x}",
            "the key `token` is not known here",
            "",
            "one of from, when_resolved, late_after",
        ),
        ("git: {branch: --upload-pack=x}", "`branch` cannot be `--upload-pack=x`", BRANCH, "upload-pack-x"),
    ],
)
def test_the_settings_misfit_is_said_with_what_to_write(line: str, message: str, why: str, hint: str) -> None:
    base = "" if line.startswith("severities") else "severities: [{name: sev1}]\n"
    found = told(lambda content: load_settings(content, "reconciler.yaml", name="acme"), f"{base}{line}\n")
    (problem,) = (problem for problem in found if "pagerduty.from" not in problem)
    assert problem == sentence(message, why, hint)


def incident(content: bytes) -> object:
    return load_incident(content, "incidents/x.yaml", None)


def test_a_file_of_unknown_keys_is_told_a_hundred_times_and_no_more() -> None:
    content = BASE + "".join(f"key{number}: x\n" for number in range(10_000))
    assert len(told(incident, content)) == 100


def test_a_number_without_end_is_told_in_short() -> None:
    (problem,) = told(incident, f"{BASE}summary: {'9' * 5000}\n")
    assert problem.startswith(f"`summary` must be text, not the number `{'9' * 60}…`")
    assert "9" * 61 not in problem


def test_a_text_that_no_file_of_ours_would_hold_is_told_with_an_example_not_with_itself() -> None:
    (problem,) = told(incident, f'{BASE}responders: "a\\rb"\n')
    assert problem == "`responders` must be a list, not `a\\rb` → [dee@example.com]"
