"""Makes commits by `git fast-import`, in nobody's index and nobody's work tree.

One process writes the blobs, the folders on the way to them and the commit, and never looks at the other
files, however many there are. A commit made here hangs on no ref: what is done with it is decided elsewhere.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from reconciler.errors import Failure
from reconciler.repo.git import Git, raw, text

Person = tuple[str, str]  # name, e-mail address

#: Who commits for a person; GIT_COMMITTER_NAME and GIT_COMMITTER_EMAIL replace it.
TOOL: Person = ("incident-reconciler", "incident-reconciler@localhost")

_IDENTITY_NOISE = re.compile(r"[<>\x00-\x1f\x7f]+")
_LINE_ENDS = re.compile(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+\s*")
_KINDS = {"040000": "folder", "120000": "symbolic link", "160000": "submodule"}
_FROM = (b"from", b"merge")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


def message(body: str, trailers: Mapping[str, str]) -> str:
    """A commit message whose last paragraph is the trailers, each on one line, whatever the body says."""
    paragraphs = [body.replace("\0", "").strip() or "Edit"]
    paragraphs.append("\n".join(_trailer(key, value) for key, value in trailers.items()))
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def _trailer(key: str, value: str) -> str:
    assert _KEY.fullmatch(key), key
    return f"{key}: {_LINE_ENDS.sub(' ', value.replace(chr(0), '')).strip()}"


def make_commit(
    git: Git,
    parents: Sequence[str],
    files: Mapping[str, bytes | None],
    words: str,
    author: Person,
    when: datetime,
    modes: Mapping[str, str] | None = None,
) -> str:
    """A commit with the first parent's files and these changed (None: removed), byte for byte; its id.

    `modes` are those of files that are not `100644`. Raises Failure for a path that leaves the repository.
    """
    for path in files:
        _refuse_outside(path)
    ref = f"refs/reconciler/made-{secrets.token_hex(8)}".encode()  # fast-import wants a name; none is kept
    script = [b"feature done\ncommit %s\nmark :1\n" % ref, _people(author, when), _data(raw(words))]
    script += [b"%s %s\n" % (word, parent.encode()) for word, parent in zip(_FROM, parents, strict=False)]
    script += [b"D %s\n" % _quoted(path) for path, content in files.items() if content is None]
    for path, content in files.items():
        if content is not None:
            mode = (modes or {}).get(path, "100644").encode()
            script.append(b"M %s inline %s\n%s" % (mode, _quoted(path), _data(content)))
    script.append(b"get-mark :1\nreset %s\ndone\n" % ref)
    return git.line("fast-import", "--quiet", input=b"".join(script))


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _quoted(path: str) -> bytes:
    escaped = raw(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"%s"' % escaped


def _refuse_outside(path: str) -> None:
    """Refuse what leaves the repository or reaches into Git's own folder, also where case does not count."""
    parts = path.lower().split("/")
    if "\0" in path or any(part in ("", ".", "..", ".git", "git~1") for part in parts):
        raise Failure(f"{path!r} is no path of a file in this repository")


def standing_modes(git: Git, parent: str, files: Mapping[str, bytes | None]) -> dict[str, str]:
    """The modes of those of these files that a commit has.

    Raises Failure where writing one would make a folder of a file, or a file of a folder.
    """
    for path in files:
        _refuse_outside(path)
    written = [path for path, content in files.items() if content is not None]
    folders = {folder for path in written for folder in _folders(path)}
    if not written:
        return {}
    answer = text(git.run("ls-tree", "-t", "-z", "--end-of-options", parent, *folders, *written))
    entries = (entry.partition("\t") for entry in answer.split("\0") if entry)
    found = {path: about[:6] for about, _, path in entries}
    for path, mode in found.items():
        what = _KINDS.get(mode, "file")
        if (path in folders and what != "folder") or (path in written and what != "file"):
            raise Failure(
                f"{_first_below(path, written)} cannot be written: {path} is a {what}",
                next=f"move {path} away, in a commit of its own",
            )
    return {path: found[path] for path in written if path in found}


def _first_below(path: str, written: Sequence[str]) -> str:
    return next(one for one in written if one == path or one.startswith(f"{path}/"))


def _folders(path: str) -> list[str]:
    """`a/b/c` lies in `a` and `a/b`."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _people(author: Person, when: datetime) -> bytes:
    at = f"{int(when.timestamp())} +0000"
    by = (os.environ.get("GIT_COMMITTER_NAME") or TOOL[0], os.environ.get("GIT_COMMITTER_EMAIL") or TOOL[1])
    return raw(f"author {_person(author)} {at}\ncommitter {_person(by)} {at}\n")


def _person(person: Person) -> str:
    """A name and an address, neither empty, without the signs that would end them."""
    name, address = (_IDENTITY_NOISE.sub(" ", word).strip(" .,:;\"'\\") for word in person)
    return f"{name or address or 'unknown'} <{address or 'unknown'}>"
