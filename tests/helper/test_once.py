"""What Slack delivers twice, or to another process, is carried out once."""

from __future__ import annotations

from pathlib import Path

from reconciler.repo.errand import Written
from tests.support.company import ID, PATH, incident
from tests.support.helping import Office


def test_a_form_that_is_delivered_twice_makes_one_incident_and_one_answer(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    form = office.types("ana", "/incident", "new Checkout is down")
    for _ in range(3):
        assert office.sends(form, severity="sev1") == {}
    assert len(office.hub_log) == 1
    assert len(office.messages("incidents")) == 1


def test_another_process_makes_no_second_commit(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    other = Office.beside(office.company, office.slack, "other")
    form = office.types("ana", "/incident", "new Checkout is down")
    office.sends(form, severity="sev1")
    other.sends(form, severity="sev1")
    assert len(office.hub_log) == 1
    assert len(office.ids()) == 1
    assert len(office.messages("incidents")) == 1
    assert "carried out before" in other.told


def test_whoever_reconciles_hears_of_each_commit_once(tmp_path: Path) -> None:
    first, heard = Office.at(tmp_path), list[Written]()
    office = Office.beside(first.company, first.slack, "serving", wrote=heard.append)
    form = office.types("ana", "/incident", "new Checkout is down")
    for _ in range(2):
        office.sends(form, severity="sev1")
    (id,) = office.ids()
    for _ in range(2):
        office.types("ana", "/incident", f"resolve {id}", act="T1")
    assert [written.did for written in heard] == ["declare sev1", "resolve"]


def test_the_same_command_typed_twice_counts_twice(tmp_path: Path) -> None:
    office = Office.at(tmp_path, "", {PATH: incident()})
    for _ in range(2):
        office.types("ana", "/incident", f"update {ID} Still looking")
    assert len(office.hub_log) == 2


def test_one_command_delivered_to_two_processes_counts_once(tmp_path: Path) -> None:
    office = Office.at(tmp_path, "", {PATH: incident()})
    other = Office.beside(office.company, office.slack, "other")
    office.types("ana", "/incident", f"update {ID} Still looking", act="T1")
    other.types("ana", "/incident", f"update {ID} Still looking", act="T1")
    assert office.hub_log == [f"{ID}: update"]
    assert "carried out before" in other.told


def test_a_person_who_pushes_meanwhile_loses_nothing(tmp_path: Path) -> None:
    office = Office.at(tmp_path, "", {PATH: incident()})
    ana = office.company.clone("ana")
    form = office.presses("severity", ID)
    office.company.commit(ana, {PATH: incident("Checkout is very slow")})
    office.sends(form, severity="sev3")
    assert "title: Checkout is very slow\nseverity: sev3\n" in office.file(ID)
    merges = office.company.remote.git("log", "--merges", "--format=%s", "main")
    assert merges == ""


def test_a_form_that_is_open_shows_what_a_fetch_brought(tmp_path: Path) -> None:
    office = Office.at(tmp_path, "", {PATH: incident()})
    office.helper.clerk.books.fetch()
    ana = office.company.clone("ana")
    office.company.commit(ana, {PATH: incident(severity="sev3")})
    form = office.presses("severity", ID)
    assert form is not None
    element = next(block for block in form["blocks"] if block["type"] == "input")["element"]
    assert element["initial_option"]["value"] == "sev3"
    assert office.slack.calls.count("views.open") == 1
    assert office.slack.calls.count("views.update") == 1


def test_a_form_of_which_nothing_has_changed_is_left_alone(tmp_path: Path) -> None:
    office = Office.at(tmp_path, "", {PATH: incident()})
    office.presses("severity", ID)
    assert "views.update" not in office.slack.calls


def test_what_somebody_pushed_meanwhile_is_known_when_it_is_asked_for(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    office.helper.clerk.books.fetch()
    bo = office.company.clone("bo")
    office.company.commit(bo, {PATH: incident()})
    office.types("ana", "/incident", f"status {ID} identified")
    assert office.hub_log[0] == f"{ID}: status identified"


def test_the_channel_of_an_incident_that_was_pushed_meanwhile_is_known(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    office.helper.clerk.books.fetch()
    office.slack.machine.seed_channel(f"incd-{ID}", members=[office.id("ana")])
    office.company.commit(office.company.clone("bo"), {PATH: incident()})
    assert office.types("ana", "/incident", "", f"incd-{ID}") is None
    assert "Checkout fails" in office.told


def test_what_is_shown_is_shown_anew_where_a_fetch_brought_more(tmp_path: Path) -> None:
    office = Office.at(tmp_path, "", {PATH: incident()})
    office.helper.clerk.books.fetch()
    office.company.commit(office.company.clone("bo"), {PATH: incident(severity="sev3")})
    office.types("ana", "/incident", ID)
    (_, first), (_, second) = office.answered
    assert (first["text"], first["replace_original"]) == ("SEV1 · Checkout fails", False)
    assert (second["text"], second["replace_original"]) == ("SEV3 · Checkout fails", True)
