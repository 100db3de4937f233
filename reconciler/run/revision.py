"""One Git revision as cases: settings, the incidents that are not settled, their histories, what is wrong.

A bad file holds up only itself; with bad settings the last applied ones are used, and said. Settled
incidents cost nothing: their blob is compared, their file is not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePosixPath

from reconciler.errors import Failure, Location, Problem
from reconciler.incident.history import History, Version
from reconciler.incident.model import Incident
from reconciler.incident.settings import Settings
from reconciler.plan.memory import Memory
from reconciler.repo import history
from reconciler.repo.loader import BadFile, load_incident, load_settings
from reconciler.repo.repository import Repository
from reconciler.targets.case import Case

SETTINGS = "reconciler.yaml"
UNCOMMITTED = "uncommitted"


@dataclass(frozen=True)
class Source:
    """The files of one revision, as they are read: path → content id, and content where it is uncommitted."""

    repo: Repository
    commit: str
    files: Mapping[str, str]
    edited: Mapping[str, bytes] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)

    def contents(self, paths: list[str]) -> dict[str, bytes]:
        """The contents of some of the files."""
        committed = {path: self.files[path] for path in paths if path not in self.edited}
        blobs = self.repo.blobs(committed.values())
        return {path: self.edited[path] if path in self.edited else blobs[self.files[path]] for path in paths}

    def read(self, path: str) -> bytes | None:
        """One file that the settings name, or the settings; None where there is none."""
        return self.edited[path] if path in self.edited else self.repo.read(self.commit, path)


def committed(repo: Repository, commit: str) -> Source:
    """The files of a commit."""
    listing = repo.listing(commit)
    return Source(repo, commit, listing.files, others=listing.others)


def with_edits(repo: Repository, commit: str) -> Source:
    """The files of a commit with what is edited in the work tree and not committed."""
    listing = repo.listing(commit)
    below, settings = repo.edits(), repo.edits(SETTINGS)
    edited = {
        path: content for path, content in {**below.files, **settings.files}.items() if content is not None
    }
    removed = {path for path, content in below.files.items() if content is None}
    files = {path: blob for path, blob in listing.files.items() if path not in removed}
    files |= {path: UNCOMMITTED for path in edited if path != SETTINGS}
    return Source(repo, commit, files, edited, {**listing.others, **below.others})


@dataclass(frozen=True)
class Revision:
    """All that one revision asks for."""

    commit: str
    settings: Settings
    settings_blob: str
    cases: Mapping[str, Case]
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()
    settled: int = 0


@dataclass(frozen=True)
class Wanted:
    """What a run asks of a revision beside its files."""

    now: datetime
    memories: Mapping[str, Memory]
    last_settings: str | None = None
    only: frozenset[str] = frozenset()
    allow_late_pages: bool = False
    on: frozenset[str] = frozenset()


def read(source: Source, wanted: Wanted) -> Revision:
    """Read a revision. Raises Failure where there are no settings to go by."""
    settings, blob, notices = read_settings(source, wanted.last_settings)
    paths, problems = _incident_files(source)
    unsettled = {
        id: path for id, path in paths.items() if not _settled(source, path, wanted.memories.get(id))
    }
    chosen = {id: path for id, path in unsettled.items() if not wanted.only or id in wanted.only}
    incidents, bad = _load(source, chosen, settings)
    return Revision(
        commit=source.commit,
        settings=settings,
        settings_blob=blob,
        cases=_cases(source, settings, incidents, wanted),
        problems=(*problems, *bad),
        notices=(*notices, *_uncommitted(source), *_unknown(wanted, paths), *_removed(wanted, paths)),
        settled=len(paths) - len(unsettled),
    )


def read_settings(source: Source, last: str | None) -> tuple[Settings, str, list[str]]:
    """The settings, the id of what they were read from, and a notice where they are not the newest."""
    name = instance_name(source.repo)
    content = source.read(SETTINGS)
    if content is None:
        raise Failure(
            f"there is no {SETTINGS} at {source.commit[:12]}", next=f"write {SETTINGS} and commit it"
        )
    blob = _blob(source)
    try:
        return load_settings(content, SETTINGS, name=name), blob, []
    except BadFile as bad:
        if last is None or last == blob:
            raise
        first = bad.problems[0]
        notice = f"{first.location}: {first.message}: the last applied settings are used instead"
    return load_settings(source.repo.blobs([last])[last], SETTINGS, name=name), last, [notice]


def _blob(source: Source) -> str:
    if SETTINGS in source.edited:
        return UNCOMMITTED
    return source.repo.listing(source.commit, SETTINGS).files[SETTINGS]


def instance_name(repo: Repository) -> str:
    """The repository's name: the end of its remote's address, else its folder's name."""
    remote = repo.git.ask("remote", "get-url", "--", "origin")
    place = remote.out.decode(errors="replace").strip() if remote.code == 0 else str(repo.folder)
    name = re.split(r"[/:]", place.rstrip("/"))[-1].removesuffix(".git")
    return re.sub(r"[^A-Za-z0-9_.-]", "-", name) or "incidents"


