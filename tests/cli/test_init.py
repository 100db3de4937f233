"""`reconciler init` for the first time: one command, and what it told is all that has changed."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

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


# the first time --------------------------------------------------------------------------------


def test_one_command_makes_a_valid_incident_repository(shell: Shell, clone: Clone) -> None:
    told = shell.init("--yes")
    assert (shell.code, shell.error) == (0, "")
    assert told == dict.fromkeys(FILES, "written")
    assert clone.git("status", "--porcelain", "--untracked-files=all").splitlines() == [
        f"?? {path}" for path in sorted(FILES)
    ]
    assert shell.validate() == 0
    assert shell.said == "2 files checked, nothing to correct.\n"


def test_the_second_run_changes_nothing_and_says_so(begun: Shell, clone: Clone) -> None:
    before = begun.all()
    assert begun.init() == dict.fromkeys(FILES, "up to date")
    assert begun.all() == before
    assert clone.status() == ""
    assert "git commit" not in begun.said


def test_without_a_terminal_nothing_is_asked(tmp_path: Path, shell: Shell) -> None:
    command = ["python", "-m", "reconciler", "-C", str(shell.folder), "init"]
    with open(os.devnull, encoding="utf-8") as nothing:
        ended = subprocess.run(command, stdin=nothing, capture_output=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    assert shell.all().keys() >= FILES


def test_an_empty_folder_becomes_a_repository_in_the_same_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "Incidents of ACME"
    folder.mkdir()
    shell = Shell(folder, capsys)
    assert shell.init("--dry-run") == dict.fromkeys(FILES, "to write")
    assert list(folder.iterdir()) == []
    assert shell.init() == dict.fromkeys(FILES, "written")
    assert "a new Git repository, branch main" in shell.said
    assert Clone(folder).git("symbolic-ref", "HEAD") == "refs/heads/main"
    assert "name: incidents-of-acme\n" in shell.read("reconciler.yaml")


def test_a_dry_run_shows_what_would_be_and_writes_nothing(shell: Shell) -> None:
    before = shell.all()
    assert shell.init("--dry-run") == dict.fromkeys(FILES, "to write")
    assert "Nothing was written (--dry-run): 10 to write." in shell.said
    assert shell.all() == before


def test_it_goes_to_the_root_of_the_repository(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.write("src/a.py", "")
    assert Shell(shell.folder / "src", capsys).init() == dict.fromkeys(FILES, "written")
    assert shell.all().keys() >= FILES


@pytest.mark.parametrize(
    ("made", "branch"),
    [
        ("git branch -m trunk", "trunk"),
        ("git branch -m master; git switch -qc add-incidents", "master"),
        ("git switch -qc add-incidents", "main"),
        ("git checkout -q --detach", "main"),
    ],
)
def test_the_branch_is_the_one_that_others_work_from(
    shell: Shell, clone: Clone, made: str, branch: str
) -> None:
    for command in made.split("; "):
        clone.git(*command.split()[1:])
    shell.init("--yes")
    assert f"(branch {branch})" in shell.said
    assert f"git: {{remote: origin, branch: {branch}}}" in shell.read("reconciler.yaml")
    assert f'branches: [{branch}, "incident/**"]' in shell.read(".github/workflows/reconcile.yml")


def test_name_remote_and_branch_are_those_of_the_clone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub = remote(tmp_path, {"README.md": "x\n"})
    hub.git("branch", "-m", "trunk")
    here = hub.clone("here")
    here.git("switch", "--quiet", "--create", "mine")
    here.git("remote", "rename", "origin", "upstream")
    shell = Shell(here.folder, capsys)
    shell.init()
    assert "git: {remote: upstream, branch: trunk}" in shell.read("reconciler.yaml")
    assert "git push --set-upstream upstream HEAD" in shell.said
    assert shell.validate() == 0


# what comes next -------------------------------------------------------------------------------


def test_it_ends_with_what_is_left_to_do_in_order(shell: Shell, clone: Clone) -> None:
    clone.git("remote", "add", "origin", "git@github.com:acme/incidents.git")
    shell.init()
    lines = [line.strip() for line in shell.said.splitlines() if line.startswith("   ")]
    assert lines == [
        f"cd {shell.folder}",
        "${EDITOR:-vi} reconciler.yaml",
        "cat slack-app.yaml",
        "/invite @incidents",
        "(umask 077; ${EDITOR:-vi} ~/.incident-tokens)",
        ". ~/.incident-tokens",
        "reconciler validate",
        "git add --all",
        "git commit -m 'Set up the incident reconciler'",
        "gh secret set --env-file ~/.incident-tokens",
        "git push --set-upstream origin HEAD",
        "reconciler doctor --fix",
    ]
    assert "https://github.com/acme/incidents/settings/secrets/actions" in shell.said
    for command in ("git add --all", "git commit -qm x"):
        subprocess.run(command, shell=True, cwd=shell.folder, check=True, env=os.environ | _WHO)
    assert clone.status() == ""


def test_beside_other_uncommitted_files_only_its_own_are_to_be_added(shell: Shell) -> None:
    shell.write("notes.txt", "mine\n")
    shell.init()
    assert f"   git add {' '.join(sorted(FILES))}\n" in shell.said


def test_without_a_remote_it_says_how_to_make_one_until_there_is_one(shell: Shell, clone: Clone) -> None:
    for _ in range(2):
        shell.init()
        made = shell.said.index("gh repo create payments --private --source . --remote origin")
        assert made < shell.said.index("git push --set-upstream origin HEAD")
    clone.git("remote", "add", "origin", "git@github.com:acme/incidents.git")
    shell.init()
    assert "gh repo create" not in shell.said


def test_where_no_github_is_it_says_what_to_run_instead(shell: Shell, clone: Clone) -> None:
    clone.git("remote", "add", "origin", "git@github.com:acme/gitlab.git")
    shell.init()
    assert "gh secret set" in shell.said
    clone.git("remote", "set-url", "origin", "git@gitlab.com:acme/github.git")
    (shell.folder / ".github/workflows/reconcile.yml").unlink()
    shell.init()
    assert "gh " not in shell.said
    assert "   reconciler apply\n" in shell.said


_WHO = {"GIT_AUTHOR_NAME": "Ana", "GIT_AUTHOR_EMAIL": "ana@example.com"} | {
    "GIT_COMMITTER_NAME": "Ana",
    "GIT_COMMITTER_EMAIL": "ana@example.com",
}


def test_the_lines_that_still_hold_an_example_are_named_until_none_does(shell: Shell) -> None:
    shell.init()
    (numbers,) = re.findall(r"where the sandbox's stand \(lines ([0-9, ]+);", shell.said)
    lines = shell.read("reconciler.yaml").splitlines()
    assert [
        re.search(r"PSVC001|incidents@|8a1c", lines[int(one) - 1]) is None for one in numbers.split(", ")
    ] == [False] * 3
    text = shell.read("reconciler.yaml").replace("PSVC001", "PMINE01").replace("incidents@", "ops@")
    shell.write("reconciler.yaml", text)
    assert shell.init()["reconciler.yaml"] == "up to date"
    assert re.search(r"where the sandbox's stand \(line \d+;", shell.said)
    shell.write("reconciler.yaml", text.replace("8a1c", "1a1c"))
    shell.init()
    assert "where the sandbox's stand" not in shell.said


# answers ----------------------------------------------------------------------------------------


def test_options_answer_what_nobody_can_guess(shell: Shell) -> None:
    shell.init(
        *("--pagerduty-service", "https://acme.pagerduty.com/service-directory/PMINE01"),
        *("--pagerduty-from", "ops@acme.example", "--notion-database", "1b" * 16),
    )
    assert shell.code == 0
    text = shell.read("reconciler.yaml")
    for words in ("{pagerduty_service: PMINE01}", "{from: ops@acme.example}", f"{{database: {'1b' * 16}}}"):
        assert words in text
    assert "where the sandbox's stand" not in shell.said
    assert shell.init("--pagerduty-service", "POTHER1")["reconciler.yaml"] == "updated"
    assert "ops@acme.example" in shell.read("reconciler.yaml")


def test_an_option_that_cannot_be_is_refused(shell: Shell) -> None:
    shell.init("--pagerduty-from", "ops")
    assert shell.code == 64
    assert "--pagerduty-from: " in shell.error
    assert shell.all().keys() == {"README.md"}


def test_an_option_for_settings_that_are_left_is_refused(begun: Shell) -> None:
    begun.write("reconciler.yaml", begun.read("reconciler.yaml") + "private: {allow: true}\n")
    before = begun.all()
    begun.init("--notion-database", "1b" * 16)
    assert begun.code == 64
    assert "--notion-database would change nothing" in begun.error
    assert begun.all() == before
