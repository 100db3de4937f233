"""Ids and channel names: drawn from the request, and fit for Slack in every later form."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise, product

import pytest

from reconciler.errors import Failure
from reconciler.incident.naming import channel_name, new_id
from reconciler.incident.words import ADJECTIVES, ANIMALS

DAY = date(2026, 11, 21)
SLACK = re.compile(r"[a-z0-9_-]{1,80}")
IDS = [
    "20261121-honest-rhinoceros",
    "x",
    "x" * 66,
    "x" * 67,
    "y-" * 60,
    "Outage.März",
    "20261121-honest-rhinoceros-" + "z" * 200,
]


def test_an_id_is_the_day_an_adjective_and_an_animal() -> None:
    day, adjective, animal = new_id(DAY, "request", lambda id: False).split("-")
    assert day == "20261121"
    assert adjective in ADJECTIVES
    assert animal in ANIMALS


def test_the_same_request_gives_the_same_id_and_others_give_others() -> None:
    ids = [new_id(DAY, f"request {number % 500}", lambda id: False) for number in range(1000)]
    assert ids[:500] == ids[500:]
    assert len(set(ids)) > 490


def test_a_taken_id_leads_to_the_next_draw() -> None:
    seen: list[str] = []
    for _ in range(20):
        seen.append(new_id(DAY, "request", lambda id: id in seen))
    assert len(set(seen)) == 20


def test_a_folder_in_which_everything_is_taken_is_an_error_not_an_endless_search() -> None:
    with pytest.raises(Failure, match="no free incident id"):
        new_id(DAY, "request", lambda id: True)


@pytest.mark.parametrize("words", [ADJECTIVES, ANIMALS])
def test_words_are_many_short_and_not_mistaken_for_one_another(words: tuple[str, ...]) -> None:
    assert len(words) >= 200
    assert list(words) == sorted(set(words))
    assert all(re.fullmatch(r"[a-z]{3,11}", word) for word in words)
    assert not [pair for pair in pairwise(words) if pair[1].startswith(pair[0])]


def test_adjectives_and_animals_share_no_word() -> None:
    assert not set(ADJECTIVES) & set(ANIMALS)


@pytest.mark.parametrize("prefix", ["incd-", "", "Inc_", "a" * 79, "very long prefix " * 9])
@pytest.mark.parametrize("id", IDS)
def test_every_form_of_a_channel_name_fits_slack_and_differs_from_every_other(prefix: str, id: str) -> None:
    forms = [
        channel_name(prefix, id, resolved=resolved, follow_up=number)
        for resolved, number in product((False, True), (0, 2, 9, 10, 123))
    ]
    assert all(SLACK.fullmatch(name) for name in forms)
    assert len(set(forms)) == len(forms)


@pytest.mark.parametrize("id", IDS)
def test_a_channel_keeps_the_beginning_of_its_name_for_life(id: str) -> None:
    first = channel_name("incd-", id)
    for number in range(2, 10):
        assert channel_name("incd-", id, follow_up=number) == f"{first}-{number}"
        assert channel_name("incd-", id, follow_up=number, resolved=True) == f"{first}-{number}-resolved"
    assert channel_name("incd-", id, resolved=True) == f"{first}-resolved"


def test_a_name_that_fits_is_not_touched() -> None:
    assert channel_name("incd-", IDS[0]) == "incd-20261121-honest-rhinoceros"
    longest = "x" * (80 - len("incd-") - len("-9-resolved"))
    assert channel_name("incd-", longest) == "incd-" + longest
    assert channel_name("incd-", longest + "x") != "incd-" + longest + "x"


def test_names_that_would_fall_together_are_kept_apart_by_a_hash() -> None:
    together = ["a.b", "a-b", "A-B", "a b", "a_b", *("c" * 90 + end for end in "123")]
    assert len({channel_name("incd-", id) for id in together}) == len(together)


def test_the_longest_id_that_can_be_drawn_is_never_cut() -> None:
    longest = f"20261121-{max(ADJECTIVES, key=len)}-{max(ANIMALS, key=len)}"
    assert channel_name("incd-", longest) == "incd-" + longest
