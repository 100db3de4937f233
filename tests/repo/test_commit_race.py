"""An edit is an intention: whoever loses a race for the branch applies it to what the winner left."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from reconciler.clock import VirtualClock
from reconciler.errors import Failure, Refusal
from reconciler.incident.settings import GitSettings
from reconciler.repo import again
from reconciler.repo.again import TRIES
from reconciler.repo.commit import Committed, Files, Words, commit_and_push, push_waiting
from reconciler.repo.git import LostRace
from reconciler.repo.remote import NoRight
from reconciler.repo.repository import Repository
from reconciler.repo.waiting import held
from tests.support import repositories
from tests.support.repositories import START, Clone, Remote

WORDS = Words("Add a line", ("Ana", "ana@example.com"), {"Incident": "log"})
LOG = "incidents/log.yaml"


@pytest.fixture
def hub(tmp_path: Path) -> Remote:
    return repositories.remote(tmp_path, {LOG: "begin\n"})


def adding(repo: Repository, line: str) -> Callable[[str | None], Files]:
    """The intention to add a line to whatever the file holds."""

    def add_line(revision: str | None) -> Files:
        before = repo.read(revision, LOG) if revision else None
        return {LOG: (before or b"") + f"{line}\n".encode()}

    return add_line


def add(here: Clone, line: str) -> Committed:
    repo = Repository.open(here.folder)
    intention, clock = adding(repo, line), VirtualClock(START)
    return commit_and_push(repo, GitSettings(), intention, WORDS, clock, chance=random.Random(line))


def content(hub: Remote) -> list[str]:
    return hub.git("show", f"main:{LOG}").splitlines()


def test_an_edit_arrives_at_the_remote_and_in_the_work_tree(hub: Remote) -> None:
    here = hub.clone("here")
    done = add(here, "mine")
    assert done == (here.head, True, "")
    assert hub.tip() == here.head
    assert here.status() == ""
    assert content(hub) == ["begin", "mine"]


def test_an_edit_is_made_on_what_others_have_pushed_meanwhile(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    there.commit({LOG: "begin\ntheirs\n", "incidents/other.yaml": "x"})
    there.push()
    add(here, "mine")
    assert content(hub) == ["begin", "theirs", "mine"]
    assert here.status() == ""
    assert (here.folder / "incidents/other.yaml").exists()


def test_whoever_loses_the_race_does_it_again_on_top_of_the_winner(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    repo = Repository.open(here.folder)
    intention, seen = adding(repo, "mine"), []

    def quicker(revision: str | None) -> Files:
        seen.append(revision)
        if len(seen) <= 2:  # somebody pushes between our look and our push, twice
            add(there, f"theirs {len(seen)}")
        return intention(revision)

    clock = VirtualClock(START)
    done = commit_and_push(repo, GitSettings(), quicker, WORDS, clock)
    assert done.pushed
    assert content(hub) == ["begin", "theirs 1", "theirs 2", "mine"]
    assert len(set(seen)) == 3
    assert clock.now() > START
    assert (here.status(), here.head) == ("", hub.tip())
    assert len(hub.git("rev-list", "main").splitlines()) == 4


def test_eight_clones_at_once_lose_no_edit(hub: Remote) -> None:
    clones = [hub.clone(f"clone{number}") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda number: retried(clones[number], f"line {number}"), range(8)))
    assert all(one.pushed for one in done)
    assert sorted(content(hub)) == sorted(["begin", *(f"line {number}" for number in range(8))])


def test_eight_threads_in_one_clone_lose_no_edit_and_leave_it_clean(hub: Remote) -> None:
    here = hub.clone("here")
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda number: retried(here, f"line {number}"), range(8)))
    assert all(one.pushed for one in done)
    assert sorted(content(hub)) == sorted(["begin", *(f"line {number}" for number in range(8))])
    assert here.status() == ""
    assert here.head == hub.tip()


def retried(here: Clone, line: str) -> Committed:
    """The virtual clock pauses for nobody, so that in a crowd the tries of one edit may be used up."""
    trouble = Failure("not tried")
    for _ in range(20):
        try:
            return add(here, line)
        except Failure as lost:
            trouble = lost
    raise trouble


def test_a_race_that_is_always_lost_ends_and_says_that_nothing_was_written(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    head, tries = here.head, []

    def always_quicker(revision: str | None) -> Files:
        tries.append(revision)
        add(there, f"theirs {len(tries)}")
        return {LOG: b"mine\n"}

    repo = Repository.open(here.folder)
    with pytest.raises(Failure, match=f"moved {TRIES} times while this edit was being pushed"):
        commit_and_push(repo, GitSettings(), always_quicker, WORDS, VirtualClock(START))
    assert len(tries) == TRIES
    assert "mine" not in content(hub)
    assert (here.head, here.status()) == (head, "")


def test_what_was_told_before_its_push_is_not_given_up_when_every_race_is_lost(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    told: list[str] = []

    def always_quicker(revision: str | None) -> Files:
        add(there, f"theirs {len(told)}")
        return {LOG: b"mine\n"}

    repo, settings = Repository.open(here.folder), GitSettings()
    with pytest.raises(Failure, match="it waits here"):
        commit_and_push(repo, settings, always_quicker, WORDS, VirtualClock(START), made=told.append)
    assert len(told) == TRIES
    assert held(repo) == told[-1:]


def test_with_the_remote_out_of_reach_the_commit_stays_here_and_goes_out_later(
    hub: Remote, tmp_path: Path
) -> None:
    here = hub.clone("here")
    away = tmp_path / "away"
    shutil.move(hub.folder, away)
    done = add(here, "mine")
    assert done.commit == here.head
    assert not done.pushed
    assert "committed here only" in done.note
    assert here.status() == ""
    shutil.move(away, hub.folder)
    repo = Repository.open(here.folder)
    assert push_waiting(repo, GitSettings()) == here.head
    assert content(hub) == ["begin", "mine"]
    assert push_waiting(repo, GitSettings()) is None


def test_with_a_lock_in_the_way_of_the_fetch_the_commit_stays_here_and_the_lock_is_named(
    hub: Remote,
) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    add(there, "theirs")
    lock = here.folder / ".git/refs/remotes/origin/main.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    done = add(here, "mine")
    assert (done.commit, done.pushed) == (here.head, False)
    assert f"{lock} is in the way" in done.note


def test_what_waits_is_not_pushed_over_what_others_have(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    here.commit({LOG: "waiting\n"})
    add(there, "theirs")
    with pytest.raises(LostRace):
        push_waiting(Repository.open(here.folder), GitSettings())
    assert content(hub) == ["begin", "theirs"]


def test_without_a_remote_the_commit_is_local_and_that_is_said(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path, {LOG: "begin\n"})
    done = add(here, "mine")
    assert (done.commit, done.pushed) == (here.head, False)
    assert "no remote origin" in done.note
    assert push_waiting(Repository.open(here.folder), GitSettings()) is None


def test_an_empty_repository_and_an_empty_remote_take_the_first_commit(tmp_path: Path) -> None:
    hub = repositories.remote(tmp_path)
    here = hub.clone("here")
    here.git("symbolic-ref", "HEAD", "refs/heads/main")
    done = add(here, "first")
    assert done == (hub.tip(), True, "")
    assert (here.head, here.status()) == (hub.tip(), "")


def test_without_the_right_to_push_nothing_is_written(hub: Remote) -> None:
    here = hub.clone("here")
    head = here.head
    hub.refuse_pushes()
    with pytest.raises(NoRight):
        add(here, "mine")
    assert (here.head, here.status(), hub.tip()) == (head, "", head)


def test_edits_in_the_way_refuse_before_anything_is_pushed(hub: Remote) -> None:
    here = hub.clone("here")
    here.write({LOG: "being edited"})
    with pytest.raises(Failure, match="has edits that are not committed"):
        add(here, "mine")
    assert content(hub) == ["begin"]
    assert (here.folder / LOG).read_text() == "being edited"


def test_other_edits_in_the_way_leave_the_own_branch_behind_and_that_is_said(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    here.commit({"notes.txt": "one\n"})
    here.push()
    there.pull()
    there.commit({"notes.txt": "two\n"})
    there.push()
    here.write({"notes.txt": "being edited\n"})
    head = here.head
    done = add(here, "mine")
    assert done.pushed
    assert "your own branch stays behind" in done.note
    assert content(hub) == ["begin", "mine"]
    assert (here.head, (here.folder / "notes.txt").read_text()) == (head, "being edited\n")


def test_a_branch_that_has_diverged_is_left_alone_and_that_is_said(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    mine = here.commit({"incidents/own.yaml": "title: own\n"})
    add(there, "theirs")
    done = add(here, "mine")
    assert done.pushed
    assert "has commits of its own" in done.note
    assert (here.head, here.status()) == (mine, "")
    assert content(hub) == ["begin", "theirs", "mine"]


def test_a_diverged_branch_and_no_remote_refuse_rather_than_lose_the_edit(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    mine = here.commit({"incidents/own.yaml": "title: own\n"})
    add(there, "theirs")
    Repository.open(here.folder).fetch("origin", "main")
    shutil.rmtree(hub.folder)
    with pytest.raises(Failure, match="has commits of its own"):
        add(here, "mine")
    assert (here.head, here.status()) == (mine, "")


def test_a_clone_as_in_ci_without_the_branch_pushes_and_stays_as_it_is(hub: Remote) -> None:
    here = hub.clone("here")
    here.git("checkout", "--quiet", "--detach")
    here.git("branch", "--quiet", "-D", "main")
    head = here.head
    assert add(here, "mine").pushed
    assert content(hub) == ["begin", "mine"]
    assert (here.head, here.status(), here.git("branch", "--list", "main")) == (head, "", "")


def test_a_shallow_clone_can_commit_and_push(hub: Remote) -> None:
    there = hub.clone("there")
    add(there, "theirs")
    here = hub.clone("here", depth=1)
    assert add(here, "mine").pushed
    assert content(hub) == ["begin", "theirs", "mine"]


def test_an_intention_that_refuses_ends_it(hub: Remote) -> None:
    def refuse(_: str | None) -> Files:
        raise Refusal("that incident is closed")

    repo = Repository.open(hub.clone("here").folder)
    with pytest.raises(Refusal):
        commit_and_push(repo, GitSettings(), refuse, WORDS, VirtualClock(START))
    assert content(hub) == ["begin"]


def test_an_intention_that_is_fulfilled_already_writes_nothing(hub: Remote) -> None:
    here = hub.clone("here")
    repo = Repository.open(here.folder)
    done = commit_and_push(repo, GitSettings(), lambda _: {LOG: b"begin\n"}, WORDS, VirtualClock(START))
    assert done == (None, False, "nothing to change")
    assert hub.tip() == here.head


@pytest.mark.parametrize(("by", "tries"), [("bo", 4), ("Ana", 1)])
def test_in_a_crowd_the_first_tries_let_the_others_go_first(hub: Remote, by: str, tries: int) -> None:
    """Who has just pushed would win again and again; what we have pushed ourselves is no crowd."""
    here, there = hub.clone("here"), hub.clone("there")
    for number in range(2):
        there.commit({f"incidents/{number}.yaml": "x"}, by=(by, f"{by.lower()}@example.com"))
    there.push()
    repo, seen, clock = Repository.open(here.folder), list[str | None](), VirtualClock(START)
    intention = adding(repo, "mine")

    def count(revision: str | None) -> Files:
        seen.append(revision)
        return intention(revision)

    assert commit_and_push(repo, GitSettings(), count, WORDS, clock, chance=random.Random(1)).pushed
    assert len(seen) == tries
    assert (clock.now() > START) == (tries > 1)


def test_pauses_leave_room_at_first_and_shrink_with_every_loss() -> None:
    class Highest(random.Random):
        def uniform(self, a: float, b: float) -> float:
            return b

    clock = VirtualClock(START)
    moments = [clock.now() for _ in again.tries(clock, Highest())]
    pauses = [(after - before).total_seconds() for before, after in pairwise(moments)]
    assert pauses == sorted(pauses, reverse=True)
    assert pauses[0] == pytest.approx(0.8)
    assert pauses[-1] < 0.01
