"""Writes what was decided: a new file only where there is none, a newer content in one step."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from reconciler.starter.decide import Item, Step
from reconciler.starter.folder import Folder


def carry_out(folder: Folder, branch: str, items: Iterable[Item]) -> Iterator[Item]:
    """Write what is to be written, after `git init` if need be; each item with what became of it."""
    if folder.new:
        folder.begin(branch)
    for item in items:
        try:
            if item.step is Step.WRITE:
                _create(folder, item)
            elif item.step is Step.UPDATE:
                _replace(folder, item)
            yield item
        except OSError as error:
            yield replace(item, step=Step.FAILED, note=error.strerror or str(error))


def exit_code(done: Iterable[Item]) -> int:
    """0, or 1 where nothing could be written, or 3 where a part could."""
    steps = {item.step for item in done}
    if Step.FAILED not in steps:
        return 0
    return 3 if steps & {Step.WRITE, Step.UPDATE} else 1


def _create(folder: Folder, item: Item) -> None:
    """Write a new file; one that has come meanwhile is not overwritten."""
    whole = folder.root / item.path
    whole.parent.mkdir(parents=True, exist_ok=True)
    _write(whole, item.content)


def _replace(folder: Folder, item: Item) -> None:
    """Put the new content in the place of the old in one step, with the same rights."""
    whole = folder.root / item.path
    beside = whole.with_name(f".{whole.name}.{os.getpid()}")
    try:
        _write(beside, item.content)
        beside.chmod(whole.stat().st_mode & 0o777)
        os.replace(beside, whole)
    finally:
        beside.unlink(missing_ok=True)


def _write(whole: Path, content: bytes) -> None:
    with open(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666), "wb") as file:
        file.write(content)
