"""An edit becomes one commit, and nobody's index or work tree is disturbed by it."""

from __future__ import annotations

import fcntl
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.errors import Failure
from reconciler.repo.branch import Branch
from reconciler.repo.commit import Words, commit_edit
from reconciler.repo.git import LostRace
from reconciler.repo.repository import Repository
from tests.support import repositories
from tests.support.repositories import Clone

WHEN = datetime(2026, 11, 21, 17, 4, 5, tzinfo=UTC)
WORDS = Words("Declare it", ("Ana Lopez", "ana@example.com"), {"Incident": "a", "Via": "shell"})
FILES = {"incidents/a.yaml": "title: A\n", "incidents/b.yaml": "title: B\n"}


@pytest.fixture
def here(tmp_path: Path) -> Clone:
    return repositories.alone(tmp_path / "here", FILES)


def edit(
    here: Clone, files: Mapping[str, bytes | None], *, branch: str = "main", words: Words = WORDS
) -> str | None:
    return commit_edit(Repository.open(here.folder), branch, here.head, files, words, WHEN)


def test_a_commit_has_the_person_as_author_the_tool_as_committer_and_trailers(here: Clone) -> None:
    edit(here, {"incidents/a.yaml": b"title: A2\n"})
    assert here.log("-1", "%an <%ae> %at|%cn <%ce> %ct") == [
        f"Ana Lopez <ana@example.com> {WHEN.timestamp():.0f}"
        f"|incident-reconciler <incident-reconciler@localhost> {WHEN.timestamp():.0f}"
    ]
    assert here.log("-1", "%s|%(trailers:separator=%x3B)") == ["Declare it|Incident: a;Via: shell"]


