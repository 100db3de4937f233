"""What is to become of each file, before any is written.

A file that somebody has edited is theirs; one that a commit has removed stays away; and when something is in
the way of one, none is written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import unified_diff
from enum import Enum

from reconciler.errors import Failure
from reconciler.starter.folder import Folder, Found, InTheWay
from reconciler.starter.render import HOOKS, PULL_REQUEST, SETTINGS, File
from reconciler.starter.stamp import State, is_stamped, judge, stamped, unstamped

#: Where GitHub looks for one; a team's own is not to be put behind ours.
_PLACES_OF_TEMPLATES = ("", "docs/", ".github/")
_TEMPLATE = "pull_request_template"
_WAS_THERE = "was there before: left as it is"
_OUR_HOOK = re.compile(r"reconciler[ -]validate")


class Step(Enum):
    """What becomes of a file."""

    WRITE = "write"
    UPDATE = "update"
    KEEP = "up to date"
    EDITED = "edited"
    THEIRS = "yours"
    REMOVED = "removed"
    NEWER = "newer"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Item:
    """A file, what becomes of it, what there is to say, and what we would change in one that is left."""

    path: str
    what: str
    step: Step
    note: str = ""
    diff: tuple[str, ...] = ()
    content: bytes = b""

    @property
    def writes(self) -> bool:
        """True for one that is to be written, or was."""
        return self.step in (Step.WRITE, Step.UPDATE)

    @property
    def left(self) -> bool:
        """True for one that is somebody's own."""
        return self.step in (Step.EDITED, Step.THEIRS, Step.NEWER)


def is_first(items: Iterable[Item]) -> bool:
    """True where the settings are written for the first time."""
    return any(item.path == SETTINGS and item.step is Step.WRITE for item in items)


def decide(folder: Folder, files: Iterable[File]) -> list[Item]:
    """What is to become of each file. Raises Failure when something is in the way of one."""
    files = list(files)
    found = _found(folder, files)
    missing = [file.path for file in files if found[file.path] == Found()]
    removed = _removed(folder, missing) if any(map(_is_ours, found.values())) else set()
    items = [
        _missing(folder, file, file.path in removed)
        if file.path in missing
        else _there(file, found[file.path])
        for file in files
    ]
    to_write = [item.path for item in items if item.writes]
    _refuse(list(_read_only(folder, to_write)))
    ignored = folder.ignored(to_write)
    return [replace(item, note="Git ignores it") if item.path in ignored else item for item in items]


def _found(folder: Folder, files: Iterable[File]) -> dict[str, Found]:
    found, obstacles = dict[str, Found](), list[str]()
    for file in files:
        try:
            found[file.path] = folder.look(file.path)
        except InTheWay as obstacle:
            obstacles.append(str(obstacle))
    _refuse(obstacles)
    return found


def _removed(folder: Folder, missing: Collection[str]) -> set[str]:
    """Those that were ours until a commit removed them; asks the whole history, where `init` was before."""
    return {path for path, held in folder.removed(missing).items() if is_stamped(held)}


def _is_ours(found: Found) -> bool:
    return found.content is not None and is_stamped(found.content)


def _missing(folder: Folder, file: File, removed: bool) -> Item:
    theirs = _template_elsewhere(folder, file.path)
    if theirs:
        return Item(theirs, file.what, Step.THEIRS, _WAS_THERE)
    if removed:
        return Item(file.path, file.what, Step.REMOVED, "by a commit: left out")
    return Item(file.path, file.what, Step.WRITE, content=_wanted(file))


def _there(file: File, found: Found) -> Item:
    if found.link:
        return Item(file.path, file.what, Step.THEIRS, "is a symbolic link, never followed: left as it is")
    assert found.content is not None
    try:
        text = found.content.decode()
    except UnicodeDecodeError:
        return Item(file.path, file.what, Step.THEIRS, "is not UTF-8: left as it is")
    return _beside(file, text)


def _beside(file: File, text: str) -> Item:
    state = judge(text, file.text, file.edition)
    if state is State.CURRENT:
        return Item(file.path, file.what, Step.KEEP)
    if state is State.OUTDATED:
        wanted = _wanted(file)
        content = wanted.replace(b"\n", b"\r\n") if "\r\n" in text else wanted
        return Item(file.path, file.what, Step.UPDATE, content=content)
    if state is State.NEWER:
        return Item(file.path, file.what, Step.NEWER, "a later version wrote it: left as it is")
    if state is State.EDITED:
        return Item(file.path, file.what, Step.EDITED, "by you: left as it is")
    diff = tuple(unified_diff(unstamped(text).splitlines(), file.text.splitlines(), lineterm="", n=0))[2:]
    if state is State.BEHIND:
        return Item(file.path, file.what, Step.EDITED, "by you: left as it is; today it would be", diff)
    return _foreign(file, text, diff)


def _foreign(file: File, text: str, diff: tuple[str, ...]) -> Item:
    """A file that was there before us: where it is like ours or lacks something, that is told."""
    if file.path == HOOKS:
        has = _OUR_HOOK.search(text)
        words = f"{_WAS_THERE}; it has the hook" if has else f"{_WAS_THERE}; below its `repos:` belongs"
        return Item(file.path, file.what, Step.THEIRS, words, () if has else _entry(file))
    ours = file.text.splitlines()
    alike = file.path != SETTINGS and sum(line in ours for line in text.splitlines()) * 2 > len(ours)
    words = f"{_WAS_THERE}; ours would be" if alike else _WAS_THERE
    return Item(file.path, file.what, Step.THEIRS, words, diff if alike else ())


def _entry(file: File) -> tuple[str, ...]:
    lines = file.text.splitlines()
    return tuple(f"+{line}" for line in lines[lines.index("repos:") + 1 :])


def _template_elsewhere(folder: Folder, path: str) -> str:
    """A pull-request template under another of the names that GitHub knows; empty where there is none."""
    if path != PULL_REQUEST:
        return ""
    for place in _PLACES_OF_TEMPLATES:
        with suppress(OSError):
            for name in sorted(os.listdir(folder.root / place)):
                if name.lower().partition(".")[0] == _TEMPLATE:
                    return place + name
    return ""


def _wanted(file: File) -> bytes:
    return stamped(file.path, file.text, file.edition).encode()


def _read_only(folder: Folder, paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        try:
            folder.refuse_read_only(path)
        except InTheWay as obstacle:
            yield str(obstacle)


def _refuse(obstacles: Iterable[str]) -> None:
    told = "\n".join(dict.fromkeys(obstacles))
    if told:
        raise Failure(
            "nothing was written, because something is in the way",
            detail=told,
            next="move it out of the way, and try again",
        )
