"""Reads what a revision holds, and what the work tree holds that no revision does.

Files are compared by the ids of their blobs, so that a run in which nothing changed opens no file; what must
be read is read in one batch. Symbolic links and submodules are listed apart: they are not followed, and not
passed over in silence either.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.repo.git import Git, GitTrouble, text

_FILE = "100"  # 100644, or 100755 when it may be run
_STRANGE = {"120000": "symbolic link", "160000": "submodule"}


@dataclass(frozen=True, slots=True)
class Listing:
    """The files below a folder (path → blob id), and what lies there that is no file (path → what it is)."""

    files: dict[str, str]
    others: dict[str, str]


@dataclass(frozen=True, slots=True)
class Edits:
    """What is not committed: path → content now (None: removed), and what is no file (path → what it is)."""

    files: dict[str, bytes | None] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)


def listing(git: Git, revision: str, *below: str) -> Listing:
    """Everything below these folders (none: the whole tree) at a commit; what is not there is left out."""
    answer = text(git.run("ls-tree", "-r", "-z", "--end-of-options", revision, *below))
    found = Listing({}, {})
    for entry in answer.split("\0"):
        about, _, path = entry.partition("\t")  # 100644 blob 7c4a013e…
        if about.startswith(_FILE):
            found.files[path] = about[12:]
        elif about:
            found.others[path] = _STRANGE.get(about[:6], "no file")
    return found


def read(git: Git, revision: str, path: str) -> bytes | None:
    """The content of one file at a commit; None where there is no file of that path."""
    inside = path and not path.startswith("/") and ".." not in path.split("/")
    blob = listing(git, revision, path).files.get(path) if inside else None
    return blobs(git, [blob])[blob] if blob else None


def blobs(git: Git, ids: Iterable[str]) -> dict[str, bytes]:
    """The contents of many blobs, in one process. Raises GitTrouble when one of them is missing."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    answer = git.run("cat-file", "--batch", "--buffer", input="\n".join(wanted).encode() + b"\n")
    return dict(zip(wanted, _contents(answer, wanted), strict=True))


def _contents(answer: bytes, wanted: list[str]) -> Iterator[bytes]:
    at = 0
    for blob in wanted:
        end = answer.index(b"\n", at)
        header = answer[at:end].split(b" ")
        if len(header) != 3:
            raise GitTrouble(
                f"Git does not have the content {blob}",
                detail=answer[at:end].decode("utf-8", "replace"),
                next="see what `git fsck` says of this repository",
            )
        at = end + 1 + int(header[2])
        yield answer[end + 1 : at]
        at += 1


def dirty(git: Git, *below: str) -> list[str]:
    """The paths below these (none: all) that differ from HEAD in index or work tree, or are untracked.

    A folder that is a repository of its own ends with `/`.
    """
    answer = git.run("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", *below)
    return [text(entry[3:]) for entry in answer.split(b"\0") if entry]


def edits(git: Git, *below: str) -> Edits:
    """What the work tree holds below these folders other than HEAD does. Links are not followed."""
    found = Edits()
    for path in dirty(git, *below):
        try:
            found.files[path] = _plain_file(git.folder / path)
        except FileNotFoundError:
            found.files[path] = None
        except OSError as wrong:
            found.others[path] = str(wrong.strerror).lower()
    return found


def _plain_file(path: Path) -> bytes:
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        raise OSError(0, "symbolic link")
    if not stat.S_ISREG(mode):
        raise OSError(0, "no file")
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        return file.read()