def test_the_committer_can_be_named_by_the_environment(here: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Robot")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "robot@example.com")
    edit(here, {"incidents/a.yaml": b"title: A2\n"})
    assert here.log("-1", "%cn <%ce>") == ["Robot <robot@example.com>"]


def test_only_the_files_named_are_changed_and_every_byte_is_kept(here: Clone) -> None:
    here.commit({".gitattributes": "*.yaml text eol=crlf\n"})
    edit(here, {"incidents/a.yaml": b"one\r\ntwo\n\0", "incidents/b.yaml": None, "incidents/c.yaml": b""})
    assert here.git("diff-tree", "-r", "--name-status", "--no-commit-id", "HEAD").split("\n") == [
        "M\tincidents/a.yaml",
        "D\tincidents/b.yaml",
        "A\tincidents/c.yaml",
    ]
    assert Repository.open(here.folder).read("HEAD", "incidents/a.yaml") == b"one\r\ntwo\n\0"


def test_nothing_is_left_lying_about(here: Clone) -> None:
    edit(here, {"incidents/a.yaml": b"title: A2\n"})
    assert here.git("for-each-ref", "--format=%(refname)") == "refs/heads/main"
    assert not list((here.folder / ".git").glob("fast_import*"))
    assert here.git("fsck", "--strict") == ""


def test_an_edit_that_changes_nothing_makes_no_commit(here: Clone) -> None:
    head = here.head
    assert edit(here, {"incidents/a.yaml": b"title: A\n"}) is None
    assert edit(here, {}) is None
    assert edit(here, {"incidents/never-there.yaml": None}) is None
    assert here.head == head


def test_a_work_tree_that_has_the_branch_goes_along_and_stays_clean(here: Clone) -> None:
    commit = edit(here, {"incidents/a.yaml": b"title: A2\n", "incidents/2026/c.yaml": b"title: C\n"})
    assert (here.head, here.status()) == (commit, "")
    assert (here.folder / "incidents/a.yaml").read_bytes() == b"title: A2\n"
    assert (here.folder / "incidents/2026/c.yaml").read_bytes() == b"title: C\n"
    edit(here, {"incidents/b.yaml": None})
    assert here.status() == ""
    assert not (here.folder / "incidents/b.yaml").exists()


def test_uncommitted_edits_of_other_files_stay_as_they_are(here: Clone) -> None:
    here.write({"incidents/b.yaml": "being edited", "new.txt": "untracked", "staged.txt": "staged"})
    here.git("add", "staged.txt")
    before = here.status()
    edit(here, {"incidents/a.yaml": b"title: A2\n"})
    assert here.status() == before
    assert (here.folder / "incidents/b.yaml").read_text() == "being edited"
    assert (here.folder / "incidents/a.yaml").read_text() == "title: A2\n"


def staged(here: Clone) -> None:
    here.write({"incidents/a.yaml": "mine"})
    here.git("add", "incidents/a.yaml")


def staged_and_taken_back(here: Clone) -> None:
    staged(here)
    here.write({"incidents/a.yaml": FILES["incidents/a.yaml"]})


def ignored(here: Clone) -> None:
    here.git("rm", "--quiet", "incidents/a.yaml")
    here.commit_index("Remove")
    here.commit({".gitignore": "a.yaml\n"})
    here.write({"incidents/a.yaml": "mine, ignored"})


def ignored_with_its_folder(here: Clone) -> None:
    here.git("rm", "--quiet", "-r", "incidents")
    here.commit_index("Remove")
    here.commit({".gitignore": "incidents/\n"})
    here.write({"incidents/a.yaml": "mine, ignored"})


DIRTY = {
    "edited": lambda here: here.write({"incidents/a.yaml": "mine"}),
    "removed": lambda here: here.write({"incidents/a.yaml": None}),
    "staged": staged,
    "staged and taken back": staged_and_taken_back,
    "ignored": ignored,
    "ignored with its folder": ignored_with_its_folder,
}


@pytest.mark.parametrize("how", DIRTY)
def test_a_file_with_uncommitted_edits_is_never_written_over(here: Clone, how: str) -> None:
    DIRTY[how](here)
    head, status = here.head, here.status()
    path = here.folder / "incidents/a.yaml"
    content = path.read_bytes() if path.exists() else None
    with pytest.raises(Failure, match=r"incidents/a\.yaml has edits that are not committed") as caught:
        edit(here, {"incidents/a.yaml": b"title: ours\n"})
    assert "git stash" in caught.value.next
    assert (here.head, here.status()) == (head, status)
    assert (path.read_bytes() if path.exists() else None) == content


def test_an_edit_of_no_file_minds_no_uncommitted_edits(here: Clone) -> None:
    here.write({"incidents/a.yaml": "mine"})
    assert edit(here, {}) is None


def test_a_new_file_in_a_folder_that_is_ignored_is_written(here: Clone) -> None:
    here.commit({".gitignore": "made/\n"})
    here.write({"made/other.yaml": "mine"})
    edit(here, {"made/new.yaml": b"ours"})
    assert (here.folder / "made/new.yaml").read_bytes() == b"ours"
    assert (here.folder / "made/other.yaml").read_text() == "mine"


def test_an_untracked_file_in_the_way_is_never_written_over(here: Clone) -> None:
    here.write({"incidents/new.yaml": "mine"})
    with pytest.raises(Failure, match="has edits that are not committed"):
        edit(here, {"incidents/new.yaml": b"title: ours\n"})
    assert (here.folder / "incidents/new.yaml").read_text() == "mine"


def test_a_branch_that_is_not_checked_out_leaves_the_work_tree_alone(here: Clone) -> None:
    here.git("branch", "other")
    here.write({"incidents/a.yaml": "being edited"})
    head, status = here.head, here.status()
    commit = edit(here, {"incidents/a.yaml": b"title: other\n"}, branch="other")
    assert (here.head, here.status()) == (head, status)
    assert here.git("rev-parse", "other") == commit
    assert (here.folder / "incidents/a.yaml").read_text() == "being edited"


def test_a_detached_head_leaves_the_work_tree_alone(here: Clone) -> None:
    here.git("checkout", "--quiet", "--detach")
    head = here.head
    commit = edit(here, {"incidents/a.yaml": b"title: A2\n"})
    assert (here.head, here.status(), here.git("rev-parse", "main")) == (head, "", commit)


def test_a_linked_work_tree_that_has_the_branch_goes_along(here: Clone, tmp_path: Path) -> None:
    here.git("branch", "other")
    here.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "other")
    linked = Clone(tmp_path / "linked")
    edit(here, {"incidents/a.yaml": b"title: other\n"}, branch="other")
    assert linked.status() == ""
    assert (linked.folder / "incidents/a.yaml").read_text() == "title: other\n"
    assert (here.folder / "incidents/a.yaml").read_text() == "title: A\n"


def test_a_bare_repository_takes_commits(here: Clone, tmp_path: Path) -> None:
    hub = repositories.remote(tmp_path, FILES)
    repo = Repository.open(hub.folder)
    commit = commit_edit(repo, "main", hub.tip(), {"incidents/a.yaml": b"title: A2\n"}, WORDS, WHEN)
    assert hub.tip() == commit


def test_the_first_commit_of_a_repository_can_be_ours(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path / "here")
    repo = Repository.open(here.folder)
    commit = commit_edit(repo, "main", None, {"incidents/a.yaml": b"title: A\n"}, WORDS, WHEN)
    assert (here.head, here.status()) == (commit, "")
    assert (here.folder / "incidents/a.yaml").read_text() == "title: A\n"


def test_a_branch_that_moved_meanwhile_is_a_lost_race_and_nothing_is_written(here: Clone) -> None:
    parent = here.head
    moved = here.commit({"incidents/b.yaml": "title: B2\n"})
    repo = Repository.open(here.folder)
    with pytest.raises(LostRace):
        commit_edit(repo, "main", parent, {"incidents/a.yaml": b"title: A2\n"}, WORDS, WHEN)
    assert (here.head, here.status()) == (moved, "")


