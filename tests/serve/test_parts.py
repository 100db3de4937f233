"""The small pieces: what wakes the loop, how a part that fails is begun again, what log and metrics tell."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest

from reconciler.clock import VirtualClock
from reconciler.errors import Failure, Refusal, Usage
from reconciler.plan.plan import Report
from reconciler.run.telling import Holding
from reconciler.serve.door import Place, answers
from reconciler.serve.log import JsonLog
from reconciler.serve.metrics import Metrics
from reconciler.serve.parts import Part, together
from reconciler.serve.record import Record
from reconciler.serve.wake import Wake
from tests.support.company import ID, PATH, START, Company, incident


class Told:
    """A log for tests: its events as data."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.log = JsonLog(self.lines.append, VirtualClock(START), ["xoxb-a-token", 'se"cret-é'])

    @property
    def events(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.lines]


def test_a_wait_ends_when_it_is_woken_once_and_for_ever_when_it_is_stopped() -> None:
    wake = Wake()
    wake.wake()
    assert wake.wait(60) is False
    assert wake.wait(0.001) is False
    wake.wake()
    assert wake.pause(0.001) is False
    wake.stop()
    assert (wake.wait(60), wake.pause(60), wake.is_set()) == (True, True, True)


def test_a_part_that_fails_is_begun_again_and_the_others_do_not_notice() -> None:
    wake, told, begun, over = Wake(), Told(), [0], threading.Event()

    def failing() -> None:
        begun[0] += 1
        if begun[0] == 1:
            raise Failure("Slack is away")
        over.set()
        wake.pause(60)

    def well() -> None:
        wake.pause(60)
        kept.append("well")

    kept: list[str] = []
    parts = [Part("helper", failing), Part("loop", well)]
    assert together(parts, wake, told.log, lambda: over.wait(30), patience=30)
    assert (begun, kept) == ([2], ["well"])
    [event] = told.events
    assert (event["event"], event["part"], event["message"]) == ("part failed", "helper", "Slack is away")
    assert not [one for one in threading.enumerate() if one.name in ("helper", "loop")]


def test_a_part_that_does_not_end_is_named_and_holds_up_no_end() -> None:
    wake, told, free = Wake(), Told(), threading.Event()

    def deaf() -> None:
        free.wait(30)

    assert not together([Part("helper", deaf)], wake, told.log, lambda: None, patience=0.05)
    free.set()
    assert told.events[0]["parts"] == ["helper"]


def test_no_token_is_in_the_log() -> None:
    told = Told()
    told.log.event("waiting", message='Bearer xoxb-a-token, se"cret-é')
    assert told.events[0]["message"] == "Bearer (token), (token)"


def test_of_a_private_incident_the_log_tells_its_id_alone(company: Company) -> None:
    clone = company.clone()
    settings = (clone.folder / "reconciler.yaml").read_text() + "private: {allow: true}\n"
    secret = incident("Layoffs leaked", more="private: true\nresponders: [dee@example.com]\n")
    company.commit(clone, {"reconciler.yaml": settings, PATH: secret})
    report, told = company.apply(clone), Told()
    told.log.report(report)
    text = "".join(told.lines)
    assert ID in text
    assert not any(word in text for word in ("Layoffs", "dee@"))
    assert not [event for event in told.events if "/" in str(event.get("thing", ""))]
    assert told.events[-1]["event"] == "turn"


def test_metrics_count_what_was_done_and_hold_no_word_of_an_incident(company: Company) -> None:
    clone, metrics = company.clone(), Metrics()
    company.commit(clone, {PATH: incident("Checkout fails")})
    report: Report = company.apply(clone)
    metrics.reported(report, company.clock.now())
    metrics.failed(Failure("the remote is out of reach"))
    metrics.failed(Refusal("something newer was applied"))
    text = metrics.text().decode()
    for line in (
        'reconciler_changes_total{kind="create",outcome="applied",target="pagerduty"} 2.0',
        'reconciler_attempts_total{result="done"} 1.0',
        'reconciler_attempts_total{result="failed"} 1.0',
        'reconciler_attempts_total{result="held"} 1.0',
        'reconciler_failures_total{what="turn"} 2.0',
    ):
        assert line in text, text
    [success] = [line for line in text.splitlines() if line.startswith("reconciler_last_success")]
    assert float(success.split()[-1]) == company.clock.now().timestamp()
    assert not any(word in text for word in (ID, "Checkout", "example.com"))


def test_the_lease_is_told_when_it_is_taken_and_given_back(company: Company) -> None:
    clone = company.clone()
    company.commit(clone, {PATH: incident()})
    told: list[object] = []
    company.shell(clone, doing=told.append).apply(company.options())
    assert [one for one in told if isinstance(one, Holding)] == [Holding(True), Holding(False)]


def test_a_loop_that_has_hung_is_not_alive_and_one_that_has_never_turned_is_not_ready() -> None:
    clock = VirtualClock(START)
    record = Record(clock, timedelta(minutes=10))
    said = answers(record.to_json, lambda: b"")
    assert (said["/healthz"]().status, said["/readyz"]().status) == (200, 503)
    record.turned("something failed")
    assert (said["/healthz"]().status, said["/readyz"]().status) == (200, 200)
    clock.sleep(601)
    assert (said["/healthz"]().status, said["/readyz"]().status) == (503, 503)
    record.moved()
    record.stopping = True
    assert (said["/healthz"]().status, said["/readyz"]().status) == (200, 503)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("127.0.0.1:9464", Place("127.0.0.1", 9464)),
        ("9464", Place("127.0.0.1", 9464)),
        ("[::]:0", Place("::", 0)),
        (":80", Place("127.0.0.1", 80)),
    ],
)
def test_an_address_with_a_port(given: str, place: Place) -> None:
    assert Place.of(given) == place


@pytest.mark.parametrize("given", ["", "localhost", "host:", "host:99999", "host:٣", "host:-1"])
def test_what_is_none(given: str) -> None:
    with pytest.raises(Usage):
        Place.of(given)
