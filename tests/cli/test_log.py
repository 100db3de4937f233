"""`reconciler log`: one story of decisions and effects, of one incident or of all, in three formats."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.repo import graph
from tests.support.looking import RHINO, SETTINGS, Seen, file, place, remember
from tests.support.repositories import START, Clone, alone

OTTER = "20261120-calm-otter"
BO = ("Bo", "bo@example.com")
NOW = ("--now", "2026-11-22T12:00:00Z")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return alone(tmp_path / "here", {"reconciler.yaml": SETTINGS})


def heads(lines: list[str]) -> list[str]:
    """The lines that begin an event."""
    return [line for line in lines if re.match(r"\d{4}-", line)]


# one incident


def test_a_decision_says_who_made_it_when_and_by_which_way(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    ways = {
        "slack": "through Slack", "cli": "from a shell", "shell": "from a shell",
        "workflow": "by a workflow", "teams": "via teams",
    }  # fmt: skip
    for number, via in enumerate(ways):
        message = f"{RHINO}: set title\n\nIncident: {RHINO}\nVia: {via}\nRequest-Id: r{number}"
        clone.commit({place(RHINO): file(f"Title {number}")}, message, at=START + timedelta(minutes=number))
    clone.commit({place(RHINO): file("Last")}, "Via: slack is what I wish", at=START + timedelta(hours=1))
    lines = Seen(clone, capsys, "log", RHINO).lines
    told = [line.split("  ")[1] for line in heads(lines)]
    assert told == [f"Ana <ana@example.com> {way}" for way in [*ways.values(), "by hand"]]
    assert lines[1] == "  set title"
    assert heads(lines)[0].startswith("2026-11-21 16:45:00 UTC  ")


def test_it_says_in_which_pull_request_a_decision_came(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit({place(RHINO): file()}, "Declare", at=START)
    clone.git("switch", "--quiet", "--create", "fix")
    clone.commit({place(RHINO): file(severity="sev2")}, "Milder", at=START + timedelta(minutes=1))
    clone.git("switch", "--quiet", "main")
    clone.git("merge", "--quiet", "--no-ff", "--no-commit", "fix")
    clone.commit_index(
        "Merge pull request #12 from ana/fix", at=START + timedelta(minutes=2), by=("Bo", "bo@example.com")
    )
    clone.commit({place(RHINO): file("Back")}, "It is back (#13)", at=START + timedelta(minutes=3))
    seen = Seen(clone, capsys, "log", RHINO)
    assert [line.split("  ")[1] for line in heads(seen.lines)] == [
        "Ana <ana@example.com> by hand",
        "Ana <ana@example.com> by hand, in pull request #12, merged by Bo <bo@example.com> at "
        "2026-11-21 16:47:00 UTC",
        "Ana <ana@example.com> by hand, in pull request #13",
    ]
    events = Seen(clone, capsys, "log", RHINO, "--json").document["events"]
    assert [event["pull"] and event["pull"]["number"] for event in events] == [None, 12, 13]
    assert events[1]["pull"]["by"] == "Bo <bo@example.com>"


def test_of_two_lines_each_says_what_it_changed_and_their_merge_what_it_decided(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit({place(RHINO): file()}, "Declare", at=START)
    clone.git("switch", "--quiet", "--create", "fix")
    clone.commit({place(RHINO): file(severity="sev2")}, "Milder", at=START + timedelta(minutes=1))
    clone.git("switch", "--quiet", "main")
    clone.commit({place(RHINO): file("Other")}, "Title", at=START + timedelta(minutes=2))
    clone.git("merge", "--quiet", "--no-ff", "--no-commit", "--strategy-option=ours", "fix")
    merged = file("Other", severity="sev2", more="bridge: https://example.com\n")
    clone.commit({place(RHINO): merged}, "Merge branch 'fix'", at=START + timedelta(minutes=3))
    events = Seen(clone, capsys, "log", RHINO, "--json").document["events"]
    assert [[change["field"] for change in event["changes"]] for event in events[1:]] == [
        ["severity"],
        ["title"],
        ["bridge"],
    ]


def test_an_effect_says_what_was_applied_by_which_run_and_what_failed(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit({place(RHINO): file()}, "Declare", at=START)
    done = [
        f"create pagerduty:{RHINO}/primary",
        f"create pagerduty:{RHINO}/primary/links",
        f"create slack:{RHINO}/invite/ana@example.com",
        f"create slack:{RHINO}/invite/bo@example.com",
        f"create slack:{RHINO}/announcement/#incidents: uncertain",
        f"update notion:{RHINO}/page: failed",
        f"retire slack:{RHINO}/channel",
    ]
    remember(clone, {RHINO: {}}, *done, run="CI 7")
    seen = Seen(clone, capsys, "log", RHINO)
    head = heads(seen.lines)[1]
    assert head.split("  ")[1] == f"applied {clone.head[:12]} by CI 7"
    assert seen.lines[seen.lines.index(head) + 1 :] == [
        "  + pagerduty primary: made",
        "  + pagerduty primary links: made",
        "  + slack invite ana@example.com, bo@example.com: made",
        "  ? slack announcement #incidents: perhaps made, the answer was lost",
        "  x notion page: not updated, failed",
        "  - slack channel: retired",
    ]
    event = Seen(clone, capsys, "log", RHINO, "--json").document["events"][1]
    assert (event["kind"], event["run"], event["revision"]) == ("effect", "CI 7", clone.head)


def test_a_run_that_only_tells_of_it_is_found_among_many_of_others(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit({place(RHINO): file()}, "Declare", at=START)
    remember(clone, {RHINO: {"told": "1"}}, f"create slack:{RHINO}/channel: failed")
    for number in range(3):
        remember(clone, {OTTER: {"told": str(number)}}, f"update slack:{OTTER}/topic", minutes=2 + number)
    remember(clone, {RHINO: {"told": "2"}}, f"create slack:{RHINO}/channel: failed", minutes=9)
    lines = Seen(clone, capsys, "log", RHINO).lines
    assert lines.count("  x slack channel: not made, failed") == 2
    assert len(heads(lines)) == 3


def test_what_happened_in_one_second_has_the_decision_before_its_effects(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        clone.commit({place(RHINO): file(f"Title {number}")}, f"Edit {number}", at=START)
    remember(clone, {RHINO: {"told": "1"}}, f"create slack:{RHINO}/channel", minutes=0)
    remember(clone, {RHINO: {"told": "2"}}, f"update slack:{RHINO}/topic", minutes=0)
    events = Seen(clone, capsys, "log", RHINO, "--json").document["events"]
    assert [event["subject"][:6] for event in events[:3]] == ["Edit 0", "Edit 1", "Edit 2"]
    assert [event["effects"] for event in events[3:]] == [["create slack channel"], ["update slack topic"]]
    everything = Seen(clone, capsys, "log", "--json", *NOW).document["events"]
    assert [event["commit"] for event in everything] == [event["commit"] for event in events[::-1]]


def test_a_renamed_and_moved_file_has_one_story(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, third = "20261120-a", "20261120-b", "20261120-c"
    clone.commit({"incidents/a/20261120-a.yaml": file("One")}, "One", at=START)
    clone.commit(
        {"incidents/a/20261120-a.yaml": None, f"incidents/b/{first}.yaml": file("One")},
        "Move it", at=START + timedelta(minutes=1),
    )  # fmt: skip
    former = f"formerly: [{first}]\n"
    clone.commit(
        {f"incidents/b/{first}.yaml": None, f"incidents/b/{second}.yaml": file("One", more=former)},
        "Rename it", at=START + timedelta(minutes=2),
    )  # fmt: skip
    former = f"formerly: [{first}, {second}]\n"
    clone.commit({f"incidents/b/{second}.yaml": None}, "Away", at=START + timedelta(minutes=3))
    clone.commit(
        {f"incidents/b/{third}.yaml": file("One", more=former)}, "Again", at=START + timedelta(minutes=4)
    )
    remember(clone, {first: {}}, f"create slack:{first}/channel", minutes=5)
    events = Seen(clone, capsys, "log", third, "--json").document["events"]
    assert [event["subject"] or event["effects"][0] for event in events] == [
        "One", "Rename it", "Away", "Again", f"applied {clone.head[:12]}",
    ]  # fmt: skip
    assert [change["field"] for change in events[1]["changes"]] == ["formerly"]
    assert events[2]["note"] == "the file was removed"


def test_a_unique_piece_of_an_id_is_enough(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    lies = {"incidents/x/20261121-honest.yaml": file("Short"), place(RHINO): file()}
    clone.commit({**lies, "incidents/odd.yaml": file("Odd")}, "Declare")
    assert "title: Odd" in Seen(clone, capsys, "log", "od").text
    assert "title: Short" in Seen(clone, capsys, "log", "20261121-honest").text
    assert Seen(clone, capsys, "log", "20261121-honest-r").text.count("title: Down") == 1
    several = Seen(clone, capsys, "log", "20261121")
    assert (several.code, several.text) == (1, "")
    assert "fits 2 incidents" in several.error


def test_two_files_of_one_id_are_refused_unless_one_lies_where_it_should(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit({"incidents/x/odd.yaml": file(), "incidents/y/odd.yaml": file()}, "Declare")
    assert "two files have the id odd" in Seen(clone, capsys, "log", "odd").error


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
    seen = Seen(busy, capsys, "log", *NOW)
    assert [line.split("  ")[1] for line in heads(seen.lines)] == [RHINO, RHINO, RHINO, OTTER, RHINO, OTTER]
    assert [line for line in seen.lines if line.startswith("  ") and "status" in line] == [
        "  ~ status: identified  →  resolved",
        "  ~ status: investigating  →  identified",
        "  + status: investigating",
        "  + status: investigating",
    ]
    assert seen.lines[-1] == "6 events since 2026-10-23 12:00:00 UTC; `--since 90d` looks further back."
    two = Seen(busy, capsys, "log", "--limit", "2", *NOW)
    assert len(heads(two.lines)) == 2
    assert two.lines[-1] == (
        "The newest 2 events since 2026-10-23 12:00:00 UTC; `--limit 4` tells more of them."
    )
    assert Seen(busy, capsys, "log", "--limit", "2", "--json", *NOW).document["more"] is True
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
        return heads(Seen(busy, capsys, "log", RHINO, *words, *NOW).lines)

    whole = told()
    assert len(whole) == 4
    assert told("--since", "2026-11-21T16:47:00Z") == whole[2:]
    assert told("--until", "2026-11-21T16:47:00Z") == whole[:2]
    assert told("--by", "Bo") == [whole[2]]
    assert told("-n", "1") == whole[3:]
    assert Seen(busy, capsys, "log", RHINO, "--by", "chen", *NOW).lines == [
        f"Nothing in the story of {RHINO} fits."
    ]
    assert Seen(busy, capsys, "log", RHINO, "--field", "status", *NOW).lines[1:3] == [
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
    assert Seen(empty, capsys, "log", *NOW).lines[0].startswith("Nothing since")


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
    events = Seen(clone, capsys, "log", "--json", *NOW).document["events"]
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
            text = Seen(clone, capsys, "log", *words, "--format", form, *NOW).text
            assert "title" in text
            assert not re.search("breach|leak|eve@", text, re.IGNORECASE), f"{form} {words}: {text}"
    assert "x slack invite: not made, failed" in Seen(clone, capsys, "log", RHINO).text
    assert "Fine" in Seen(clone, capsys, "log", *NOW).text


def test_effects_of_an_incident_that_nobody_knows_any_more_name_the_kind_of_thing_alone(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    remember(clone, {}, "create slack:20250101-gone/invite/dee@example.com")
    text = Seen(clone, capsys, "log", *NOW).text
    assert "20250101-gone" in text
    assert "dee" not in text


def test_effects_of_a_renamed_incident_are_told_under_its_first_id(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit({place("new"): file(more="formerly: [old]\n")}, "New", at=START - timedelta(days=90))
    remember(clone, {"old": {"path": place("new")}}, "create slack:old/invite/bo@example.com")
    assert "+ slack invite bo@example.com: made" in Seen(clone, capsys, "log", *NOW).text


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
    everything = Seen(busy, capsys, "log", "--format", "markdown", *NOW).lines
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


def test_what_is_proposed_on_a_branch_of_its_own_has_its_story_and_says_so(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.git("switch", "--quiet", "--create", f"incident/{RHINO}")
    clone.commit({place(RHINO): file()}, "Declare", at=START)
    clone.commit({place(RHINO): file(severity="sev2")}, "Milder", at=START + timedelta(minutes=1))
    clone.git("update-ref", f"refs/remotes/origin/incident/{RHINO}", "HEAD")
    clone.git("switch", "--quiet", "main")
    lines = Seen(clone, capsys, "log", RHINO).lines
    assert len(heads(lines)) == 2
    assert f"  on branch incident/{RHINO}, not merged" in lines
    assert RHINO not in Seen(clone, capsys, "log", *NOW).text


def test_a_link_in_place_of_the_file_is_no_version_of_it(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.commit({place(RHINO): file()}, "Declare", at=START)
    clone.commit({place(RHINO): None, "incidents/x/one.yaml": file("Elsewhere")}, "Away")
    (clone.folder / place(RHINO)).parent.mkdir(parents=True, exist_ok=True)
    (clone.folder / place(RHINO)).symlink_to("../../x/one.yaml")
    clone.git("add", "--all")
    clone.commit({}, "A link")
    seen = Seen(clone, capsys, "log", RHINO)
    assert (seen.code, seen.text) == (1, "")
    assert "there is no incident" in seen.error
    clone.commit({place(RHINO): None}, "No link")
    clone.commit({place(RHINO): file("Again")}, "Again")
    told = [line.strip() for line in Seen(clone, capsys, "log", RHINO).lines]
    assert [word for word in ("Declare", "the file was removed", "A link", "Again") if word in told] == [
        "Declare", "the file was removed", "Again",
    ]  # fmt: skip
