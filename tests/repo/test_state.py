"""What the runs remember: kept on a ref, shared by machines, and never in the way when it is broken."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.repo.git import Answer, Git
from reconciler.repo.state import Saved, State
from tests.support import repositories
from tests.support.repositories import Clone, Remote
from tests.support.states import incidents, saved, store

ID = "20261121-honest-rhinoceros"
STATE = "refs/heads/reconciler-state"
SETTINGS_BLOB = "5" * 40


@pytest.fixture
def hub(tmp_path: Path) -> Remote:
    return repositories.remote(tmp_path, {"incidents/a.yaml": "title: A\n"})


def test_a_state_comes_back_as_it_was_saved_on_another_machine(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    keeper = store(here)
    assert keeper.load() == State()
    assert keeper.load().note == ""
    state = State(
        revision=here.head,
        settings=SETTINGS_BLOB,
        incidents={ID: {"blob": "b", "things": {"slack": {"id": "C1"}}}, "old-style": {"settled": True}},
        caches={"people": {"ana@example.com": {"slack": "U0ANA", "at": "2026-11-21T16:45:00Z"}}},
    )
    result = keeper.save(state, ["create slack:x/channel"], run="run 7", readme="# Open incidents\n")
    assert result == Saved(hub.tip(STATE), pushed=True)
    assert store(there).load() == state


def test_the_commit_lists_what_was_done_and_asks_ci_to_skip_it(hub: Remote) -> None:
    here = hub.clone("here")
    keeper = store(here)
    state = replace(keeper.load(), revision=here.head, incidents={ID: {}})
    keeper.save(
        state, ["create pagerduty:x/page", "create slack:x/channel: failed"], run="https://example.com/7"
    )
    message = hub.git("log", "-1", "--format=%B", STATE)
    assert message.split("\n\n")[:3] == [
        "2 changes",
        "- create pagerduty:x/page\n- create slack:x/channel: failed",
        "[skip ci]",
    ]
    assert hub.git("log", "-1", "--format=%(trailers:separator=%x3B)", STATE) == (
        f"Revision: {here.head};Run: https://example.com/7"
    )
    saved(here, "only one", a=1)
    assert hub.git("log", "-1", "--format=%s", STATE) == "only one"


def test_a_line_cannot_break_out_of_its_line(hub: Remote) -> None:
    saved(hub.clone("here"), "a\n\nRevision: forged", "b\0", a=1)
    assert hub.git("log", "-1", "--format=%(trailers:separator=%x3B)", STATE) == "Revision: none;Run: run 7"


def test_the_documents_can_be_read_by_people(hub: Remote) -> None:
    here = hub.clone("here")
    keeper = store(here)
    keeper.load()
    keeper.save(State(here.head, SETTINGS_BLOB, {ID: {"b": "ü", "a": [1]}}), ["x"], readme="# Open\n")
    names = hub.git("ls-tree", "-r", "--name-only", STATE).split()
    shown = {name: hub.git("show", f"{STATE}:{name}") for name in names}
    assert shown == {
        "README.md": "# Open",
        f"incidents/2026/11/{ID}.json": '{\n "a": [\n  1\n ],\n "b": "ü"\n}',
        "reconciler.json": f'{{\n "revision": "{here.head}",\n "settings": "{SETTINGS_BLOB}"\n}}',
    }


def test_nothing_differs_nothing_is_committed(hub: Remote) -> None:
    here = hub.clone("here")
    saved(here, a=1, readme="# Open\n")
    before = hub.tip(STATE)
    assert saved(here) == Saved(None, pushed=True)
    assert saved(here, a=1, readme="# Open\n") == Saved(None, pushed=True)
    assert hub.tip(STATE) == before


def test_without_a_readme_the_old_one_stays(hub: Remote) -> None:
    here = hub.clone("here")
    saved(here, a=1, readme="# Open\n")
    saved(here, b=2)
    assert hub.git("show", f"{STATE}:README.md") == "# Open"
    saved(here, readme="# None open\n")
    assert hub.git("show", f"{STATE}:README.md") == "# None open"


def test_a_document_that_was_changed_in_place_is_saved_too(hub: Remote) -> None:
    here = hub.clone("here")
    saved(here, a={"invited": []})
    keeper = store(here)
    state = keeper.load()
    state.incidents["20261121-a"]["about"]["invited"].append("ana@example.com")
    keeper.save(state, ["invite"])
    assert incidents(here) == {"a": {"invited": ["ana@example.com"]}}


def test_a_document_that_is_dropped_is_removed(hub: Remote) -> None:
    here = hub.clone("here")
    saved(here, a=1, b=2)
    keeper = store(here)
    state = keeper.load()
    keeper.save(replace(state, incidents={"20261121-b": state.incidents["20261121-b"]}), ["forget a"])
    assert incidents(here) == {"b": 2}


def test_without_a_remote_it_is_kept_here_and_that_is_said(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path, {"incidents/a.yaml": "title: A\n"})
    result = saved(here, a=1)
    assert (result.commit, result.pushed) == (here.git("rev-parse", STATE), False)
    assert "there is no remote" in result.note
    assert incidents(here) == {"a": 1}
    assert saved(here) == Saved(None, pushed=False)
    assert here.status() == ""


@pytest.mark.parametrize("ref", ["refs/reconciler/state", "refs/heads/a/b", "side/state"])
def test_any_ref_can_hold_it(hub: Remote, ref: str) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    keeper = store(here, ref)
    keeper.load()
    assert keeper.save(State(incidents={ID: {}}), ["x"]).pushed
    assert store(there, ref).load().incidents == {ID: {}}
    shutil.rmtree(hub.folder)
    assert store(there, ref).load().incidents == {ID: {}}, "as it was last seen"
    assert store(here, ref).load().incidents == {ID: {}}, "as it was last pushed"
    assert store(there, ref).load(fetch=False).incidents == {ID: {}}


BROKEN: dict[str, str | bytes] = {
    "not JSON": "{",
    "a list": "[1]",
    "a word": '"yes"',
    "deep": "[" * 100_000,
    "not UTF-8": b"\xff\xfe",
    "empty": "",
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_document_counts_as_forgotten_and_is_named(hub: Remote, how: str) -> None:
    here = hub.clone("here")
    saved(here, whole=1)
    paths = (f"incidents/2026/11/{ID}.json", "caches.json", "reconciler.json")
    spoil(here, dict.fromkeys(paths, BROKEN[how]))
    state = store(here).load()
    assert (set(state.incidents), state.caches, state.revision) == ({"20261121-whole"}, {}, None)
    for path in paths:
        assert f"{path} of the state is broken" in state.note
    assert saved(here, whole=2).pushed
    assert store(here).load().note == ""


def spoil(here: Clone, files: Mapping[str, str | bytes]) -> None:
    here.git("fetch", "--quiet")
    here.git("checkout", "--quiet", "-B", "spoil", "origin/reconciler-state")
    here.commit(files)
    here.git("push", "--quiet", "origin", "HEAD:reconciler-state")
    here.git("checkout", "--quiet", "main")


@pytest.mark.parametrize(
    "value", ["HEAD", "--all", "main:incidents/a.yaml", "x\ny", 7, None, ["a"], "5" * 39]
)
def test_only_the_ids_of_objects_count_as_revision_and_settings(hub: Remote, value: object) -> None:
    here = hub.clone("here")
    saved(here, a=1)
    spoil(here, {"reconciler.json": json.dumps({"revision": value, "settings": value})})
    state = store(here).load()
    assert (state.revision, state.settings) == (None, None)


def test_a_ref_that_holds_no_commit_counts_as_forgotten_and_is_replaced(hub: Remote) -> None:
    here = hub.clone("here")
    blob = here.git("hash-object", "-w", "--stdin", input=b"what is this?")
    here.git("push", "--quiet", "origin", f"{blob}:refs/reconciler/state")
    keeper = store(here, "refs/reconciler/state")
    state = keeper.load()
    assert state == State()
    assert "counts as forgotten" in state.note
    assert keeper.save(State(incidents={ID: {}}), ["x"]).pushed
    assert store(here, "refs/reconciler/state").load().incidents == {ID: {}}


def test_what_others_put_beside_it_stays(hub: Remote) -> None:
    here = hub.clone("here")
    saved(here, a=1)
    spoil(here, {"notes.txt": "by hand", "incidents/.keep": "", f"incidents/{ID}.json": "{}"})
    saved(here, b=2)
    names = hub.git("ls-tree", "-r", "--name-only", STATE).split()
    assert {"notes.txt", "incidents/.keep", f"incidents/2026/11/{ID}.json"} <= set(names)
    assert f"incidents/{ID}.json" not in names


def test_a_clone_as_in_ci_loads_and_saves(hub: Remote) -> None:
    saved(hub.clone("there"), a=1)
    here = hub.clone("here", depth=1)
    here.git("checkout", "--quiet", "--detach")
    assert saved(here, b=2).pushed
    assert incidents(here) == {"a": 1, "b": 2}
    assert here.status() == ""


def test_a_failing_git_keeps_nothing_and_says_so(hub: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = store(hub.clone("here"))
    keeper.load()
    refuse: Callable[..., Answer] = lambda *_, **__: Answer(128, b"", "fatal: no space left on device")  # noqa: E731
    monkeypatch.setattr(Git, "ask", refuse)
    result = keeper.save(State(incidents={ID: {}}), ["x"])
    assert result.commit is None
    assert "the state was not kept" in result.note


def test_a_thousand_incidents_take_no_more_processes(hub: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    here = hub.clone("here")
    few = {"20261121-a": {"n": 1}}
    many = {f"202611{number % 28 + 1:02d}-incident-{number}": {"n": number} for number in range(1000)}
    commands: list[str] = []
    ask = Git.ask

    def count(git: Git, *arguments: str, **options: Any) -> Answer:
        commands.append(arguments[0])
        return ask(git, *arguments, **options)

    monkeypatch.setattr(Git, "ask", count)
    counts = []
    for documents in (few, many):
        keeper = store(here)
        keeper.save(replace(keeper.load(), incidents=documents), ["x"])
        keeper, commands[:] = store(here), []
        state = keeper.load()
        counts.append(sorted(commands))
        assert state.incidents == documents
        assert commands.count("cat-file") == 1
        keeper.save(replace(state, incidents={**documents, ID: {}}), ["x"])
        counts.append(sorted(commands))
    assert counts[:2] == counts[2:]
    assert len(counts[1]) <= 16
