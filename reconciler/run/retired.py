"""Incidents whose files were removed, as cases: each as it was last, canceled, its channel at its end.

Nothing of them is touched unless `--prune` asks for it, and never more than a few at once: a wrong branch, a
`git rm` too many or a half-made import takes many files away, somebody who tidies up takes one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.errors import Location, Problem
from reconciler.incident.history import History, Version
from reconciler.incident.model import Incident, Status
from reconciler.incident.shown import quoted
from reconciler.plan.memory import Memory
from reconciler.plan.resource import Hold
from reconciler.repo import history
from reconciler.repo.shelf import Shelf
from reconciler.repo.snapshot import UNCOMMITTED
from reconciler.repo.story import readable
from reconciler.run.lineage import Gone, Lineage
from reconciler.run.wanted import Wanted
from reconciler.targets.case import Case

#: So many may be retired at once without saying how many.
FEW = 3

#: Stands where the blob of a file would, so that the file is looked at again should it come back.
REMOVED = "removed"


@dataclass(frozen=True)
class Retired:
    """The cases, what is wrong with others, and why nothing of them is done."""

    cases: Mapping[str, Case]
    problems: tuple[Problem, ...] = ()
    hold: Hold | None = None


def retired(
    shelf: Shelf, lineage: Lineage, wanted: Wanted, only: Collection[str], *, unsure: bool
) -> Retired:
    """What `--prune` is about. `unsure`: a file that could not be read may be one of them by a new name."""
    chosen = [one for one in lineage.gone.values() if not one.settled and (not only or one.id in only)]
    cases, problems = {}, []
    for one, versions, last in _read(shelf, lineage, chosen):
        if last.severity not in {severity.name for severity in shelf.settings.severities}:
            problems.append(_unknown_severity(one, last, shelf.settings.path))
            continue
        cases[one.id] = _case(shelf, one, versions, last, wanted)
    return Retired(cases, tuple(problems), _hold(len(cases), wanted.allow_prunes, unsure))


def _hold(number: int, allowed: int | None, unsure: bool) -> Hold | None:
    if unsure:
        why = "a file below incidents/ cannot be used, and may be this incident under a new name"
        return Hold(why, "correct that file first")
    if number <= (FEW if allowed is None else allowed):
        return None
    flag = f"--allow-prunes {number}"
    step = f"if all of them shall go: `reconciler apply --prune {flag}`"
    return Hold(f"{number} incidents without a file would be retired at once", step, flag)


def _read(
    shelf: Shelf, lineage: Lineage, chosen: Iterable[Gone]
) -> Iterator[tuple[Gone, list[history.Version], Incident]]:
    """The versions of each, and the last one that was valid; what never was, was never applied."""
    paths = [(one, _paths(lineage, one)) for one in chosen]
    wanted = {path for _, listed in paths for path in listed}
    found = history.versions(shelf.repo, str(shelf.revision), wanted) if wanted else {}
    for one, listed in paths:
        versions = history.joined(found, listed)
        valid = [incident for version in versions if (incident := readable(version, one.path))]
        last = valid[-1] if valid else one.incident
        if last is not None:
            yield one, versions, last


def _paths(lineage: Lineage, one: Gone) -> list[str]:
    last = one.incident
    return list(dict.fromkeys([*(lineage.paths(last) if last else ()), one.path]))


def _case(shelf: Shelf, one: Gone, versions: list[history.Version], last: Incident, wanted: Wanted) -> Case:
    incident = replace(last, status=Status.CANCELED, paused=False)
    read = [Version(v.at, v.commit, v.author, readable(v, one.path)) for v in versions]
    if versions and versions[-1].content is None:
        read[-1] = replace(read[-1], incident=incident)
    else:
        read.append(Version(wanted.now, UNCOMMITTED, "", incident))
    return Case(
        incident=incident,
        settings=shelf.settings,
        history=History(tuple(read), not any(version.cut for version in versions)),
        now=wanted.now,
        memory=wanted.memories.get(one.id, Memory()),
        blob=REMOVED,
        on=wanted.on,
        removed=max(1, sum(version.content is None for version in versions)),
    )


def _unknown_severity(one: Gone, last: Incident, settings: str) -> Problem:
    words = (
        f"{one.id} cannot be retired: {settings} has no severity {quoted(last.severity)}, which it had last"
    )
    return Problem(Location(settings), words, "the severity, until this is done")


def notices(gone: Iterable[Gone], only: Collection[str]) -> Iterator[str]:
    """What was removed and is still there in the world."""
    for one in sorted(gone, key=lambda one: one.id):
        if one.left and (not only or one.id in only):
            yield (
                f"{one.id}: its file was removed from Git; nothing of it is retired: "
                f"`reconciler apply --prune --incident {one.id}` does that"
            )
