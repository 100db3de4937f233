"""One pull request a branch, whatever is lost or done twice."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.clock import VirtualClock
from reconciler.forge import pulls
from reconciler.forge.hub import Hub, HubFailure, NotAllowed
from reconciler.targets.seam import Answer, Api, CallError, Unanswered
from tests.support.company import START
from tests.support.github import SLUG, GitHub
from tests.support.openapi import check_request, check_response, needs_specs
from tests.support.recording import Failing

HEAD = "incident/20261121-honest-rhinoceros"
CREATE = "POST /repos/{owner}/{repo}/pulls"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
def github(clock: VirtualClock) -> GitHub:
    return GitHub(clock.now)


@pytest.fixture
def hub(github: GitHub, clock: VirtualClock) -> Hub:
    return Hub(github, SLUG, clock)


def ensured(hub: Hub) -> pulls.Pull:
    return pulls.ensure(hub, HEAD, "main", "declare sev1", "What merging does.")


def failing(github: GitHub, clock: VirtualClock, error: CallError, **more: Any) -> Hub:
    return Hub(Failing(github, CREATE, error, **more), SLUG, clock)


def test_a_pull_request_is_opened_once(hub: Hub, github: GitHub) -> None:
    first = ensured(hub)
    assert (first, first.open, first.merged) == (ensured(hub), True, False)
    assert [(one["head"], one["base"], one["title"]) for one in github.pulls()] == [
        (HEAD, "main", "declare sev1")
    ]


def test_one_whose_answer_was_lost_is_found(github: GitHub, clock: VirtualClock) -> None:
    lost = Unanswered(CREATE, "connection dropped")
    assert ensured(failing(github, clock, lost, times=1, done=True)).number == 1
    assert len(github.pulls()) == 1


def test_one_that_was_lost_before_it_was_made_is_made(github: GitHub, clock: VirtualClock) -> None:
    lost = Unanswered(CREATE, "502")
    assert ensured(failing(github, clock, lost, times=1)).open
    assert len(github.pulls()) == 1


def test_what_somebody_else_opened_meanwhile_is_taken(github: GitHub, clock: VirtualClock) -> None:
    class Quicker:
        """Answers the first look with nothing, as if it had come a moment earlier."""

        looked = False

        def call(self, method: str, /, **arguments: Any) -> Answer:
            if method.startswith("GET") and not self.looked:
                self.looked = True
                ensured(Hub(github, SLUG, clock))
                return {"items": []}
            return github.call(method, **arguments)

    assert ensured(Hub(Quicker(), SLUG, clock)).number == 1
    assert len(github.pulls()) == 1


def test_a_new_one_is_opened_after_the_last_was_closed(hub: Hub, github: GitHub) -> None:
    ensured(hub)
    github.close(1)
    closed = pulls.latest(hub, HEAD, "main")
    assert closed is not None
    assert (closed.open, closed.merged) == (False, False)
    assert ensured(hub).number == 2
    assert [one["state"] for one in github.pulls()] == ["closed", "open"]


def test_one_that_was_merged_is_known_as_merged(hub: Hub, github: GitHub) -> None:
    ensured(hub)
    github.merge(1)
    found = pulls.latest(hub, HEAD, "main")
    assert found is not None
    assert (found.open, found.merged) == (False, True)
    assert pulls.read(hub, 1) == found


def test_what_a_token_may_not_is_said_with_what_it_needs(hub: Hub, github: GitHub) -> None:
    github.rights.clear()
    with pytest.raises(NotAllowed) as told:
        ensured(hub)
    assert told.value.message == (
        f"could not open a pull request for {HEAD}: GitHub refuses it: "
        "403 Resource not accessible by integration"
    )
    assert "`pull requests: write` on acme/incidents" in told.value.next
    github.sees = False
    with pytest.raises(NotAllowed, match="404 Not Found"):
        pulls.latest(hub, HEAD, "main")


def test_an_answer_of_another_shape_is_no_answer(clock: VirtualClock) -> None:
    class Odd:
        def call(self, method: str, /, **arguments: Any) -> Answer:
            return {"items": [{"number": 1}]}

    with pytest.raises(HubFailure, match="not of the documented shape"):
        pulls.latest(Hub(Odd(), SLUG, clock), HEAD, "main")


def test_limits_are_waited_for_and_then_told(hub: Hub, github: GitHub, clock: VirtualClock) -> None:
    github.limits = {"GET /repos/{owner}/{repo}/pulls": 1}
    pulls.latest(hub, HEAD, "main")
    pulls.latest(hub, HEAD, "main")
    assert (clock.now() - START).total_seconds() == pytest.approx(60)
    github.limits = {"GET /repos/{owner}/{repo}/pulls": 0}
    github.spend = lambda *_: (_ for _ in ()).throw(_limited())  # type: ignore[method-assign]
    with pytest.raises(HubFailure, match="takes no more calls of this token for 900 s"):
        pulls.latest(hub, HEAD, "main")
    assert (clock.now() - START).total_seconds() == pytest.approx(60)


def _limited() -> CallError:
    from reconciler.targets.seam import RateLimited

    return RateLimited("GET", 900)


class Checked:
    """Each call and each answer is as GitHub describes it; lists are described without our wrapping."""

    def __init__(self, api: Api):
        self.api = api

    def call(self, method: str, /, **arguments: Any) -> Answer:
        check_request("github", method, arguments)
        answer = self.api.call(method, **arguments)
        check_response("github", method, answer.get("items", answer))
        return answer


@needs_specs
def test_calls_and_answers_are_as_github_describes_them(github: GitHub, clock: VirtualClock) -> None:
    hub = Hub(Checked(github), SLUG, clock)
    ensured(hub)
    pulls.read(hub, 1)
    github.merge(1)
    pulls.read(hub, 1)
    assert pulls.latest(hub, HEAD, "main") is not None
