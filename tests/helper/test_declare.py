"""From `/incident` to a commit, and to an answer that is kept up to date."""

from __future__ import annotations

from pathlib import Path

from tests.support.helping import Office, shown


def test_a_typed_command_becomes_a_form_a_commit_and_an_answer(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    form = office.types("ana", "/incident", "new Checkout is down")
    assert shown(form) == {"title": "Checkout is down"}
    assert office.sends(form, severity="sev1", services=["checkout"]) == {}
    (id,) = office.ids()
    assert office.file(id) == (
        "# yaml-language-server: $schema=../../../schemas/incident.schema.json\n"
        "title: Checkout is down\nseverity: sev1\nstatus: investigating\n"
        "declared_at: 2026-11-21T16:45:00Z\nreporter: ana@example.com\nservices: [checkout]\n"
    )
    said = office.company.remote.git("log", "-1", "--format=%an <%ae>%n%B", "main")
    assert said.startswith(f"Ana <ana@example.com>\n{id}: declare sev1\n\nCheckout is down\n")
    assert f"\nIncident: {id}\nVia: slack\nRequest-Id: " in said
    (answer,) = office.messages("incidents")
    assert f"`{id}` · declared sev1 by Ana" in answer
    assert "paging *primary* …" in answer
    assert "paging *payments* …" in answer
