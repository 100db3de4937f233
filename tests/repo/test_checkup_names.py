"""`reconciler validate` sees, without Git, what `formerly` can never say."""

from __future__ import annotations

from pathlib import Path

from reconciler.repo.checkup import Report, check, select, select_all

HEAD = "severity: sev1\nstatus: investigating\ndeclared_at: 2026-11-21T16:45:00Z\n"


def checked(folder: Path, files: dict[str, str], *, only: str = "") -> Report:
    """The report on a repository with these incidents, or on one file of it."""
    (folder / "incidents").mkdir()
    (folder / "reconciler.yaml").write_text("severities: [{name: sev1}]\n")
    for name, more in files.items():
        (folder / "incidents" / f"{name}.yaml").write_text(f"title: {name}\n{HEAD}{more}")
    return check(select(str(folder / only)) if only else select_all(str(folder)))


def told(report: Report) -> list[str]:
    return [f"{one.location}: {one.message}" for one in report.problems]


def test_a_former_id_that_is_gone_is_fine(tmp_path: Path) -> None:
    assert told(checked(tmp_path, {"new": "formerly: [old, older]\n"})) == []


def test_one_that_is_still_there_is_told_also_when_only_that_file_is_checked(tmp_path: Path) -> None:
    files = {"new": "formerly: [old]\n", "old": ""}
    [line] = told(checked(tmp_path, files, only="incidents/new.yaml"))
    assert line.startswith("incidents/new.yaml:5:12: old is still there, as incidents/old.yaml")


def test_two_that_claim_one_are_both_told(tmp_path: Path) -> None:
    lines = told(checked(tmp_path, {"a": "formerly: [old]\n", "b": "formerly: [x, old]\n"}))
    assert lines == [
        "incidents/a.yaml:5:12: incidents/b.yaml says the same: only one file can be what old was",
        "incidents/b.yaml:5:15: incidents/a.yaml says the same: only one file can be what old was",
    ]


def test_its_own_name_is_no_former_one(tmp_path: Path) -> None:
    [line] = told(checked(tmp_path, {"a": "formerly: [a]\n"}))
    assert "this is the file's own name" in line


def test_what_is_no_id_is_told_with_what_one_looks_like(tmp_path: Path) -> None:
    [line] = told(checked(tmp_path, {"a": "formerly: [../b]\n"}))
    assert line.startswith("incidents/a.yaml:5:12: ")
    assert "a former id is a file's name without .yaml" in line
