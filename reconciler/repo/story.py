"""Who did what when, and what it caused: an incident's decisions, and the effects that followed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from reconciler.incident.difference import FieldChanged, fields_changed
from reconciler.incident.edits import moment
from reconciler.incident.history import History
from reconciler.incident.history import Version as Read
from reconciler.incident.model import Incident
from reconciler.incident.place import incident_id
from reconciler.repo.brought import Pull, squashed
from reconciler.repo.git import text
from reconciler.repo.history import Version
from reconciler.repo.layout import place
from reconciler.repo.loader import BadFile, load_document, load_incident
from reconciler.repo.repository import Repository

_LOG = ("-c", "log.showSignature=false", "log", "-z", "--no-color", "--no-notes", "--encoding=UTF-8")
_FORMAT = "--format=%H%x00%ct%x00%an <%ae>%x00%B"
#: A line of the state's commit: `create slack:20261121-honest-rhinoceros/channel: failed`.
_EFFECT = re.compile(r"(?:[-*] )?([a-z]+) ([a-z]+):([^/\s]+)/(.+)")
_REVISION = re.compile(r"^Revision: ([0-9a-f]+)", re.MULTILINE)
_RUN = re.compile(r"^Run: (.+)", re.MULTILINE)
_VIA = re.compile(r"^Via: *([a-z][a-z0-9-]{0,30})$", re.MULTILINE)

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One commit: what somebody decided (`changes`), or what a run did (`effects`, a line each).

    `via` is what the person used (empty: an editor and Git), `pull` the pull request that brought it in;
    `revision` is what the run applied, and `run` what it is called.
    """

    at: datetime
    commit: str
    who: str
    subject: str = ""
    changes: Sequence[FieldChanged] = ()
    effects: Sequence[str] = ()
    note: str = ""
    incident: str = ""
    via: str = ""
    pull: Pull | None = None
    revision: str = ""
    run: str = ""

    @property
    def is_effect(self) -> bool:
        """True for what a run did."""
        return bool(self.effects)

    def to_json(self) -> dict[str, Any]:
        return {
            "at": moment(self.at),
            "kind": "effect" if self.is_effect else "decision",
            "incident": self.incident,
            "commit": self.commit,
            "who": self.who,
            "via": self.via or None,
            "pull": self.pull.to_json() if self.pull else None,
            "subject": self.subject,
            "changes": [change.to_json() for change in self.changes],
            "effects": list(self.effects),
            "revision": self.revision or None,
            "run": self.run or None,
            "note": self.note,
        }


# decisions -------------------------------------------------------------------------------------


def decisions(
    versions: Sequence[Version], path: str, pulls: Mapping[str, Pull] | None = None
) -> Iterator[Event]:
    """What each version of a file changed against the one that it was made from, oldest first.

    Where two lines met, a merge is told as far as it says something that neither of them said.
    """
    known: dict[str, Data] = {}
    before: Data = {}
    for number, version in enumerate(versions):
        after, note = _data(version, path)
        if version.content is None and _comes_back(versions[number + 1 :], version.commit):
            continue  # a file that was renamed
        bases = [known[blob] for blob in version.befores if blob in known] or [before]
        changes = told(bases, after) if after is not None else []
        if changes or note or len(version.befores) < 2:
            yield replace(
                _event(version, pulls or {}), incident=incident_id(path), changes=changes, note=note
            )
        before = before if after is None else after
        if version.blob and after is not None:
            known[version.blob] = after


def told(bases: Sequence[Data], after: Data) -> list[FieldChanged]:
    """What the data says otherwise than every one of its bases."""
    found = fields_changed(bases[0], after)
    for other in bases[1:]:
        news = {change.field for change in fields_changed(other, after)}
        found = [change for change in found if change.field in news]
    return found


def _comes_back(later: Sequence[Version], commit: str) -> bool:
    return bool(later) and later[0].commit == commit


def _event(version: Version, pulls: Mapping[str, Pull]) -> Event:
    return decision(
        version.commit,
        version.at,
        f"{version.author} <{version.email}>",
        version.message,
        pulls.get(version.commit),
    )


