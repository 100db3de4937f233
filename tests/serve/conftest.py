"""What the tests of the resident process have in common."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from reconciler.sandbox.world import World
from tests.support.fixtures import company, no_configuration_of_the_machine
from tests.support.repositories import Clone, Remote
from tests.support.sabotage import Front, fronted

__all__ = ["clone", "company", "front", "no_configuration_of_the_machine"]


@pytest.fixture
def clone(hub: Remote) -> Clone:
    """The clone of the process, of the hub that a file of tests has."""
    return hub.clone("clone")


@pytest.fixture
def front() -> Iterator[Front]:
    """A world of now, behind HTTP."""
    with fronted(World.example(lambda: datetime.now(UTC))) as made:
        yield made
