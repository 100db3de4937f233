"""Deep looks cost calls an incident; the loop spaces them so that a quarter of Slack's limits is enough."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reconciler.run.loop import AT_ONCE, Spacing

START = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)
OPEN = [f"20261121-incident-{number:02}" for number in range(20)]
SLACK_TIER_3 = 50


def _looked_at(minutes: int, every: int) -> list[tuple[datetime, str]]:
    spacing, looked = Spacing(), []
    for second in range(0, minutes * 60, every):
        now = START + timedelta(seconds=second)
        deep = spacing.turn(now)
        looked += [(now, incident) for incident in OPEN if deep(incident)]
    return looked


def test_twenty_open_incidents_stay_under_a_quarter_of_a_fifty_a_minute_tier() -> None:
    looked = _looked_at(minutes=30, every=15)
    for minute in range(1, 30):
        begin = START + timedelta(minutes=minute)
        in_minute = [at for at, _ in looked if begin <= at < begin + timedelta(minutes=1)]
        assert len(in_minute) <= SLACK_TIER_3 / 4


def test_every_open_incident_is_looked_at_deeply_in_turn() -> None:
    looked = _looked_at(minutes=10, every=15)
    times = {incident: [at for at, one in looked if one == incident] for incident in OPEN}
    assert all(len(at) >= 3 for at in times.values())


def test_the_first_run_looks_at_no_more_than_may_be_looked_at_at_once() -> None:
    deep = Spacing().turn(START)
    assert sum(deep(incident) for incident in OPEN) == AT_ONCE


def test_an_answer_stays_the_same_within_a_run() -> None:
    deep = Spacing().turn(START)
    assert deep("one") == deep("one") is True
