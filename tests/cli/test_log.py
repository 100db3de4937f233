"""`reconciler log` of one incident: its decisions and effects as one story."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.looking import LATER, OTTER, RHINO, SETTINGS, Seen, file, heads, place, remember
from tests.support.repositories import START, Clone, alone


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return alone(tmp_path / "here", {"reconciler.yaml": SETTINGS})


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
    everything = Seen(clone, capsys, "log", "--json", *LATER).document["events"]
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
    assert RHINO not in Seen(clone, capsys, "log", *LATER).text


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
