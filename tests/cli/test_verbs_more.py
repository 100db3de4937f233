"""The verbs that lead an incident, from a shell: each is one commit that changes its own lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_verbs import FILE, ID, SETTINGS, Shell
from tests.support.repositories import alone

NOON = "2026-11-21T18:05:00Z"


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    path = f"incidents/2026/11/{ID}.yaml"
    return Shell(alone(tmp_path / "here", {"reconciler.yaml": SETTINGS, path: FILE}), capsys)


def subject(shell: Shell) -> str:
    return shell.clone.git("log", "-1", "--format=%s").removeprefix(f"{ID}: ")


@pytest.mark.parametrize(
    ("words", "said", "before", "after"),
    [
        (("severity", ID, "sev2"), "severity sev2", "severity: sev1", "severity: sev2"),
        (("role", ID, "commander", "bo@example.com"), "commander bo@example.com", "ana@", "bo@"),
        (
            ("title", ID, "Checkout\n fails"),
            "set title",
            "'Checkout returns HTTP 500'",
            "'Checkout fails'",
        ),
        (
            ("role", ID, "commander", "none"),
            "take out commander",
            "\nroles: {commander: ana@example.com}\n",
            "",
        ),
    ],
)
def test_a_field_is_set_and_nothing_beside_it(
    shell: Shell, words: tuple[str, ...], said: str, before: str, after: str
) -> None:
    shell.type(*words)
    assert shell.code == 0, shell.error
    assert shell.file.strip("\n") == FILE.replace(before, after).strip("\n")
    assert subject(shell) == said
    shell.type(*words)
    assert "nothing was changed" in shell.said


def test_a_team_is_called_for_once_a_request(shell: Shell) -> None:
    for _ in range(2):
        shell.type("escalate", ID, "payments", "No answer: [bo] is away", "--request-id", "r1")
        assert shell.code == 0, shell.error
    assert shell.file == FILE + (
        f"escalations:\n  - at: {NOON}\n    team: payments\n    by: ana@example.com\n"
        '    why: "No answer: [bo] is away"\n'
    )
    assert subject(shell) == "escalate payments"
    assert "No answer: [bo] is away" in shell.clone.git("log", "-1", "--format=%b")


def test_a_note_says_who_when_and_where(shell: Shell) -> None:
    shell.type("note", ID, "Rate is up", "--at", "2026-11-21T17:01:00Z", "--link", "https://example.com/x")
    assert shell.data["timeline"] == [
        {
            "at": "2026-11-21T17:01:00Z",
            "by": "ana@example.com",
            "text": "Rate is up",
            "link": "https://example.com/x",
        }
    ]
    assert subject(shell) == "note"


def test_a_page_is_adopted_when_it_is_declared(shell: Shell) -> None:
    address = "https://acme.pagerduty.com/incidents/Q1ABC"
    said = shell.type("new", "Down", "--severity", "sev1", "--adopt", f"payments={address}")
    [path] = [line.strip() for line in said.splitlines() if "incidents/2026" in line]
    assert f"adopt:\n  pagerduty:\n    payments: {address}\n" in (shell.clone.folder / path).read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("escalate", ID, "payment"), "payments"),
        (("severity", ID, "sev9"), "sev1 or sev2"),
        (("role", ID, "commander", "Bo"), "e-mail address"),
        (("note", ID, " "), "say what happened"),
        (("title", ID, " "), "say what is broken"),
        (("new", "Down", "--severity", "sev1", "--adopt", "Q1ABC"), "--adopt payments=Q1ABC2DEF3GHIJ"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_write(
    shell: Shell, words: tuple[str, ...], told: str
) -> None:
    assert told in shell.refused(*words)


def test_nobody_is_called_for_what_has_ended(shell: Shell) -> None:
    shell.type("resolve", ID)
    assert f"reconciler reopen {ID}" in shell.refused("escalate", ID, "payments")
