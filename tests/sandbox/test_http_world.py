"""The world in its folder: kept after each write, whole or not at all, begun anew beside what is broken."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from reconciler.clock import VirtualClock
from reconciler.errors import Failure
from reconciler.sandbox.world import World
from reconciler.targets.seam import Refused
from tests.support.worlds import START, call, declared, world

NOW = VirtualClock(START).now


def kept(folder: Path, service: str) -> Any:
    return json.loads((folder / f"{service}.json").read_text(encoding="utf-8"))


def test_what_was_done_is_there_when_the_sandbox_is_opened_again(tmp_path: Path) -> None:
    first = World.open(tmp_path, NOW)
    declared(first, "Checkout fails · 支払い")
    assert World.open(tmp_path, NOW).snapshot() == first.snapshot()


def test_git_does_not_see_a_folder_that_it_made_and_one_that_was_there_is_left_as_it_was(
    tmp_path: Path,
) -> None:
    World.open(tmp_path / "made", NOW)
    World.open(tmp_path, NOW)
    assert (tmp_path / "made/.gitignore").read_text() == "*\n"
    assert not (tmp_path / ".gitignore").exists()


def test_every_write_is_kept_at_once_and_a_read_writes_nothing(tmp_path: Path) -> None:
    made = World.open(tmp_path, NOW)
    call(made, "slack", "conversations.create", name="one")
    written = (tmp_path / "slack.json").stat().st_mtime_ns
    assert "one" in [channel["name"] for channel in kept(tmp_path, "slack")["channels"].values()]
    call(made, "slack", "conversations.list")
    assert (tmp_path / "slack.json").stat().st_mtime_ns == written


def test_a_write_to_one_service_leaves_the_files_of_the_others_alone(tmp_path: Path) -> None:
    made = World.open(tmp_path, NOW)
    before = (tmp_path / "notion.json").stat().st_ino
    call(made, "slack", "conversations.create", name="one")
    assert (tmp_path / "notion.json").stat().st_ino == before


def test_the_file_is_replaced_whole_so_that_a_crash_leaves_the_old_one_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = World.open(tmp_path, NOW)
    before = kept(tmp_path, "slack")

    def crash(*_: object) -> None:
        raise SystemExit("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", crash)
        with pytest.raises(SystemExit):
            call(made, "slack", "conversations.create", name="one")
    assert kept(tmp_path, "slack") == before
    assert World.open(tmp_path, NOW).warnings == []


def test_many_threads_write_and_the_last_file_holds_everything(tmp_path: Path) -> None:
    made = World.open(tmp_path, NOW)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: call(made, "slack", "conversations.create", name=f"c{n}"), range(40)))
    assert kept(tmp_path, "slack") == made.machines["slack"].snapshot()
    assert len(kept(tmp_path, "slack")["channels"]) == 42


def test_reset_begins_anew(tmp_path: Path) -> None:
    declared(World.open(tmp_path, NOW))
    (tmp_path / "mine.txt").write_text("kept")
    anew = World.open(tmp_path, NOW, reset=True)
    assert anew.snapshot() == world().snapshot()
    assert World.open(tmp_path, NOW).snapshot() == world().snapshot()
    assert (tmp_path / "mine.txt").read_text() == "kept"


BROKEN = {
    "cut off": b'{"team": {"id"',
    "empty": b"",
    "no JSON": b"\xff\xfe\x00",
    "a list": b"[]",
    "of another kind": b'{"incidents": {}}',
    "nested without end": b"[" * 200_000,
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_told_kept_aside_and_replaced(tmp_path: Path, content: bytes) -> None:
    declared(World.open(tmp_path, NOW))
    (tmp_path / "slack.json").write_bytes(content)
    opened = World.open(tmp_path, NOW)
    (warning,) = opened.warnings
    assert str(tmp_path / "slack.json") in warning
    assert "slack.broken-1.json" in warning
    assert (tmp_path / "slack.broken-1.json").read_bytes() == content
    assert opened.machines["slack"].snapshot() == world().machines["slack"].snapshot()
    assert opened.machines["notion"].data["pages"], "the others go on as they were"
    assert World.open(tmp_path, NOW).warnings == [], "it is told once"


def test_what_an_older_sandbox_kept_is_taken_over_and_a_helper_can_use_it(tmp_path: Path) -> None:
    made = World.open(tmp_path, NOW)
    call(made, "slack", "conversations.create", name="one")
    old = {key: value for key, value in kept(tmp_path, "slack").items() if key != "live"}
    old["scopes"].remove("reactions:read")
    (tmp_path / "slack.json").write_text(json.dumps(old))
    opened = World.open(tmp_path, NOW)
    assert opened.warnings == []
    assert opened.machines["slack"].snapshot() == made.machines["slack"].snapshot()


def test_a_second_broken_file_does_not_replace_the_first(tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        (tmp_path / "slack.json").write_bytes(content)
        World.open(tmp_path, NOW)
    found = [(tmp_path / f"slack.broken-{number}.json").read_bytes() for number in (1, 2)]
    assert found == [b"first", b"second"]


def test_a_folder_that_is_a_file_is_a_failure_that_names_the_option(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(Failure, match="taken") as caught:
        World.open(tmp_path / "taken", NOW)
    assert "--folder" in caught.value.next


def test_the_machines_switches_are_set_for_a_call_and_put_back_even_when_it_is_refused() -> None:
    made = world()
    machine: Any = made.machines["pagerduty"]
    before = machine.from_address
    with pytest.raises(Refused):
        call(made, "pagerduty", "POST /incidents", incident={})
    assert machine.from_address == before
