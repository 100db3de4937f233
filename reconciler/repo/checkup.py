"""Everything that is wrong in a working tree: the settings, the incidents, and what lies among them."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from reconciler.errors import Location, Problem, Usage
from reconciler.incident.check import Names
from reconciler.incident.finding import Finding
from reconciler.incident.place import beside, incident_id, misplaced, same_ids
from reconciler.incident.renames import Claim, conflicts
from reconciler.repo.document import Document
from reconciler.repo.listing import find_incident_files
from reconciler.repo.loader import Checked, check_incident_file, check_settings_file, is_good, names_in
from reconciler.repo.source import LIMIT, Unreadable

SETTINGS = "reconciler.yaml"


class Selection(NamedTuple):
    """What to look at in one repository; paths are relative to its root, with `/`."""

    root: str
    files: tuple[str, ...]
    problems: tuple[Problem, ...] = ()  # what the listing itself found


class Report(NamedTuple):
    """What was looked at and every problem, the settings' first, then by file and line."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> int:
        return sum(problem.level == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors

    def with_problems(self, more: Iterable[Problem]) -> Report:
        """The same with problems that something else has found."""
        return self._replace(problems=_ordered([*self.problems, *more]))


def select_all(start: str) -> Selection:
    """The settings and all incidents of the repository around a folder. Raises Usage outside of one."""
    root = _root(start)
    if root is None:
        words = f"there is no {SETTINGS} and no Git repository in {os.path.abspath(start)} or above it"
        raise Usage(words, next="go to the folder of your incidents, or name the files to check")
    return _below(root, "")


def select(path: str) -> Selection:
    """One file, or all incidents below one folder. Raises Usage when there is nothing of that name."""
    whole = os.path.abspath(path)
    if not os.path.lexists(whole):
        shown = os.path.normpath(path)
        raise Usage(f"there is no file or folder {shown}", next="correct the name, or give none to check all")
    folder = os.path.isdir(whole) and not os.path.islink(whole)
    root = _root(whole if folder else os.path.dirname(whole)) or os.path.dirname(whole)
    name = os.path.relpath(whole, root).replace(os.sep, "/").removeprefix("./")
    if os.path.realpath(whole) != os.path.normpath(os.path.join(os.path.realpath(root), name)):
        return _alone(root, name, misplaced(name, "symbolic link"))
    if folder:
        return _below(root, "" if name == "." else name)
    if beside(name):
        return Selection(root, ())
    return _alone(root, name, None if name == SETTINGS else misplaced(name))


def check(*selections: Selection) -> Report:
    """Read the selected files, each by the settings of its repository; one that is gone is a problem."""
    files: dict[str, dict[str, None]] = {}
    problems: dict[Problem, None] = {}
    for root, selected, found in selections:
        files.setdefault(root, {}).update(dict.fromkeys(selected))
        problems.update(dict.fromkeys(found))
    for root, paths in files.items():
        problems.update(dict.fromkeys(_problems(root, paths)))
    return Report(tuple(path for paths in files.values() for path in paths), _ordered(problems))


def _ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: (problem.location.path != SETTINGS, problem.location)))


def _problems(root: str, paths: Collection[str]) -> list[Problem]:
    names, problems = _settings(root, asked=SETTINGS in paths)
    incidents = [path for path in paths if path != SETTINGS]
    claims: list[Claim] = []
    for path in incidents:
        checked = _incident(root, path, names)
        problems += checked.problems
        claims += _claims(checked)
    present = {incident_id(path): path for path in find_incident_files(root).files} if claims else {}
    return [*problems, *same_ids(incidents), *conflicts(claims, present)]


def _root(start: str) -> str | None:
    """The nearest folder from `start` upwards that holds the settings or is a Git repository."""
    folder = os.path.abspath(start)
    while not any(os.path.lexists(os.path.join(folder, name)) for name in (SETTINGS, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def _below(root: str, folder: str) -> Selection:
    found = find_incident_files(root, folder) if folder else find_incident_files(root)
    files = found.files if folder else [SETTINGS, *found.files]
    return Selection(root, tuple(files), tuple(found.problems))


def _alone(root: str, name: str, problem: Problem | None) -> Selection:
    return Selection(root, (name,)) if problem is None else Selection(root, (), (problem,))


def _settings(root: str, *, asked: bool) -> tuple[Names | None, list[Problem]]:
    """What incidents may name, None where that cannot be known; and what is wrong with the settings."""
    if not os.path.lexists(os.path.join(root, SETTINGS)):
        words = "there are no settings, so no severity, service or team could be checked"
        hint = "severities: [{name: sev1}]"
        return None, [Problem(Location(SETTINGS), words, hint, "error" if asked else "warning")]
    try:
        checked = check_settings_file(_read(root, SETTINGS), SETTINGS)
    except Unreadable as unreadable:
        return None, [unreadable.problem]
    if checked.document is None or not is_good(checked):
        return None, list(checked.problems)
    told = [*checked.problems, *_template(root, checked.document)] if asked else []
    return names_in(checked.document), told


def _template(root: str, settings: Document) -> list[Problem]:
    """A problem when the settings name a template that is not there."""
    template = settings.data.get("notion", {}).get("template")
    if template is None or os.path.isfile(os.path.join(root, template)):
        return []
    finding = Finding(("notion", "template"), "there is no such file in this repository", "an existing file")
    return [settings.problem(finding)]


def _incident(root: str, path: str, names: Names | None) -> Checked:
    try:
        return check_incident_file(_read(root, path), path, names)
    except Unreadable as unreadable:
        return Checked(None, (unreadable.problem,))


def _claims(checked: Checked) -> Iterator[Claim]:
    """The former ids that a good file lists, if it lists some."""
    document = checked.document
    if document is None or not is_good(checked) or not document.data.get("formerly"):
        return
    listed = enumerate(document.data["formerly"])
    placed = [(former, document.problem(Finding(("formerly", n), "")).location) for n, former in listed]
    yield Claim(document.path, placed)


def _read(root: str, path: str) -> bytes:
    """The file's bytes, one more than the limit at most; raises Unreadable."""
    try:
        return _bytes(os.path.join(root, path))
    except FileNotFoundError:
        words = "this file was deleted while it was about to be read"
    except OSError as error:
        words = f"this file cannot be read: {error.strerror}"
    raise Unreadable(Problem(Location(path), words))


def _bytes(whole: str) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(whole, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "it is no ordinary file")
        return file.read(LIMIT + 1)
