"""What a service answers is data too: odd texts in any field of any answer are inert in all that is said."""

from __future__ import annotations

import pytest

from tests.sweeps import answers, sample

#: What a person or a broken service may well put an odd text into, and a sample of all the rest.
CHOSEN = [
    name
    for name in answers.scenarios()
    if ".html_url" in name or "topic.value" in name or "plain_text" in name or "acknowledger.summary" in name
]


@pytest.mark.parametrize("name", [*sample(CHOSEN, 10), *sample(answers.scenarios(), 10, seed=1)])
def test_an_odd_text_in_an_answer_is_inert_and_bounded(name: str) -> None:
    assert answers.check(name) >= 1


def test_every_service_is_tampered_with() -> None:
    assert {target for target, _, _ in answers.places()} == {"slack", "pagerduty", "notion"}
    assert len(answers.places()) > 300
