"""While one waits: the thread that draws what a run is at, on standard error, and its end."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from reconciler.clock import SystemClock
from reconciler.views.progress import Display
from reconciler.views.screen import columns, screen

#: Seconds between two looks at what is to be drawn.
_TICK = 0.1


@contextmanager
def progress(stopping: Callable[[], bool] = lambda: False) -> Iterator[Display]:
    """Show what is under way until the context ends; then nothing of it is left on a terminal."""
    on = screen(sys.stderr)
    display = Display(_write, on, SystemClock(), partial(columns, sys.stderr), stopping)
    over = threading.Event()
    thread = threading.Thread(target=_drawn, args=(display, over), name="progress", daemon=True)
    thread.start()
    try:
        yield display
    finally:
        over.set()
        thread.join()
        display.erase()


def _drawn(display: Display, over: threading.Event) -> None:
    while not over.wait(_TICK):
        display.tick()


def _write(text: str) -> None:
    """Past Python's buffers, which a signal's handler must not enter twice."""
    try:
        os.write(sys.stderr.fileno(), text.encode(sys.stderr.encoding or "utf-8", "replace"))
    except (OSError, ValueError):
        sys.stderr.write(text)  # a stream of a test's own
