"""What Slack was told is understood is carried out, also by the next process where this one is killed."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.helper.asked import Asked
from reconciler.helper.inbox import Entry, Inbox
from reconciler.helper.verbs import Wish
from tests.support.company import ID, PATH, incident
from tests.support.helping import Office

AT = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)
WISH = Wish("note", ID, {"text": "a", "at": AT, "teams": ["primary"]}, {"severity": None})
ENTRY = Entry(Asked("U1", "../../request"), WISH, AT, {"channel": "C1", "ts": "1.0"})


class Killed(BaseException):
    """The process is gone."""


def die(*_: Any, **__: Any) -> Any:
    raise Killed


def office_at(folder: Path, **around: Any) -> Office:
    """An office in which a job may never begin."""
    first = Office.at(folder, "", {PATH: incident()})
    return Office.on(first.clone, first.company, first.slack, **around)


def next_process(office: Office, **around: Any) -> Office:
    """Another process in the same clone, which has begun."""
    after = Office.on(office.clone, office.company, office.slack, **around)
    after.helper.start()
    after.helper.close()
    return after


def left(office: Office) -> list[Entry]:
    return office.helper.clerk.inbox.left()


def declared(office: Office) -> None:
    form = office.types("ana", "/incident", "new Search is down")
    office.sends(form, severity="sev1")


@pytest.mark.parametrize("moment", ["chat.postMessage", ""])
def test_a_form_of_a_process_that_was_killed_is_one_commit_of_the_time_when_it_was_sent(
    tmp_path: Path, moment: str
) -> None:
    """Killed before there was a commit, or before there was an answer."""
    office = office_at(tmp_path) if moment else office_at(tmp_path, slow=lambda job: None)
    sent = office.company.clock.now()
    if moment:
        office.slack.before[moment] = die
        with pytest.raises(Killed):
            declared(office)
    else:
        declared(office)
    office.slack.before.clear()
    office.company.later(minutes=2)
    after = next_process(office)
    [id] = [id for id in after.ids() if id != ID]
    assert f"declared_at: {sent:%Y-%m-%dT%H:%M:%SZ}\n" in after.file(id)
    assert len(after.hub_log) == 1


def test_an_answer_that_a_killed_process_began_is_kept_up_to_date_by_the_next(tmp_path: Path) -> None:
    office = office_at(tmp_path)
    declared(office)
    [before] = office.messages("incidents")
    assert left(office) != []
    office.company.apply(office.company.clone("apply"))
    after = next_process(office)
    now = after.messages("incidents")[0]
    assert now != before
    assert len(after.hub_log) == 1
    office.company.later(minutes=20)
    assert left(next_process(office)) == []


def test_what_is_answered_is_not_kept(tmp_path: Path) -> None:
    office = office_at(tmp_path)
    office.types("ana", "/incident", f"update {ID} Still looking")
    office.types("ana", "/incident", f"status {ID} nonsense")
    assert left(office) == []
    assert next_process(office).answered == []


def test_what_is_delivered_again_is_not_kept_again(tmp_path: Path) -> None:
    office = office_at(tmp_path)
    for _ in range(2):
        office.types("ana", "/incident", f"update {ID} Still looking", act="T1")
    assert left(office) == []
    form = office.types("ana", "/incident", "new Search is down")
    office.sends(form, severity="sev1")
    [before] = left(office)
    office.sends(form, severity="sev1")
    assert left(office) == [before]
    assert before.place


def test_a_command_that_was_killed_is_carried_out_once(tmp_path: Path) -> None:
    office = office_at(tmp_path, slow=lambda job: None)
    sent = office.company.clock.now()
    office.types("ana", "/incident", f"update {ID} Still looking")
    for _ in range(2):
        office.company.later(minutes=2)
        after = next_process(office)
    assert f"at: {sent:%Y-%m-%dT%H:%M:%SZ}" in after.file(ID).partition("updates:")[2]
    assert after.hub_log == [f"{ID}: update"]
    assert left(after) == []


def test_what_was_asked_for_long_ago_is_not_done_any_more_and_said(tmp_path: Path) -> None:
    office = office_at(tmp_path, slow=lambda job: None)
    office.types("ana", "/incident", f"resolve {ID}")
    office.company.later(hours=2)
    after = next_process(office)
    assert after.hub_log == []
    assert "Ask again" in after.told
    assert left(after) == []


def test_where_nothing_can_be_written_down_it_is_done_all_the_same(tmp_path: Path) -> None:
    office = office_at(tmp_path)
    folder = office.helper.clerk.inbox.folder
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("no folder")
    office.types("ana", "/incident", f"update {ID} Still looking")
    assert office.hub_log == [f"{ID}: update"]
    assert any("not written down" in line for line in office.log)


def test_an_entry_is_read_as_it_was_written_and_only_by_its_owner(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox")
    inbox.keep(ENTRY)
    assert inbox.left() == [ENTRY]
    [file] = inbox.folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(inbox.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"asked": {}, "wish": {}, "at": "x", "place": {}}', "\0"]
)
def test_a_file_that_cannot_be_read_is_no_entry(tmp_path: Path, content: str) -> None:
    (tmp_path / "one.json").write_text(content)
    assert Inbox(tmp_path).left() == []
