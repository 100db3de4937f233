"""Each incident that a branch changes, before and after it, and the rules that the change breaks.

Offline and without a memory: `validate --base` and `plan --base` both look here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from reconciler.errors import Failure, Problem
from reconciler.incident import renames
from reconciler.incident.model import Incident, Update
from reconciler.incident.rules import RuleSettings
from reconciler.incident.settings import Settings
from reconciler.incident.transitions import Hands, Step, broken
from reconciler.repo import history, identity
from reconciler.repo.between import Between
from reconciler.repo.good_settings import settings_in
from reconciler.repo.loader import BadFile, load_incident
from reconciler.repo.snapshot import Snapshot
from reconciler.repo.story import readable

Incidents = Mapping[str, Incident]


def violations(between: Between) -> list[Problem]:
    """The rules that a branch breaks, as the settings at its base count them: no branch lifts its own."""
    settings = settings_in(between.head).settings
    try:
        rules = settings_in(between.base).settings.rules
    except Failure:
        rules = settings.rules
    return judged(steps(between, settings), rules)


def judged(made: Iterable[Step], rules: RuleSettings) -> list[Problem]:
    """The rules that these steps break, by place."""
    found = (problem for step in made for problem in broken(step, rules))
    return sorted(found, key=lambda one: one.location)


def steps(between: Between, settings: Settings) -> Iterator[Step]:
    """Every incident that was added, edited, renamed or removed; a file that is invalid is left out."""
    changed = between.changed
    before, after = _incidents(between.base, changed), _incidents(between.head, changed)
    left_out = {id for id in changed if _there(between.head, id) and id not in after}
    order = [severity.name for severity in settings.severities]
    heirs = {former: one for one in after.values() for former in one.formerly}
    fresh = [one for id, one in after.items() if id not in before and not one.formerly]
    for id in sorted(changed - left_out):
        old, new = before.get(id), after.get(id) or heirs.get(id)
        if old is None and new is not None and any(former in before for former in new.formerly):
            continue  # told as the one that it was
        step = Step(old, new, order)
        if old is not None and new is None:
            step = replace(step, renamed=_unsaid(between, old, fresh))
        if old is not None and new is not None and _touched(old, new):
            step = _with_hands(between, step, old, new)
        if old is not None or new is not None:
            yield step


def _incidents(at: Snapshot, ids: Iterable[str]) -> dict[str, Incident]:
    """The valid ones of these ids; names are not checked against any settings."""
    wanted = set(ids)
    paths = {
        path: path.rpartition("/")[2].removesuffix(".yaml") for path in at.files if path.endswith(".yaml")
    }
    contents = at.contents(path for path, id in paths.items() if id in wanted)
    found = {}
    for path, content in contents.items():
        try:
            found[paths[path]] = load_incident(content, path, None)
        except BadFile:
            continue
    return found


def _there(at: Snapshot, id: str) -> bool:
    return any(path.endswith(f"/{id}.yaml") for path in at.files)


def _unsaid(between: Between, old: Incident, fresh: Sequence[Incident]) -> str:
    """The path of a new file that must be this incident under another name."""
    for one in fresh:
        same = between.base.files[old.path] == between.head.files.get(one.path)
        if same or renames.alike(one, old):
            return one.path
    return ""


# whose updates ---------------------------------------------------------------------------------


def _touched(old: Incident, new: Incident) -> bool:
    """True where an update that was there is another one now, or gone."""
    now = {one.at: one for one in new.updates}
    return any(now.get(one.at) != one for one in old.updates)


def _with_hands(between: Between, step: Step, old: Incident, new: Incident) -> Step:
    """The same with who wrote each update, and who has changed it since."""
    repo, base = between.base.repo, str(between.base.revision)
    paths = [old.path, new.path]
    earlier = history.joined(history.versions(repo, base, [old.path]), [old.path])
    later = history.joined(history.versions(repo, str(between.head.revision), paths, base), paths)
    wrote = _hands(earlier, old)
    versions: list[tuple[str, Incident]] = [("", old), *_read(later, new)]
    if new.path in between.head.edits:
        versions.append((identity.person(repo)[1], new))
    edited: dict[datetime, set[str]] = {}
    for (_, one), (email, other) in pairwise(versions):
        for at in _differing(one, other):
            edited.setdefault(at, set()).add(email)
    hands = {one.at: edited.get(one.at, set()) - {""} for one in old.updates if _now(new, one) != one}
    return replace(step, wrote=wrote, edited=hands)


def _hands(versions: Iterable[history.Version], newest: Incident) -> Hands:
    """By an update's `at`, the address of who committed it first."""
    first: dict[datetime, str] = {}
    for email, incident in _read(versions, newest):
        for update in incident.updates:
            first.setdefault(update.at, email)
    return {one.at: {first[one.at]} for one in newest.updates if first.get(one.at)}


def _read(versions: Iterable[history.Version], newest: Incident) -> Iterator[tuple[str, Incident]]:
    for version in versions:
        incident = readable(version, newest.path)
        if incident is not None:
            yield version.email, incident


def _differing(one: Incident, other: Incident) -> Iterator[datetime]:
    now = {update.at: update for update in other.updates}
    return (update.at for update in one.updates if now.get(update.at) != update)


def _now(new: Incident, update: Update) -> Update | None:
    return next((one for one in new.updates if one.at == update.at), None)
