"""Every verb on files as people write them: only its own lines differ, and the value reads back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import Failure
from reconciler.incident.edits import ORDER, Edit, Remove, Set, applied
from reconciler.incident.model import Incident, Status
from reconciler.incident.verbs import AddTo, AddUpdate, Intention, Reopen, SetField, SetStatus, edits
from reconciler.repo.edit import edit
from reconciler.repo.loader import load_document

AT = datetime(2026, 11, 21, 18, 5, tzinfo=UTC)
FILES = {path.stem: path.read_bytes() for path in sorted((Path(__file__).parent / "ugly").glob("*.yaml"))}
VALUES = ["no", "16:45", "~", "on", "🔥 it burns 🚒", "deploy: rolled back", "one\ntwo: 2\n\n  # four"]
WITH_VALUE: dict[str, Callable[[str], Intention]] = {
    "update": lambda value: AddUpdate(AT, value, "ana@example.com"),
    "title": lambda value: SetField(("title",), value),
    "summary": lambda value: SetField(("summary",), value),
    "commander": lambda value: SetField(("roles", "commander"), value),
    "scribe": lambda value: SetField(("roles", "scribe"), value),
    "services": lambda value: AddTo("services", value),
    "responders": lambda value: AddTo("responders", value),
    "page": lambda value: AddTo("page", value),
}
STATUSES: dict[str, Intention] = {
    **{status.value: SetStatus(status, AT) for status in Status},
    "reopen": Reopen(AT),
}
LINE = re.compile("[^\r\n]*(?:\r\n|\r|\n|$)")


def intended(intention: Intention, data: dict[str, Any]) -> list[Edit]:
    """The verb's edits for a file that holds this data."""
    return edits(intention, Incident("x", "x", "sev1", Status(data["status"]), AT, "x.yaml"))


def lines(content: bytes) -> list[str]:
    """The file's lines, each with its end."""
    return [line for line in LINE.findall(content.decode()) if line]


def ends(found: list[str]) -> set[str]:
    """The line ends that a file uses."""
    return {line[len(line.rstrip("\r\n")) :] for line in found} - {""}


def key_of(line: str) -> str | None:
    """The top key that a line begins with, however it is indented and quoted."""
    found = re.match(r"""\ufeff?[\s{,?]*["']?(\w+)["']?\s*(:|$)""", line)
    return found.group(1) if found and found.group(1) in ORDER else None


def own_lines(old: list[str], one: Edit) -> set[int]:
    """The lines that the edit may replace: its key's, without the comments and blank lines after it."""
    if len(old) == 1 and str(one.path[0]) in old[0]:
        return {0}
    top = next((at for at, line in enumerate(old) if key_of(line) == one.path[0]), None)
    if top is None:
        return set()
    end = next((at for at in range(top + 1, len(old)) if key_of(old[at])), len(old))
    if len(one.path) > 1:
        pattern = rf"""(^|[\s{{,"']){one.path[1]}["']?\s*([:,}}]|$)"""
        here = {at for at in range(top, end) if re.search(pattern, old[at])}
        blank = re.search(r":\s*([{\[]\s*[\]}]|~|null|)\s*(#.*)?$", old[top].rstrip())
        below = {at + 1 for at in here if old[at].rstrip().endswith(":")}
        alone = isinstance(one, Remove) and end - top <= 4
        return here | below | ({top} if blank or alone else set())
    while end - 1 > top and re.fullmatch(r"\s*(#.*)?\s*", old[end - 1]) and "|+" not in old[top]:
        end -= 1
    return set(range(top, end))


def grown(line: str, new: list[str]) -> bool:
    """True when the line is still there and has only gained: a comma, a neighbour, a line end, a `-`."""
    return any(_within(line.rstrip("\r\n"), candidate) for candidate in new)


def _within(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)


def replaced(old: list[str], new: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Each old line that is not in the new file as it was, with the new lines in its place."""
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from ((at, new[j1:j2]) for at in range(i1, i2))


def comments(content: bytes) -> list[str]:
    """The comments of a file; the texts that look like one are known."""
    text = re.sub("# (four|no comment)", "", content.decode())
    return [found.strip() for found in re.findall(r"(?:^|(?<=[ \t\r\n]))#[^\r\n]*", text)]


def check(old: bytes, data: Any, one: Edit) -> tuple[bytes, Any]:
    """Make one edit of a file that holds `data`, and check the bytes around it and the data in it."""
    new = edit(old, "x.yaml", [one])
    before, after = lines(old), lines(new)
    own = own_lines(before, one)
    lost = [
        before[at]
        for at, instead in replaced(before, after)
        if at not in own and not grown(before[at], instead)
    ]
    assert not lost, f"touched {lost}\n{new.decode()}"
    assert ends(after) <= (ends(before) or {"\n"})
    if not isinstance(one, Remove):
        assert comments(old) == comments(new)
    found = load_document(new, "x.yaml").data
    assert found == applied(data, one)
    return new, found


def texts(data: Any) -> Iterator[str]:
    """Every text in the data."""
    if isinstance(data, str):
        yield data
    for item in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from texts(item)


@pytest.mark.parametrize("verb", WITH_VALUE)
@pytest.mark.parametrize("name", FILES)
def test_a_verb_with_a_value_changes_its_own_lines_only(name: str, verb: str) -> None:
    original = load_document(FILES[name], name).data
    for value in VALUES:
        content, data = FILES[name], original
        for one in intended(WITH_VALUE[verb](value), data):
            content, data = check(content, data, one)
        kept = " ".join(value.split()) if verb == "title" else value
        assert kept in texts(data)


@pytest.mark.parametrize("verb", STATUSES)
@pytest.mark.parametrize("name", FILES)
def test_a_status_changes_its_own_lines_only(name: str, verb: str) -> None:
    content = FILES[name]
    data = load_document(content, name).data
    if Status(data["status"]).over and verb not in ("reopen", data["status"]):
        with pytest.raises(Failure):
            intended(STATUSES[verb], data)
        return
    for one in intended(STATUSES[verb], data):
        content, data = check(content, data, one)
    assert data["status"] == verb or (verb == "reopen" and Status(data["status"]).open)


@pytest.mark.parametrize("name", FILES)
def test_what_the_file_says_already_leaves_every_byte(name: str) -> None:
    content = FILES[name]
    title = load_document(content, name).data["title"]
    assert edit(content, name, [Set(("title",), title), Remove(("times", "nonsense"))]) == content


def test_there_are_forty_ugly_files() -> None:
    assert len(FILES) >= 40
    assert any(b"\r\n" in content for content in FILES.values())
    assert any(content.startswith(b"\xef\xbb\xbf") for content in FILES.values())
    assert any(not content.endswith((b"\n", b"\r")) for content in FILES.values())
