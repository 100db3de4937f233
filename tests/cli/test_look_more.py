"""A list that is narrowed, a screen that says what is in line, and both in terminals of every width."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.clock import VirtualClock
from reconciler.incident.shown import JOINERS, inert
from reconciler.incident.text import one_line
from reconciler.repo.repository import Repository
from reconciler.run.look import Asked, Overview, dossier, overview
from reconciler.views.columns import cells
from reconciler.views.incident import dossier_lines
from reconciler.views.incidents import overview_lines
from reconciler.views.screen import Screen
from reconciler.views.terminal import rendered
from tests.support.looking import MEMORY, NOON, RHINO, SETTINGS, Seen, file, place, remember
from tests.support.repositories import START, Clone, alone


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return alone(tmp_path / "here", {"reconciler.yaml": SETTINGS})


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ((), "a b c"),
        (("--all",), "a b c e d"),
        (("--severity", "sev2"), "c"),
        (("--severity", "sev1", "--severity", "sev2"), "a b c"),
        (("--status", "closed"), "d"),
        (("--status", "closed", "--status", "identified"), "b d"),
        (("--service", "checkout"), "b"),
        (("--person", "ana@example.com"), "a"),
        (("--person", "bo@example.com"), ""),
    ],
)
def test_a_list_is_narrowed_and_what_has_ended_comes_last(
    clone: Clone, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], ids: str
) -> None:
    settings = SETTINGS.replace("private:", "services: {checkout: {}}\nprivate:")
    secret = "private: true\nresponders: [bo@example.com]\nservices: [checkout]\n"
    young = file("Young", "sev1", "identified", "services: [checkout]\n").replace("16:45", "17:45")
    clone.commit(
        {
            "reconciler.yaml": settings,
            place("c"): file("Mild", "sev2", more=secret),
            place("b"): young,
            place("a"): file("Old", more="responders: [ana@example.com]\n"),
            place("d"): file(status="closed"),
            place("e"): file(status="resolved").replace("16:45", "17:00"),
        }
    )
    seen = Seen(clone, capsys, "list", *words)
    assert [line.split()[0] for line in seen.lines[1:]] == ids.split()
    assert ids or seen.lines == ["No incident fits."]


BLOCKED = {"reason": "no scope", "next": "add it", "at": NOON, "under": "x"}
STANDING: dict[str, tuple[dict[str, Any], str]] = {
    "nothing known": ({}, "✘ nothing was applied yet: `reconciler apply`"),
    "edited": ({"blob": "0" * 40}, f"~ edited since it was applied; `reconciler plan --incident {RHINO}`"),
    "all there": (MEMORY, "✔ as far as is remembered: 5 things"),
    "settled": ({**MEMORY, "settled": True}, "5 things; settled: looked at again when the file changes"),
    "somebody missing": (
        {**MEMORY, "things": {"slack:channel": {"id": "C1"}}},
        "✘ not there yet: slack announcement #incidents, slack invite bo@example.com; `reconciler plan",
    ),
    "blocked": (
        {
            **MEMORY,
            "blocked": {"slack:topic": {"reason": "no scope", "next": "add it", "at": NOON, "under": "x"}},
        },
        "x slack topic is blocked: no scope; add it",
    ),
}


@pytest.mark.parametrize("name", STANDING)
def test_what_is_in_line_is_told_as_far_as_it_is_remembered(
    clone: Clone, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    things = {**MEMORY["things"], "slack:invite/bo@example.com": {}}
    memory, words = STANDING[name]
    if memory.get("things") == MEMORY["things"]:
        memory = {**memory, "things": {key: one for key, one in things.items() if "/log" not in key}}
    announced = SETTINGS.replace("page: [primary]}", 'page: [primary], announce: ["#incidents"]}')
    clone.commit({place(RHINO): file(more="responders: [bo@example.com]\n"), "reconciler.yaml": announced})
    blob = clone.git("rev-parse", f"HEAD:{place(RHINO)}")
    remember(clone, {RHINO: {"blob": blob, **memory}} if memory else {}, f"create slack:{RHINO}/channel")
    told = " ".join(Seen(clone, capsys, "show", RHINO).text.split())
    assert words in told
    assert ("✔ as far" in told) is (name in ("all there", "settled"))
    assert ("last written 1h ago" in told) is (name != "nothing known")


def test_what_failed_in_the_last_run_is_told(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    clone.commit({place(RHINO): file()})
    blob = clone.git("rev-parse", f"HEAD:{place(RHINO)}")
    done = (f"create slack:{RHINO}/channel", f"create notion:{RHINO}/page: failed")
    remember(clone, {RHINO: {"blob": blob}}, *done)
    seen = Seen(clone, capsys, "show", RHINO)
    assert "✘ create notion page: failed in the last run" in seen.text
    assert "create slack channel" not in seen.text
    document = Seen(clone, capsys, "show", RHINO, "--json").document
    assert document["in_line"]["undone"] == ["create notion page: failed"]


HOSTILE = {
    "long": "Checkout returns HTTP 500 " * 20,
    "wide": "支払いが失敗する " * 30,
    "emoji": "🔥👩‍🚒⚠️" * 60,
    "one word": "x" * 400,
    "marks": "\u202eevil\u2066 \u200b\u200f" * 30,
    "right to left": "השירות נפל " * 30,
}


def rows_of(listed: Overview, width: int) -> list[str]:
    return [*rendered(overview_lines(listed, width), Screen(width))]


@pytest.mark.parametrize("title", HOSTILE)
def test_no_line_of_a_list_or_a_screen_is_wider_than_the_terminal(clone: Clone, title: str) -> None:
    text = json.dumps(HOSTILE[title][:250], ensure_ascii=False)
    more = f"roles: {{commander: ana@example.com}}\nsummary: {text}\nresponders: [{'x' * 60}@example.com]\n"
    clone.commit({place(RHINO): file(text, more=more), place("b" * 60): file(text, "sev2")})
    remember(clone, {RHINO: MEMORY})
    repo, clock = Repository.open(clone.folder), VirtualClock(START + timedelta(hours=1))
    listed, one = overview(repo, clock, Asked()), dossier(repo, clock, RHINO)
    whole = [*rendered(overview_lines(listed, None), Screen())]
    assert len(whole) == 3
    begins = inert(one_line(HOSTILE[title]), keep=JOINERS)[:6].rstrip()
    for width in range(40, 201):
        on = Screen(width)
        lines = [*rendered(overview_lines(listed, width), on), *rendered(dossier_lines(one), on)]
        assert max(cells(line) for line in lines if "://" not in line) <= width
        assert all(char.isprintable() or char in JOINERS for line in lines for char in line)
        rows = [line for line in lines if line.startswith((RHINO, "b" * 30))]
        assert sum(begins in line for line in rows_of(listed, width)) == 2  # each title, wherever it is
        assert len(rows) == 3  # two in the list, one above the screen: never a broken table
