"""What `reconciler init` made of a folder: a line a file, what was left and why, and what comes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from reconciler.starter.answers import Answers
from reconciler.starter.decide import Item, Step
from reconciler.starter.folder import Folder
from reconciler.starter.steps import Todo
from reconciler.views.changes import Line

MOST = 12  # lines of a difference that are shown

_DONE = {Step.WRITE: "written", Step.UPDATE: "updated"}
_STYLES = {Step.WRITE: "green", Step.UPDATE: "yellow", Step.FAILED: "red", Step.KEEP: "dim"}


def heading(folder: Folder, answers: Answers) -> Line:
    """Where, and on which branch incidents will live."""
    begun = "a new Git repository, " if folder.new else ""
    return Line(f"{folder.root} ({begun}branch {answers.branch})", "bold")


def item_lines(items: Sequence[Item], *, dry: bool) -> Iterator[Line]:
    """The files, and below one that was left alone what it would be today."""
    width = max(len(item.path) for item in items)
    for item in items:
        yield Line(
            f"  {_word(item.step, dry):<12}{item.path:<{width}}  {item.note or item.what}", _style(item)
        )
        shown, rest = item.diff[:MOST], len(item.diff) - MOST
        yield from (Line(f"    {line}", "green" if line.startswith("+") else "red") for line in shown)
        if rest > 0:
            yield Line(f"    … and {rest} more lines", "dim")
    yield Line("")
    yield Line(_summary(items, dry))


def todo_lines(steps: Sequence[Todo]) -> Iterator[Line]:
    """The steps with their numbers, each line that can be pasted by itself."""
    for number, (words, lines) in enumerate(steps, 1):
        yield Line("")
        yield Line(f"{number}. {words}:", "bold")
        yield from (Line(f"   {line}", "cyan") for line in lines)


def _word(step: Step, dry: bool) -> str:
    """`to write` beforehand, `written` afterwards."""
    if step not in _DONE:
        return step.value
    return f"to {step.value}" if dry else _DONE[step]


def _style(item: Item) -> str:
    return _STYLES.get(item.step, "")


def _summary(items: Sequence[Item], dry: bool) -> str:
    counts = Counter(_word(item.step, dry) for item in items)
    order = dict.fromkeys(_word(step, dry) for step in Step)
    told = ", ".join(f"{counts[word]} {word}" for word in order if counts[word])
    return f"Nothing was written (--dry-run): {told}." if dry else f"{told[:1].upper()}{told[1:]}."
