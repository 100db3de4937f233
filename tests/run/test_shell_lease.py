"""The lease and the remote: one writes at a time, and no lease and no remote ever holds up a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.plan.plan import State
from reconciler.targets.seam import Refused
from tests.support.company import ID, LEASE, PATH, STATE, Company, incident, path_of
from tests.support.recording import Failing
from tests.support.repositories import Clone

OTHER = "20261121-calm-otter"


@pytest.fixture
def ana(company: Company) -> Clone:
    clone = company.clone()
    company.commit(clone, {PATH: incident()})
    return clone


def seen_while(company: Company, ref: str, method: str) -> list[str]:
    """The values of a ref at the remote when a method is called next."""
    values: list[str] = []
    company.meanwhile[method] = [lambda: values.append(company.remote.tip(ref))]
    return values


def test_it_is_held_while_slack_is_written_and_given_back_at_the_end(company: Company, ana: Clone) -> None:
    during = seen_while(company, LEASE, "conversations.create")
    company.apply(ana)
    assert [bool(value) for value in during] == [True]
    assert company.remote.tip(LEASE) == ""


def test_nobody_takes_it_to_look(company: Company, ana: Clone) -> None:
    company.apply(ana)
    theirs = company.held(company.clone("ci"))
    assert company.apply(ana).exit_code == 0
    assert company.plan(ana).changes == ()
    assert theirs.time_left() > 80  # nobody has waited


def test_nobody_takes_it_for_pages_alone(company: Company, ana: Clone) -> None:
    company.environ = {"PAGERDUTY_API_TOKEN": "sample-key"}
    company.held(company.clone("ci"))
    assert company.apply(ana).exit_code == 0
    assert company.pages() == {f"{ID}/primary": "triggered"}


def test_it_is_given_back_after_a_failure(company: Company, ana: Clone) -> None:
    held: list[str] = []

    def break_down() -> None:
        held.append(company.remote.tip(LEASE))
        raise ZeroDivisionError

    company.meanwhile["conversations.create"] = [break_down]
    with pytest.raises(ZeroDivisionError):
        company.apply(ana)
    assert [bool(value) for value in held] == [True]
    assert company.remote.tip(LEASE) == ""


def test_the_page_goes_out_while_another_holds_it(company: Company, ana: Clone) -> None:
    company.held(company.clone("ci"))
    report = company.apply(ana, wait=2)
    assert company.pages() == {f"{ID}/primary": "triggered"}
    assert (company.channels(), company.documents()) == ([], 0)
    assert report.exit_code == 5
    assert report.held_by == "CI job 7"


def test_what_the_holder_has_done_meanwhile_is_not_left(company: Company, ana: Clone) -> None:
    ci = company.clone("ci")
    theirs = company.held(ci)

    def carry_on() -> None:
        theirs.release()
        company.apply(ci)
        company.held(ci, "CI job 8")

    company.clock.meanwhile = [carry_on]
    report = company.apply(ana, wait=2)
    assert (report.exit_code, report.held_by) == (0, "")
    assert report.converged


def test_pages_left_are_no_reason_to_name_the_holder(company: Company, ana: Clone) -> None:
    refused = Refused("POST /incidents", "500", "later")
    company.wrapped["pagerduty"] = Failing(company.machines["pagerduty"], "POST /incidents", refused)
    company.environ = {"PAGERDUTY_API_TOKEN": "sample-key"}
    company.held(company.clone("ci"))
    report = company.apply(ana)
    assert (report.exit_code, report.held_by) == (3, "")


def test_it_goes_on_when_it_is_given_back_in_time(company: Company, ana: Clone) -> None:
    theirs = company.held(company.clone("ci"))
    company.clock.meanwhile = [theirs.release]
    report = company.apply(ana, wait=60)
    assert report.exit_code == 0
    assert (len(company.channels()), company.documents(), len(company.pages())) == (1, 1, 1)
    applied = [outcome.change.address for outcome in report.of(State.APPLIED)]
    assert len(applied) == len(set(applied))
    assert report.of(State.SKIPPED) == ()


def test_unlock_ends_a_lease_whose_holder_is_gone(company: Company, ana: Clone) -> None:
    company.held(company.clone("ci"))
    assert "CI job 7" in company.shell(ana).unlock()
    assert company.remote.tip(LEASE) == ""
    assert company.apply(ana, wait=0).exit_code == 0
    assert company.shell(ana).unlock() == "nobody holds the lease"


def test_one_that_runs_out_in_the_middle_starts_nothing_more(company: Company, ana: Clone) -> None:
    company.meanwhile["conversations.create"] = [lambda: company.later(seconds=200)]
    report = company.apply(ana)
    assert report.exit_code == 3
    skipped = {str(one.change.address): one.trouble for one in report.of(State.SKIPPED)}
    card = skipped[f"slack:{ID}/card"]
    assert card is not None
    assert "lease" in card.answer
    assert ("slack", "chat.postMessage") not in company.calls
    company.calls.clear()
    assert company.apply(ana).exit_code == 0
    assert (len(company.channels()), company.documents(), len(company.pages())) == (1, 1, 1)


def test_one_that_another_has_taken_over_stays_theirs(company: Company, ana: Clone) -> None:
    ci = company.clone("ci")

    def fall_asleep() -> None:
        company.later(seconds=200)
        company.held(ci)

    company.meanwhile["conversations.create"] = [fall_asleep]
    assert company.apply(ana).exit_code == 3
    assert company.remote.tip(LEASE) != ""


def test_two_at_once_make_everything_once(company: Company, ana: Clone) -> None:
    bo = company.clone("bo")
    company.meanwhile["conversations.create"] = [lambda: company.apply(bo, wait=0)]
    assert company.apply(ana).exit_code == 0
    assert (len(company.channels()), company.documents(), len(company.pages())) == (1, 1, 1)


# the remote


def test_with_the_remote_gone_it_goes_on_without_and_says_so(company: Company, ana: Clone) -> None:
    company.remote.folder.rename(company.remote.folder.with_name("gone.git"))
    report = company.apply(ana)
    assert report.exit_code == 0
    assert (len(company.channels()), company.documents(), len(company.pages())) == (1, 1, 1)
    said = " ".join(report.notices)
    assert "going on with main as it is here, and without the lease" in said
    assert "kept on this machine only" in said


def test_a_remote_that_comes_back_gets_what_was_kept_here(company: Company, ana: Clone) -> None:
    gone = company.remote.folder.with_name("gone.git")
    company.remote.folder.rename(gone)
    company.apply(ana)
    gone.rename(company.remote.folder)
    company.calls.clear()
    assert company.apply(ana).outcomes == ()
    company.commit(ana, {path_of(OTHER): incident("Another", severity="sev3")})
    assert company.apply(ana).exit_code == 0
    assert sorted(company.kept(company.clone("bo")).incidents) == [OTHER, ID]


def hang(clone: Clone, setting: str, seconds: float = 20) -> None:
    """From now on the remote answers this clone's fetches or pushes after so long."""
    program = {"uploadpack": "git-upload-pack", "receivepack": "git-receive-pack"}[setting]
    clone.git("config", f"remote.origin.{setting}", f"sleep {seconds}; exec {program}")


