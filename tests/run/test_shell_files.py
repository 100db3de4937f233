"""A bad file holds up only itself; settings that are invalid give way to those applied last."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from reconciler.errors import Failure
from reconciler.plan.plan import Report
from tests.support.company import ID, PATH, SETTINGS, Company, incident, path_of
from tests.support.repositories import Clone

OTHER = "20261121-calm-otter"
THIRD = "20261121-quiet-owl"


@pytest.fixture
def ana(company: Company) -> Clone:
    """An incident is open and all in line."""
    clone = company.clone()
    company.commit(clone, {PATH: incident()})
    company.apply(clone)
    return clone


def told(report: Report) -> list[str]:
    """The problems, with their places."""
    return [f"{one.location}: {one.message}" for one in report.after.problems]


# incidents

BAD: dict[str, str | bytes] = {
    "not YAML": "title: [\n",
    "an unknown severity": incident(severity="sev7"),
    "no status": "title: Down\nseverity: sev1\n",
    "not UTF-8": b"title: \xff\n",
    "empty": "",
    "an alias bomb": "a: &a [x]\nb: [*a, *a]\n",
    "too large": "title: " + "x" * 1_100_000,
}


@pytest.mark.parametrize("name", BAD)
def test_an_invalid_incident_stays_as_it_is_and_the_others_go_on(
    company: Company, ana: Clone, name: str
) -> None:
    topic = company.topic()
    company.commit(ana, {PATH: BAD[name], path_of(OTHER): incident("Another")})
    report = company.apply(ana)
    assert report.exit_code == 3
    assert told(report)
    assert all(line.startswith(f"{PATH}:") for line in told(report))
    assert company.topic() == topic
    assert company.pages() == {f"{ID}/primary": "triggered", f"{OTHER}/primary": "triggered"}
    assert ID not in {outcome.change.address.incident for outcome in report.outcomes}


def test_mended_it_goes_on_where_it_was(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: "title: [\n"})
    company.apply(ana)
    company.commit(ana, {PATH: incident("Mended")})
    company.calls.clear()
    assert company.apply(ana).exit_code == 0
    assert "Mended" in company.topic()
    assert ("pagerduty", "POST /incidents") not in company.calls


def test_two_files_with_one_id_are_both_left_alone(company: Company, ana: Clone) -> None:
    topic = company.topic()
    twin = f"incidents/{ID}.yaml"
    company.commit(ana, {twin: incident("The twin"), path_of(OTHER): incident("Another")})
    report = company.apply(ana)
    assert report.exit_code == 3
    assert f"has the same id as {PATH}" in " ".join(told(report)) or twin in " ".join(told(report))
    assert company.topic() == topic
    assert f"incd-{OTHER}" in company.channels()
    assert not any("removed" in notice for notice in report.notices)


STRANGE = {
    "ends in .yml": ("incidents/2026/11/20261121-calm-otter.yml", "ends in `.yml`"),
    "a note": ("incidents/notes.txt", "is no incident"),
    "no id": ("incidents/Bad Id.yaml", "makes no id"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_misplaced_file_is_an_error_and_holds_up_nothing(company: Company, ana: Clone, name: str) -> None:
    path, words = STRANGE[name]
    company.commit(ana, {path: incident("Misplaced"), path_of(THIRD): incident("Another")})
    report = company.apply(ana)
    assert report.exit_code == 3
    [line] = told(report)
    assert path in line
    assert words in line
    assert company.channels() == [f"incd-{ID}", f"incd-{THIRD}"]


def test_a_readme_among_the_incidents_is_none_and_no_error(company: Company, ana: Clone) -> None:
    company.commit(ana, {"incidents/README.md": "# Ours\n", "incidents/2026/.gitkeep": ""})
    assert company.apply(ana).exit_code == 0


def test_a_symbolic_link_is_never_followed(company: Company, ana: Clone) -> None:
    secret = ana.folder.with_name("secret.yaml")
    secret.write_text(incident("From outside"))
    link = ana.folder / path_of(OTHER)
    os.symlink(secret, link)
    ana.git("add", "--all")
    ana.commit_index("A link", at=company.clock.now())
    ana.push()
    report = company.apply(ana)
    assert report.exit_code == 3
    assert "symbolic link" in " ".join(told(report))
    assert company.channels() == [f"incd-{ID}"]
    assert "From outside" not in str(company.plan(ana).to_json())


def test_a_removed_file_is_reported_and_nothing_of_it_is_retired(company: Company, ana: Clone) -> None:
    before = company.snapshot()
    company.commit(ana, {PATH: None})
    report = company.apply(ana)
    assert report.exit_code == 0
    told = f"{ID}: its file was removed from Git; nothing of it is retired"
    assert any(notice.startswith(told) for notice in report.notices)
    assert company.snapshot() == before


def test_deleted_and_added_again_it_is_the_same_incident(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: None})
    company.apply(ana)
    company.later(hours=1)
    company.commit(ana, {PATH: incident("It is back")})
    report = company.apply(ana)
    assert (report.exit_code, "It is back" in company.topic()) == (0, True)
    assert (len(company.channels()), company.documents(), len(company.pages())) == (1, 1, 1)


def test_moved_to_another_folder_it_is_the_same_incident(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: None, f"incidents/old/{ID}.yaml": incident()})
    report = company.apply(ana)
    assert report.exit_code == 0
    assert company.pages() == {f"{ID}/primary": "triggered"}
    assert company.channels() == [f"incd-{ID}"]


def test_a_new_name_for_the_same_content_pages_nobody_again(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: None, path_of(OTHER): incident()})
    report = company.apply(ana)
    assert report.exit_code == 3
    assert f"this file is that of {ID} under a new name" in " ".join(told(report))
    assert company.pages() == {f"{ID}/primary": "triggered"}
    assert company.channels() == [f"incd-{ID}"]


# settings


def test_with_invalid_settings_the_last_applied_ones_are_used_and_the_first_line_says_so(
    company: Company, ana: Clone
) -> None:
    company.commit(ana, {"reconciler.yaml": "severities: 5\n", path_of(OTHER): incident("Another")})
    report = company.apply(ana)
    assert report.exit_code == 0
    assert report.notices[0].startswith("reconciler.yaml:1:13: ")
    assert report.notices[0].endswith("the last applied settings are used instead")
    assert f"incd-{OTHER}" in company.channels()
    assert "used instead" in company.apply(ana).notices[0]
    assert "used instead" in company.plan(ana).notices[0]


def test_that_is_said_first_also_when_the_remote_is_gone(company: Company, ana: Clone) -> None:
    company.commit(ana, {"reconciler.yaml": "severities: 5\n"})
    company.apply(ana)
    company.remote.folder.rename(company.remote.folder.with_name("gone.git"))
    assert "used instead" in company.apply(ana).notices[0]


def test_invalid_settings_that_nobody_has_applied_are_an_error_with_every_place(tmp_path: Path) -> None:
    company = Company.at(tmp_path, {"reconciler.yaml": "severities: 5\nteams: 6\n", PATH: incident()})
    clone = company.clone()
    for run in (company.plan, company.apply):
        with pytest.raises(Failure) as failure:
            run(clone)
        assert failure.value.exit_code == 1
        assert "reconciler.yaml:1:13" in failure.value.detail
        assert "reconciler.yaml:2:8" in failure.value.detail
    assert company.calls == []


def test_remembered_settings_that_this_repository_lacks_are_no_way_out(company: Company, ana: Clone) -> None:
    about = {"revision": None, "settings": "c0ffee" + "0" * 34}
    company.spoil("reconciler.json", json.dumps(about))
    company.commit(ana, {"reconciler.yaml": "severities: 5\n"})
    with pytest.raises(Failure) as failure:
        company.apply(ana)
    assert str(failure.value.location) == "reconciler.yaml:1:13"


def test_without_settings_there_is_nothing_to_go_by(company: Company, ana: Clone) -> None:
    company.commit(ana, {"reconciler.yaml": None})
    ana.write({"reconciler.yaml": SETTINGS})  # not committed, and so it does not count
    with pytest.raises(Failure, match=r"there is no reconciler\.yaml") as failure:
        company.apply(ana)
    assert "severities" in failure.value.next
    assert company.plan(ana).exit_code() == 0


# one incident


def test_narrowed_to_one_only_that_one_is_applied(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: incident("Changed"), path_of(OTHER): incident("Another")})
    report = company.apply(ana, only=frozenset({OTHER}))
    assert report.exit_code == 0
    assert {one.change.address.incident for one in report.outcomes} == {OTHER}
    assert "Changed" not in company.topic()


def test_narrowed_others_problems_are_not_its_own(company: Company, ana: Clone) -> None:
    company.commit(ana, {path_of(OTHER): "title: [\n"})
    assert company.plan(ana, only=frozenset({ID})).exit_code() == 0
    assert company.plan(ana, only=frozenset({OTHER})).exit_code() == 3


def test_the_beginning_of_an_id_is_enough(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: incident("Changed"), path_of(OTHER): incident("Another")})
    assert {one.address.incident for one in company.plan(ana, only=frozenset({"20261121-h"})).changes} == {ID}


def test_an_unknown_id_is_an_error_that_names_near_ones(company: Company, ana: Clone) -> None:
    with pytest.raises(Failure, match="there is no incident") as failure:
        company.plan(ana, only=frozenset({"20261121-honest-rhinx"}))
    assert ID in failure.value.detail
    assert failure.value.exit_code == 1
