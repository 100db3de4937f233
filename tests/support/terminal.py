"""A shell at a terminal, into which somebody pastes lines and types answers.

The shell ends at the first command that fails, and whoever waits then sees all that was shown.
"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_LONGEST = 60.0
_SHELL = "bash --noprofile --norc --noediting -e -i"
_DONE = "(that was all)"


@dataclass
class Terminal:
    """One shell; `shown` is all that stood on its screen so far."""

    screen: int
    shown: str = field(default="", repr=False)
    _got: bytes = field(default=b"", repr=False)  # which may end in the middle of a character

    def type(self, line: str) -> None:
        """Type a line, and Enter."""
        os.write(self.screen, f"{line}\n".encode())

    def wait(self, words: str, since: int = 0) -> str:
        """What was shown from there on until the words came; AssertionError when they do not come."""
        until = time.monotonic() + _LONGEST
        while words not in self.shown[since:]:
            ready, _, _ = select.select([self.screen], [], [], max(until - time.monotonic(), 0))
            assert ready, f"{words!r} did not come in {_LONGEST:.0f} s after:\n{self.shown}"
            self._more()
        end = self.shown.index(words, since)
        return self.shown[since:end]

    def paste(self, block: str, answers: Mapping[str, str] | None = None) -> str:
        """Paste lines; answer each question when it is asked, by its words; what the lines showed."""
        since = at = len(self.shown)
        self.type(block)
        for question, answer in (answers or {}).items():
            self.wait(question, at)
            at = len(self.shown)
            self.type(answer)
        self.type(f"echo '{_DONE}'")
        told = self.wait(f"{_DONE}\n", since)
        assert self.shown.endswith(f"{_DONE}\n"), f"more was shown than was waited for:\n{self.shown}"
        return told

    def _more(self) -> None:
        try:
            read = os.read(self.screen, 65536)
        except OSError:  # the shell has ended: on Linux that is an error
            read = b""
        assert read, f"the shell ended after:\n{self.shown}"
        self._got += read
        self.shown = self._got.decode(errors="ignore").replace("\r\n", "\n")


@contextmanager
def terminal(folder: Path, environ: Mapping[str, str]) -> Iterator[Terminal]:
    """A shell in that folder with that environment and no other; its terminal shows only what is printed."""
    ours, theirs = pty.openpty()
    _without_echo(theirs)
    termios.tcsetwinsize(theirs, (50, 200))
    shell = subprocess.Popen(
        ["sh", "-c", f'exec {_SHELL} <"$0" >"$0" 2>&1', os.ttyname(theirs)],
        cwd=folder,
        env={**environ, "PS1": "", "PS2": ""},
        start_new_session=True,  # which makes the terminal that is opened first its own
    )
    try:
        made = Terminal(ours)
        made.paste("true")  # from here on the shell alone holds the other side, and its end is seen
        os.close(theirs)
        yield made
    finally:
        shell.kill()
        shell.wait(timeout=10)
        os.close(ours)


def _without_echo(screen: int) -> None:
    attributes = termios.tcgetattr(screen)
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(screen, termios.TCSANOW, attributes)
