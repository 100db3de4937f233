"""The scopes that the app asks for are those that it needs: a life lacks none of them, and uses each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from reconciler.targets.seam import Answer, Api, Refused
from reconciler.targets.slack.scopes import SCOPES
from tests.support.life import LIFE
from tests.support.scene import Scene

PRIVATE = "20261121-private-owl"

#: Slack's own rule, which no call shows: users:read.email is given only beside users:read.
GIVEN_TOGETHER = {"users:read"}


@dataclass
class Noting:
    """An Api that notes which scopes were missing."""

    api: Api
    missing: list[str] = field(default_factory=list)

    def call(self, method: str, /, **arguments: Any) -> Answer:
        try:
            return self.api.call(method, **arguments)
        except Refused as refused:
            if refused.code == "missing_scope":
                self.missing.append(method)
            raise


def lacked(scopes: set[str], steps: int = len(LIFE)) -> list[str]:
    """The calls that were refused for want of a scope in the life of two incidents, one of them private."""
    scene = Scene()
    scene.slack.data["scopes"] = sorted(scopes)
    noting = Noting(scene.slack)
    scene.wrapped["slack"] = noting
    for number, step in enumerate(LIFE[:steps]):
        step.do(scene)
        if not number:
            scene.settings = replace(scene.settings, private_allowed=True)
            scene.edit(PRIVATE, private=True, severity="sev2")
        scene.apply()
        scene.later(minutes=10)
    return noting.missing


def test_with_these_scopes_nothing_is_refused() -> None:
    assert lacked(set(SCOPES)) == []


@pytest.mark.parametrize("scope", sorted(set(SCOPES) - GIVEN_TOGETHER))
def test_without_any_of_them_something_is_refused(scope: str) -> None:
    assert lacked(set(SCOPES) - {scope}, steps=2) != []
