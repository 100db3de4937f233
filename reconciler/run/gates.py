"""What lets writes through: the lease, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Gate(Protocol):
    """Whether writes that need the lease may start."""

    @property
    def alone(self) -> bool:
        """True while nobody else can be writing."""

    def open(self) -> bool:
        """True when they may."""
        ...

    def ask(self) -> Callable[[], None] | None:
        """Work that tries to open the gate, to be carried out beside the others; None when there is none."""
        ...


@dataclass(frozen=True)
class Open:
    """A gate that is always open."""

    alone: bool = True

    def open(self) -> bool:
        return True

    def ask(self) -> Callable[[], None] | None:
        return None


@dataclass(frozen=True)
class Shut:
    """A gate that lets nothing through but what needs no lease."""

    alone: bool = False

    def open(self) -> bool:
        return False

    def ask(self) -> Callable[[], None] | None:
        return None
