"""Connections share what people do; what one does not acknowledge goes to another, and nothing is lost."""

from __future__ import annotations

import pytest

from reconciler.clock import VirtualClock
from reconciler.sandbox.slack import SlackMachine
from reconciler.sandbox.slack.link import LASTS, MOST
from tests.support.modals import Hearing, Json
from tests.support.slack import company, company_in_time


def silent(_: Json) -> None:
    """No acknowledgement."""


def later(slack: SlackMachine, clock: VirtualClock, seconds: float) -> None:
    clock.sleep(seconds)
    slack.link.tick()


def test_a_connection_is_greeted() -> None:
    slack = company()
    Hearing(slack).connect()
    [hello] = Hearing(slack).connect().frames
    assert (hello["type"], hello["num_connections"]) == ("hello", 2)
    assert hello["connection_info"] == {"app_id": "A0SANDBOX"}


def test_connections_take_turns() -> None:
    slack = company()
    apps = [Hearing(slack).connect() for _ in range(3)]
    for _ in range(6):
        slack.person("ana@example.com").command("general", "/incident")
    assert [len(app.envelopes) for app in apps] == [2, 2, 2]


def test_what_is_not_acknowledged_in_three_seconds_goes_to_another() -> None:
    slack, clock = company_in_time()
    first, second = Hearing(slack, silent).connect(), Hearing(slack).connect()
    delivery = slack.person("ana@example.com").command("general", "/incident")
    later(slack, clock, 2.9)
    assert (len(first.envelopes), len(second.envelopes)) == (1, 0)
    later(slack, clock, 0.1)
    assert first.envelopes == second.envelopes
    assert (delivery.done.is_set(), delivery.outcome) == (True, {})


def test_when_all_were_silent_it_is_given_up() -> None:
    slack, clock = company_in_time()
    apps = [Hearing(slack, silent).connect() for _ in range(2)]
    delivery = slack.person("ana@example.com").command("general", "/incident")
    later(slack, clock, 3)
    later(slack, clock, 3)
    assert delivery.outcome == {"error": "/incident failed with the error “operation_timeout”"}
    assert [len(app.envelopes) for app in apps] == [1, 1]


def test_what_a_connection_that_ends_has_not_acknowledged_goes_to_another_at_once() -> None:
    slack = company()
    first, second = Hearing(slack, silent).connect(), Hearing(slack).connect()
    delivery = slack.person("ana@example.com").command("general", "/incident")
    assert first.line is not None
    slack.link.gone(first.line)
    assert first.envelopes == second.envelopes
    assert delivery.outcome == {}


def test_an_app_that_comes_back_in_time_gets_what_waits() -> None:
    slack, clock = company_in_time()
    first = Hearing(slack, silent).connect()
    delivery = slack.person("ana@example.com").command("general", "/incident")
    assert first.line is not None
    slack.link.gone(first.line)
    second = slack.person("bo@example.com").command("general", "/incident")
    later(slack, clock, 1)
    again = Hearing(slack).connect()
    assert len(again.envelopes) == 2
    assert (delivery.outcome, second.outcome) == ({}, {})


def test_an_app_that_is_gone_for_longer_is_not_waited_for() -> None:
    slack, clock = company_in_time()
    first = Hearing(slack).connect()
    assert first.line is not None
    slack.link.gone(first.line)
    clock.sleep(3)
    delivery = slack.person("ana@example.com").command("general", "/incident")
    assert delivery.outcome == {"error": "/incident failed with the error “dispatch_failed”"}


def test_only_the_first_acknowledgement_counts_and_nonsense_is_none() -> None:
    slack = company()
    app = Hearing(slack, silent).connect()
    delivery = slack.person("ana@example.com").command("general", "/incident")
    for nonsense in ("", "[]", "{}", '{"envelope_id": 1}', '{"envelope_id": "x"}', "\x00"):
        slack.link.received(nonsense)
    assert not delivery.done.is_set()
    app.acknowledge(app.envelopes[0], {"text": "one"})
    app.acknowledge(app.envelopes[0], {"text": "two"})
    assert [one["text"] for one in slack.person("ana@example.com").whispers("general")] == ["one"]


def test_an_event_is_sent_four_times_even_to_the_same_connection() -> None:
    slack, clock = company_in_time()
    app, ana = Hearing(slack, silent).connect(), slack.person("ana@example.com")
    ana.react("general", ana.post("general", "x"), "pushpin")
    attempts = []
    for seconds in (2.9, 0.1, 62.9, 0.1, 302.9, 0.1, 600):
        later(slack, clock, seconds)
        attempts.append(len(app.envelopes))
    assert attempts == [1, 2, 2, 3, 3, 4, 4]
    assert [(one["retry_attempt"], one["retry_reason"]) for one in app.envelopes[:2]] == [
        (0, ""),
        (1, "timeout"),
    ]
    assert len({one["envelope_id"] for one in app.envelopes}) == 1


def test_an_event_waits_for_an_app_that_is_away() -> None:
    slack, clock = company_in_time()
    ana = slack.person("ana@example.com")
    ana.react("general", ana.post("general", "x"), "pushpin")
    clock.sleep(302)
    assert len(Hearing(slack).connect().envelopes) == 1


def test_an_event_of_which_nobody_heard_for_long_is_not_sent_any_more() -> None:
    slack, clock = company_in_time()
    ana = slack.person("ana@example.com")
    ana.react("general", ana.post("general", "x"), "pushpin")
    clock.sleep(303)
    assert Hearing(slack).connect().envelopes == []


def test_the_eleventh_connection_is_sent_away() -> None:
    slack = company()
    apps = [Hearing(slack).connect() for _ in range(MOST + 1)]
    assert [one["reason"] for one in apps[-1].frames] == ["too_many_websockets"]
    assert (apps[-1].closed, slack.link.connections) == (True, MOST)


def test_a_connection_is_warned_and_then_ended_after_its_time() -> None:
    slack, clock = company_in_time()
    app = Hearing(slack).connect()
    later(slack, clock, LASTS - 10)
    later(slack, clock, 5)
    assert [one.get("reason") for one in app.frames] == [None, "warning"]
    later(slack, clock, 5)
    assert [one.get("reason") for one in app.frames][2:] == ["refresh_requested"]
    assert (app.closed, slack.link.connections) == (True, 0)


@pytest.mark.parametrize("seconds", [30, 31])
def test_a_ticket_opens_one_connection_for_half_a_minute(seconds: int) -> None:
    slack, clock = company_in_time()
    ticket = slack.call("apps.connections.open")["url"].partition("ticket=")[2].partition("&")[0]
    clock.sleep(seconds)
    assert [slack.redeem(ticket), slack.redeem(ticket), slack.redeem("x")] == [seconds == 30, False, False]
