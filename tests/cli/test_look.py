"""`list`, `show` and `log`: what they tell, and that nothing in a file steers the terminal."""

from __future__ import annotations

import io
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.cli.root import cli, run
from tests.support.looking import MEMORY, NOON, RHINO, SETTINGS, Seen, file, place, remember
from tests.support.repositories import START, Clone, alone


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return alone(tmp_path / "here", {"reconciler.yaml": SETTINGS})


# list


def test_the_open_incidents_are_listed_the_worst_and_oldest_first(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    young = file("Young").replace("16:45", "17:45")
    commander = "roles: {commander: ana@example.com}\n"
    files = {
        "c": file("Mild", "sev2"),
        "b": young,
        "a": file("Old", more=commander),
        "d": file(status="closed"),
    }
    clone.commit({place(id): text for id, text in files.items()})
    assert Seen(clone, capsys, "list").lines == [
        "incident  severity  status         age  commander  title",
        "a         sev1      investigating  1h   Ana Lopez  Old",
        "b         sev1      investigating  20m  –          Young",
        "c         sev2      investigating  1h   –          Mild",
    ]
    assert len(Seen(clone, capsys, "list", "--all").lines) == 5


def test_an_empty_list_says_so(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    assert Seen(clone, capsys, "list").lines == ["No open incidents."]
    assert Seen(clone, capsys, "list", "--json").document["incidents"] == []


def test_the_list_as_json_is_one_document(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    clone.commit({place(RHINO): file("🔥"), place("bad"): "title: ["})
    seen = Seen(clone, capsys, "list", "--json")
    assert seen.document["incidents"] == [
        {
            "id": RHINO,
            "severity": "sev1",
            "status": "investigating",
            "declared_at": "2026-11-21T16:45:00Z",
            "age_seconds": 4800,
            "path": place(RHINO),
            "private": False,
            "drill": False,
            "commander": None,
            "title": "🔥",
        }
    ]
    assert seen.document["problems"][0]["place"].startswith(place("bad"))


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_listed(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit({place(RHINO): file(), place("bad"): file(severity="sev7"), "incidents/x.yml": file()})
    seen = Seen(clone, capsys, "list")
    assert seen.code == 3
    assert RHINO in seen.text
    assert f"not shown: {place('bad')}:2:11" in seen.error
    assert "incidents/x.yml" in seen.error


def test_a_settled_incident_is_not_read_again(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    clone.commit({place("old"): file(severity="sev7", status="closed")})
    blob = clone.git("rev-parse", f"HEAD:{place('old')}")
    remember(clone, {"old": {"blob": blob, "settled": True}})
    assert Seen(clone, capsys, "list").code == 0
    assert Seen(clone, capsys, "list", "--all").code == 3
    remember(clone, {"old": {"blob": "0" * 40, "settled": True}})
    assert Seen(clone, capsys, "list").code == 3


def test_a_private_incident_is_listed_by_its_id(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    secret = file("Breach", more="private: true\nroles: {commander: ana@example.com}\n")
    clone.commit({place(RHINO): secret})
    for words in (("list",), ("list", "--json")):
        text = Seen(clone, capsys, *words).text
        assert RHINO in text
        assert "Breach" not in text
        assert "ana@example.com" not in text
        assert "Ana" not in text


# show


def test_one_incident_is_shown_with_its_people_pages_and_links(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    more = (
        "reporter: ana@example.com\nroles: {commander: ana@example.com}\nresponders: [bo@example.com]\n"
        "page: [payments]\nbridge: https://example.com/call\npostmortem: https://example.com/412\n"
        "summary: |\n  One.\n  Two.\n"
        "updates: [{at: 2026-11-21T17:55:00Z, by: bo@example.com, text: Rolling back}]\n"
    )
    clone.commit({place(RHINO): file(more=more)}, "Declare", at=START)
    clone.commit(
        {place(RHINO): file(status="identified", more=more)}, "Found", at=START + timedelta(minutes=70)
    )
    remember(clone, {RHINO: MEMORY})
    seen = Seen(clone, capsys, "show", "2026")
    assert seen.lines[:2] == [
        f"{RHINO}  SEV1 · identified for 10m, since 2026-11-21 17:55:00 UTC",
        "Down",
    ]
    for line in (
        "declared      2026-11-21 16:45:00 UTC, 1h ago by Ana Lopez <ana@example.com>",
        "commander     Ana Lopez <ana@example.com>",
        "responders    Bo <bo@example.com>",
        "summary       One.",
        "  Two.",
        "paged         ✔ primary: acknowledged by Dee at 16:47 UTC, 2m after the declare · https://pd.example.com/Q1",
        "  ✘ payments: not paged yet",
        "slack channel  #incd-rhino · https://slack.example.com/C1",
        "slack announcement  #incidents · https://slack.example.com/A1",
        "notion page   https://notion.example.com/N1",
        "bridge        https://example.com/call",
        "postmortem    https://example.com/412",
        "last update   10m ago by Bo <bo@example.com>, of 1:",
        "  Rolling back",
        f"file          {place(RHINO)}",
    ):
        label, _, value = line.partition("  ")
        assert f"  {label:<20}{value.strip()}" in seen.lines
    assert [line.split(" · ")[-1] for line in seen.lines[-2:]] == ["Found", "Declare"]
    document = Seen(clone, capsys, "show", RHINO, "--json").document
    assert document["since"] == "2026-11-21T17:55:00Z"
    assert document["pages"]["primary"]["acknowledged"]["by"] == "Dee"
    assert document["pages"]["payments"] == {
        "id": None, "url": None, "resolved": False, "acknowledged": None
    }  # fmt: skip
    assert document["links"] == {
        "notion:page": "https://notion.example.com/N1",
        "slack:announcement/#incidents": "https://slack.example.com/A1",
        "slack:channel": "https://slack.example.com/C1",
    }


def test_edits_that_are_not_committed_are_mentioned(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    clone.commit({place(RHINO): file()})
    assert "not committed" not in Seen(clone, capsys, "show", RHINO).text
    clone.write({place(RHINO): file("Other")})
    shown = Seen(clone, capsys, "show", RHINO).text
    assert f"{place(RHINO)} has edits that are not committed" in shown
    assert "Other" not in shown


@pytest.mark.parametrize(
    "state", ["not json", '{"facts": {"acknowledged": 7}, "things": {"slack:channel": 7}}']
)
def test_a_broken_state_costs_links_and_nothing_else(
    clone: Clone, capsys: pytest.CaptureFixture[str], state: str
) -> None:
    clone.commit({place(RHINO): file()})
    clone.git("checkout", "--quiet", "--orphan", "reconciler-state")
    clone.commit({f"incidents/2026/11/{RHINO}.json": state}, "State")
    clone.git("checkout", "--quiet", "main")
    assert "primary: not paged yet" in Seen(clone, capsys, "show", RHINO).text


@pytest.mark.parametrize("verb", ["show", "log"])
def test_an_unknown_id_is_answered_with_what_is_near(
    clone: Clone, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    clone.commit({place(RHINO): file()})
    seen = Seen(clone, capsys, verb, "20261121-honest-rino")
    assert (seen.code, seen.text) == (1, "")
    assert RHINO in seen.error


# log


def test_the_story_has_decisions_and_effects_in_the_order_of_time(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit({place(RHINO): file(more="page: [primary]\n")}, f"{RHINO}: declare", at=START)
    remember(
        clone,
        {RHINO: {}},
        *(f"create pagerduty:{RHINO}/primary", f"create slack:{RHINO}/channel: failed"),
        *("create slack:20261121-other-one/channel", f"update notion:{RHINO}/property/Status"),
    )
    update = "updates: [{at: 2026-11-21T16:50:00Z, text: 'Back: soon'}]\nroles: {commander: bo@example.com}\n"
    later = file(status="resolved", more=f"page: [primary, payments]\n{update}")
    clone.commit({place(RHINO): later}, "Over", at=START + timedelta(minutes=5), by=("Bo", "bo@example.com"))
    remember(clone, {RHINO: {"path": "x"}}, f"update slack:{RHINO}/channel", minutes=6)
    lines = Seen(clone, capsys, "log", RHINO).lines
    heads = [line for line in lines if line and not line.startswith(" ")]
    assert [head[:16] for head in heads] == [f"2026-11-21 16:{minute}" for minute in (45, 46, 50, 51)]
    assert "Bo <bo@example.com>" in heads[2]
    second, third = lines.index(heads[1]), lines.index(heads[2])
    assert lines[second + 1 : third] == [
        "  + pagerduty primary: made",
        "  x slack channel: not made, failed",
        "  ~ notion property Status: updated",
        "",
    ]
    assert lines[third + 1 : third + 6] == [
        "  Over",
        "  ~ status: investigating  →  resolved",
        "  + page: added payments",
        "  + update of 2026-11-21T16:50:00Z: Back: soon",
        "  + roles.commander: bo@example.com",
    ]


def test_the_story_as_json_keeps_values_as_they_were(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit({place(RHINO): file()}, "One", at=START)
    clone.commit({place(RHINO): "title: ["}, "Broken", at=START + timedelta(minutes=1))
    clone.commit({place(RHINO): file(severity="sev2")}, "Two", at=START + timedelta(minutes=2))
    clone.commit({place(RHINO): None, "incidents/y.yaml": file()}, "Gone", at=START + timedelta(minutes=3))
    clone.commit({place(RHINO): file(severity="sev2")}, "Back", at=START + timedelta(minutes=4))
    document = Seen(clone, capsys, "log", RHINO, "--json").document
    assert document["id"] == RHINO
    assert [event["subject"] for event in document["events"]] == ["One", "Broken", "Two", "Gone", "Back"]
    assert document["events"][2]["changes"] == [{"field": "severity", "before": "sev1", "after": "sev2"}]
    assert "could not be read" in document["events"][1]["note"]
    assert document["events"][3]["note"] == "the file was removed"
    assert {event["kind"] for event in document["events"]} == {"decision"}


def test_the_story_of_a_private_incident_names_fields_and_no_values(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit({place(RHINO): file("Breach", more="private: true\n")}, "Keys leaked")
    for words in (("log", RHINO), ("log", RHINO, "--json")):
        text = Seen(clone, capsys, *words).text
        assert "title" in text
        assert "Breach" not in text
        assert "leaked" not in text


# terminals


def test_nothing_in_a_file_steers_the_terminal(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    evil = '"\\u202eevil \\u2028 x [bold red]y[/] :fire:"'
    more = f"summary: {evil}\nupdates: [{{at: 2026-11-21T17:00:00Z, text: {evil}}}]\n"
    clone.commit(
        {place(RHINO): file(evil, more=more)}, "Say \x1b[31mred\x07", by=("A\x1b[0mna", "a@b.example")
    )
    remember(clone, {RHINO: {"things": {"slack:channel": {"id": "C", "url": "https://x/\x1b]8;;y\x07"}}}})
    for words in (("list",), ("show", RHINO), ("log", RHINO)):
        text = Seen(clone, capsys, *words).text
        assert not {char for char in text if not char.isprintable()} - {"\n"}
        assert "[bold red]y[/] :fire:" in text


class Terminal(io.StringIO):
    """A stream that calls itself a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("plain", [False, True])
def test_a_terminal_has_lines_that_fit_and_colour_unless_it_is_unwanted(
    clone: Clone, monkeypatch: pytest.MonkeyPatch, plain: bool
) -> None:
    clone.commit({place(RHINO): file("🔥 支払い " * 20)})
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "90")
    monkeypatch.setenv("NO_COLOR", "1") if plain else monkeypatch.delenv("NO_COLOR", raising=False)
    assert run(cli, ["-C", str(clone.folder), "list", "--now", NOON]) == 0
    said = terminal.getvalue()
    assert ("\x1b[31m" in said) is not plain
    lines = re.sub(r"\x1b\[[0-9;]*m", "", said).splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert max(sum(2 if ord(char) > 0x2E80 else 1 for char in line) for line in lines) in (89, 90)


def test_an_unfinished_clock_is_refused(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["-C", str(clone.folder), "list", "--now", "noon"]) == 64
    assert "no time with a zone" in capsys.readouterr().err


def test_the_clock_is_the_machine_s_when_none_is_named(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    declared = (datetime.now(UTC) - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    clone.commit({place(RHINO): file().replace("2026-11-21T16:45:00Z", declared)})
    assert run(cli, ["-C", str(clone.folder), "list"]) == 0
    assert "  2h  " in capsys.readouterr().out
