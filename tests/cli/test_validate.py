"""`reconciler validate` looks at every file, names every problem, and ends with the right code."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.root import cli, run
from reconciler.repo.checkup import check, select_all
from reconciler.views.problems import as_text

ROOT = Path(__file__).parents[2]
SETTINGS = "severities: [{name: sev1}]\nservices: {checkout: {}}\n"
GOOD = "title: x\nseverity: sev1\nstatus: closed\ndeclared_at: 2026-11-21T16:45:00Z\n"
FOLDER = "incidents/2026/11"

Validate = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Settings and one good incident."""
    write(tmp_path / "reconciler.yaml", SETTINGS)
    write(tmp_path / FOLDER / "20261121-good-fox.yaml", GOOD)
    return tmp_path


@pytest.fixture
def validate(repository: Path, capsys: pytest.CaptureFixture[str]) -> Validate:
    """Run the command in the repository: exit code and the lines on stdout."""

    def call(*arguments: str, folder: Path | None = None) -> tuple[int, list[str]]:
        code = run(cli, ["-C", str(folder or repository), "validate", *arguments])
        return code, capsys.readouterr().out.splitlines()

    return call


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_this_repository_is_valid(validate: Validate) -> None:
    assert validate(folder=ROOT) == (0, ["4 files checked, nothing to correct."])


def test_good_files_are_counted_and_nothing_else_is_said(validate: Validate) -> None:
    assert validate() == (0, ["2 files checked, nothing to correct."])


def test_every_problem_of_every_file_is_told_the_settings_first(validate: Validate, repository: Path) -> None:
    write(repository / "reconciler.yaml", SETTINGS + "git: {state: main}\n")
    write(repository / FOLDER / "b.yaml", GOOD + "drill: on\nbridge: x\n")
    write(repository / FOLDER / "a.yml", GOOD)
    write(repository / FOLDER / "c.yaml", "title: [\n")
    code, lines = validate()
    assert code == 1
    assert [line for line in lines if not line.startswith("  write: ")] == [
        "reconciler.yaml:3:14: error: `git.state` and `git.branch` are both `main`:"
        " the state would overwrite the incidents",
        "incidents/2026/11/a.yml:1:1: error: this file ends in `.yml`, so it is not read",
        "incidents/2026/11/b.yaml:5:8: error: `drill` must be true or false, not `on`",
        "incidents/2026/11/b.yaml:6:9: error: `bridge` cannot be `x`:"
        " a link begins with https:// or http:// and has no spaces",
        "incidents/2026/11/c.yaml:1:9: error: a value is missing here",
        "4 files checked: 5 errors.",
    ]


def test_what_to_write_stands_below_the_problem(validate: Validate, repository: Path) -> None:
    write(repository / FOLDER / "b.yaml", GOOD.replace("sev1", "sev2"))
    assert validate()[1] == [
        "incidents/2026/11/b.yaml:2:11: error: reconciler.yaml has no severity `sev2`",
        "  write: sev1",
        "3 files checked: 1 error.",
    ]


def test_a_warning_alone_ends_well(validate: Validate, repository: Path) -> None:
    write(repository / FOLDER / "b.yaml", GOOD + "roles: {comander: ana@example.com}\n")
    code, lines = validate()
    assert code == 0
    assert lines[0] == "incidents/2026/11/b.yaml:5:9: warning: the role `comander` looks like `commander`"
    assert lines[-1] == "3 files checked: 1 warning."


def test_two_files_with_one_id_are_told_across_folders(validate: Validate, repository: Path) -> None:
    write(repository / "incidents/2026/12/20261121-good-fox.yaml", GOOD)
    code, lines = validate()
    assert (code, lines[0]) == (
        1,
        "incidents/2026/12/20261121-good-fox.yaml:1:1: error:"
        " this file has the same id as incidents/2026/11/20261121-good-fox.yaml",
    )


def test_a_file_is_found_from_anywhere_in_the_repository(validate: Validate, repository: Path) -> None:
    assert validate(folder=repository / FOLDER) == (0, ["2 files checked, nothing to correct."])
    assert validate("20261121-good-fox.yaml", folder=repository / FOLDER)[0] == 0


def test_only_the_files_that_are_named_are_judged(validate: Validate, repository: Path) -> None:
    write(repository / FOLDER / "b.yaml", "title: [\n")
    write(repository / "reconciler.yaml", SETTINGS)
    good = f"{FOLDER}/20261121-good-fox.yaml"
    assert validate(good) == (0, ["1 file checked, nothing to correct."])
    assert validate("reconciler.yaml") == (0, ["1 file checked, nothing to correct."])
    assert validate(good, f"{FOLDER}/b.yaml", good)[1][-1] == "2 files checked: 1 error."
    assert validate(FOLDER)[1][-1] == "2 files checked: 1 error."
    assert validate(".")[1][-1] == "3 files checked: 1 error."


