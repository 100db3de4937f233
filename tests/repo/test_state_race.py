"""What the runs remember when several machines save at once, or one saves out of reach of the remote."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.repo.again import TRIES
from reconciler.repo.refs import RemoteRef
from reconciler.repo.remote import Unanswered
from reconciler.repo.state import Saved, State
from tests.support import repositories
from tests.support.repositories import Remote
from tests.support.states import incidents, saved, store

ID = "20261121-honest-rhinoceros"
OTHER = "20261122-brave-otter"
STATE = "refs/heads/reconciler-state"


@pytest.fixture
def hub(tmp_path: Path) -> Remote:
    return repositories.remote(tmp_path, {"incidents/a.yaml": "title: A\n"})


def test_two_clones_that_save_at_once_keep_both_incidents(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    mine, theirs = store(here), store(there)
    my_state, their_state = mine.load(), theirs.load()
    assert theirs.save(replace(their_state, incidents={OTHER: {"by": "them"}}), ["theirs"]).pushed
    assert mine.save(replace(my_state, incidents={ID: {"by": "me"}}), ["mine"]).pushed
    assert store(here).load().incidents == {ID: {"by": "me"}, OTHER: {"by": "them"}}
    assert hub.git("log", "--format=%s", STATE).splitlines() == ["mine", "theirs"]


def test_of_an_incident_that_both_changed_ours_counts_and_of_the_others_theirs(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    saved(here, both=0, ours=0, theirs=0, gone=0, dropped=0)
    mine = store(here)
    state = mine.load()
    theirs = store(there)
    other = theirs.load()
    changed = {**other.incidents, "20261121-both": {"about": "t"}, "20261121-theirs": {"about": "t"}}
    del changed["20261121-gone"]
    theirs.save(replace(other, incidents=changed), ["theirs"], readme="theirs")
    changed = {**state.incidents, "20261121-both": {"about": "m"}, "20261121-ours": {"about": "m"}}
    del changed["20261121-dropped"]
    mine.save(replace(state, incidents=changed), ["mine"])
    assert incidents(here) == {"both": "m", "ours": "m", "theirs": "t"}
    assert hub.git("show", f"{STATE}:README.md") == "theirs"


def test_of_an_incident_that_both_changed_each_thing_is_kept(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")

    def things(**named: str) -> dict[str, Any]:
        return {ID: {"blob": named.pop("blob", "0"), "things": named}}

    first = store(here)
    first.save(replace(first.load(), incidents=things(topic="0", card="0", pin="0")), ["both"])
    mine, theirs = store(here), store(there)
    state, other = mine.load(), theirs.load()
    theirs.save(replace(other, incidents=things(topic="t", card="t", invite="t")), ["theirs"])
    mine.save(replace(state, incidents=things(blob="m", topic="m", card="0", pin="0", update="m")), ["mine"])
    merged = {"topic": "m", "card": "t", "invite": "t", "update": "m"}
    assert store(here).load().incidents == things(blob="m", **merged)


def test_of_caches_that_both_filled_each_entry_is_kept(hub: Remote) -> None:
    mine, theirs = store(hub.clone("here")), store(hub.clone("there"))
    state, other = mine.load(), theirs.load()
    theirs.save(replace(other, caches={"slack:bot": {"id": "U1"}}), ["theirs"])
    mine.save(replace(state, caches={"notion:source": {"id": "S1"}}), ["mine"])
    caches = {"slack:bot": {"id": "U1"}, "notion:source": {"id": "S1"}}
    assert store(hub.clone("third")).load().caches == caches


@pytest.mark.parametrize("who_has_the_newer", ["me", "them"])
def test_of_two_applied_revisions_the_newer_one_counts(hub: Remote, who_has_the_newer: str) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    older = here.commit({"incidents/a.yaml": "one"})
    newer = here.commit({"incidents/a.yaml": "two"})
    here.push()
    there.git("fetch", "--quiet")
    mine, theirs = (newer, older) if who_has_the_newer == "me" else (older, newer)
    my_store, their_store = store(here), store(there)
    my_store.load(), their_store.load()
    their_store.save(State(theirs, "7" * 40), ["theirs"])
    my_store.save(State(mine, "8" * 40), ["mine"])
    expected = (newer, "8" * 40) if who_has_the_newer == "me" else (newer, "7" * 40)
    found = store(here).load()
    assert (found.revision, found.settings) == expected


def test_a_revision_that_is_not_known_here_is_not_put_back(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    my_store, their_store = store(here), store(there)
    my_store.load(), their_store.load()
    newer = there.commit({"incidents/a.yaml": "two"})
    their_store.save(State(newer), ["theirs"])
    my_store.save(State(here.head), ["mine"])
    assert store(here).load().revision == newer


def test_an_older_revision_that_was_applied_on_purpose_is_remembered(hub: Remote) -> None:
    here = hub.clone("here")
    older, newer = here.head, here.commit({"incidents/a.yaml": "two"})
    for revision in (newer, older):
        keeper = store(here)
        keeper.save(replace(keeper.load(), revision=revision), ["apply"])
    assert store(here).load().revision == older


def test_a_race_that_is_always_lost_leaves_it_here(hub: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    swap, races = RemoteRef.swap, []

    def be_quicker(ref: RemoteRef, new: str | None, expected: str | None) -> bool:
        if ref.git.folder == here.folder:
            races.append(1)
            saved(there, theirs=len(races))
        return swap(ref, new, expected)

    monkeypatch.setattr(RemoteRef, "swap", be_quicker)
    result = saved(here, mine=1)
    assert len(races) == TRIES
    assert not result.pushed
    assert f"moved {TRIES} times" in result.note
    monkeypatch.undo()
    assert incidents(here) == {"mine": 1, "theirs": TRIES}


def test_an_answer_that_was_lost_does_no_harm(hub: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    here = hub.clone("here")
    swap = RemoteRef.swap

    def lose_the_answer(*arguments: Any) -> bool:
        swap(*arguments)
        raise Unanswered("the remote hung up")

    with monkeypatch.context() as patch:
        patch.setattr(RemoteRef, "swap", lose_the_answer)
        note = saved(here, a=1).note
    assert note.endswith("whether the remote has it is not known: the remote hung up")
    arrived = hub.tip(STATE)
    assert incidents(here) == {"a": 1}
    assert saved(here) == Saved(None, pushed=True)
    assert hub.tip(STATE) == arrived


def test_out_of_reach_it_is_kept_here_and_pushed_at_the_next_save(hub: Remote, tmp_path: Path) -> None:
    here = hub.clone("here")
    saved(here, before=1)
    shutil.move(hub.folder, tmp_path / "away")
    keeper = store(here)
    state = keeper.load()
    assert set(state.incidents) == {"20261121-before"}
    assert "may be out of date" in state.note
    assert "out of reach" in state.note
    result = saved(here, "offline", during=2)
    assert result.commit
    assert not result.pushed
    assert "kept on this machine only" in result.note
    assert incidents(here) == {"before": 1, "during": 2}
    shutil.move(tmp_path / "away", hub.folder)
    assert saved(here).pushed
    assert hub.git("log", "-1", "--format=%s", STATE) == "offline"
    assert incidents(hub.clone("there")) == {"before": 1, "during": 2}
    assert here.git("branch", "--list", "reconciler-state") == ""


def test_what_two_machines_did_out_of_reach_is_joined_with_both_logs(hub: Remote, tmp_path: Path) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    saved(here, both=0)
    saved(there)
    shutil.move(hub.folder, tmp_path / "away")
    saved(here, "mine, offline", mine=1, both=1)
    saved(there, "theirs, offline", theirs=2)
    shutil.move(tmp_path / "away", hub.folder)
    assert saved(there).pushed
    assert incidents(here) == {"both": 1, "mine": 1, "theirs": 2}
    assert saved(here, "join").pushed
    assert incidents(there) == {"both": 1, "mine": 1, "theirs": 2}
    log = hub.git("log", "--format=%s", STATE).splitlines()
    assert {"mine, offline", "theirs, offline", "join"} <= set(log)


def test_a_state_that_was_deleted_at_the_remote_is_forgotten(hub: Remote) -> None:
    here = hub.clone("here")
    saved(here, a=1)
    hub.git("update-ref", "-d", STATE)
    assert store(here).load() == State()
    assert store(here).load(fetch=False) == State()
    assert saved(here, b=2).pushed
    assert incidents(here) == {"b": 2}


def test_without_the_right_to_push_it_is_kept_here(hub: Remote) -> None:
    here = hub.clone("here")
    hub.refuse_pushes("read-only for you")
    result = saved(here, a=1)
    assert not result.pushed
    assert "kept on this machine only" in result.note
    assert "refuses" in result.note
    assert incidents(here) == {"a": 1}
    saved(here, b=2)
    assert incidents(here) == {"a": 1, "b": 2}
