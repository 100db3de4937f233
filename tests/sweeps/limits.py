"""Rate limits and outages in virtual time: nothing fails for them, nobody asks too early, pages go first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from reconciler.incident.model import Status
from reconciler.plan.plan import Report, State
from reconciler.targets.pace import by_method
from reconciler.targets.seam import RateLimited, Unreachable
from tests.support.crowd import Crowd
from tests.support.scene import START, update

#: How much longer than the limits alone allow all may take.
RATIO = 1.3
#: Seconds that one look more may take where what it needs was used up by the changes before it.
WINDOW = 60


def scenarios() -> Sequence[str]:
    """Each a number of incidents and what befalls them."""
    return [f"{number} {what}" for what in WHAT for number in (5, 50)]


def check(name: str) -> int:
    """Try one; returns how many incidents it was about."""
    number, _, what = name.partition(" ")
    WHAT[what](int(number))
    return int(number)


def _declared(number: int) -> None:
    crowd = Crowd(budget=3600)
    crowd.declare(number)
    _in_time(crowd, crowd.apply().report)
    _pages_first(crowd, number)
    _quiet(crowd)


def _led(number: int) -> None:
    """A whole life, all at once, each step as quick as the limits allow."""
    crowd = Crowd(budget=3600)
    crowd.declare(number)
    crowd.apply()
    for fields in (
        {"updates": (update("Rolling back."),)},
        {"status": Status.RESOLVED},
        {"severity": "sev2"},
    ):
        crowd.later(minutes=5)
        crowd.begin()
        for id in list(crowd.versions):
            crowd.edit(id, **fields)
        _in_time(crowd, crowd.apply().report, spare=WINDOW)
    _quiet(crowd)


def _in_a_hurry(number: int) -> None:
    """The time is over long before the limits let all be done: exit 3, the rest is named, all paged."""
    crowd = Crowd(budget=20)
    crowd.declare(number)
    report = crowd.apply().report
    assert crowd.seconds() < 30, f"{crowd.seconds()} seconds"
    assert len(crowd.pages()) == len(set(crowd.pages())) == number + number // 5, "all are paged"
    if report.exit_code:
        _names_the_rest(crowd, report)
    for _ in range(40):
        crowd.later(minutes=1)
        report = crowd.apply().report
        if report.converged:
            break
    _same_as_in_peace(crowd, number)


def _crowded_out(number: int) -> None:
    """Another program makes calls of the same methods: half of what the limits allow is left for us."""
    crowd = Crowd(budget=7200)
    for method, calls in crowd.slack.limits.items():
        crowd.slack.limits[method] = calls // 2
    crowd.declare(number)
    report = crowd.apply().report
    assert (report.exit_code, report.of(State.FAILED, State.SKIPPED)) == (0, ())
    _same_as_in_peace(crowd, number)


def _shut_out(number: int) -> None:
    """Slack asks for a day of patience: nobody waits for that, and what is left is named."""
    crowd = Crowd()
    crowd.declare(number)
    crowd.fails("slack", "conversations.create", RateLimited("conversations.create", 86_400))
    report = crowd.apply().report
    _soon(crowd)
    _names_the_rest(crowd, report)
    assert len(crowd.pages()) == number + number // 5
    assert max(seconds for _, seconds, _ in crowd.waits) >= 86_400, "the wait that was asked for is told"


def _in_an_outage(number: int) -> None:
    """PagerDuty is down for 30 hours; an incident an hour, the older half is resolved before it ends."""
    crowd = Crowd()
    crowd.fails("pagerduty", None, Unreachable("POST /incidents", "no route"))
    for index in range(number):
        id = f"20261121-example-{index:03}"
        crowd.edit(id, severity="sev1", services=(), declared_at=crowd.clock.now())
        crowd.later(hours=30 / number)
    for id in list(crowd.versions)[: number // 2]:
        crowd.edit(id, status=Status.RESOLVED)
    assert crowd.apply().report.exit_code == 3
    crowd.heals()
    vars(crowd)["_paced"] = {}
    report = crowd.apply().report
    recent = [id for id in list(crowd.versions)[number // 2 :] if _age(crowd, id) <= timedelta(hours=24)]
    assert crowd.pages() == sorted(f"acme/{id}/primary" for id in recent), (
        "the open and recent ones, once each"
    )
    late = number - number // 2 - len(recent)
    assert report.exit_code == (4 if late else 0)


def _age(crowd: Crowd, id: str) -> timedelta:
    newest = crowd.versions[id][-1].incident
    assert newest is not None
    age: timedelta = crowd.clock.now() - newest.declared_at
    return age


WHAT: dict[str, Callable[[int], None]] = {
    "declared at once": _declared,
    "led at once": _led,
    "declared in a hurry": _in_a_hurry,
    "declared while others use up the limits": _crowded_out,
    "declared while Slack asks for a day of patience": _shut_out,
    "declared in a long outage of PagerDuty": _in_an_outage,
}


def _in_time(crowd: Crowd, report: Report, spare: float = 15) -> None:
    assert (report.exit_code, report.of(State.FAILED, State.SKIPPED, State.UNCERTAIN)) == (0, ())
    _soon(crowd, spare)
    _kept_to_the_limits(crowd)


def _soon(crowd: Crowd, spare: float = 15) -> None:
    """It took no longer than what the limits ask for."""
    least, took = crowd.least_seconds(), crowd.seconds()
    assert took <= RATIO * least + spare, f"took {took:.0f} s where the limits allow {least} s"


def _kept_to_the_limits(crowd: Crowd) -> None:
    """After a refusal nobody asked again before the second at which the service takes calls again."""
    closed: dict[str, datetime] = {}
    for one in crowd.sent:
        share = by_method(one.method, {"channel": one.channel}) if one.target == "slack" else one.target
        assert one.at >= closed.get(share, one.at), f"{share} was asked at {one.at}, before {closed[share]}"
        if one.limited:
            closed[share] = one.at + timedelta(seconds=one.retry_after)


def _pages_first(crowd: Crowd, number: int) -> None:
    pages = [one.at for one in crowd.sent if one.method == "POST /incidents"]
    assert len(pages) == number + number // 5
    assert max(pages) - START <= timedelta(seconds=5 + number / 10), "pages wait for no other service"
    created = [raw["shown"] for raw in crowd.pagerduty.data["incidents"].values()]
    urgencies = [one["urgency"] for one in sorted(created, key=lambda one: int(one["incident_number"]))]
    assert urgencies == sorted(urgencies), "the worst first"


def _names_the_rest(crowd: Crowd, report: Report) -> None:
    """Whatever still differs is in the report, with its incident."""
    assert report.exit_code == 3
    named = {outcome.change.address.incident for outcome in report.of(State.SKIPPED)}
    named |= {change.address.incident for change in report.after.changes}
    named |= {one.address.incident for one in report.after.unreadable}
    missing = {id for id in crowd.versions if f"incd-{id}" not in crowd.channel_names()}
    assert missing <= named, f"not named: {missing - named}"
    assert all(one.trouble and one.trouble.next for one in report.of(State.SKIPPED))


def _same_as_in_peace(crowd: Crowd, number: int) -> None:
    """One of everything for each incident."""
    assert len(crowd.pages()) == len(set(crowd.pages())) == number + number // 5
    assert crowd.channel_names() == sorted(f"incd-{id}" for id in crowd.versions)
    told = Counter(text for text in crowd.messages("incidents"))
    assert sum(told.values()) == len(crowd.posts("incidents")) == number
    assert len(crowd.notion.data["pages"]) == number
    _quiet(crowd)


def _quiet(crowd: Crowd) -> None:
    crowd.later(minutes=10)
    before = crowd.writes()
    report = crowd.apply().report
    assert (report.exit_code, report.outcomes) == (0, ()), report.outcomes[:3]
    assert crowd.writes() == before
