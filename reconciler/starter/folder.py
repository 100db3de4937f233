"""Where the files go: the repository around a folder, what Git knows of it, and what lies in the way.

No symbolic link is followed, neither by a look nor by a write: it may lead out of the repository.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import Failure
from reconciler.incident.settings import GitSettings, Settings
from reconciler.repo.git import Git, text
from reconciler.repo.good_settings import instance_name
from reconciler.repo.repository import Repository
from reconciler.repo.source import LIMIT
from reconciler.run.revision import web_address
from reconciler.starter.answers import EXAMPLES, Answers

_BRANCH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}")
_REMOTE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


class Found(NamedTuple):
    """What lies where a file of ours would: its content, None where there is nothing; or a symbolic link."""

    content: bytes | None = None
    link: bool = False


class InTheWay(Exception):
    """Something is where a file or its folder should be; the text says what."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The root of a repository, or an empty folder that is to become one (`new`)."""

    root: Path
    new: bool = False

    @property
    def git(self) -> Git:
        """Git in this folder."""
        return Git(self.root)

    # What is there

    def look(self, path: str) -> Found:
        """What is there at a path. Raises InTheWay where no file could be."""
        *folders, name = path.split("/")
        whole = self.root
        for part in folders:
            whole = whole / part
            mode = _mode(whole)
            if mode is None:
                return Found()
            if not stat.S_ISDIR(mode):
                raise InTheWay(f"{self._shown(whole)} is {_kind(mode)}, where a folder should be")
        return self._found(whole / name)

    def _found(self, whole: Path) -> Found:
        mode = _mode(whole)
        if mode is None:
            return Found()
        if stat.S_ISLNK(mode):
            return Found(link=True)
        if not stat.S_ISREG(mode):
            raise InTheWay(f"{self._shown(whole)} is {_kind(mode)}, where a file should be")
        return Found(_content(whole, self._shown(whole)))

    def refuse_read_only(self, path: str) -> None:
        """Raise InTheWay where the nearest folder that is there takes no new file."""
        whole = (self.root / path).parent
        while not whole.exists():
            whole = whole.parent
        if not os.access(whole, os.W_OK | os.X_OK):
            raise InTheWay(f"{self._shown(whole)} cannot be written to")

    def _shown(self, whole: Path) -> str:
        return str(whole.relative_to(self.root)) if whole != self.root else str(whole)

    # What Git knows

    def answers(self) -> Answers:
        """The name, remote and branch of this repository."""
        remotes = [] if self.new else text(self.git.ask("remote").out).split()
        fitting = [name for name in remotes if _REMOTE.fullmatch(name)]
        remote = "origin" if "origin" in remotes or not fitting else fitting[0]
        name = instance_name(Repository(self.git)).lower()
        name = re.sub(r"[^a-z0-9._]+", "-", name)[:40].strip("._-") or "incidents"
        return replace(EXAMPLES, name=name, remote=remote, branch=self._branch(remote))

    def _branch(self, remote: str) -> str:
        """The branch that others work from: the remote's own, `main`, `master`, else the one here."""
        told = [self._short(f"refs/remotes/{remote}/HEAD").removeprefix(f"{remote}/")]
        if self.new:
            told = [text(self.git.ask("config", "--get", "init.defaultBranch").out).strip(), "main"]
        told += [name for name in ("main", "master") if self._has(name, remote)]
        told += [self._short("HEAD"), "main"]
        return next(name for name in told if _BRANCH.fullmatch(name))

    def _short(self, ref: str) -> str:
        answer = self.git.ask("symbolic-ref", "--quiet", "--short", ref)
        return text(answer.out).strip() if answer.code == 0 else ""

    def _has(self, name: str, remote: str) -> bool:
        places = (f"refs/heads/{name}", f"refs/remotes/{remote}/{name}")
        return any(self.git.ask("show-ref", "--verify", "--quiet", place).code == 0 for place in places)

    def removed(self, paths: Collection[str]) -> dict[str, bytes]:
        """Those that a commit has removed, with what they held then."""
        if self.new or not paths or not self._removal(*paths):
            return {}
        last = {path: self._removal(path) for path in paths}
        repo = Repository(self.git)
        return {path: repo.read(f"{commit}^", path) or b"" for path, commit in last.items() if commit}

    def _removal(self, *paths: str) -> str:
        asked = ("log", "--max-count=1", "--format=%H", "--diff-filter=D", "--no-renames", "HEAD", "--")
        return text(self.git.ask(*asked, *paths).out).strip()

    def ignored(self, paths: Collection[str]) -> set[str]:
        """Those that Git is told to overlook."""
        if self.new or not paths:
            return set()
        told = self.git.ask(
            *("check-ignore", "-z", "--stdin"),
            input="\0".join(paths).encode(),
            env={"GIT_LITERAL_PATHSPECS": "0"},  # of which this command knows nothing, and fails
        )
        return set(text(told.out).split("\0")) & set(paths)

    def uncommitted(self, paths: Collection[str]) -> list[str]:
        """Those that the next commit should take along."""
        asked = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all")
        told = self.git.ask(*asked, "--", *paths)
        return sorted(entry[3:] for entry in text(told.out).split("\0") if entry)

    def web(self, answers: Answers) -> str:
        """The repository's address in a browser; empty where that is not known."""
        settings = Settings(answers.name, (), git=GitSettings(remote=answers.remote))
        return web_address(Repository(self.git), settings) or ""

    def has_remote(self, name: str) -> bool:
        """True when others can be reached from here."""
        return not self.new and Repository(self.git).has_remote(name)

    def begin(self, branch: str) -> None:
        """Make it a repository."""
        self.git.run("init", "--quiet", f"--initial-branch={branch}")


def find(folder: str) -> Folder:
    """The repository around a folder; an empty folder outside of any becomes one. Raises Failure."""
    whole = Path(folder).absolute()
    if not whole.is_dir():
        raise Failure(f"there is no folder {whole}", next=f"mkdir -p {shlex.quote(str(whole))}")
    try:
        repo = Repository.open(whole)
    except Failure:
        if "not a git repository" not in Git(whole).ask("rev-parse", "--git-dir").error:
            raise
        if os.listdir(whole):
            raise _no_repository(whole) from None
        return Folder(whole, new=True)
    if repo.bare:
        raise Failure(
            f"{repo.folder} is a bare repository: it has no files to add to",
            next="clone it, and run this in the clone",
        )
    return Folder(repo.folder)


def _no_repository(whole: Path) -> Failure:
    return Failure(
        f"there is no Git repository in {whole}",
        detail="incidents live in one; since this folder is not empty, none was begun in it",
        next="`git init` if this is the right folder, and try again",
    )


def _mode(whole: Path) -> int | None:
    try:
        return whole.lstat().st_mode
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InTheWay(f"{whole} cannot be looked at: {error.strerror}") from None


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a symbolic link, which is never followed"
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a file" if stat.S_ISREG(mode) else "a device or a pipe"


def _content(whole: Path, path: str) -> bytes:
    try:
        with open(os.open(whole, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return file.read(LIMIT + 1)
    except OSError as error:
        raise InTheWay(f"{path} cannot be read: {error.strerror}") from None
