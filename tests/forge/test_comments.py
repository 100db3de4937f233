"""One comment a purpose: made once, kept up to date, and left alone where it says the same."""

from __future__ import annotations

import pytest

from reconciler.clock import VirtualClock
from reconciler.errors import Failure
from reconciler.forge import comments, pulls
from reconciler.forge.comments import Did, author, mark, sticky
from reconciler.forge.hub import Hub, NotAllowed
from reconciler.targets.seam import Unanswered
from tests.support.company import START
from tests.support.github import SLUG, GitHub
from tests.support.recording import Failing

MARK = mark("acme", "plan")
CREATE = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments"


@pytest.fixture
def github() -> GitHub:
    github = GitHub(VirtualClock(START).now)
    pulls.ensure(Hub(github, SLUG, VirtualClock(START)), "incident/a", "main", "declare", "")
    return github


@pytest.fixture
def hub(github: GitHub) -> Hub:
    return Hub(github, SLUG, VirtualClock(START))


def test_a_comment_is_made_then_updated_then_left_alone(hub: Hub, github: GitHub) -> None:
    did = [sticky(hub, 1, MARK, text).did for text in ("One.", "Two.", "Two.")]
    assert did == [Did.CREATED, Did.UPDATED, Did.SAME]
    assert github.comments(1) == [f"{MARK}\nTwo.\n"]


def test_others_comments_stay(hub: Hub, github: GitHub) -> None:
    github.comment(1, "Looks good.")
    github.comment(1, f"> {MARK}\n> One.\n\nWhy?")
    sticky(hub, 1, MARK, "One.")
    sticky(hub, 1, mark("acme", "other"), "Other.")
    sticky(hub, 1, MARK, "Two.")
    assert github.comments(1)[:2] == ["Looks good.", f"> {MARK}\n> One.\n\nWhy?"]
    assert [text.splitlines()[1] for text in github.comments(1)[2:]] == ["Two.", "Other."]


def test_a_comment_of_another_with_our_mark_is_not_ours(hub: Hub, github: GitHub) -> None:
    github.comment(1, f"{MARK}\nNothing will be paged.", "mallory")
    did = [sticky(hub, 1, MARK, text).did for text in ("One.", "Two.")]
    assert did == [Did.CREATED, Did.UPDATED]
    assert github.comments(1) == [f"{MARK}\nNothing will be paged.", f"{MARK}\nTwo.\n"]


def test_a_person_s_token_finds_that_person_s_comment(hub: Hub, github: GitHub) -> None:
    github.login = "ana"
    github.comment(1, f"{MARK}\nNothing will be paged.", "mallory")
    by = author(hub, "ghp_sample")
    did = [sticky(hub, 1, MARK, text, by).did for text in ("One.", "Two.")]
    assert (by, did) == ("ana", [Did.CREATED, Did.UPDATED])
    assert author(hub, "ghs_sample") == ""


def test_ours_is_found_behind_hundreds_of_others(hub: Hub, github: GitHub) -> None:
    for number in range(250):
        github.comment(1, f"Comment {number}")
    sticky(hub, 1, MARK, "One.")
    assert sticky(hub, 1, MARK, "Two.").did is Did.UPDATED
    assert len(github.comments(1)) == 251


@pytest.mark.parametrize("done", [True, False])
def test_a_comment_whose_answer_was_lost_is_there_once(github: GitHub, done: bool) -> None:
    lost = Failing(github, CREATE, Unanswered(CREATE, "502"), times=1, done=done)
    sticky(Hub(lost, SLUG, VirtualClock(START)), 1, MARK, "One.")
    assert github.comments(1) == [f"{MARK}\nOne.\n"]


def test_what_is_too_long_for_github_is_refused_before_it_is_sent(hub: Hub, github: GitHub) -> None:
    with pytest.raises(Failure, match="65,536"):
        sticky(hub, 1, MARK, "x" * comments.LIMIT)
    assert github.comments(1) == []


def test_without_the_right_it_is_told_apart(hub: Hub, github: GitHub) -> None:
    github.rights.clear()
    with pytest.raises(NotAllowed):
        sticky(hub, 1, MARK, "One.")


def test_a_mark_is_one_hidden_line_whatever_the_name() -> None:
    assert mark("a --> b", "x\ny").startswith("<!-- ")
    assert "\n" not in mark("a --> b", "x\ny")
    assert mark("a --> b", "x").count("-->") == 1
