"""A wish tried on what is known here, before the form is let go: what is wrong then shows at its field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from reconciler.errors import Failure, Problem
from reconciler.helper.board import Board
from reconciler.helper.intentions import declaration, intention
from reconciler.helper.said import Mention
from reconciler.helper.verbs import VERBS, Wish
from reconciler.incident.verbs import edits
from reconciler.repo.edit import edit
from reconciler.repo.lines import document
from reconciler.repo.loader import BadFile, check_incident_file, load_incident, names_of

#: Stands for somebody whose address is looked up later.
_SOMEBODY = "somebody@example.com"


def problems(wish: Wish, at: datetime, board: Board) -> dict[str, str]:
    """What is wrong with a wish, by its fields; nothing where it can be carried out."""
    missing = {one.name: "this is needed" for one in VERBS[wish.verb].fields if _empty(one.name, wish)}
    needed = {one.name for one in VERBS[wish.verb].fields if one.needed}
    if needed & missing.keys():
        return {name: words for name, words in missing.items() if name in needed}
    try:
        return _declared(wish, at, board) if wish.verb == "new" else _changed(wish, at, board)
    except Failure as failure:
        field = "adopt" if wish.values.get("adopt") and wish.verb == "new" else ""
        return {field: ": ".join(filter(None, (failure.message, failure.next)))}


def _empty(name: str, wish: Wish) -> bool:
    value = wish.values.get(name)
    return not (value.strip() if isinstance(value, str) else value)


def _declared(wish: Wish, at: datetime, board: Board) -> dict[str, str]:
    said = declaration(_somebody(wish), at, None, board.settings)
    path = f"incidents/{at:%Y/%m}/{at:%Y%m%d}-rehearsed-incident.yaml"
    content = document(said.data()).encode()
    found = check_incident_file(content, path, names_of(board.settings)).problems
    return _by_field([one for one in found if one.level == "error"], content)


def _changed(wish: Wish, at: datetime, board: Board) -> dict[str, str]:
    incident = board.incident(wish.incident)
    asked = intention(_somebody(wish), at, None)
    content = edit(board.shelf.content(incident.id), incident.path, edits(asked, incident))
    try:
        load_incident(content, incident.path, board.settings)
    except BadFile as bad:
        return {"": _words([one for one in bad.problems if one.level == "error"])}
    return {}


def _somebody(wish: Wish) -> Wish:
    def one(value: object) -> object:
        return _SOMEBODY if isinstance(value, Mention) else value

    values = {
        name: [one(item) for item in value] if isinstance(value, list) else one(value)
        for name, value in wish.values.items()
    }
    return replace(wish, values=values)


def _by_field(found: Iterable[Problem], content: bytes) -> dict[str, str]:
    lines = content.decode().splitlines()
    problems: dict[str, list[Problem]] = {}
    for one in found:
        above = [text for text in lines[: one.location.line] if text and text[0] not in " -"]
        problems.setdefault(above[-1].partition(":")[0] if above else "", []).append(one)
    return {key: _words(some) for key, some in problems.items()}


def _words(found: Iterable[Problem]) -> str:
    return "; ".join(f"{one.message}{f': {one.hint}' if one.hint else ''}" for one in found)
