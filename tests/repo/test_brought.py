"""In which pull request a commit came, as the merges of the history tell."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.repo.brought import Pull, of_commits, squashed
from reconciler.repo.lived import lived
from reconciler.repo.repository import Repository
from tests.support.repositories import START, Clone, alone

A = "incidents/2026/11/a.yaml"
BEFORE = START - timedelta(days=1)


class Work:
    """A repository in which people work on branches; each commit a minute after the one before."""

    def __init__(self, folder: Path):
        self.clone: Clone = alone(folder, {A: "title: A\n", "other": "0"})
        self.minutes = 0

    def edit(self, text: str, path: str = A, message: str = "Edit") -> str:
        self.minutes += 1
        return self.clone.commit({path: text}, message, at=START + timedelta(minutes=self.minutes))

    def branch(self, name: str, at: str = "main") -> None:
        self.clone.git("switch", "--quiet", "--create", name, at)

    def merge(self, name: str, message: str, into: str = "main") -> str:
        self.clone.git("switch", "--quiet", into)
        self.clone.git("merge", "--quiet", "--no-ff", "--no-commit", "--strategy-option=theirs", name)
        self.minutes += 1
        return self.clone.commit_index(
            message, at=START + timedelta(minutes=self.minutes), by=("Bo", "bo@example.com")
        )

    def pulls(self) -> dict[str, int]:
        """By file and by time: both must say the same of the commits of the file."""
        repo = Repository.open(self.clone.folder)
        of_one, of_all = lived(repo, "main", A).pulls, of_commits(repo, "main", BEFORE)
        assert {commit: of_all.get(commit) for commit in of_one} == of_one
        return {commit: pull.number for commit, pull in of_one.items()}


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path / "here")


def test_every_commit_of_a_branch_came_in_the_pull_request_that_was_merged(work: Work) -> None:
    work.branch("fix")
    one, two = work.edit("title: B\n"), work.edit("title: C\n")
    work.clone.git("switch", "--quiet", "main")
    beside = work.edit("1", "other")
    merge = work.merge("fix", "Merge pull request #12 from ana/fix\n\nThe checkout is back")
    later = work.edit("title: D\n")
    found = work.pulls()
    assert (found[one], found[two]) == (12, 12)
    assert not {beside, later} & set(found)
    told = lived(Repository.open(work.clone.folder), "main", A).pulls[one]
    assert told == Pull(12, merge, "Bo <bo@example.com>", START + timedelta(minutes=work.minutes - 1))


def test_of_one_pull_request_within_another_the_inner_one_counts(work: Work) -> None:
    work.branch("release")
    outer = work.edit("title: B\n")
    work.branch("fix", "release")
    inner = work.edit("title: C\n")
    work.merge("fix", "Merge pull request #7 from bo/fix", into="release")
    work.merge("release", "Merge pull request #8 from ana/release")
    assert (work.pulls()[outer], work.pulls()[inner]) == (8, 7)


def test_a_branch_that_was_brought_up_to_date_does_not_take_what_was_on_main(work: Work) -> None:
    work.branch("fix")
    own = work.edit("2", "other")
    work.clone.git("switch", "--quiet", "main")
    theirs = work.edit("title: B\n")
    work.merge("main", "Merge branch 'main' into fix", into="fix")
    more = work.edit("title: C\n")
    work.merge("fix", "Merge pull request #9 from ana/fix")
    assert work.pulls().get(theirs) is None
    assert work.pulls()[more] == 9
    assert of_commits(Repository.open(work.clone.folder), "main", BEFORE)[own].number == 9


def test_two_lines_that_both_touched_the_file_keep_their_own(work: Work) -> None:
    work.branch("one")
    first = work.edit("title: B\n")
    work.branch("two", "main")
    second = work.edit("title: C\n")
    work.merge("one", "Merge pull request #1 from ana/one")
    work.merge("two", "Merge pull request #2 from bo/two")
    assert (work.pulls()[first], work.pulls()[second]) == (1, 2)
    told = lived(Repository.open(work.clone.folder), "main", A)
    assert [version.commit for version in told.versions][1:] == [first, second]


@pytest.mark.parametrize(
    "message",
    [
        "Merge pull request #12 from ana/fix",
        "Merged in fix (pull request #12)",
        "Merged PR 12: The checkout is back",
        "Merge branch 'fix' into 'main'\n\nSee merge request acme/incidents!12",
    ],
)
def test_each_host_says_it_in_its_own_words(work: Work, message: str) -> None:
    work.branch("fix")
    one = work.edit("title: B\n")
    work.merge("fix", message)
    assert work.pulls()[one] == 12


@pytest.mark.parametrize("message", ["Merge branch 'fix'", "Mention Merge pull request #12 from x", "#12"])
def test_another_merge_is_no_pull_request(work: Work, message: str) -> None:
    work.branch("fix")
    work.edit("title: B\n")
    work.merge("fix", message)
    assert work.pulls() == {}


def test_a_squashed_one_is_named_in_the_subject_alone() -> None:
    assert squashed("Back again (#12)\n\nMore (#13)") == Pull(12)
    assert squashed("Back again, see (#12) for more") is None
    assert squashed("Back again\n\nas said (#12)") is None
