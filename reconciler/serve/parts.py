"""Runs the parts of the process side by side, and ends them all.

A part that fails is told of and begun again after a pause, and the others do not notice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Thread
from time import monotonic
from typing import NamedTuple

from reconciler.errors import Failure, defect
from reconciler.serve.log import Log
from reconciler.serve.wake import Wake

#: Seconds before a part that failed is begun again: at first, and at most.
_FIRST, _MOST = 1.0, 60.0
#: A part that ran so many seconds was well; its next failure is a first one.
_WELL = 120.0


class Part(NamedTuple):
    """Something that runs until it is told to end, by its `Wake`."""

    name: str
    run: Callable[[], None]


def together(
    parts: Sequence[Part], wake: Wake, log: Log, ended: Callable[[], object], patience: float
) -> bool:
    """Run the parts until `ended` returns; False when one was still at it `patience` seconds later."""
    threads = [Thread(target=_kept_up, args=(part, wake, log), name=part.name, daemon=True) for part in parts]
    for thread in threads:
        thread.start()
    try:
        ended()
    finally:
        wake.stop()
        until = monotonic() + patience
        for thread in threads:
            thread.join(max(0.0, until - monotonic()))
    left = [thread.name for thread in threads if thread.is_alive()]
    if left:
        log.event("left", level="warning", parts=left, after=patience)
    return not left


def _kept_up(part: Part, wake: Wake, log: Log) -> None:
    pause = _FIRST
    while not wake.is_set():
        begun = monotonic()
        try:
            part.run()
            failure = Failure(f"the {part.name} has ended")
        except Failure as failed:
            failure = failed
        except Exception as error:
            failure = defect(error)
        if wake.is_set():
            return
        pause = _FIRST if monotonic() - begun > _WELL else pause
        log.event(
            "part failed",
            level="error",
            part=part.name,
            message=failure.message,
            detail=failure.detail,
            again_in=pause,
        )
        wake.pause(pause)
        pause = min(_MOST, pause * 2)
