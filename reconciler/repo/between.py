"""What lies between a base and what is here: where a branch began, and the files that differ since.

For a pull request that is the merge base, in both ways it may be checked out: of the branch's own head it is
where the branch left the base, of the host's merge of the two (`refs/pull/N/merge`) the base itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.errors import Failure
from reconciler.incident.place import incident_id
from reconciler.incident.shown import quoted
from reconciler.repo.git import text
from reconciler.repo.repository import Repository
from reconciler.repo.snapshot import Snapshot, snapshot

_WHOLE = (
    "`git fetch --unshallow`; in GitHub Actions give actions/checkout `fetch-depth: 0`, and the same again"
)


@dataclass(frozen=True, slots=True)
class Between:
    """Two snapshots: at the commit where the branch began, and here, uncommitted edits included."""

    base: Snapshot
    head: Snapshot

    @property
    def changed(self) -> frozenset[str]:
        """The ids of the incident files that were added, edited, moved or removed."""
        before = set({**self.base.files, **self.base.others}.items())
        after = set({**self.head.files, **self.head.others}.items())
        return frozenset(incident_id(path) for path, _ in before ^ after)


def between(repo: Repository, revision: str) -> Between:
    """What differs here since the branch left `revision`. Raises Failure where that cannot be told."""
    head = repo.resolve("HEAD")
    if head is None:
        raise Failure("this repository has no commit yet", next="commit what is to be compared")
    base = _merge_base(repo, _known(repo, revision), head, revision)
    return Between(snapshot(repo, base), snapshot(repo, head, edited=True))


def cut(repo: Repository) -> Failure:
    """What to say where the history that decides is not here."""
    return Failure(
        "the history here is cut off, so what was paged and told before cannot be seen",
        detail=f"{repo.folder} is a shallow clone",
        next=_WHOLE,
    )


def _known(repo: Repository, revision: str) -> str:
    found = repo.resolve(revision)
    if found is not None:
        return found
    step = f"`git fetch origin`, then a branch as `origin/{revision}`, a tag or a commit that is here"
    raise Failure(f"there is no revision {quoted(revision)} here", next=_WHOLE if repo.is_shallow else step)


def _merge_base(repo: Repository, base: str, head: str, said: str) -> str:
    answer = repo.git.ask("merge-base", "--end-of-options", base, head)
    if answer.code == 0:
        return text(answer.out).split()[0]
    if repo.is_shallow:
        raise Failure(f"the history here is cut off before HEAD and {quoted(said)} meet", next=_WHOLE)
    raise Failure(
        f"HEAD and {quoted(said)} have no commit in common",
        next="name the branch that this one is to be merged into",
    )
