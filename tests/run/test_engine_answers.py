"""An answer that is not of the documented shape is an answer that cannot be used: unknown, not absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from reconciler.plan.plan import State
from reconciler.targets.seam import Answer, Api
from tests.support.scene import Scene


@dataclass
class Garbling:
    """An Api that carries out one method and answers something else, once."""

    api: Api
    method: str
    answer: Answer
    done: bool = False

    def call(self, method: str, /, **arguments: Any) -> Answer:
        answer = self.api.call(method, **arguments)
        if method != self.method or self.done:
            return answer
        self.done = True
        return self.answer


@pytest.mark.parametrize("answer", [{}, {"incidents": None}, {"incidents": [None]}, {"incidents": 7}])
def test_a_garbled_look_is_unreadable_and_nothing_is_made_on_it(answer: Answer) -> None:
    scene = Scene()
    scene.edit()
    scene.apply()
    scene.memories.clear()
    scene.forget_calls()
    scene.wrapped["pagerduty"] = Garbling(scene.pagerduty, "GET /incidents", answer)
    report = scene.apply().report
    assert report.exit_code == 3
    assert [target for target, _ in scene.writes() if target == "pagerduty"] == []
    [told, *_] = [one.reason for one in report.after.unreadable if one.address.target == "pagerduty"]
    assert "could not be used" in told


def test_a_garbled_answer_to_a_write_is_uncertain_and_the_next_look_decides() -> None:
    scene = Scene()
    scene.edit()
    scene.wrapped["slack"] = Garbling(scene.slack, "conversations.create", {"ok": True, "channel": []})
    report = scene.apply().report
    assert scene.channel_names() == ["incd-20261121-honest-rhinoceros"]
    states = {str(one.change.address): one.state for one in report.outcomes}
    assert State.FAILED not in states.values()
    scene.heals()
    assert scene.quiet() or scene.apply().report.converged
