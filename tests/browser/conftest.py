"""One browser for all tests of a file: it takes a second to start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.sandbox.world import World
from tests.support import browser
from tests.support.browser import Shown
from tests.support.server import serving
from tests.support.worlds import call, declared, world


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser.chromium() as started:
        yield started


@pytest.fixture
def made() -> World:
    """A world with one incident, in whose channel Ana and Bo are."""
    found = world()
    channel = declared(found)
    call(found, "slack", "conversations.invite", channel=channel, users="U00000001,U00000002")
    return found


@pytest.fixture
def shown(chromium: Any, made: World) -> Iterator[Shown]:
    """The page at that incident."""
    with serving(made) as url, browser.showing(chromium, url) as one:
        one.open("20261121-honest-rhinoceros")
        one.sees("#slack h3", "#incd-20261121-honest-rhinoceros")
        one.sees("#pagerduty .card dt", "Service")
        one.sees("#notion .block", "Impact")
        yield one