def decision(commit: str, at: datetime, who: str, message: str, pull: Pull | None) -> Event:
    """A commit of somebody's, as far as its message tells of it."""
    subject, _, body = message.partition("\n")
    via = _VIA.findall(body.strip().rpartition("\n\n")[2])
    return Event(at, commit, who, subject, via=via[-1] if via else "", pull=squashed(message) or pull)


def _data(version: Version, path: str) -> tuple[Data | None, str]:
    if version.content is None:
        return None, "the file was removed"
    cut = "the history before this commit is not in this clone" if version.cut else ""
    data, trouble = read(version.content, path)
    return data, trouble or cut


def read(content: bytes, path: str) -> tuple[Data | None, str]:
    """What a file says, whether or not it is a good incident; and why it cannot be read."""
    try:
        data = load_document(content, path).data
    except BadFile as bad:
        return None, f"the file could not be read: {bad.message}"
    return (data, "") if isinstance(data, Mapping) else (None, "the file could not be read: it has no keys")


def as_history(versions: Sequence[Version], path: str) -> History:
    """The versions as incidents, as far as they were valid."""
    read = [Read(one.at, one.commit, one.author, readable(one, path)) for one in versions]
    return History(tuple(read), complete=not any(one.cut for one in versions))


def readable(version: Version, path: str) -> Incident | None:
    """The incident of one version, names not checked against any settings; None where it was not valid."""
    try:
        return load_incident(version.content, path, None) if version.content is not None else None
    except BadFile:
        return None


# effects ---------------------------------------------------------------------------------------


def effects(repo: Repository, state: str, id: str, most: int | None = None) -> Iterator[Event]:
    """What the runs did for an incident, newest first, from the log of the state at that commit.

    Whoever tells of an incident there writes its document, too (`Memory.told`): so Git looks at the commits
    that touched that, however many there are of others; with `--grep` it would read them all. What two
    machines did at once is on two lines.
    """
    look = ("--full-history", "--end-of-options", state, "--", place(id))
    own = (event for event in _effects(repo, look) if event.incident == id)
    yield from own if most is None else islice(own, most)


def all_effects(repo: Repository, state: str, *bounds: str) -> Iterator[Event]:
    """What the runs did for any incident, newest first; an event for each incident of a commit."""
    yield from _effects(repo, (*bounds, "--end-of-options", state, "--"))


def _effects(repo: Repository, look: Sequence[str]) -> Iterator[Event]:
    words = text(repo.git.run(*_LOG, _FORMAT, *look)).split("\0")
    for commit, at, who, message in zip(words[::4], words[1::4], words[2::4], words[3::4], strict=False):
        done: dict[str, list[str]] = {}
        for line in message.splitlines():
            if found := _EFFECT.fullmatch(line.strip()):
                done.setdefault(found[3], []).append(f"{found[1]} {found[2]} {found[4]}")
        applied, run = _REVISION.search(message), _RUN.search(message)
        begun = Event(datetime.fromtimestamp(int(at), UTC), commit.strip(), who)
        for id, effects in done.items():
            yield replace(
                begun,
                subject=f"applied {applied[1][:12]}" if applied else "",
                effects=tuple(effects),
                incident=id,
                revision=applied[1] if applied else "",
                run=run[1] if run else "",
            )


# private ---------------------------------------------------------------------------------------


def told_in_private(event: Event) -> Event:
    """The event of a private incident: which fields changed, and nothing of what they hold."""
    fields = dict.fromkeys(_known_field(change.key) for change in event.changes)
    effects = [_wordless(effect) for effect in event.effects]
    return replace(
        event,
        subject="",
        changes=[FieldChanged(field, None, None) for field in fields],
        effects=effects,
        note=event.note.partition(":")[0],
    )


def _known_field(key: str) -> str:
    """The key at the margin, unless it is one that somebody made up."""
    return key if key in Incident.__dataclass_fields__ else "another key"


def _wordless(effect: str) -> str:
    """What kind of thing it was, and how that ended."""
    kind, slash, rest = effect.partition("/")
    ended = rest.rpartition(": ")[2]
    return f"{kind}: {ended}" if slash and ended in ("failed", "uncertain") else kind
