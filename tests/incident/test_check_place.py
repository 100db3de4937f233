"""What may lie below `incidents/`, and that no two files are one incident."""

from __future__ import annotations

import pytest

from reconciler.incident.place import beside, incident_id, misplaced, same_ids


def test_the_id_is_the_file_s_name_wherever_it_lies() -> None:
    assert incident_id("incidents/2026/11/20261121-honest-rhinoceros.yaml") == "20261121-honest-rhinoceros"
    assert incident_id("20261121-honest-rhinoceros.yaml") == "20261121-honest-rhinoceros"


@pytest.mark.parametrize(
    "name", ["a.yaml", "README.md", "README", ".gitkeep", ".gitignore", ".gitattributes"]
)
def test_incidents_and_what_explains_them_are_in_their_place(name: str) -> None:
    assert misplaced(f"incidents/2026/{name}") is None
    assert beside(f"incidents/2026/{name}") == (name != "a.yaml")


@pytest.mark.parametrize("name", ["a.YAML", "a.json", "a", "a.yaml~", ".a.yaml.swp"])
def test_anything_else_is_told_and_not_skipped(name: str) -> None:
    problem = misplaced(f"incidents/2026/{name}")
    assert problem is not None
    assert (str(problem.location), problem.level) == (f"incidents/2026/{name}:1:1", "error")
    assert problem.message == "this file is no incident: those end in `.yaml`"


def test_the_other_spelling_of_the_ending_is_told_with_the_right_one() -> None:
    problem = misplaced("incidents/2026/a.yml")
    assert problem is not None
    assert problem.message == "this file ends in `.yml`, so it is not read"
    assert problem.hint == "a.yaml, as its name"


@pytest.mark.parametrize("what", ["symbolic link", "submodule"])
def test_what_is_no_file_is_never_followed(what: str) -> None:
    problem = misplaced("incidents/2026/a.yaml", what)
    assert problem is not None
    assert problem.message == f"this file is a {what}, which is never followed"


def test_every_file_but_the_first_of_an_id_is_told() -> None:
    paths = ["incidents/b/x.yaml", "incidents/a/x.yaml", "incidents/a/y.yaml", "incidents/x.yaml"]
    assert [(problem.location.path, problem.message) for problem in same_ids(paths)] == [
        ("incidents/b/x.yaml", "this file has the same id as incidents/a/x.yaml"),
        ("incidents/x.yaml", "this file has the same id as incidents/a/x.yaml"),
    ]