def test_a_file_is_judged_by_the_settings_around_it_which_must_be_good(
    validate: Validate, repository: Path
) -> None:
    path = f"{FOLDER}/b.yaml"
    write(repository / path, GOOD.replace("sev1", "sev7"))
    assert validate(path)[1][0].endswith("reconciler.yaml has no severity `sev7`")
    write(repository / "reconciler.yaml", "severity: []\n")
    assert [line.split(": ")[0] for line in validate(path)[1] if "error: " in line] == [
        "reconciler.yaml:1:1"
    ] * 2


def test_a_repository_without_settings_is_told_that_names_were_not_checked(
    validate: Validate, repository: Path
) -> None:
    (repository / "reconciler.yaml").unlink()
    (repository / ".git").mkdir()
    code, lines = validate()
    assert (code, lines[0]) == (
        1,
        "reconciler.yaml:1:1: error: there are no settings, so no severity, service or team could be checked",
    )
    code, lines = validate(f"{FOLDER}/20261121-good-fox.yaml")
    assert (code, lines[0].split(": ")[1]) == (0, "warning")


def test_a_template_that_the_settings_name_must_be_there(validate: Validate, repository: Path) -> None:
    write(repository / "reconciler.yaml", SETTINGS + "notion: {template: templates/a.md}\n")
    assert validate()[1][0] == "reconciler.yaml:3:20: error: there is no such file in this repository"
    write(repository / "templates/a.md", "# Postmortem\n")
    assert validate()[0] == 0


def test_a_readme_among_the_incidents_is_not_taken_for_one(validate: Validate, repository: Path) -> None:
    write(repository / "incidents/README.md", "# Our incidents\n")
    assert validate() == (0, ["2 files checked, nothing to correct."])
    assert validate("incidents/README.md") == (0, ["0 files checked, nothing to correct."])


