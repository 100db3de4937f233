"""Text is data: a whole life with an odd text in every field calls nobody, breaks no page, and is quiet."""

from __future__ import annotations

import pytest

from tests.support.wording import FILLING, Life
from tests.sweeps import sample, texts


@pytest.mark.parametrize("name", ["entities", "page", *sample(texts.scenarios(), 5)])
def test_a_life_with_such_a_text_in_every_field_is_inert_and_quiet(name: str) -> None:
    assert texts.check(name) == texts.STEPS


def test_each_field_is_filled_as_far_as_its_file_allows() -> None:
    life = Life("the most letters")
    next(life.steps())
    newest = life.scene.versions[next(iter(life.scene.versions))][-1].incident
    assert newest is not None
    assert len(newest.title) == 250
    assert len(newest.summary or "") == 2000
    assert len(newest.updates[0].text) == 3000
    assert len(FILLING) > 5
