"""`reconciler report`: the incidents of a period, counted, from what is recorded alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.support.hostile import HOSTILE, controls
from tests.support.looking import MEMORY, RHINO, SETTINGS, Seen, file, place, remember
from tests.support.repositories import START, Clone, alone

NOW = ("--now", "2026-11-22T12:00:00Z")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return alone(tmp_path / "here", {"reconciler.yaml": SETTINGS})


def declared(day: str, status: str = "investigating", more: str = "", severity: str = "sev1") -> str:
    return file(severity=severity, status=status, more=more).replace("2026-11-21T16:45", f"{day}T16:45")


def later(clone: Clone, id: str, text: str, minutes: float) -> None:
    clone.commit({place(id): text}, f"{id} after {minutes}", at=START + timedelta(minutes=minutes))


def row(seen: Seen, id: str) -> list[str]:
    """The cells of an incident's row."""
    [found] = [line for line in seen.lines if line.startswith("|") and f"`{id}`" in line]
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_each_incident_has_a_row_with_how_long_each_step_took(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.git("remote", "add", "origin", "https://github.com/acme/incidents.git")
    later(clone, RHINO, file(), 0)
    later(clone, RHINO, file(status="mitigated"), 25)
    later(clone, RHINO, file(status="resolved", more="times: {resolved: 2026-11-21T17:50:00Z}\n"), 90)
    remember(clone, {RHINO: MEMORY}, minutes=91)
    seen = Seen(clone, capsys, "report", *NOW)
    web = f"https://github.com/acme/incidents/blob/main/{place(RHINO)}"
    assert row(seen, RHINO) == [
        f"[`{RHINO}`]({web}) `Down`",
        "`sev1`",
        "resolved",
        "2026-11-21 16:45",
        "2m",
        "25m",
        "1h 5m",
        "[`channel`](https://slack.example.com/C1) · [`document`](https://notion.example.com/N1) · "
        "[`page primary`](https://pd.example.com/Q1)",
    ]
    assert "| all | 1 | 0 | 2m (1 of 1) | 25m (1 of 1) | 1h 5m (1 of 1) |" in seen.lines
    assert "| `sev1` | 1 | 0 | 2m (1 of 1) | 25m (1 of 1) | 1h 5m (1 of 1) |" in seen.lines
    one = Seen(clone, capsys, "report", "--json", *NOW).document["incidents"][0]
    assert [one[step]["source"] for step in ("acknowledged", "mitigated", "resolved")] == [
        "pagerduty", "commit", "file",
    ]  # fmt: skip
    assert (one["acknowledged"]["seconds"], one["resolved"]["at"]) == (120, "2026-11-21T17:50:00Z")


def test_what_is_not_recorded_is_said_to_be_so(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    clone.commit({place("a"): declared("2026-11-20", "resolved"), place("b"): declared("2026-11-20")})
    clone.commit({place("c"): declared("2026-11-20", "closed", severity="sev2")})
    remember(clone, {"a": {"facts": {"acknowledged": {"primary": None}}}})
    seen = Seen(clone, capsys, "report", *NOW)
    assert row(seen, "a")[4:7] == ["nobody did", "not recorded", "not recorded"]
    assert row(seen, "b")[4:7] == ["not recorded", "not yet", "not yet"]
    assert row(seen, "c")[4:7] == ["no page", "not recorded", "not recorded"]
    assert "| all | 3 | 1 | not recorded | not recorded | not recorded |" in seen.lines


def test_only_the_period_is_told_and_what_is_open_since_before(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit(
        {
            place("a"): declared("2026-11-20"),
            place("old-and-open"): declared("2025-01-02"),
            place("old-and-over"): declared("2025-01-02", "closed"),
            place("old-and-drilled"): declared("2025-01-02", more="drill: true\n"),
            place("old-and-broken"): "title: [\nstatus: closed\ndeclared_at: 2025-01-02T16:45:00Z\n",
            "incidents/odd.yaml": (
                "{title: Odd, severity: sev1, status: closed, declared_at: 2026-11-19T01:00:00Z}"
            ),
        }
    )
    seen = Seen(clone, capsys, "report", *NOW)
    assert seen.code == 0
    ids = ["a", "odd", "old-and-open", "old-and-over", "old-and-drilled", "old-and-broken"]
    assert [id for id in ids if f"`{id}`" in seen.text] == ["a", "odd", "old-and-open"]
    assert seen.lines.index("## Incidents") < seen.lines.index("## Open since before")
    assert (
        "**2 incidents**, **1** open. From 2026-10-23 12:00:00 UTC to 2026-11-22 12:00:00 UTC." in seen.lines
    )
    document = Seen(
        clone, capsys, "report", "--json", "--since", "2025-01-01", "--until", "2025-01-31"
    ).document
    assert [one["id"] for one in document["incidents"]] == ["old-and-open", "old-and-over"]
    assert (document["drills"], document["until"]) == (1, "2025-01-31T23:59:59Z")


def test_drills_are_left_out_and_private_and_canceled_ones_counted_apart(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = declared("2026-11-20", "resolved", "private: true\nservices: [vault]\n").replace(
        "Down", "Breach"
    )
    clone.commit(
        {
            place("a"): declared("2026-11-20"),
            place("p"): secret,
            place("c"): declared("2026-11-20", "canceled"),
            place("d"): declared("2026-11-20", more="drill: true\n"),
        }
    )
    remember(clone, {"p": MEMORY})
    seen = Seen(clone, capsys, "report", *NOW)
    assert "**3 incidents**, **1** open, 1 private, 1 canceled, besides 1 drill." in seen.lines[2]
    assert {"Private: `p`.", "Canceled: `c`."} < set(seen.lines)
    assert "`d`" not in seen.text
    for text in (seen.text, Seen(clone, capsys, "report", "--json", *NOW).text):
        assert not any(word in text for word in ("Breach", "vault", "pd.example.com", "Dee"))


def test_files_that_cannot_be_read_are_named_without_what_they_say(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit({place("a"): declared("2026-11-20"), place("bad"): "title: Breach\nstatus: Breach\n"})
    clone.commit({"incidents/x/two.yaml": file(), "incidents/y/two.yaml": file()})
    seen = Seen(clone, capsys, "report", *NOW)
    assert seen.code == 3
    assert "**2 incidents**" in seen.text
    assert f"`{place('bad')}`" in seen.text
    assert "incidents/y/two.yaml" in seen.error
    assert "Breach" not in seen.text + seen.error


def test_a_severity_that_the_settings_name_no_more_is_counted(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit({place("a"): declared("2026-11-20", severity="p1"), place("b"): declared("2026-11-20")})
    lines = Seen(clone, capsys, "report", *NOW).lines
    assert [line.split("|")[1].strip() for line in lines if line.startswith("| `") and "(" not in line][:2]
    assert lines.index(next(line for line in lines if line.startswith("| `sev1`"))) < lines.index(
        next(line for line in lines if line.startswith("| `p1`"))
    )


def test_a_renamed_file_keeps_what_its_history_records(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    later(clone, "old", file(), 0)
    later(clone, "old", file(status="resolved"), 30)
    renamed = file(status="resolved", more="formerly: [old]\n")
    clone.commit({place("old"): None, place("new"): renamed}, "Rename", at=START + timedelta(minutes=60))
    remember(clone, {"old": MEMORY})
    seen = Seen(clone, capsys, "report", *NOW)
    assert row(seen, "new")[4:7] == ["2m", "not recorded", "30m"]


def test_an_empty_period_is_three_lines(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    assert Seen(clone, capsys, "report", *NOW).lines == [
        "# Incidents from 2026-10-23 to 2026-11-22",
        "",
        "**0 incidents**, **0** open. From 2026-10-23 12:00:00 UTC to 2026-11-22 12:00:00 UTC.",
    ]


def test_a_period_that_ends_before_it_begins_is_refused(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = Seen(clone, capsys, "report", "--since", "2026-11-02", "--until", "2026-11-01")
    assert (seen.code, seen.text) == (64, "")


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_a_title_says_the_table_is_a_table(
    clone: Clone, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    title = HOSTILE[name].replace("'", "''")
    text = f"title: '{title}'\nseverity: sev1\nstatus: canceled\ndeclared_at: 2026-11-20T16:45:00Z\n"
    clone.commit({place(RHINO): text, place("b"): text.replace("canceled", "resolved")})
    for words in (("report",), ("log", "--format", "markdown"), ("log", RHINO, "--format", "markdown")):
        seen = Seen(clone, capsys, *words, *NOW)
        assert seen.code == 0
        assert not [found for line in seen.lines if (found := controls(line))]
        assert not [line for line in seen.lines if line.lstrip().startswith("::") or "##[" in line]
        html = MarkdownIt("commonmark", {"linkify": False}).enable("table").render(seen.text)
        for evil in ("<img", "<script", 'evil.example.com"', "<details", "<em>", "<h3", "</page"):
            assert evil not in html
        if words == ("report",):
            cells = [part.count("<td") for part in html.split("<tr>") if "<td" in part]
            assert cells == [6, 6, 3, 8]