def test_wrong_words_end_with_64(validate: Validate, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert validate("nowhere.yaml") == (64, [])
    assert validate("--format", "xml") == (64, [])
    assert validate(folder=tmp_path_factory.mktemp("nothing")) == (64, [])


BAD: dict[str, tuple[bytes, str]] = {
    "not YAML": (b"title: {a\n", "the braces that open here are not closed"),
    "not UTF-8": (b"title: \xe9\n", "this is not UTF-8: the byte 0xe9 has no place here"),
    "empty": (b"", "this file is empty"),
    "a list": (b"- title: x\n", "this file is a list, not keys with values"),
    "double keys": (GOOD.encode() + b"title: y\n", "`title` stands here again; it is already in line 1"),
    "5 MB": (b"# " + b"x" * 5_000_000, "this file is larger than 1 MB"),
    "25,000 brackets": (b"title: " + b"[" * 25_000, "this is nested more than 50 deep"),
    "an alias bomb": (b"a: &a [x]\nb: [*a, *a]\n", "anchors (`&a`) are not allowed"),
    "a time without zone": (
        GOOD.replace("Z", "").encode(),
        "`declared_at` cannot be `2026-11-21T16:45:00`: a time is a date, a time of day and a zone",
    ),
    "no": (GOOD.encode() + b"private: no\n", "`private` must be true or false, not `no`"),
    "tabs": (GOOD.encode() + b"roles:\n\ta: x\n", "a tab indents this line, and YAML indents with spaces"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_and_holds_up_no_other_file(
    validate: Validate, repository: Path, case: str
) -> None:
    content, words = BAD[case]
    write(repository / FOLDER / "bad.yaml", content)
    code, lines = validate("--json")
    report = json.loads("\n".join(lines))
    assert code == 1
    assert words in [problem["message"] for problem in report["problems"]]
    assert {problem["path"] for problem in report["problems"]} == {f"{FOLDER}/bad.yaml"}
    assert f"{FOLDER}/20261121-good-fox.yaml" in report["files"]


@pytest.mark.parametrize(
    "content",
    [GOOD.replace("title: x", "title: yes"), GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD],
    ids=["title: yes", "Windows line ends", "byte order mark"],
)
def test_odd_input_that_is_meant_well_is_taken(validate: Validate, repository: Path, content: str) -> None:
    write(repository / FOLDER / "odd.yaml", content)
    assert validate() == (0, ["3 files checked, nothing to correct."])


@pytest.mark.parametrize("name", ["link.yaml", "folder"])
def test_a_symbolic_link_is_never_followed(
    validate: Validate, repository: Path, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    outside = write(tmp_path_factory.mktemp("outside") / "a.yaml", GOOD)
    os.symlink(outside if name == "link.yaml" else outside.parent, repository / FOLDER / name)
    told = f"{FOLDER}/{name}:1:1: error: this file is a symbolic link, which is never followed"
    assert (validate()[0], validate()[1][0]) == (1, told)
    assert validate(f"{FOLDER}/{name}")[1][0] == told


def test_a_file_behind_a_linked_folder_is_not_read(
    validate: Validate, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = write(tmp_path_factory.mktemp("outside") / "a.yaml", GOOD)
    os.symlink(outside.parent, repository / "incidents/linked")
    assert validate("incidents/linked/a.yaml")[0] == 1
    (repository / "incidents/linked").unlink()
    (repository / "incidents").rename(repository / "elsewhere")
    os.symlink(repository / "elsewhere", repository / "incidents")
    assert validate()[1][0].startswith("incidents:1:1: error: this file is a symbolic link")


def test_a_pipe_among_the_incidents_is_told_and_not_waited_for(validate: Validate, repository: Path) -> None:
    os.mkfifo(repository / FOLDER / "pipe.yaml")
    os.mkfifo(repository / "pipe.yaml")
    assert validate()[1][0].startswith(f"{FOLDER}/pipe.yaml:1:1: error: this file is a device or a pipe")
    assert (
        validate("pipe.yaml")[1][0]
        == "pipe.yaml:1:1: error: this file cannot be read: it is no ordinary file"
    )


def test_a_file_that_goes_between_listing_and_reading_is_told(repository: Path) -> None:
    selection = select_all(str(repository))
    (repository / FOLDER / "20261121-good-fox.yaml").unlink()
    report = check(selection)
    assert [(problem.location.path, problem.message) for problem in report.problems] == [
        (f"{FOLDER}/20261121-good-fox.yaml", "this file was deleted while it was about to be read")
    ]


def test_a_file_that_becomes_a_link_between_listing_and_reading_is_not_followed(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = write(tmp_path_factory.mktemp("outside") / "a.yaml", "secret: of another folder\n")
    selection = select_all(str(repository))
    (repository / FOLDER / "20261121-good-fox.yaml").unlink()
    os.symlink(outside, repository / FOLDER / "20261121-good-fox.yaml")
    (problem,) = check(selection).problems
    assert problem.message.startswith("this file cannot be read: ")


def test_json_is_one_document_with_every_place(validate: Validate, repository: Path) -> None:
    write(repository / FOLDER / "b.yaml", GOOD + "drill: on\nroles: {comander: ana@example.com}\n")
    code, lines = validate("--json")
    report: dict[str, Any] = json.loads("\n".join(lines))
    assert code == 1
    assert report == {
        "files": ["reconciler.yaml", f"{FOLDER}/20261121-good-fox.yaml", f"{FOLDER}/b.yaml"],
        "errors": 1,
        "warnings": 1,
        "problems": [
            {
                "path": f"{FOLDER}/b.yaml",
                "line": 5,
                "column": 8,
                "level": "error",
                "message": "`drill` must be true or false, not `on`",
                "write": "true",
            },
            {
                "path": f"{FOLDER}/b.yaml",
                "line": 6,
                "column": 9,
                "level": "warning",
                "message": "the role `comander` looks like `commander`",
                "write": "commander",
            },
        ],
    }
    assert validate("--format", "json") == (code, lines)


def test_github_shows_each_problem_beside_its_line(validate: Validate, repository: Path) -> None:
    write(repository / FOLDER / "b.yaml", GOOD + "drill: 100%\n")
    assert validate("--format", "github") == (
        1,
        [
            f"::error file={FOLDER}/b.yaml,line=5,col=8,title=reconciler validate::"
            "`drill` must be true or false, not `100%25`%0Awrite: true",
            "3 files checked: 1 error.",
        ],
    )


def test_a_hostile_file_name_gives_github_no_command_and_the_terminal_none(
    validate: Validate, repository: Path
) -> None:
    write(repository / FOLDER / "a,line=1\n::stop-commands::x\x1b[2J.yaml", GOOD)
    for form in ("github", "text"):
        _, lines = validate("--format", form)
        assert not any(line.startswith("::stop") for line in lines)
        assert not any("\x1b" in line for line in lines)
    assert validate("--format", "github")[1][0].startswith(
        f"::error file={FOLDER}/a%2Cline=1%0A%3A%3Astop-commands%3A%3Ax\\x1b[2J.yaml,line=1,col=1,"
    )


def test_a_hostile_text_reaches_the_terminal_inert(validate: Validate, repository: Path) -> None:
    write(repository / FOLDER / "b.yaml", GOOD.replace("sev1", '"sev\u202e1\\n\\u2028"'))
    assert "has no severity `sev\\u202e1\\n\\u2028`" in validate()[1][0]


def test_colour_changes_no_word(repository: Path) -> None:
    write(repository / FOLDER / "b.yaml", GOOD + "drill: on\nroles: {comander: ana@example.com}\n")
    report = check(select_all(str(repository)))
    coloured = as_text(report, colour=True)
    assert "\x1b[31;1merror\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == as_text(report)
