"""What has lived although the base has no valid file of it: as the last run left it.

Its file was removed and comes back, was invalid, or had a new name that did not say so. Or it is new, and
waits on its branch for a review: then it was paged for, and nothing else was done
(docs/decisions/0010-proposed-by-pull-request.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote

from reconciler.incident.history import History, Version
from reconciler.incident.model import Incident
from reconciler.repo.proposals import Proposal, new_proposals
from reconciler.repo.shelf import Shelf
from reconciler.repo.snapshot import UNCOMMITTED
from reconciler.run.revision import Revision
from reconciler.targets.case import Case, Review


def lived(base: Shelf, head: Revision) -> dict[str, Case]:
    """Of these incidents of the head those that were seen to before, each as it was then."""
    git = base.settings.git
    waiting = new_proposals(base, git) if git.protected is not False else {}
    return dict(_lived(base, head, waiting))


def _lived(base: Shelf, head: Revision, waiting: Mapping[str, Proposal]) -> Iterator[tuple[str, Case]]:
    for key, case in head.cases.items():
        proposal = waiting.get(case.incident.id)
        if versions := _until(base, case, str(base.revision)):
            yield key, _as_of(base, case, versions, _lay(head, case.incident))
        elif proposal is not None and (versions := _until(base, case, proposal.commit)):
            review = Review(proposal.commit)
            yield key, replace(_as_of(base, case, versions, case.incident.path), review=review)


def _until(base: Shelf, case: Case, revision: str) -> tuple[Version, ...]:
    """The versions that a revision has, if one of them was valid."""
    versions = tuple(
        one
        for one in case.history.versions
        if one.commit != UNCOMMITTED and base.repo.is_ancestor(one.commit, revision)
    )
    return versions if any(one.incident is not None for one in versions) else ()


def _as_of(base: Shelf, case: Case, versions: tuple[Version, ...], path: str) -> Case:
    """The case with the last valid one of these versions, at its place of then."""
    last = [one.incident for one in versions if one.incident is not None][-1]
    return replace(
        case,
        incident=replace(last, formerly=case.incident.formerly, path=path),
        url=(case.url or "").replace(quote(case.incident.path), quote(path)) or None,
        settings=base.settings,
        history=History(versions, case.history.complete),
        blob="",
    )


def _lay(head: Revision, one: Incident) -> str:
    """Where its file lay when it was applied last: of one that says its former id only now, under that."""
    former = head.lineage.former
    return next((former[id] for id in reversed(one.formerly) if id in former), one.path)
