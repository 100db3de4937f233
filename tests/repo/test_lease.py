"""Of several reconcilers one writes; who crashed is replaced, and no lost remote stops anybody."""

from __future__ import annotations

import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.clock import VirtualClock
from reconciler.errors import Failure
from reconciler.incident.settings import GitSettings
from reconciler.repo.lease import GRACE, REF, SECONDS, Acquired, HeldBy, Lease, NoRemote, unlock
from reconciler.repo.refs import RemoteRef
from reconciler.repo.remote import Unreachable
from reconciler.repo.repository import Repository
from tests.support import repositories
from tests.support.repositories import START, Clone, Remote

FILES = {"incidents/a.yaml": "title: A\n"}


@pytest.fixture
def hub(tmp_path: Path) -> Remote:
    return repositories.remote(tmp_path, FILES)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


class Maker:
    """Makes leases whose background thread sleeps as long as the test lasts."""

    def __init__(self, clock: VirtualClock):
        self.clock = clock

    def __call__(self, here: Clone | Remote, holder: str) -> Lease:
        return Lease(Repository.open(here.folder), GitSettings(), self.clock, holder)


@pytest.fixture
def lease_of(clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> Maker:
    monkeypatch.setattr(Lease, "_keep", lambda self: None)
    return Maker(clock)


def test_one_holds_it_and_the_other_is_told_who(hub: Remote, lease_of: Maker) -> None:
    mine, theirs = lease_of(hub.clone("here"), "laptop"), lease_of(hub.clone("there"), "CI job 7")
    until = START + timedelta(seconds=SECONDS)
    assert mine.acquire(wait=0) == Acquired(until)
    assert theirs.acquire(wait=0) == HeldBy("laptop", START, until)
    assert (mine.may_create(), theirs.may_create()) == (True, False)
    assert (mine.time_left(), theirs.time_left()) == (SECONDS, 0.0)


def test_given_back_it_is_free_for_the_next(hub: Remote, lease_of: Maker) -> None:
    mine, theirs = lease_of(hub.clone("here"), "laptop"), lease_of(hub.clone("there"), "CI")
    mine.acquire(wait=0)
    mine.release()
    assert hub.tip(REF) == ""
    assert (mine.may_create(), mine.time_left()) == (False, 0.0)
    assert isinstance(theirs.acquire(wait=0), Acquired)
    mine.release()  # once more, which is nothing
    assert isinstance(lease_of(hub.clone("third"), "third").acquire(wait=0), HeldBy)


def test_waiting_ends_when_the_holder_gives_it_back(
    hub: Remote, lease_of: Maker, clock: VirtualClock
) -> None:
    mine, theirs = lease_of(hub.clone("here"), "laptop"), lease_of(hub.clone("there"), "CI")
    mine.acquire(wait=0)
    sleep, pauses = clock.sleep, []

    def sleep_and_give_back(seconds: float) -> None:
        sleep(seconds)
        pauses.append(seconds)
        if len(pauses) == 3:
            mine.release()

    clock.sleep = sleep_and_give_back  # type: ignore[method-assign]
    assert isinstance(theirs.acquire(wait=60), Acquired)
    assert len(pauses) == 3
    assert all(1 <= pause <= 3 for pause in pauses)


def test_waiting_ends_when_the_time_is_over(hub: Remote, lease_of: Maker, clock: VirtualClock) -> None:
    lease_of(hub.clone("here"), "laptop").acquire(wait=0)
    assert isinstance(lease_of(hub.clone("there"), "CI").acquire(wait=10), HeldBy)
    assert clock.now() == START + timedelta(seconds=10)


def test_one_that_ran_out_is_taken_over(hub: Remote, lease_of: Maker, clock: VirtualClock) -> None:
    dead, heir = lease_of(hub.clone("here"), "crashed"), lease_of(hub.clone("there"), "heir")
    dead.acquire(wait=0)
    clock.sleep(SECONDS + 1)
    assert isinstance(heir.acquire(wait=0), HeldBy), "clocks differ: a moment of grace"
    clock.sleep(GRACE)
    assert isinstance(heir.acquire(wait=0), Acquired)
    assert not dead.may_create()
    assert not dead.renew()
    dead.release()
    assert isinstance(lease_of(hub.clone("third"), "third").acquire(wait=0), HeldBy)


def test_the_usual_wait_outlasts_a_holder_that_crashed(tmp_path: Path, lease_of: Maker) -> None:
    here = repositories.alone(tmp_path, FILES)
    lease_of(here, "crashed").acquire(wait=0)
    assert isinstance(lease_of(here, "heir").acquire(), Acquired)


def test_renewed_it_lasts_longer_and_keeps_its_beginning(
    hub: Remote, lease_of: Maker, clock: VirtualClock
) -> None:
    mine, theirs = lease_of(hub.clone("here"), "laptop"), lease_of(hub.clone("there"), "CI")
    mine.acquire(wait=0)
    clock.sleep(60)
    assert mine.renew()
    clock.sleep(60)
    assert mine.time_left() == SECONDS - 60
    assert theirs.acquire(wait=0) == HeldBy("laptop", START, START + timedelta(seconds=60 + SECONDS))


def test_near_its_end_nothing_is_begun(hub: Remote, lease_of: Maker, clock: VirtualClock) -> None:
    mine = lease_of(hub.clone("here"), "laptop")
    mine.acquire(wait=0)
    clock.sleep(SECONDS - 21)
    assert mine.may_create()
    clock.sleep(2)
    assert not mine.may_create()
    assert mine.time_left() > 0


def test_what_was_never_taken_is_not_renewed(hub: Remote, lease_of: Maker) -> None:
    assert not lease_of(hub.clone("here"), "laptop").renew()
    assert hub.tip(REF) == ""


def test_the_same_claim_pushed_twice_is_held_once(
    hub: Remote, lease_of: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git calls the second push "up to date", which sounds like success."""
    monkeypatch.setattr("secrets.token_hex", lambda _: "0" * 32)
    mine, twin = lease_of(hub.clone("here"), "twin"), lease_of(hub.clone("there"), "twin")
    assert isinstance(mine.acquire(wait=0), Acquired)
    assert isinstance(twin.acquire(wait=0), HeldBy)


def test_a_push_that_claims_success_is_read_back(
    hub: Remote, lease_of: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = lease_of(hub.clone("here"), "laptop"), lease_of(hub.clone("there"), "CI")
    mine.acquire(wait=0)
    swap = RemoteRef.swap
    monkeypatch.setattr(RemoteRef, "swap", lambda *arguments: swap(*arguments) or True)
    assert isinstance(theirs.acquire(wait=0), HeldBy)
    assert not theirs.may_create()


@pytest.mark.parametrize("places", ["one clone", "a clone each", "no remote"])
def test_of_eight_at_once_exactly_one_holds_it(
    hub: Remote, tmp_path: Path, lease_of: Maker, places: str
) -> None:
    if places == "a clone each":
        clones = [hub.clone(f"clone{number}") for number in range(8)]
    else:
        one = hub.clone("one") if places == "one clone" else repositories.alone(tmp_path / "alone", FILES)
        clones = [one] * 8
    leases = [lease_of(clone, f"thread {number}") for number, clone in enumerate(clones)]
    together = threading.Barrier(8)

    def acquire(lease: Lease) -> Acquired | HeldBy | NoRemote:
        together.wait()
        return lease.acquire(wait=0)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(acquire, leases))
    winners = [number for number, answer in enumerate(answers) if isinstance(answer, Acquired)]
    assert len(winners) == 1
    assert [lease.may_create() for lease in leases] == [number in winners for number in range(8)]
    losers = [answer for answer in answers if isinstance(answer, HeldBy)]
    assert len(losers) == 7
    assert {loser.holder for loser in losers} == {f"thread {winners[0]}"}


def test_with_the_remote_out_of_reach_the_run_goes_on_and_says_so(hub: Remote, lease_of: Maker) -> None:
    mine = lease_of(hub.clone("here"), "laptop")
    shutil.rmtree(hub.folder)
    answer = mine.acquire()
    assert isinstance(answer, NoRemote)
    assert "going on without the lease" in answer.note
    assert "out of reach" in answer.note
    mine.release()


@pytest.mark.parametrize("lost", ["swap", "read"])
def test_a_claim_whose_answer_was_lost_is_given_back(
    hub: Remote, lease_of: Maker, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    mine, real = lease_of(hub.clone("here"), "laptop"), getattr(RemoteRef, lost)

    def lose_the_answer(*arguments: object) -> None:
        real(*arguments)
        raise Unreachable("the remote hung up")

    with monkeypatch.context() as patch:
        patch.setattr(RemoteRef, lost, lose_the_answer)
        assert isinstance(mine.acquire(wait=0), NoRemote)
    assert hub.tip(REF) != ""
    mine.release()
    assert hub.tip(REF) == ""


def test_who_reads_back_an_old_answer_does_not_wait_for_itself(
    hub: Remote, lease_of: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, read, answers = lease_of(hub.clone("here"), "laptop"), RemoteRef.read, [None]
    monkeypatch.setattr(RemoteRef, "read", lambda ref: answers.pop() if answers else read(ref))
    assert isinstance(mine.acquire(wait=0), Acquired)
    mine.release()
    assert hub.tip(REF) == ""


def test_without_the_right_to_push_the_run_goes_on_and_says_so(hub: Remote, lease_of: Maker) -> None:
    mine = lease_of(hub.clone("here"), "laptop")
    hub.refuse_pushes()
    answer = mine.acquire()
    assert isinstance(answer, NoRemote)
    assert "refuses" in answer.note


def test_without_a_remote_the_lease_is_in_the_repository(tmp_path: Path, lease_of: Maker) -> None:
    here = repositories.alone(tmp_path, FILES)
    mine, theirs = lease_of(here, "one"), lease_of(here, "other")
    assert isinstance(mine.acquire(wait=0), Acquired)
    assert isinstance(theirs.acquire(wait=0), HeldBy)
    assert mine.renew()
    mine.release()
    assert isinstance(theirs.acquire(wait=0), Acquired)
    mine.release()
    assert theirs.renew()


def test_out_of_reach_while_renewing_the_end_stays_and_draws_near(
    hub: Remote, lease_of: Maker, clock: VirtualClock
) -> None:
    mine = lease_of(hub.clone("here"), "laptop")
    mine.acquire(wait=0)
    shutil.rmtree(hub.folder)
    clock.sleep(30)
    assert mine.renew()
    assert mine.time_left() == SECONDS - 30
    clock.sleep(SECONDS)
    assert not mine.may_create()
    mine.release()


def test_a_renewal_whose_answer_was_lost_is_taken_up(
    hub: Remote, lease_of: Maker, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = lease_of(hub.clone("here"), "laptop")
    mine.acquire(wait=0)
    swap = RemoteRef.swap

    def lose_the_answer(*arguments: object) -> bool:
        swap(*arguments)  # type: ignore[arg-type]
        raise Unreachable("the remote hung up")

    with monkeypatch.context() as patch:
        patch.setattr(RemoteRef, "swap", lose_the_answer)
        assert mine.renew()
    clock.sleep(30)
    assert mine.renew()
    assert mine.time_left() == SECONDS
    mine.release()
    assert hub.tip(REF) == ""


@pytest.mark.parametrize("content", ["not JSON", "{}", "[1]", '{"holder": 1}', json.dumps({"until": "soon"})])
def test_a_lease_that_nobody_can_read_is_taken_over(hub: Remote, lease_of: Maker, content: str) -> None:
    there = hub.clone("there")
    there.commit({"x": "y"}, f"What is this?\n\n{content}")
    there.git("push", "--quiet", "origin", f"HEAD:{REF}")
    assert isinstance(lease_of(hub.clone("here"), "laptop").acquire(wait=0), Acquired)


def test_a_holder_is_one_line_whatever_it_is_called(hub: Remote, lease_of: Maker) -> None:
    lease_of(hub.clone("here"), "two\nlines \x1b[31m\u202e and more").acquire(wait=0)
    answer = lease_of(hub.clone("there"), "CI").acquire(wait=0)
    assert isinstance(answer, HeldBy)
    assert answer.holder == "two lines [31m and more"


def test_unlock_ends_a_lease_and_names_its_holder(hub: Remote, lease_of: Maker) -> None:
    lease_of(hub.clone("here"), "crashed").acquire(wait=0)
    there = hub.clone("there")
    repo = Repository.open(there.folder)
    assert unlock(repo, GitSettings()) == "ended the lease of crashed (since 16:45:00 UTC)"
    assert hub.tip(REF) == ""
    assert unlock(repo, GitSettings()) == "nobody holds the lease"
    assert isinstance(lease_of(there, "heir").acquire(wait=0), Acquired)


def test_unlock_leaves_a_holder_that_is_at_work(
    hub: Remote, lease_of: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = lease_of(hub.clone("here"), "laptop")
    mine.acquire(wait=0)
    repo = Repository.open(hub.clone("there").folder)
    fetch = RemoteRef.fetch

    def fetch_and_renew(ref: RemoteRef) -> str | None:
        seen = fetch(ref)
        mine.renew()
        return seen

    monkeypatch.setattr(RemoteRef, "fetch", fetch_and_renew)
    with pytest.raises(Failure, match="its holder is at work"):
        unlock(repo, GitSettings())
    assert hub.tip(REF)


def test_unlock_says_when_the_remote_is_out_of_reach(hub: Remote) -> None:
    here = hub.clone("here")
    shutil.rmtree(hub.folder)
    with pytest.raises(Failure, match="out of reach"):
        unlock(Repository.open(here.folder), GitSettings())


def keepers() -> set[threading.Thread]:
    """The threads that renew a lease; other tests may have left theirs."""
    return {thread for thread in threading.enumerate() if thread.name == "lease"}


def test_it_is_renewed_in_the_background_until_it_is_given_back(hub: Remote, clock: VirtualClock) -> None:
    before, pauses = keepers(), list[float]()
    third, go_on = threading.Event(), threading.Event()

    def pause(seconds: float) -> bool:
        pauses.append(seconds)
        clock.sleep(seconds)
        if len(pauses) < 3:
            return False
        third.set()
        go_on.wait(10)
        return True

    repo = Repository.open(hub.clone("here").folder)
    mine = Lease(repo, GitSettings(), clock, "laptop", pause=pause)
    mine.acquire(wait=0)
    assert third.wait(10)
    assert pauses == [SECONDS / 3] * 3
    assert mine.time_left() == SECONDS * 2 / 3, "renewed twice, and a third of it is over again"
    go_on.set()
    mine.release()
    assert keepers() == before
    assert hub.tip(REF) == ""


def test_giving_it_back_does_not_wait_for_the_next_renewal(hub: Remote, clock: VirtualClock) -> None:
    before = keepers()
    mine = Lease(Repository.open(hub.clone("here").folder), GitSettings(), clock, "laptop")
    mine.acquire(wait=0)
    mine.release()  # would take half a minute
    assert keepers() == before


@pytest.mark.parametrize("ahead", [-60, 60])
def test_a_clock_that_is_a_minute_off_takes_nothing_from_a_holder_that_renews(
    hub: Remote, lease_of: Maker, clock: VirtualClock, ahead: int
) -> None:
    mine = lease_of(hub.clone("here"), "laptop")
    other = VirtualClock(START + timedelta(seconds=ahead))
    theirs = Maker(other)(hub.clone("there"), "CI")
    mine.acquire(wait=0)
    for _ in range(4):
        for each in (clock, other):
            each.sleep(SECONDS / 3)
        assert isinstance(theirs.acquire(wait=0), HeldBy)
        assert mine.renew()
        assert mine.may_create()
