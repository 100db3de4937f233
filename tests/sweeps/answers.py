"""Odd texts in whatever a service answers: in each field of each answer to an open incident's run.

Somebody renamed a channel, wrote a name with escapes, or a proxy sends nonsense. Whatever becomes of the
plan, nothing of it steers a terminal, calls anybody, fills the state or ends in a traceback.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from io import StringIO
from typing import Any

from reconciler.sandbox.pagerduty.people import People
from reconciler.targets.seam import Answer, Api
from reconciler.views.document import document
from reconciler.views.plan import plan_lines
from reconciler.views.report import report_lines
from reconciler.views.terminal import show
from tests.support.hostile import controls
from tests.support.scene import Scene, update
from tests.support.secrets import copied
from tests.support.wording import calls_nobody

TEXTS = {
    "commands": "\n::error::Owned\n##[error]\r\n::add-mask::a <!channel> <@U1> |x> [a](b) "
    "\x1b[31m\x1b]8;;https://evil.example.com\x07x\u202e\u2066\x9b2J\x00",
    "a megabyte": "x" * 1_000_000,
}
#: What one text in an output may hold, and what may be kept of an incident.
LONGEST, KEPT = 5_100, 50_000

#: Where in an answer a text stands: `channels[].topic.value`.
Place = tuple[str, str, str]


@dataclass
class Tampering:
    """A service in whose answers one field holds another text; `places` are all fields seen."""

    api: Api
    target: str
    at: Place | None = None
    text: str = ""
    places: dict[Place, None] = field(default_factory=dict)

    def call(self, method: str, /, **arguments: Any) -> Answer:
        answer = self._seen(self.api.call(method, **arguments), method, "")
        assert isinstance(answer, dict)
        return answer

    def _seen(self, value: Any, method: str, path: str) -> Any:
        if isinstance(value, dict):
            return {key: self._seen(one, method, f"{path}.{key}".strip(".")) for key, one in value.items()}
        if isinstance(value, list):
            return [self._seen(one, method, f"{path}[]") for one in value]
        if isinstance(value, str):
            place = (self.target, method, path)
            self.places[place] = None
            return self.text if place == self.at else value
        return value


@cache
def living() -> Scene:
    """An open incident, acknowledged, told in an update; and edited since."""
    scene = Scene()
    scene.edit(severity="sev2", updates=(update("Rolling back."),))
    assert scene.apply().report.exit_code == 0
    People(scene.pagerduty).acknowledge(scene.page("primary")["id"], "bo@example.com")
    scene.later(minutes=5)
    scene.edit(title="Checkout fails for all", updates=(update("Rolling back."), update("Done.", 20)))
    return scene


@cache
def places() -> Sequence[Place]:
    """Every field of every answer, to a run that remembers and to one that does not."""
    found: dict[Place, None] = {}
    for forgets in (False, True):
        scene = _begun(forgets)
        wrapped = {name: Tampering(getattr(scene, name), name) for name in ("slack", "pagerduty", "notion")}
        scene.wrapped = dict(wrapped)
        assert scene.apply().report.exit_code == 0
        for each in wrapped.values():
            found |= each.places
    return list(found)


def scenarios() -> Sequence[str]:
    """Each text in each field."""
    return [f"{text} in {path} of {target} {method}" for target, method, path in places() for text in TEXTS]


def check(name: str) -> int:
    """A run that does not remember and one that does, and what is printed and kept after each."""
    text, _, rest = name.partition(" in ")
    path, _, where = rest.partition(" of ")
    target, _, method = where.partition(" ")
    runs = (False, True) if text == "commands" else (True,)
    for forgets in runs:
        scene = _begun(forgets)
        tampering = Tampering(getattr(scene, target), target, (target, method, path), TEXTS[text])
        scene.wrapped[target] = tampering
        _inert(scene)
    return len(runs)


def _begun(forgets: bool) -> Scene:
    scene = copied(living())
    if forgets:
        scene.memories.clear()
    return scene


def _inert(scene: Scene) -> None:
    plan, applied = scene.plan(), scene.apply()
    scene.learn(applied)
    printed = StringIO()
    show([*plan_lines(plan), *report_lines(applied.report)], printed)
    _harmless(printed.getvalue().split("\n"))
    for data in (plan.to_json(), applied.report.to_json()):
        _harmless(document(data, readable=True).split("\n"))
    kept = json.dumps([one.to_json() for one in applied.memories.values()])
    assert len(kept) <= KEPT, f"{len(kept):,} characters in the state"
    assert len(json.dumps(dict(scene.caches))) <= KEPT, "in the state's caches"
    for channel in scene.slack.data["channels"].values():
        for message in channel["messages"].values():
            if message.get("bot_id"):
                calls_nobody(message)


def _harmless(lines: Sequence[str]) -> None:
    for line in lines:
        assert not controls(line), f"{controls(line)} in {line[:200]!a}"
        assert not line.lstrip().startswith("::"), f"a command to GitHub's runner: {line[:200]!a}"
        assert "##[" not in line, f"a command to GitHub's runner: {line[:200]!a}"
        assert len(line) <= LONGEST, f"a line of {len(line):,} characters: {line[:200]!a}"
