"""Makes blobs, trees and commits by plumbing, in nobody's index and nobody's work tree.

A commit made here hangs on no ref: what is done with it (a branch, a push) is decided elsewhere.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from reconciler.errors import Failure
from reconciler.repo.git import Git, GitTrouble, raw, text

Person = tuple[str, str]  # name, e-mail address

#: Who commits for a person; GIT_COMMITTER_NAME and GIT_COMMITTER_EMAIL replace it.
TOOL: Person = ("incident-reconciler", "incident-reconciler@localhost")

_IDENTITY_NOISE = re.compile(r"[<>\x00-\x1f\x7f]+")
_LINE_ENDS = re.compile(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+\s*")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


def message(body: str, trailers: Mapping[str, str]) -> str:
    """A commit message whose last paragraph is the trailers, each on one line, whatever the body says."""
    paragraphs = [body.replace("\0", "").strip() or "Edit"]
    paragraphs.append("\n".join(_trailer(key, value) for key, value in trailers.items()))
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def _trailer(key: str, value: str) -> str:
    assert _KEY.fullmatch(key), key
    return f"{key}: {_LINE_ENDS.sub(' ', value.replace(chr(0), '')).strip()}"


def make_tree(git: Git, parent: str | None, files: Mapping[str, bytes | None]) -> str:
    """The tree of `parent` (None: an empty one) with these files changed (None: removed); returns its id.

    Raises Failure for a path that Git does not take (`../x`, `.git/config`), or that would make a folder of
    a file or a file of a folder.
    """
    with tempfile.TemporaryDirectory(prefix="reconciler-") as name:
        folder = Path(name)
        index = {"GIT_INDEX_FILE": str(folder / "index")}
        git.run("read-tree", parent if parent else "--empty", env=index)
        modes = _modes(git.run("ls-files", "--stage", "-z", env=index))
        _refuse_clashes([path for path, content in files.items() if content is not None], modes)
        blobs = _write_blobs(git, [content for content in files.values() if content is not None], folder)
        entries = _index_entries(files, modes, blobs)
        answer = git.ask("update-index", "-z", "--index-info", input=entries, env=index)
        if answer.code or answer.error:  # it passes over a path that it does not take, and ends with 0
            raise GitTrouble("Git does not take a path that was to be written", detail=answer.error)
        return git.line("write-tree", env=index)


def make_commit(
    git: Git, tree: str, parents: Sequence[str], words: str, author: Person, when: datetime
) -> str:
    """A commit of a tree on its parents; returns its id."""
    above = [word for parent in parents for word in ("-p", parent)]
    return git.line("commit-tree", tree, *above, "-F", "-", input=raw(words), env=_identity(author, when))


def _modes(stage: bytes) -> dict[str, str]:
    entries = (entry.split(b"\t", 1) for entry in stage.split(b"\0") if entry)
    return {text(path): about[:6].decode() for about, path in entries}


def _refuse_clashes(paths: Iterable[str], present: Mapping[str, str]) -> None:
    folders = {folder for path in present for folder in _folders(path)}
    for path in paths:
        clash = path if path in folders else next((one for one in _folders(path) if one in present), None)
        if clash is not None:
            raise Failure(
                f"{path} cannot be written: {clash} is a {'folder' if clash == path else 'file'}",
                next=f"move {clash} away, in a commit of its own",
            )


def _folders(path: str) -> list[str]:
    """`a/b/c` lies in `a` and `a/b`."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _index_entries(
    files: Mapping[str, bytes | None], modes: Mapping[str, str], blobs: Iterable[str]
) -> bytes:
    ids = iter(blobs)
    lines = []
    for path, content in files.items():
        mode = "100755" if modes.get(path) == "100755" else "100644"
        about = f"0 {'0' * 40}" if content is None else f"{mode} {next(ids)}"
        lines.append(about.encode() + b"\t" + raw(path) + b"\0")
    return b"".join(lines)


def _write_blobs(git: Git, contents: Sequence[bytes], folder: Path) -> list[str]:
    """Store all contents in one process, byte for byte: no attribute of the repository converts them."""
    paths = [folder / str(number) for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    names = "".join(f"{path}\n" for path in paths).encode()
    return git.line("hash-object", "-w", "--no-filters", "--stdin-paths", input=names).split()


def _identity(author: Person, when: datetime) -> dict[str, str]:
    at = f"@{int(when.timestamp())} +0000"
    name, address = _person(author)
    by, by_address = _person(
        (os.environ.get("GIT_COMMITTER_NAME") or TOOL[0], os.environ.get("GIT_COMMITTER_EMAIL") or TOOL[1])
    )
    return {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": address,
        "GIT_AUTHOR_DATE": at,
        "GIT_COMMITTER_NAME": by,
        "GIT_COMMITTER_EMAIL": by_address,
        "GIT_COMMITTER_DATE": at,
    }


def _person(person: Person) -> Person:
    """A name and an address that Git takes: neither empty, without the signs that end them."""
    name, address = (_IDENTITY_NOISE.sub(" ", word).strip(" .,:;\"'\\") for word in person)
    return name or address or "unknown", address or "unknown"