def web_address(repo: Repository, settings: Settings) -> str | None:
    """Where the repository is in a browser: as the settings say, else as the remote's address tells."""
    if settings.git.web:
        return settings.git.web.rstrip("/")
    remote = repo.git.ask("remote", "get-url", "--", settings.git.remote)
    place = remote.out.decode(errors="replace").strip() if remote.code == 0 else ""
    found = re.fullmatch(r"(?:https://|ssh://git@|git@)(?:[^@/]*@)?([\w.-]+)[:/](.+?)(?:\.git)?/?", place)
    return f"https://{found.group(1)}/{found.group(2)}" if found else None


def _incident_files(source: Source) -> tuple[dict[str, str], list[Problem]]:
    """The incident files by id, and what lies among them that is none."""
    found: dict[str, list[str]] = {}
    problems = [_strange(path, kind) for path, kind in source.others.items()]
    for path in sorted(source.files):
        place = PurePosixPath(path)
        if place.suffix == ".yaml":
            found.setdefault(place.stem, []).append(path)
        elif place.name not in ("README.md", ".gitkeep"):
            problems.append(_strange(path, "no incident file"))
    for id, paths in found.items():
        if len(paths) > 1:
            others = ", ".join(paths[1:])
            problems.append(
                Problem(Location(paths[0]), f"the id {id} is also that of {others}", "rename one")
            )
    return {id: paths[0] for id, paths in found.items() if len(paths) == 1}, problems


def _strange(path: str, kind: str) -> Problem:
    return Problem(
        Location(path), f"{kind}: incidents are files named <id>.yaml", "rename it, or move it elsewhere"
    )


def _settled(source: Source, path: str, memory: Memory | None) -> bool:
    return memory is not None and memory.settled and memory.blob == source.files[path]


def _load(
    source: Source, paths: Mapping[str, str], settings: Settings
) -> tuple[list[Incident], list[Problem]]:
    contents = source.contents(sorted(paths.values()))
    incidents: list[Incident] = []
    problems: list[Problem] = []
    for path in sorted(contents):
        try:
            incidents.append(load_incident(contents[path], path, settings))
        except BadFile as bad:
            problems += [problem for problem in bad.problems if problem.level == "error"]
    return incidents, problems


def _cases(source: Source, settings: Settings, incidents: list[Incident], wanted: Wanted) -> dict[str, Case]:
    committed_paths = [
        one.path for one in incidents if source.files[one.path] != UNCOMMITTED or _was(source, one)
    ]
    versions = history.versions(source.repo, source.commit, committed_paths) if committed_paths else {}
    complete = not source.repo.is_shallow
    files, web = _named_files(source, settings), web_address(source.repo, settings)
    return {
        one.id: Case(
            incident=one,
            settings=settings,
            history=_history(source, one, versions.get(one.id, []), wanted.now, complete),
            now=wanted.now,
            memory=wanted.memories.get(one.id, Memory()),
            blob=source.files[one.path],
            url=f"{web}/blob/{settings.git.branch}/{one.path}" if web else None,
            files=files,
            allow_late_pages=wanted.allow_late_pages,
            on=wanted.on,
        )
        for one in incidents
    }


def _was(source: Source, incident: Incident) -> bool:
    return source.repo.read(source.commit, incident.path) is not None


def _history(
    source: Source, newest: Incident, versions: list[history.Version], now: datetime, complete: bool
) -> History:
    """The versions as incidents; the newest is the one at hand, with its positions."""
    read = [Version(one.at, one.commit, one.author, _leniently(one, newest.path)) for one in versions]
    if source.files[newest.path] == UNCOMMITTED or not read:
        read.append(Version(now, UNCOMMITTED, "", newest))
    else:
        read[-1] = replace(read[-1], incident=newest)
    return History(tuple(read), complete and not any(one.cut for one in versions))


def _leniently(version: history.Version, path: str) -> Incident | None:
    try:
        return load_incident(version.content, path, None) if version.content is not None else None
    except BadFile:
        return None


def _named_files(source: Source, settings: Settings) -> dict[str, str]:
    """The files that the settings name, read at the same revision."""
    template = settings.notion.template
    content = source.read(template) if template else None
    if template and content is None:
        raise Failure(
            f"the settings name the template {template}, which is not in the repository",
            location=settings.where("notion", "template"),
            next="commit the file, or remove `template:` to use the built-in one",
        )
    return {template: content.decode("utf-8", "replace")} if template and content is not None else {}


def _uncommitted(source: Source) -> list[str]:
    number = len(source.edited)
    return [f"with uncommitted edits in {number} file{'s' if number > 1 else ''}"] if number else []


def _unknown(wanted: Wanted, paths: Mapping[str, str]) -> list[str]:
    missing = sorted(wanted.only - set(paths))
    return [f"there is no incident {id}" for id in missing]


def _removed(wanted: Wanted, paths: Mapping[str, str]) -> list[str]:
    """Incidents that are remembered and have no file any more: reported, never retired by themselves."""
    stems = set(paths)
    return [
        f"{id}: its file was removed from Git; nothing of it is retired"
        for id, memory in sorted(wanted.memories.items())
        if id not in stems and not memory.settled and memory.things
    ]
