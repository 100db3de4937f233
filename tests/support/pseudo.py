"""A command at a pseudo-terminal: what it writes there, byte by byte, while somebody types."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

#: Seconds after which a command hangs: without a byte, and at all.
PATIENCE, LONGEST = 60, 180


class Ended(NamedTuple):
    """How it ended: its code, what the terminal got, and what went into a pipe instead."""

    code: int
    seen: str
    piped: str


def typed(
    command: Sequence[str],
    *,
    columns: int = 80,
    environ: Mapping[str, str] | None = None,
    keys: Mapping[str, str] | None = None,
    piped: bool = False,
) -> Ended:
    """Run a command at a terminal; `keys` are typed, in order, when a text was seen; `piped`: its output."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    given = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-c", _CONTROLLING, *command],
        stdin=theirs,
        stdout=subprocess.PIPE if piped else theirs,
        stderr=theirs,
        env={**given, "TERM": "xterm", **(environ or {})},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        seen = _read(ours, dict(keys or {}))
        out = process.communicate(timeout=PATIENCE)[0]
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return Ended(process.returncode, seen, (out or b"").decode())


#: Makes the terminal that of the new session, so that Ctrl-C is a signal, also where whoever runs the tests
#: ignores it, as a shell does for what runs in its background; then it is the command itself.
_CONTROLLING = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.SIG_DFL)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


def _read(terminal: int, keys: dict[str, str]) -> str:
    seen, begun, until = "", 0, time.monotonic() + LONGEST
    while time.monotonic() < until and select.select([terminal], [], [], PATIENCE)[0]:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            return seen
        if not data:
            return seen
        seen += data.decode("utf-8", "replace")
        awaited = next(iter(keys), None)
        if awaited is not None and awaited in seen[begun:]:
            begun = seen.index(awaited, begun) + len(awaited)
            os.write(terminal, keys.pop(awaited).encode())
    raise AssertionError(f"it did not end after {seen[-2000:]!r}")
