"""Texts that mean something to a service, a terminal or a page: a whole life with each in every field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from tests.support.wording import HARMLESS, TEXTS, Life

#: What several lines, cut texts and text styles of Slack's change, without harm.
STEPS = 6


def scenarios() -> Sequence[str]:
    """A life a text."""
    return list(TEXTS)


def check(name: str) -> int:
    """Live with the text; at each step all is inert, quiet, and of the form that a harmless text has."""
    for number, (step, seen) in enumerate(lived(name)):
        for where, expected in harmless()[number].items():
            assert seen[where] == expected, f"{step}: the {where} has another form: {seen[where]} {expected}"
    return STEPS


@cache
def harmless() -> list[Mapping[str, Any]]:
    """The forms, step by step."""
    return [seen for _, seen in lived(HARMLESS)]


def lived(name: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The steps of a life and the form of what is shown after each."""
    life = Life(name)
    seen: list[tuple[str, Mapping[str, Any]]] = []
    for step in life.steps():
        try:
            life.applied()
            if step in ("edited", "closed"):
                life.forgotten()
            seen.append((step, life.seen()))
        except AssertionError as error:
            raise AssertionError(f"{step}: {error}") from error
    return seen
