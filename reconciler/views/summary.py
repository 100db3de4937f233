"""What a job did, as Markdown for GitHub's summary of it: a heading, and the words of the log in a fence.

The words come from anyone. In a fence that is longer than any that they hold they are no Markdown at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reconciler.errors import Failure
from reconciler.incident.shown import JOINERS, inert
from reconciler.incident.text import web_link
from reconciler.plan.plan import Report
from reconciler.repo.errand import Written
from reconciler.views.proposed import proposed_lines
from reconciler.views.report import report_lines

#: GitHub drops the whole summary of a step that is larger than 1 MiB; this is in characters.
LIMIT = 200_000

_HEADINGS = {0: "Applied", 3: "Not complete", 4: "Refused by a guard", 5: "Another reconciler is at work"}
_FENCES = re.compile("`+")
_FIRST = re.compile(r"\A(\d{0,9})([-+.)])(?=[\s-]|$)")
_SIGNS = re.compile(r"[\\`*_{}\[\]<>()#!|~&@]")


def report_markdown(report: Report) -> str:
    """How an apply ended."""
    heading = _HEADINGS.get(report.exit_code, "Failed") if report.outcomes or report.exit_code else "In sync"
    return f"### {heading}\n\n{fenced(line.text.rstrip() for line in report_lines(report))}"


def written_markdown(written: Written) -> str:
    """Which incident was declared, and where it stands."""
    told = [f"`{written.path}`"]
    if written.repeated:
        told.append("this had been declared before: nothing was changed")
    if written.commit:
        told.append(f"commit {written.commit[:12]}{', pushed' if written.pushed else ''}")
    told += [plain(note) for note in written.notes]
    told += [plain(line) for line in proposed_lines(written.proposed)] if written.proposed else []
    return f"### Incident {plain(written.id)}\n\n" + "".join(f"- {one}\n" for one in told)


def failure_markdown(failure: Failure) -> str:
    """What went wrong, and what to do."""
    told = [f"error: {failure.message}", *(f"  {line}" for line in failure.detail.splitlines())]
    told += [f"  {failure.location}"] if failure.location else []
    told += [f"  next: {failure.next}"] if failure.next else []
    return f"### {_HEADINGS.get(failure.exit_code, 'Failed')}\n\n{fenced(told)}"


def fenced(lines: Iterable[str], limit: int = LIMIT) -> str:
    """Lines as they are, none of them Markdown; those that are too many are counted."""
    kept, room = [], limit
    listed = [inert(line, keep=JOINERS) for line in lines]
    for line in listed:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    if len(kept) < len(listed):
        kept.append(f"… and {len(listed) - len(kept):,} more lines, in the job's log")
    fence = "`" * max(3, 1 + max((len(run) for line in kept for run in _FENCES.findall(line)), default=0))
    return "\n".join([f"{fence}text", *kept, fence, ""])


def plain(text: str) -> str:
    """A text that is nothing else in Markdown; web addresses stay what they are."""
    words = inert(text, keep=JOINERS).strip().split(" ")
    told = " ".join(word if web_link(word) else _SIGNS.sub(r"\\\g<0>", word) for word in words)
    return _FIRST.sub(r"\1\\\2", told)