def test_the_page_goes_out_while_the_remote_hangs(company: Company, ana: Clone) -> None:
    hang(ana, "uploadpack")
    company.patience = 0.2
    report = company.apply(ana)
    assert company.pages() == {f"{ID}/primary": "triggered"}
    assert report.exit_code == 0
    assert "no answer within 0.2 seconds" in report.notices[0]


def test_a_remote_that_hangs_is_not_asked_for_the_lease_as_well(
    company: Company, ana: Clone, tmp_path: Path
) -> None:
    asked = tmp_path / "asked"
    hang(ana, "uploadpack")
    ana.git("config", "remote.origin.receivepack", f"touch '{asked}'; exec git-receive-pack")
    company.patience = 0.2
    before: list[bool] = []
    company.meanwhile["conversations.create"] = [lambda: before.append(asked.exists())]
    company.apply(ana)
    assert (before, asked.exists()) == ([False], True)


def test_the_page_goes_out_while_the_lease_hangs(company: Company, ana: Clone, tmp_path: Path) -> None:
    """The push of the lease ends only when the page is out; if it were waited for, neither would."""
    out = tmp_path / "the page is out"
    script = tmp_path / "receive-pack"
    script.write_text(
        "#!/bin/sh\nfor _ in $(seq 400); do\n"
        f"[ -e '{out}' ] && exec git-receive-pack \"$@\"\nsleep 0.05\ndone\nexit 1\n"
    )
    script.chmod(0o755)
    ana.git("config", "remote.origin.receivepack", str(script))

    class Telling:
        def call(self, method: str, /, **arguments: object) -> object:
            answer = company.machines["pagerduty"].call(method, **arguments)
            if method == "POST /incidents":
                out.touch()
            return answer

    company.wrapped["pagerduty"] = Telling()  # type: ignore[assignment]
    report = company.apply(ana)
    assert out.exists()
    assert (report.exit_code, report.notices) == (0, ())
    assert company.remote.tip(STATE) != ""


def test_a_reader_s_run_needs_no_right_to_push(company: Company, ana: Clone) -> None:
    company.remote.refuse_pushes()
    report = company.apply(ana)
    assert report.exit_code == 0
    assert (len(company.channels()), company.documents(), len(company.pages())) == (1, 1, 1)
    said = " ".join(report.notices)
    assert "without the lease" in said
    assert "kept on this machine only" in said
    company.calls.clear()
    assert company.apply(ana).outcomes == ()
    assert company.writes() == []
