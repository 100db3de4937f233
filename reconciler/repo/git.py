"""Runs `git`: argument lists in, bytes out, with no shell, no prompt and no surprise from the environment.

Everything that this tool knows of a repository comes through here. Bulk work asks Git's own plumbing, which
answers in milliseconds what libraries in Python take seconds for.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import Failure

#: What the environment may tell Git: how to reach a remote, which configuration to read, who commits.
#: Everything else (GIT_DIR, GIT_INDEX_FILE, GIT_TRACE …) was meant for another command.
_KEPT = (
    "GIT_ALLOW_", "GIT_ASKPASS", "GIT_COMMITTER_", "GIT_CONFIG_", "GIT_EXEC_", "GIT_HTTP_",
    "GIT_PROTOCOL", "GIT_PROXY_", "GIT_SSH", "GIT_SSL_", "GIT_TEMPLATE_",
)  # fmt: skip

_FIXED = {
    "LC_ALL": "C",  # we read what Git says
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",  # a look leaves the index alone
    "GIT_LITERAL_PATHSPECS": "1",  # a path is a path, also where it holds `*` or `:(`
}

#: Seconds between asking Git to stop, so that it removes its lock files, and ending it.
_PATIENCE = 2.0
#: Seconds that a call to a remote may still take when all is to end, and between two looks at whether it is.
_LAST_CALLS, _SLICE = 5.0, 0.5
#: Seconds that a fetch or a push may take where somebody waits for what comes after it; a whole history may
#: take its time.
_HURRIED, _WHOLE = 20.0, 100.0

_LOCK_FILE = re.compile(r"Unable to create '([^'\n]+\.lock)': File exists", re.I)
_CREDENTIALS = re.compile(r"([\w+.-]+://)[^/\s]*@")


class GitTrouble(Failure):
    """Git itself failed at something that should have worked."""


class TimedOut(GitTrouble):
    """Git did not end within its time."""


class LostRace(Failure):
    """Somebody else moved the ref first: look again and do it again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How one command ended: exit code, standard output, and what it said on standard error."""

    code: int
    out: bytes
    error: str


def environment() -> dict[str, str]:
    """This process's environment as Git may see it."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(_KEPT)
    }
    kept.pop("SSH_ASKPASS", None)
    return kept | _FIXED


class Git:
    """`git` in one folder. It keeps nothing, so threads may share it."""

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)

    def ask(
        self,
        *arguments: str,
        input: bytes = b"",
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """Run one command and return how it ended; `timeout` is in seconds. Raises TimedOut."""
        process = self._start(arguments, env or {})
        try:
            out, error = self._heard(process, input, timeout)
        except subprocess.TimeoutExpired:
            _end(process)
            raise TimedOut(f"git {_verb(arguments)} did not end within {timeout:g} seconds") from None
        except BaseException:
            _end(process)
            raise
        return Answer(process.returncode, out, clean(error))

    def call(self, *arguments: str, timeout: float) -> Answer:
        """Run one command that speaks to a remote. All of them come through here: the seam of Git's calls.

        Raises TimedOut.
        """
        return self.ask(*arguments, timeout=timeout)

    def run(
        self,
        *arguments: str,
        input: bytes = b"",
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> bytes:
        """Run one command and return its output. Raises GitTrouble when it ends with a code but 0."""
        answer = self.ask(*arguments, input=input, env=env, timeout=timeout)
        if answer.code:
            raise GitTrouble(f"git {_verb(arguments)} failed in {self.folder}", detail=answer.error)
        return answer.out

    def line(self, *arguments: str, input: bytes = b"", env: Mapping[str, str] | None = None) -> str:
        """The output of one command without its last line end. Raises GitTrouble."""
        return text(self.run(*arguments, input=input, env=env)).removesuffix("\n")

    def _heard(
        self, process: subprocess.Popen[bytes], input: bytes, timeout: float | None
    ) -> tuple[bytes, bytes]:
        """All that the process says. Raises subprocess.TimeoutExpired."""
        return process.communicate(input, timeout)

    def _start(self, arguments: tuple[str, ...], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        # A session of its own: no terminal to prompt on, and its helpers (ssh, curl) end with it.
        try:
            return subprocess.Popen(
                ["git", "-C", str(self.folder), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment() | dict(env),
                start_new_session=True,
            )
        except FileNotFoundError:
            raise Failure(
                "the program git was not found",
                detail="incidents are read from a Git repository by Git itself",
                next="install Git 2.30 or newer, and see that `git --version` answers",
            ) from None
        except (OSError, ValueError) as wrong:
            raise GitTrouble(f"git {_verb(arguments)} could not be started", detail=str(wrong)) from None


def text(raw: bytes) -> str:
    """Git's bytes as text; what is not UTF-8 survives the way back through `raw`."""
    return raw.decode("utf-8", "surrogateescape")


def raw(name: str) -> bytes:
    """The bytes that `text` came from."""
    return name.encode("utf-8", "surrogateescape")


def lock_in(error: str) -> str:
    """The lock file that was in Git's way, as it says; empty where none was."""
    found = _LOCK_FILE.search(error)
    return found[1] if found else ""


def clean(error: bytes) -> str:
    """What Git said on standard error, without credentials and the remote's decoration."""
    said = _CREDENTIALS.sub(r"\1", error.decode("utf-8", "replace"))
    lines = (line.removeprefix("remote:").strip() for line in said.splitlines())
    return "\n".join(line for line in lines if line)


def _verb(arguments: tuple[str, ...]) -> str:
    return next((word for word in arguments if word[:1] not in ("-", "") and "=" not in word), "")


def _end(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.communicate(timeout=_PATIENCE)
        except ProcessLookupError:
            process.communicate()
        except subprocess.TimeoutExpired:
            continue
        return


class Hurried(Git):
    """A `Git` with little patience for a remote, and even less once `stopping` says that all is to end."""

    def __init__(self, folder: str | Path, stopping: Callable[[], bool]):
        super().__init__(folder)
        self._stopping = stopping

    def _heard(
        self, process: subprocess.Popen[bytes], input: bytes, timeout: float | None
    ) -> tuple[bytes, bytes]:
        if timeout is None:
            return process.communicate(input)
        until = time.monotonic() + (timeout if timeout > _WHOLE else min(timeout, _HURRIED))
        given: bytes | None = input
        while True:
            left = until - time.monotonic()
            try:
                return process.communicate(given, max(0.0, min(left, _SLICE)))
            except subprocess.TimeoutExpired:
                given = None  # it has been handed over
            if self._stopping():
                until = min(until, time.monotonic() + _LAST_CALLS)
            if time.monotonic() >= until:
                raise subprocess.TimeoutExpired("git", timeout)
