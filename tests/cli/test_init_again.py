"""`reconciler init` where something is there already: what people have is theirs, what cannot be is told."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.starter import stamp
from reconciler.starter.answers import EXAMPLES
from reconciler.starter.decide import Step, decide
from reconciler.starter.folder import find
from reconciler.starter.render import render
from reconciler.starter.sources import templates
from reconciler.starter.write import carry_out
from tests.support.repositories import Clone, alone, remote
from tests.support.starting import FILES, Shell


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A repository with something in it."""
    return alone(tmp_path / "payments", {"README.md": "Ours\n"})


@pytest.fixture
def shell(clone: Clone, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(clone.folder, capsys)


@pytest.fixture
def begun(shell: Shell, clone: Clone) -> Shell:
    """A repository in which it has run, and everything is committed."""
    shell.init("--yes")
    clone.git("add", "--all")
    clone.commit_index("Set up the incident reconciler")
    return shell


def older(shell: Shell, monkeypatch: pytest.MonkeyPatch, path: str = "incidents/README.md") -> str:
    """As if an earlier version, which would have written a file otherwise, had written it."""
    now = shell.read(path)
    text = stamp.unstamped(now).replace("\n\n", "\n\nWhat it said then.\n\n", 1)
    monkeypatch.setattr(stamp, "__version__", "0.0.1")
    shell.write(path, stamp.stamped(path, text, text))
    monkeypatch.undo()
    return now


# run again -------------------------------------------------------------------------------------


def test_what_nobody_edited_is_updated(begun: Shell, clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    now = older(begun, monkeypatch)
    clone.git("commit", "--quiet", "--all", "--message", "As it was then")
    (begun.folder / "incidents/README.md").chmod(0o640)
    assert begun.init("--dry-run")["incidents/README.md"] == "to update"
    assert begun.read("incidents/README.md") != now
    assert begun.init()["incidents/README.md"] == "updated"
    assert begun.read("incidents/README.md") == now
    assert (begun.folder / "incidents/README.md").stat().st_mode & 0o777 == 0o640
    assert "git add incidents/README.md\n" in begun.said
    assert begun.init()["incidents/README.md"] == "up to date"


def test_an_update_keeps_the_line_ends_that_are_there(begun: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    now = older(begun, monkeypatch)
    begun.write("incidents/README.md", begun.read("incidents/README.md").replace("\n", "\r\n"))
    assert begun.init()["incidents/README.md"] == "updated"
    assert begun.read("incidents/README.md") == now.replace("\n", "\r\n")
    assert begun.init()["incidents/README.md"] == "up to date"


@pytest.mark.parametrize("path", sorted(FILES))
def test_what_somebody_edited_is_left_and_told(begun: Shell, path: str) -> None:
    edited = begun.read(path).replace("\n", "\n\n", 3)
    begun.write(path, edited)
    assert begun.init() == dict.fromkeys(FILES, "up to date") | {path: "edited"}
    assert begun.read(path) == edited
    assert f"{path}  by you: left as it is\n" in re.sub(" {2,}", "  ", begun.said)


def test_of_an_edited_file_it_shows_what_would_change_once_there_is_something_new(
    begun: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    older(begun, monkeypatch)
    edited = begun.read("incidents/README.md") + "Ours.\n"
    begun.write("incidents/README.md", edited)
    assert begun.init()["incidents/README.md"] == "edited"
    assert "    -What it said then.\n" in begun.said
    assert begun.read("incidents/README.md") == edited


def test_a_long_difference_is_cut(begun: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    older(begun, monkeypatch)
    begun.write("incidents/README.md", begun.read("incidents/README.md") + "Ours.\n" * 99)
    begun.init()
    assert "… and " in begun.said
    assert begun.said.count("-Ours.") < 12


def test_what_a_commit_removed_stays_away(begun: Shell, clone: Clone) -> None:
    clone.commit({"incidents/example.yaml": None})
    assert begun.init()["incidents/example.yaml"] == "removed"
    assert "incidents/example.yaml" not in begun.all()
    (begun.folder / "slack-app.yaml").unlink()
    assert begun.init()["slack-app.yaml"] == "written"


def test_a_file_of_that_name_that_was_never_ours_does_not_count_as_removed(
    shell: Shell, clone: Clone
) -> None:
    clone.commit({".pre-commit-config.yaml": "repos: []\n"})
    clone.commit({".pre-commit-config.yaml": None})
    assert shell.init()[".pre-commit-config.yaml"] == "written"


def test_the_settings_that_are_there_decide_what_the_rest_is_written_from(shell: Shell, clone: Clone) -> None:
    settings = (
        "severities: [{name: critical}, {name: 'no'}]\ngit: {branch: trunk}\nslack: {archive_after: 3d}\n"
    )
    clone.commit({"reconciler.yaml": settings})
    told = shell.init()
    assert told == dict.fromkeys(FILES, "written") | {"reconciler.yaml": "yours"}
    assert shell.read("reconciler.yaml") == settings
    assert 'branches: [trunk, "incident/**"]' in shell.read(".github/workflows/reconcile.yml")
    assert "options: [critical, 'no']" in shell.read(".github/workflows/declare.yml").replace('"', "'")
    assert shell.validate() == 0


def test_the_form_follows_the_severities_of_the_settings(begun: Shell) -> None:
    text = begun.read("reconciler.yaml").replace("name: sev3", "name: minor")
    begun.write("reconciler.yaml", text)
    told = begun.init()
    assert told[".github/workflows/declare.yml"] == "updated"
    assert "options: [sev1, sev2, minor]" in begun.read(".github/workflows/declare.yml")


def test_wrong_settings_are_left_and_what_is_wrong_in_them_goes_nowhere(shell: Shell, clone: Clone) -> None:
    settings = "severities: [{name: 'a b'}]\ngit: {branch: \"main' || 'a\"}\nwrong: [\n"
    for text in (settings, settings.removesuffix("[\n") + "1\n", "\x00", "\ufeff", b"\xff\xfe\x00", "- a\n"):
        shell.write("reconciler.yaml", text)
        told = shell.init()
        assert (shell.code, told["reconciler.yaml"]) == (0, "yours")
        assert "github.ref == 'refs/heads/main' ||" in shell.read(".github/workflows/reconcile.yml")
        assert "severity: sev1 " in shell.read("incidents/example.yaml")


# what was there before --------------------------------------------------------------------------


def test_files_of_others_are_never_overwritten(shell: Shell) -> None:
    for path in FILES:
        shell.write(path, f"{path} of ours\n")
    before = shell.all()
    assert shell.init() == dict.fromkeys(FILES, "yours")
    assert shell.all() == before


def test_to_a_pre_commit_configuration_it_says_what_to_add(shell: Shell) -> None:
    shell.write(".pre-commit-config.yaml", "repos:\n")
    assert shell.init()[".pre-commit-config.yaml"] == "yours"
    added = [line.removeprefix("    +") for line in shell.said.splitlines() if line.startswith("    +")]
    shell.write(".pre-commit-config.yaml", "\n".join(["repos:", *added, ""]))
    shell.init()
    assert "it has the hook" in shell.said
    assert "    +" not in shell.said


@pytest.mark.parametrize(
    "path",
    ["PULL_REQUEST_TEMPLATE.md", ".github/PULL_REQUEST_TEMPLATE/one.md", "docs/pull_request_template.txt"],
)
def test_another_pull_request_template_is_not_put_behind_ours(shell: Shell, path: str) -> None:
    shell.write(path, "Why?\n")
    shell.init()
    assert ".github/pull_request_template.md" not in shell.all()
    assert "yours" in next(
        line for line in shell.said.splitlines() if "ull_request_template" in line.casefold()
    )


def test_a_file_that_git_is_told_to_ignore_is_named(shell: Shell) -> None:
    shell.write(".gitignore", ".github/\n")
    shell.init()
    ignored = [line.split()[1] for line in shell.said.splitlines() if line.endswith("Git ignores it")]
    assert sorted(ignored) == [
        ".github/pull_request_template.md",
        ".github/workflows/declare.yml",
        ".github/workflows/reconcile.yml",
    ]
    assert ".github" not in next(line for line in shell.said.splitlines() if "git add" in line)


# what cannot be ---------------------------------------------------------------------------------


def _file_for_folder(folder: Path) -> None:
    (folder / "incidents").write_text("ours\n")


def _folder_for_file(folder: Path) -> None:
    (folder / "slack-app.yaml").mkdir()


def _link_out(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (folder / ".github").symlink_to(outside)


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / "reconciler.yaml")


IN_THE_WAY: dict[str, Callable[[Path], None]] = {
    "incidents is a file, where a folder should be": _file_for_folder,
    "slack-app.yaml is a folder, where a file should be": _folder_for_file,
    ".github is a symbolic link, which is never followed, where a folder should be": _link_out,
    "reconciler.yaml is a device or a pipe, where a file should be": _pipe,
}


@pytest.mark.parametrize("words", IN_THE_WAY)
def test_when_something_is_in_the_way_nothing_is_written(shell: Shell, words: str) -> None:
    IN_THE_WAY[words](shell.folder)
    before = shell.all()
    shell.init()
    assert shell.code == 1
    assert words in shell.error
    assert "next: move it out of the way" in shell.error
    assert shell.all() == before
    assert not list(shell.folder.parent.glob("outside/*"))


def test_a_symbolic_link_in_the_place_of_a_file_is_left(shell: Shell) -> None:
    outside = shell.folder.parent / "outside.yaml"
    (shell.folder / "slack-app.yaml").symlink_to(outside)
    assert shell.init()["slack-app.yaml"] == "yours"
    assert "is a symbolic link, never followed" in shell.said
    assert not outside.exists()


def test_a_folder_that_cannot_be_written_to_is_told_beforehand(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != shell.folder)
    shell.init()
    assert shell.code == 1
    assert f"{shell.folder} cannot be written to" in shell.error
    assert shell.all().keys() == {"README.md"}


@pytest.mark.parametrize(("refused", "code"), [("slack-app.yaml", 3), ("", 1)])
def test_what_could_not_be_written_is_told_and_the_rest_goes_on(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, refused: str, code: int
) -> None:
    true_open = os.open

    def full(path: str | os.PathLike[str], flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT and os.fspath(path).endswith(refused):
            raise OSError(28, "No space left on device")
        return true_open(path, flags, mode)

    monkeypatch.setattr(os, "open", full)
    told = shell.init()
    assert shell.code == code
    assert told["slack-app.yaml"] == Step.FAILED.value
    assert "No space left on device" in shell.said
    monkeypatch.undo()
    assert shell.init()["slack-app.yaml"] == "written"
    assert shell.code == 0


def test_a_file_that_comes_between_the_look_and_the_write_is_not_overwritten(shell: Shell) -> None:
    folder = find(str(shell.folder))
    (item,) = [one for one in decide(folder, render(EXAMPLES, templates())) if one.path == "slack-app.yaml"]
    shell.write("slack-app.yaml", "ours\n")
    (done,) = carry_out(folder, "main", [item])
    assert (done.step, done.note) == (Step.FAILED, "File exists")
    assert shell.read("slack-app.yaml") == "ours\n"


def test_outside_of_a_repository_it_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(tmp_path, capsys)
    shell.write("holiday.jpg", "x")
    shell.init("--yes")
    assert shell.code == 1
    assert "there is no Git repository" in shell.error
    assert "`git init`" in shell.error
    assert shell.all().keys() == {"holiday.jpg"}
    for folder in ("nowhere", "holiday.jpg"):
        other = Shell(tmp_path / folder, capsys)
        other.init("--yes")
        assert (other.code, "there is no folder" in other.error) == (1, True)


def test_a_bare_repository_has_no_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shell = Shell(remote(tmp_path, {"README.md": "x\n"}).folder, capsys)
    shell.init("--yes")
    assert (shell.code, "bare repository" in shell.error) == (1, True)
