"""A report at 3 a.m.: what was not done, and why, without saying it a hundred times."""

from __future__ import annotations

from reconciler.views.report import report_lines
from tests.support.crowd import Crowd


def test_what_time_did_not_allow_is_listed_and_its_reason_told_once_an_incident() -> None:
    crowd = Crowd(budget=5)
    crowd.declare(25, severity="sev3")
    report = crowd.apply().report
    text = [line.text for line in report_lines(report)]
    skipped = [line for line in text if line.endswith("— skipped")]
    reasons = [line for line in text if "this run's time was over before its turn" in line]
    late = {one.change.address.incident for one in report.outcomes if one.state == "skipped"}
    assert len(skipped) > 3 * len(reasons)
    assert 0 < len(reasons) <= 2 * len(late)
    assert "skipped. Not in sync yet:" in text[-1]
