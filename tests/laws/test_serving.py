"""Three resident processes of which one is killed; `script/sweep serving` tries more writes."""

from __future__ import annotations

from tests.sweeps import serving


def test_what_one_of_three_leaves_that_was_killed_the_others_finish_and_nothing_is_there_twice() -> None:
    assert serving.check("one of three killed after slack conversations.create") == 1
