"""The files by which a step hands something on: GITHUB_ENV, GITHUB_OUTPUT, and the commands in its log."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from tests.support.actions.expressions import Unknown

_COMMAND = re.compile(r"::([a-z-]+)(?: (.*?))?::(.*)")
_LEVELS = ("error", "warning", "notice")
_SILENT = ("group", "endgroup", "debug")
#: GitHub drops a summary that is larger, and shows so many annotations of a kind.
SUMMARY, SHOWN = 1024 * 1024, 10


class Annotation(NamedTuple):
    """What GitHub shows above a log, or beside a line of a pull request."""

    level: str
    message: str
    file: str = ""
    line: int = 0


def pairs(path: Path) -> dict[str, str]:
    """`NAME=value`, and `NAME<<END` with lines up to one that says END."""
    found, lines = {}, path.read_text(encoding="utf-8").splitlines()
    while lines:
        line = lines.pop(0)
        if not line:
            continue
        name, sign, rest = re.fullmatch(r"([^=<]+)(=|<<|)(.*)", line).groups()  # type: ignore[union-attr]
        if sign == "<<":
            end = lines.index(rest)
            found[name] = "\n".join(lines[:end])
            del lines[: end + 1]
        elif sign:
            found[name] = rest
        else:
            raise Unknown(f"a line that GitHub refuses: {line}")
    return found


def annotated(log: str) -> list[Annotation]:
    """The commands in a log, by GitHub's rules; others than annotations are refused."""
    found: list[Annotation] = []
    for line in log.splitlines():
        if "##[" in line:
            raise Unknown(f"a command in a log: {line}")
        command = _COMMAND.match(line.lstrip())
        if command is None or command[1] in _SILENT:
            continue
        if command[1] not in _LEVELS:
            raise Unknown(f"a command in a log: {line}")
        given = dict(one.split("=", 1) for one in (command[2] or "").split(",") if one)
        file, number = _plain(given.get("file", ""), True), int(given.get("line", "0"))
        found.append(Annotation(command[1], _plain(command[3]), file, number))
    return [one for level in _LEVELS for one in [each for each in found if each.level == level][:SHOWN]]


def _plain(text: str, named: bool = False) -> str:
    for code, sign in [("%0D", "\r"), ("%0A", "\n"), *([("%3A", ":"), ("%2C", ",")] if named else [])]:
        text = text.replace(code, sign)
    return text.replace("%25", "%")
