"""A token is in no answer and no error, whatever a service or a proxy sends back."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.targets.discreet import Discreet
from reconciler.targets.seam import Answer, CallError, RateLimited, Refused, Unanswered, Unreachable

TOKEN = "xoxb-51aCkT0keN"


class Telling:
    """A service that sends back what it was told to."""

    def __init__(self, answer: Answer | CallError):
        self._answer = answer

    def call(self, method: str, /, **arguments: Any) -> Answer:
        if isinstance(self._answer, CallError):
            raise self._answer
        return self._answer


@pytest.mark.parametrize(
    "error",
    [
        Refused("a", TOKEN, f"Bearer {TOKEN}", {"error": {"errors": [TOKEN], TOKEN: 1}}, 400),
        Unanswered("a", f"502 {TOKEN}", 502, 3.0),
        Unreachable("a", TOKEN),
        RateLimited("a", 3.0),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_of_each_kind_stay_what_they_are_without_the_token(error: CallError) -> None:
    with pytest.raises(CallError) as caught:
        Discreet(Telling(error), f" {TOKEN}\n").call("a")
    assert type(caught.value) is type(error)
    assert TOKEN not in f"{caught.value} {caught.value.args} {vars(caught.value)}"
    assert caught.value.__suppress_context__


def test_an_answer_with_the_token_in_it_is_cleaned_and_any_other_is_untouched() -> None:
    told = {"a": [f"x {TOKEN}", 1, None, True], TOKEN: {"b": (TOKEN,)}}
    assert Discreet(Telling(told), TOKEN).call("a") == {
        "a": ["x (token)", 1, None, True],
        "(token)": {"b": ["(token)"]},
    }
    plain = {"a": ["x"]}
    assert Discreet(Telling(plain), TOKEN).call("a") is plain
