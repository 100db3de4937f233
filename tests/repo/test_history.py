"""What each incident file was, commit by commit, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.repo import history
from reconciler.repo.history import Version, versions
from reconciler.repo.repository import Repository
from tests.support import repositories
from tests.support.repositories import ANA, START, Clone, dated

A, B = "incidents/2026/11/a.yaml", "incidents/2026/11/b.yaml"
BO = ("Bo", "bo@example.com")


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def of(
    here: Clone, *paths: str, since: str | None = None, revision: str = "main"
) -> dict[str, list[Version]]:
    return versions(Repository.open(here.folder), revision, paths or (A,), since)


def story(found: list[Version]) -> list[tuple[int, str | None]]:
    """Minutes since the start, and the content."""
    return [
        (
            int((one.at - START) / timedelta(minutes=1)),
            one.content.decode() if one.content is not None else None,
        )
        for one in found
    ]


@pytest.fixture
def here(tmp_path: Path) -> Clone:
    return repositories.alone(tmp_path / "here", {A: "investigating", B: "b0", "notes.txt": "n"})


def test_the_versions_of_a_file_come_oldest_first_with_their_commits(here: Clone) -> None:
    first = here.head
    second = here.commit({A: "mitigated"}, "Mitigate\n\nVia: shell", at=at(25), by=BO)
    here.commit({"notes.txt": "elsewhere"}, at=at(26))
    third = here.commit({A: "resolved"}, at=at(55))
    found = of(here)["a"]
    assert story(found) == [(0, "investigating"), (25, "mitigated"), (55, "resolved")]
    assert [one.commit for one in found] == [first, second, third]
    assert (found[1].author, found[1].email, found[1].message) == (*BO, "Mitigate\n\nVia: shell")
    assert found[1].at == at(25)
    assert found[1].at.tzinfo is UTC
    assert Repository.open(here.folder).files("main")[A] == found[2].blob


def test_the_committer_dates_a_version_and_not_the_author(here: Clone) -> None:
    here.write({A: "mitigated"})
    here.git("add", A)
    dates = dated(at(90)) | {"GIT_AUTHOR_DATE": f"@{int(at(5).timestamp())} +0000"}
    here.git("commit", "--quiet", "--message", "Rebased", env=dates)
    assert story(of(here)["a"])[-1] == (90, "mitigated")


def test_a_removed_file_has_a_last_version_without_content(here: Clone) -> None:
    here.commit({A: None}, at=at(5))
    assert story(of(here)["a"]) == [(0, "investigating"), (5, None)]
    here.commit({A: "back"}, at=at(9))
    assert story(of(here)["a"]) == [(0, "investigating"), (5, None), (9, "back")]


def test_a_file_that_never_was_has_no_versions(here: Clone) -> None:
    assert of(here, "incidents/never.yaml") == {"never": []}
    assert versions(Repository.open(here.folder), "main", []) == {}


def test_many_files_are_told_apart_in_one_pass(here: Clone) -> None:
    here.commit({A: "a1", B: "b1"}, at=at(1))
    here.commit({B: "b2"}, at=at(2))
    found = of(here, A, B)
    assert story(found["a"]) == [(0, "investigating"), (1, "a1")]
    assert story(found["b"]) == [(0, "b0"), (1, "b1"), (2, "b2")]


def test_so_many_files_that_the_whole_folder_is_read_give_the_same(here: Clone) -> None:
    here.commit({f"incidents/{number}.yaml": f"{number}" for number in range(history._FEW + 5)}, at=at(1))
    here.commit({"incidents/3.yaml": "three", A: "mitigated"}, at=at(2))
    here.git("mv", "incidents/4.yaml", "incidents/2026/4.yaml")
    here.commit_index("Move", at=at(3))
    paths = list(Repository.open(here.folder).files("main"))
    together = of(here, *paths)
    assert story(together["3"]) == [(1, "3"), (2, "three")]
    assert story(together["4"]) == [(1, "4")]
    for path in paths[:10]:
        alone = of(here, path)
        assert alone == {stem: together[stem] for stem in alone}


def test_a_move_between_folders_is_nothing(here: Clone) -> None:
    here.commit({A: "mitigated"}, at=at(1))
    here.git("mv", A, "incidents/a.yaml")
    here.commit_index("Move", at=at(2))
    (here.folder / "incidents/deep/down").mkdir(parents=True)
    here.git("mv", "incidents/a.yaml", "incidents/deep/down/a.yaml")
    here.commit_index("Move again", at=at(3))
    here.commit({"incidents/deep/down/a.yaml": "resolved"}, at=at(4))
    expected = [(0, "investigating"), (1, "mitigated"), (4, "resolved")]
    assert story(of(here, "incidents/deep/down/a.yaml")["a"]) == expected


def test_a_move_with_an_edit_is_one_version(here: Clone) -> None:
    here.commit({A: None, "incidents/a.yaml": "mitigated"}, at=at(7))
    assert story(of(here, "incidents/a.yaml")["a"]) == [(0, "investigating"), (7, "mitigated")]


def test_a_copy_whose_original_is_removed_later_is_a_move(here: Clone) -> None:
    here.commit({"incidents/a.yaml": "investigating"}, at=at(1))
    here.commit({A: None}, at=at(2))
    found = of(here, A, "incidents/a.yaml")["a"]
    assert story(found) == [(0, "investigating")]


def test_an_own_change_on_a_branch_counts_from_its_commit_and_not_from_the_merge(here: Clone) -> None:
    here.git("checkout", "--quiet", "-b", "side")
    here.commit({A: "mitigated"}, at=at(10))
    here.git("checkout", "--quiet", "main")
    here.commit({B: "b1"}, at=at(20))
    merge(here, "side", at(30))
    found = of(here, A, B)
    assert story(found["a"]) == [(0, "investigating"), (10, "mitigated")]
    assert story(found["b"]) == [(0, "b0"), (20, "b1")]


def test_a_pull_that_merges_does_not_date_what_others_did_before_it(here: Clone) -> None:
    """Their commits come in as the second parent: followed alone, the first would lose them."""
    here.git("branch", "theirs")
    here.commit({B: "b1"}, at=at(1))
    here.git("checkout", "--quiet", "theirs")
    here.commit({A: "mitigated"}, at=at(2))
    here.commit({A: "resolved"}, at=at(3))
    here.git("checkout", "--quiet", "main")
    merge(here, "theirs", at(60))
    assert story(of(here)["a"]) == [(0, "investigating"), (2, "mitigated"), (3, "resolved")]


def test_a_merge_that_resolves_a_conflict_is_a_version_of_its_own(here: Clone) -> None:
    conflict(here)
    here.commit({A: "both"}, at=at(30))
    assert story(of(here)["a"]) == [(0, "investigating"), (10, "theirs"), (20, "mine"), (30, "both")]


@pytest.mark.parametrize("paths", [[A], [A, B]], ids=["asked alone", "asked with others"])
@pytest.mark.parametrize(("side", "minute"), [("theirs", 10), ("mine", 20)])
def test_a_merge_that_takes_one_side_ends_with_that_side(
    here: Clone, side: str, minute: int, paths: list[str]
) -> None:
    conflict(here)
    here.commit({A: side, B: "both"}, at=at(30))
    assert story(of(here, *paths)["a"]) == [(0, "investigating"), (minute, side)]


def test_a_merge_that_brings_a_new_file_dates_it_by_its_own_commit(here: Clone) -> None:
    here.git("checkout", "--quiet", "-b", "side")
    here.commit({"incidents/c.yaml": "declared"}, at=at(10))
    here.git("checkout", "--quiet", "main")
    here.commit({B: "b1"}, at=at(20))
    merge(here, "side", at(30))
    assert story(of(here, "incidents/c.yaml")["c"]) == [(10, "declared")]


def test_a_clock_that_was_ahead_does_not_turn_the_order_round(here: Clone) -> None:
    here.commit({A: "from the future"}, at=at(500))
    conflict(here)
    here.commit({A: "both"}, at=at(30))
    assert [minute for minute, _ in story(of(here)["a"])] == [0, 500, 10, 20, 30]


def merge(here: Clone, branch: str, moment: datetime) -> None:
    here.git("merge", "--quiet", "--no-ff", "--no-edit", branch, env=dated(moment))


def conflict(here: Clone) -> None:
    """Two branches that both changed a file, and a merge of them that waits for its commit."""
    here.git("checkout", "--quiet", "-b", "side")
    here.commit({A: "theirs", B: "theirs"}, at=at(10))
    here.git("checkout", "--quiet", "main")
    here.commit({A: "mine"}, at=at(20))
    here.git("merge", "--quiet", "--no-commit", "--strategy=ours", "side", env=dated(at(30), ANA))


def test_only_what_came_after_a_commit_is_read_when_it_is_named(here: Clone) -> None:
    here.commit({A: "mitigated"}, at=at(1))
    seen = here.head
    here.commit({A: "resolved"}, at=at(2))
    assert story(of(here, since=seen)["a"]) == [(2, "resolved")]
    assert of(here, since=here.head) == {"a": []}


def test_a_move_after_that_commit_is_still_nothing(here: Clone) -> None:
    seen = here.head
    here.git("mv", A, "incidents/a.yaml")
    here.commit_index("Move", at=at(1))
    assert of(here, "incidents/a.yaml", since=seen) == {"a": []}
    here.commit({"incidents/a.yaml": "mitigated"}, at=at(2))
    assert story(of(here, "incidents/a.yaml", since=seen)["a"]) == [(2, "mitigated")]


def test_a_commit_that_is_gone_counts_as_none(here: Clone) -> None:
    assert story(of(here, since="1" * 40)["a"]) == [(0, "investigating")]


def test_at_the_edge_of_a_shallow_clone_the_date_is_marked_as_unsure(tmp_path: Path) -> None:
    hub = repositories.remote(tmp_path, {A: "investigating"})
    there = hub.clone("there")
    there.commit({B: "b"}, at=at(1))
    there.commit({A: "mitigated"}, at=at(2))
    there.push()
    whole = of(there, A, B)
    assert not any(one.cut for found in whole.values() for one in found)
    cut = of(hub.clone("here", depth=2), A, B)
    assert story(cut["a"]) == [(1, "investigating"), (2, "mitigated")]
    assert [one.cut for one in cut["a"]] == [True, False]
    assert [one.cut for one in cut["b"]] == [True]


@pytest.mark.parametrize(
    "name",
    ["two\nlines", '"quoted"', "-dash", "--upload-pack=x", "*", ":(top)x", "ünïcödé 🦏", "a b", "a.b.c"],
)
def test_hostile_names_have_a_history_too(here: Clone, name: str) -> None:
    path = f"incidents/{name}.yaml"
    here.commit({path: "one"}, at=at(1))
    here.commit(
        {path: "two"}, ":000 forged\n\n:100644 100644 x y M", at=at(2), by=(":Ana", ":ana@example.com")
    )
    found = of(here, path)[name]
    assert story(found) == [(1, "one"), (2, "two")]
    assert found[-1].message.startswith(":000 forged")


def test_a_file_that_became_a_link_counts_as_removed(here: Clone) -> None:
    here.write({A: None})
    (here.folder / A).symlink_to("b.yaml")
    here.git("add", A)
    here.commit_index("Link", at=at(3))
    assert story(of(here)["a"]) == [(0, "investigating"), (3, None)]


def test_the_log_configuration_of_a_user_changes_nothing(here: Clone) -> None:
    here.commit({A: "mitigated"}, at=at(1))
    plain = of(here)
    for key, value in {
        "log.showRoot": "false",
        "log.showSignature": "true",
        "log.follow": "true",
        "log.decorate": "full",
        "diff.renames": "copies",
        "diff.noprefix": "true",
        "color.ui": "always",
        "core.quotePath": "true",
        "notes.displayRef": "*",
        "i18n.logOutputEncoding": "ISO-8859-1",
    }.items():
        here.git("config", key, value)
    assert of(here) == plain
