"""GitHub over HTTP: what a machine at the seam answers, and what a network does."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.clock import VirtualClock
from reconciler.errors import Failure
from reconciler.forge import pulls
from reconciler.forge.api import connect
from reconciler.forge.comments import Did, mark, sticky
from reconciler.forge.hub import API_URL, TOKEN, Hub, HubFailure, NotAllowed, connected
from reconciler.targets.seam import RateLimited, Refused, Unanswered, Unreachable
from tests.support import faulty as wire
from tests.support.company import START
from tests.support.faulty import faulty
from tests.support.github import SLUG, GitHub, serving
from tests.support.github import TOKEN as SAMPLE

LIST = "GET /repos/{owner}/{repo}/pulls"
PLACE: dict[str, Any] = {"owner": "acme", "repo": "incidents"}


def hub_at(url: str, token: str = SAMPLE) -> Hub:
    clock = VirtualClock(START)
    return Hub(connected({TOKEN: token, API_URL: url}, clock), SLUG, clock)


def test_the_same_over_http() -> None:
    github = GitHub(VirtualClock(START).now)
    with serving(github) as url:
        hub = hub_at(url)
        pull = pulls.ensure(hub, "incident/a", "main", "declare <sev1> · 支払い", "Body")
        assert pulls.ensure(hub, "incident/a", "main", "again", "") == pull == pulls.read(hub, 1)
        assert sticky(hub, 1, mark("acme", "plan"), "One.").did is Did.CREATED
        assert sticky(hub, 1, mark("acme", "plan"), "Two.").did is Did.UPDATED
    assert github.pulls()[0]["title"] == "declare <sev1> · 支払い"
    assert len(github.comments(1)) == 1


def test_a_wrong_token_is_told_without_it() -> None:
    with serving(GitHub(VirtualClock(START).now)) as url, pytest.raises(NotAllowed) as told:
        pulls.latest(hub_at(url, "ghp_wrong_and_secret"), "incident/a", "main")
    assert "401 Bad credentials" in told.value.message
    assert "ghp_wrong" not in f"{told.value.message}{told.value.detail}{told.value.next}"


def test_a_limit_is_told_with_its_seconds() -> None:
    github = GitHub(VirtualClock(START).now)
    github.limits = {LIST: 0}
    with serving(github) as url, pytest.raises(RateLimited) as told:
        connect(SAMPLE, VirtualClock(START), url=url).call(LIST, **PLACE)
    assert told.value.retry_after == 60


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{START.timestamp() + 90:.0f}"}, "{}", 90),
        ({"Retry-After": "7"}, "{}", 7),
        ({}, '{"message": "You have exceeded a secondary rate limit."}', 60),
    ],
)
def test_githubs_ways_to_say_later(headers: dict[str, str], body: str, seconds: float) -> None:
    behave = wire.status(403, body, **{name.replace("-", "_"): value for name, value in headers.items()})
    with faulty(behave) as server, pytest.raises(RateLimited) as told:
        connect(SAMPLE, VirtualClock(START), url=server.url).call(LIST, **PLACE)
    assert told.value.retry_after == pytest.approx(seconds)


def test_a_missing_right_is_no_limit() -> None:
    behave = wire.status(403, '{"message": "Resource not accessible by integration"}')
    with faulty(behave) as server, pytest.raises(Refused) as told:
        connect(SAMPLE, VirtualClock(START), url=server.url).call(LIST, **PLACE)
    assert (told.value.code, told.value.detail) == ("403", "Resource not accessible by integration")


@pytest.mark.parametrize("behave", [wire.drop_read, wire.drop_in_answer, wire.babble, wire.page(502)])
def test_what_may_be_done_is_called_so(behave: wire.Behaviour) -> None:
    with faulty(behave) as server, pytest.raises(Unanswered):
        connect(SAMPLE, VirtualClock(START), url=server.url).call("POST /repos/{owner}/{repo}/pulls", **PLACE)


def test_nobody_there_is_told_in_words() -> None:
    with pytest.raises(Unreachable):
        connect(SAMPLE, VirtualClock(START), url=f"http://{wire.closed_port()}").call(LIST, **PLACE)
    with pytest.raises(HubFailure) as told:
        pulls.latest(hub_at(f"http://{wire.closed_port()}"), "incident/a", "main")
    assert told.value.message.startswith("could not look for the pull request of incident/a: GitHub did not")
    assert "after 4 attempts" in told.value.message


def test_looks_are_repeated_and_creates_are_not() -> None:
    with faulty(wire.drop_read) as server:
        with pytest.raises(HubFailure):
            pulls.latest(hub_at(server.url), "incident/a", "main")
        assert len(server.requests) == 4
    with faulty(wire.drop_read) as server:
        with pytest.raises(HubFailure):
            hub_at(server.url).call("open one", "POST /pulls", title="a", head="b", base="c")
        assert len(server.requests) == 1


def test_a_token_that_cannot_be_one_is_refused_before_a_call() -> None:
    with pytest.raises(Failure, match="GitHub token"):
        connected({TOKEN: "two words"}, VirtualClock(START))


def test_the_token_goes_to_no_other_host() -> None:
    with faulty(wire.status(200, "[]")) as other:
        elsewhere = wire.status(301, "{}", Location=f"{other.url.replace('127.0.0.1', 'localhost')}/moved")
        with faulty(elsewhere) as server:
            answer = connect(SAMPLE, VirtualClock(START), url=server.url).call(LIST, **PLACE)
        assert answer == {"items": []}
        [there], [asked] = other.requests, server.requests
    assert "authorization" not in there.headers
    assert asked.headers["authorization"] == f"Bearer {SAMPLE}"
