"""Long output page by page, in the pager that Git takes: GIT_PAGER, core.pager, PAGER, else `less`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress

from reconciler.repo.repository import Repository
from reconciler.views.changes import Line
from reconciler.views.screen import screen
from reconciler.views.terminal import rendered

#: What Git sets where nobody has: what fits the screen is left at once, colours and the screen stay.
_DEFAULTS = {"LESS": "FRX", "LV": "-c"}
#: What asks for a shell, as Git judges it.
_SHELL = frozenset("|&;<>()$`\\\"' \t\n*?[#~=%")


def show_paged(lines: Iterable[Line], repo: Repository, *, wanted: bool = True) -> None:
    """Print lines on standard output; on a terminal in the user's pager, unless it is not `wanted`."""
    texts = rendered(lines, screen(sys.stdout))
    command = pager(repo) if wanted and sys.stdout.isatty() else None
    if command is None or not _paged(texts, command):
        for text in texts:
            print(text)


def pager(repo: Repository, environ: Mapping[str, str] = os.environ) -> str | None:
    """The command that shows pages; None where the user wants none."""
    given = {name: environ[name] for name in ("GIT_PAGER",) if name in environ}
    answer = repo.git.ask("var", "GIT_PAGER", env=given)
    command = answer.out.decode(errors="surrogateescape").strip() if answer.code == 0 else ""
    return None if command in ("", "cat") else command


def _paged(texts: Iterator[str], command: str) -> bool:
    """Hand the texts to the pager, and wait until its user has seen enough; False where it is not there."""
    words = ["sh", "-c", command] if _SHELL & set(command) else [command]
    if shutil.which(words[0]) is None:
        return False
    environ = {**_DEFAULTS, **os.environ}
    sys.stdout.flush()
    with _uninterrupted(), subprocess.Popen(words, stdin=subprocess.PIPE, env=environ) as process:
        assert process.stdin is not None
        with suppress(BrokenPipeError), process.stdin as pipe:  # whoever leaves early has seen enough
            for text in texts:
                pipe.write(f"{text}\n".encode(sys.stdout.encoding or "utf-8", "replace"))
    return True


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C is the pager's, as it is under Git: it ends a search there, and not this program."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # the pager does not inherit a function
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
