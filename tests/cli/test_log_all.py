"""`reconciler log` of all incidents, or of a part of the story; its formats, and what is private."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.repo import graph
from tests.support.looking import BO, LATER, OTTER, RHINO, SETTINGS, Seen, file, heads, place, remember
from tests.support.repositories import START, Clone, alone


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return alone(tmp_path / "here", {"reconciler.yaml": SETTINGS})


# picking


@pytest.fixture
def busy(clone: Clone) -> Clone:
    """Two incidents and three people, over two days."""
    clone.commit({place(OTTER): file("Otter")}, "Declare otter", at=START - timedelta(days=1))
    clone.commit({place(RHINO): file()}, "Declare rhino", at=START)
    remember(clone, {RHINO: {}}, f"create slack:{RHINO}/channel", f"create slack:{OTTER}/channel")
    update = "updates: [{at: 2026-11-21T16:50:00Z, text: Soon}]\n"
    later = file(status="identified", more=f"roles: {{commander: bo@example.com}}\n{update}")
    clone.commit({place(RHINO): later}, "Found", at=START + timedelta(minutes=5), by=BO)
    over = file(status="resolved", more=f"roles: {{commander: bo@example.com}}\n{update}")
    clone.commit({place(RHINO): over}, "Over", at=START + timedelta(hours=2))
    return clone


def test_all_incidents_are_told_the_newest_first_and_the_last_line_says_how_far(
    busy: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = Seen(busy, capsys, "log", *LATER)
    assert [line.split("  ")[1] for line in heads(seen.lines)] == [RHINO, RHINO, RHINO, OTTER, RHINO, OTTER]
    assert [line for line in seen.lines if line.startswith("  ") and "status" in line] == [
        "  ~ status: identified  →  resolved",
        "  ~ status: investigating  →  identified",
        "  + status: investigating",
        "  + status: investigating",
    ]
    assert seen.lines[-1] == "6 events since 2026-10-23 12:00:00 UTC; `--since 90d` looks further back."
    two = Seen(busy, capsys, "log", "--limit", "2", *LATER)
    assert len(heads(two.lines)) == 2
    assert two.lines[-1] == (
        "The newest 2 events since 2026-10-23 12:00:00 UTC; `--limit 4` tells more of them."
    )
    assert Seen(busy, capsys, "log", "--limit", "2", "--json", *LATER).document["more"] is True
    none = Seen(busy, capsys, "log", "--now", "2027-06-01T00:00:00Z")
    assert none.lines == ["Nothing since 2027-05-02 00:00:00 UTC; `--since 90d` looks further back."]


SINCE = {
    ("--since", "1d"): 4,
    ("--since", "99999d 99999d"): 6,
    ("--since", "2026-11-21"): 5,
    ("--since", "2026-11-21", "--until", "2026-11-21T17:00:00Z"): 4,
    ("--until", "2026-11-20"): 1,
    ("--since", "36h", "--field", "status"): 3,
    ("--since", "2026-11-21T16:46:00Z", "--until", "2026-11-21T16:46:00Z"): 2,
    ("--by", "bo@example.com"): 1,
    ("--by", "ANA"): 3,
    ("--by", "nobody"): 0,
    ("--field", "roles"): 1,
    ("--field", "roles.commander"): 1,
    ("--field", "role"): None,
    ("--field", "updates", "--by", "bo"): 1,
    ("--limit", "1", "--field", "status"): 1,
}


@pytest.mark.parametrize("words", SINCE, ids=" ".join)
def test_what_is_told_can_be_picked(
    busy: Clone, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    seen = Seen(busy, capsys, "log", *words, "--now", "2026-11-22T16:45:30Z")
    if SINCE[words] is None:
        assert seen.code == 64
        assert "no key `role`" in seen.error
    else:
        assert len(heads(seen.lines)) == SINCE[words]


def test_of_one_incident_the_same_can_be_picked(busy: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    def told(*words: str) -> list[str]:
        return heads(Seen(busy, capsys, "log", RHINO, *words, *LATER).lines)

    whole = told()
    assert len(whole) == 4
    assert told("--since", "2026-11-21T16:47:00Z") == whole[2:]
    assert told("--until", "2026-11-21T16:47:00Z") == whole[:2]
    assert told("--by", "Bo") == [whole[2]]
    assert told("-n", "1") == whole[3:]
    assert Seen(busy, capsys, "log", RHINO, "--by", "chen", *LATER).lines == [
        f"Nothing in the story of {RHINO} fits."
    ]
    assert Seen(busy, capsys, "log", RHINO, "--field", "status", *LATER).lines[1:3] == [
        "  Declare rhino",
        "  + status: investigating",
    ]


@pytest.mark.parametrize("words", [("--since", "soon"), ("--until", "2026-02-30"), ("--since", "7 d")])
def test_a_time_that_is_none_is_refused_with_how_to_write_it(
    busy: Clone, capsys: pytest.CaptureFixture[str], words: tuple[str, str]
) -> None:
    seen = Seen(busy, capsys, "log", *words)
    assert (seen.code, seen.text) == (64, "")
    assert "2026-11-21T16:45:00Z or 7d" in seen.error


def test_without_a_commit_there_is_nothing_to_tell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = alone(tmp_path / "empty")
    empty.write({"reconciler.yaml": SETTINGS})
    assert Seen(empty, capsys, "log", *LATER).lines[0].startswith("Nothing since")


# all incidents


def test_moves_renames_removals_and_bad_files_are_told_among_all(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit({place("a"): file("A"), place("b"): file("B"), "incidents/README.md": "x"}, "Two", at=START)
    clone.commit({place("a"): None, "incidents/a.yaml": file("A")}, "Move", at=START + timedelta(minutes=1))
    renamed = file("B", more="formerly: [b]\n")
    clone.commit({place("b"): None, place("c"): renamed}, "Rename", at=START + timedelta(minutes=2))
    clone.commit({"incidents/a.yaml": "title: ["}, "Break", at=START + timedelta(minutes=3))
    clone.commit({"incidents/a.yaml": None}, "Remove", at=START + timedelta(minutes=4))
    events = Seen(clone, capsys, "log", "--json", *LATER).document["events"]
    told = {(event["subject"], event["incident"]): event for event in events}
    assert set(told) == {("Two", "a"), ("Two", "b"), ("Rename", "c"), ("Break", "a"), ("Remove", "a")}
    assert [change["field"] for change in told["Rename", "c"]["changes"]] == ["formerly"]
    assert told["Remove", "a"]["note"] == "the file was removed"
    assert told["Break", "a"]["note"].startswith("the file could not be read")


# private


def test_a_private_incident_is_told_by_its_fields_in_every_format(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit({place(RHINO): file("Breach", more="private: true\n")}, "Keys leaked", at=START)
    clone.commit({place(OTTER): file("Fine"), place(RHINO): file("Leak", more="private: true\n")}, "Leaked")
    remember(clone, {RHINO: {}}, f"create slack:{RHINO}/invite/eve@example.com: failed")
    for form in ("text", "json", "markdown"):
        for words in ((RHINO,), (), (RHINO, "--field", "title")):
            text = Seen(clone, capsys, "log", *words, "--format", form, *LATER).text
            assert "title" in text
            assert not re.search("breach|leak|eve@", text, re.IGNORECASE), f"{form} {words}: {text}"
    assert "x slack invite: not made, failed" in Seen(clone, capsys, "log", RHINO).text
    assert "Fine" in Seen(clone, capsys, "log", *LATER).text


def test_effects_of_an_incident_that_nobody_knows_any_more_name_the_kind_of_thing_alone(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    remember(clone, {}, "create slack:20250101-gone/invite/dee@example.com")
    text = Seen(clone, capsys, "log", *LATER).text
    assert "20250101-gone" in text
    assert "dee" not in text


def test_effects_of_a_renamed_incident_are_told_under_its_first_id(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit({place("new"): file(more="formerly: [old]\n")}, "New", at=START - timedelta(days=90))
    remember(clone, {"old": {"path": place("new")}}, "create slack:old/invite/bo@example.com")
    assert "+ slack invite bo@example.com: made" in Seen(clone, capsys, "log", *LATER).text


# formats


def test_markdown_links_commits_and_pull_requests(busy: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    busy.git("remote", "add", "origin", "https://github.com/acme/incidents.git")
    busy.commit({place(RHINO): file("Again")}, "Again (#7)", at=START + timedelta(hours=3))
    lines = Seen(busy, capsys, "log", RHINO, "--format", "markdown").lines
    web = "https://github.com/acme/incidents"
    assert lines[0] == f"## `{RHINO}`"
    commit = f"[`{busy.head[:12]}`]({web}/commit/{busy.head})"
    assert (
        f"**2026-11-21 19:45:00 UTC** `Ana <ana@example.com>` by hand {commit} in [#7]({web}/pull/7): "
        "`Again (#7)`"
    ) in lines
    assert lines[lines.index("~ title: Down  →  Again") - 1] == "```diff"
    everything = Seen(busy, capsys, "log", "--format", "markdown", *LATER).lines
    assert everything[-1].startswith("7 events since")


def test_without_a_long_history_no_index_is_written(busy: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    Seen(busy, capsys, "log", RHINO)
    assert not list((busy.folder / ".git" / "objects" / "info").glob("*graph*"))


def test_after_a_long_one_was_told_the_index_is_written(
    busy: Clone, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "LARGE", 3)
    first = Seen(busy, capsys, "log", RHINO).text
    assert list((busy.folder / ".git" / "objects" / "info").glob("*graph*"))
    assert Seen(busy, capsys, "log", RHINO).text == first
