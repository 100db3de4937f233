"""Makes real Git repositories for tests, quickly: alone, or clones of a bare remote behind `file://`.

    hub = remote(tmp_path, {"reconciler.yaml": "name: acme\n"})
    here, there = hub.clone("here"), hub.clone("there")
    here.commit({"incidents/a.yaml": "title: A\n"}, at=NOON)
    here.push()

They read no configuration of the machine and need no network; commits are dated as the test says.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

#: When a commit is made that names no time.
START = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)
ANA = ("Ana", "ana@example.com")

Content = str | bytes | None

_CONFIG = """
[user]
\tname = Somebody
\temail = somebody@example.com
[gc]
\tauto = 0
"""


def _git(folder: Path, *arguments: str, input: bytes = b"", env: Mapping[str, str] | None = None) -> str:
    surroundings = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C",
    }
    command = ["git", "-C", str(folder), *arguments]
    surroundings.update(env or {})
    done = subprocess.run(command, input=input, capture_output=True, env=surroundings, check=False)
    assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr.decode()}"
    return done.stdout.decode("utf-8", "surrogateescape").strip()


@dataclass(frozen=True, slots=True)
class Clone:
    """A repository with a work tree, on branch `main`; it commits at `now`, unless one says."""

    folder: Path
    now: datetime = START

    def git(self, *arguments: str, input: bytes = b"", env: Mapping[str, str] | None = None) -> str:
        """Run git here and return what it says; the test fails when git does."""
        return _git(self.folder, *arguments, input=input, env=env)

    def write(self, files: Mapping[str, Content]) -> None:
        """Change the work tree only (None: remove)."""
        for name, content in files.items():
            path = self.folder / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(
        self,
        files: Mapping[str, Content],
        message: str = "Edit",
        *,
        at: datetime | None = None,
        by: tuple[str, str] = ANA,
    ) -> str:
        """Write files (None: remove), commit them, and return the commit."""
        self.write(files)
        if files:
            self.git("add", "--all", "--force", "--", *files)
        return self.commit_index(message, at=at, by=by)

    def commit_index(self, message: str, *, at: datetime | None = None, by: tuple[str, str] = ANA) -> str:
        """Commit what is in the index (a merge that was resolved), and return the commit."""
        self.git("commit", "--quiet", "--allow-empty", "--message", message, env=dated(at or self.now, by))
        return self.head

    def push(self, branch: str = "main") -> None:
        self.git("push", "--quiet", "origin", branch)

    def pull(self, branch: str = "main") -> None:
        self.git("pull", "--quiet", "--ff-only", "origin", branch)

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def log(self, revision: str = "HEAD", show: str = "%s") -> list[str]:
        """One line a commit, the newest first."""
        return self.git("log", f"--format={show}", revision).splitlines()

    def status(self) -> str:
        """Empty when the work tree and the index are as the branch is."""
        return self.git("status", "--porcelain")


@dataclass(frozen=True, slots=True)
class Remote:
    """A bare repository behind `file://`."""

    folder: Path

    @property
    def url(self) -> str:
        return f"file://{self.folder}"

    def git(self, *arguments: str, input: bytes = b"", env: Mapping[str, str] | None = None) -> str:
        return _git(self.folder, *arguments, input=input, env=env)

    def tip(self, ref: str = "refs/heads/main") -> str:
        """The commit of a ref; empty when there is none."""
        return self.git("for-each-ref", "--format=%(objectname)", ref)

    def clone(self, name: str, *, depth: int | None = None) -> Clone:
        """A clone beside the remote."""
        folder = self.folder.parent / name
        shallow = [f"--depth={depth}"] if depth else []
        _git(self.folder.parent, "clone", "--quiet", "--template=", *shallow, self.url, str(folder))
        return _configured(Clone(folder))

    def refuse_pushes(self, why: str = "this repository is read-only") -> None:
        """From now on every push is refused by a hook."""
        hook = self.folder / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\necho '{why}' >&2\nexit 1\n")
        hook.chmod(0o755)

    def protect(self, branch: str = "main") -> None:
        """From now on pushes to a branch are refused, in GitHub's words; all others are taken."""
        hook = self.folder / "hooks" / "update"
        hook.parent.mkdir(exist_ok=True)
        said = f"error: GH006: Protected branch update failed for refs/heads/{branch}."
        hook.write_text(f"#!/bin/sh\n[ \"$1\" != refs/heads/{branch} ] || {{ echo '{said}' >&2; exit 1; }}\n")
        hook.chmod(0o755)

    def allow_pushes(self) -> None:
        """From now on pushes are taken again."""
        (self.folder / "hooks" / "pre-receive").unlink()


def alone(folder: Path, files: Mapping[str, Content] | None = None, *, at: datetime = START) -> Clone:
    """A new repository without a remote; without files, without a commit."""
    folder.mkdir(parents=True, exist_ok=True)
    _git(folder, "init", "--quiet", "--template=", "--initial-branch=main")
    made = _configured(Clone(folder, at))
    if files:
        made.commit(files, "Begin")
    return made


def remote(folder: Path, files: Mapping[str, Content] | None = None, *, at: datetime = START) -> Remote:
    """A new bare repository `folder/remote.git`, with one commit when there are files."""
    made = Remote(folder / "remote.git")
    _git(folder, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(made.folder))
    if files:
        first = alone(folder / "first", files, at=at)
        first.git("push", "--quiet", made.url, "main")
    return made


def dated(at: datetime, by: tuple[str, str] = ANA) -> dict[str, str]:
    """The environment in which Git commits at that time for that person."""
    when = f"@{int(at.timestamp())} +0000"
    return {
        "GIT_AUTHOR_NAME": by[0],
        "GIT_AUTHOR_EMAIL": by[1],
        "GIT_AUTHOR_DATE": when,
        "GIT_COMMITTER_NAME": by[0],
        "GIT_COMMITTER_EMAIL": by[1],
        "GIT_COMMITTER_DATE": when,
    }


def _configured(clone: Clone) -> Clone:
    with open(clone.folder / ".git" / "config", "a", encoding="utf-8") as config:
        config.write(_CONFIG)
    return clone
