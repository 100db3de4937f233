"""What waits in a queue while the lease ends does not begin any more."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.plan.plan import State
from reconciler.run.reconcile import apply
from reconciler.targets.seam import Answer, is_read
from tests.support.scene import CHANNEL, Scene


class Ending:
    """A lease that ends while the first write of Slack's is under way."""

    alone = True

    def __init__(self, scene: Scene):
        self.scene, self.held = scene, True

    def open(self) -> bool:
        return self.held

    def ask(self) -> Callable[[], None] | None:
        return None

    def call(self, method: str, /, **arguments: object) -> Answer:
        self.held = self.held and is_read(method)
        return self.scene.slack.call(method, **arguments)


def edited() -> tuple[Scene, Ending]:
    """Several things of the channel are to be written at once, and the lease ends with the first."""
    scene = Scene()
    scene.edit(services=(), responders=())
    scene.apply()
    scene.edit(title="Checkout fails for all", severity="sev2")
    scene.forget_calls()
    gate = Ending(scene)
    scene.wrapped["slack"] = gate
    return scene, gate


def test_of_many_that_were_to_be_written_none_begins_once_the_lease_has_ended() -> None:
    scene, gate = edited()
    report = apply(scene.situation(), gate).report
    assert [target for target, _ in scene.writes() if target == "slack"] == ["slack"]
    assert report.exit_code == 3
    skipped = {outcome.change.address.thing: str(outcome.trouble) for outcome in report.of(State.SKIPPED)}
    assert len(skipped) > 2
    assert all("lease" in trouble for trouble in skipped.values())


def test_what_was_given_back_is_done_when_the_lease_is_held_again() -> None:
    scene, gate = edited()
    apply(scene.situation(), gate)
    scene.heals()
    assert scene.apply().report.exit_code == 0
    assert "Checkout fails for all" in scene.channel(CHANNEL)["topic"]["value"]
    assert scene.quiet()