def test_a_branch_that_moves_at_the_last_moment_takes_the_work_tree_back(
    here: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = here.head
    monkeypatch.setattr("reconciler.repo.refs.move", lambda *_: False)
    with pytest.raises(LostRace, match="has moved meanwhile"):
        edit(here, {"incidents/a.yaml": b"title: A2\n"})
    assert (here.head, here.status()) == (head, "")
    assert (here.folder / "incidents/a.yaml").read_text() == "title: A\n"


def test_only_one_of_us_moves_a_work_tree_at_a_time(here: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    check_out, held = Branch._check_out, []

    def try_the_lock(place: Branch, old: str | None, new: str | None) -> None:
        with open(here.folder / ".git/reconciler.lock") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held.append(new)
        check_out(place, old, new)

    monkeypatch.setattr(Branch, "_check_out", try_the_lock)
    commit = edit(here, {"incidents/a.yaml": b"title: A2\n"})
    assert held == [commit]


def test_an_index_that_another_git_holds_refuses_and_changes_nothing(here: Clone) -> None:
    head = here.head
    (here.folder / ".git" / "index.lock").touch()
    with pytest.raises(Failure, match="could not take the new commit") as caught:
        edit(here, {"incidents/a.yaml": b"title: A2\n"})
    assert "index.lock" in caught.value.detail
    assert caught.value.next.endswith(f"one was killed: remove {here.folder}/.git/index.lock")
    (here.folder / ".git" / "index.lock").unlink()
    assert (here.head, here.status()) == (head, "")


def test_the_mode_of_a_file_stays(here: Clone) -> None:
    here.git("update-index", "--chmod=+x", "incidents/a.yaml")
    here.commit_index("As some file systems do")
    here.git("checkout", "--quiet", "--", ".")
    edit(here, {"incidents/a.yaml": b"title: A2\n"})
    assert here.git("ls-tree", "HEAD", "incidents/a.yaml").startswith("100755")


@pytest.mark.parametrize(
    "path", ["../outside.yaml", ".git/config", "/etc/passwd", "incidents//x", "", "a/../b"]
)
def test_a_path_that_leaves_the_repository_is_refused(here: Clone, path: str) -> None:
    head = here.head
    with pytest.raises(Failure):
        edit(here, {path: b"x"})
    assert (here.head, here.status()) == (head, "")


@pytest.mark.parametrize("path", ["incidents", "incidents/a.yaml/x.yaml"])
def test_a_file_never_takes_the_place_of_a_folder_nor_the_other_way(here: Clone, path: str) -> None:
    head = here.head
    with pytest.raises(Failure, match="cannot be written"):
        edit(here, {path: b"x"})
    assert (here.head, here.status()) == (head, "")


@pytest.mark.parametrize(
    "path",
    ["incidents/-x.yaml", "incidents/a\nb.yaml", 'incidents/"q".yaml', "incidents/ü.yaml", "incidents/*"],
)
def test_hostile_names_are_written_as_they_are(here: Clone, path: str) -> None:
    edit(here, {path: b"hostile"})
    assert Repository.open(here.folder).read("HEAD", path) == b"hostile"
    assert here.status() == ""


@pytest.mark.parametrize(
    ("author", "shown"),
    [
        (
            ("Ana <root@example.com>\nX: y", "ana@example.com"),
            "Ana  root@example.com X: y <ana@example.com>",
        ),
        (("", "ana@example.com"), "ana@example.com <ana@example.com>"),
        (("...", ""), "unknown <unknown>"),
        (("阿娜 🦏", "ana@example.com"), "阿娜 🦏 <ana@example.com>"),
        (("--author", "-x"), "--author <-x>"),
    ],
)
def test_any_name_of_a_person_is_only_a_name(here: Clone, author: tuple[str, str], shown: str) -> None:
    edit(here, {"incidents/a.yaml": b"title: A2\n"}, words=Words("Edit", author, {}))
    assert here.log("-1", "%an <%ae>") == [shown]


@pytest.mark.parametrize(
    "body", ["Title\n\nIncident: forged\nVia: forged", "Incident: forged", "", "# note\n\n---\nx"]
)
def test_a_message_cannot_forge_a_trailer(here: Clone, body: str) -> None:
    edit(
        here,
        {"incidents/a.yaml": b"title: A2\n"},
        words=Words(body, WORDS.author, {"Incident": "a", "Via": "b\nX: c"}),
    )
    assert here.log("-1", "%(trailers:unfold,separator=%x3B)") == ["Incident: a;Via: b X: c"]


def test_a_message_may_hold_anything(here: Clone) -> None:
    body = "$(touch hacked) `x` \0 'quotes\" -m 🦏\n\n# not a comment"
    edit(here, {"incidents/a.yaml": b"title: A2\n"}, words=Words(body, WORDS.author, {}))
    assert here.git("log", "-1", "--format=%B") == body.replace("\0", "")


def test_a_thousand_files_make_one_commit(here: Clone) -> None:
    files = {f"incidents/{number}.yaml": f"title: {number}\n".encode() for number in range(1000)}
    edit(here, files)
    assert len(Repository.open(here.folder).files("HEAD")) == 1002
    assert here.status() == ""
