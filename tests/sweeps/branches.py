"""Lives of edits, each seen from a branch first: `plan --base` says what the plan after the merge says.

The base of each step is a real world that was brought in line, step by step; what the branch shows is made
without it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from reconciler.run.transition import Transition
from reconciler.views.fitting import Limit
from reconciler.views.markdown import transition_markdown
from tests.support.branching import (
    MOVED,
    OTHER,
    RENAMED,
    Data,
    Edit,
    Files,
    Lived,
    add,
    adopt,
    declare,
    move,
    put,
    remove,
    setting,
    told,
)
from tests.support.company import ID, PATH, path_of
from tests.support.gitlife import plain_git


class Made(NamedTuple):
    """One or more edits of one branch, after so many hours."""

    name: str
    edits: tuple[Edit, ...]
    hours: float = 1


def _made(name: str, *edits: Edit, hours: float = 1) -> Made:
    return Made(name, edits, hours)


def _status(name: str, hours: float = 1) -> Made:
    return _made(name, put(status=name), hours=hours)


def _severity(number: int, **changed: Any) -> Edit:
    return setting(lambda settings: settings["severities"][number].update(changed))


def _in(key: str, **changed: Any) -> Edit:
    return setting(lambda settings: settings.setdefault(key, {}).update(changed))


def _back(files: Files, _: str) -> None:
    files.incidents[PATH] = files.incidents.pop(MOVED)


def _sev9(settings: Data) -> None:
    settings["severities"].append({"name": "sev9", "page": ["payments"]})


def _new_team(settings: Data) -> None:
    settings["teams"]["cx"] = {"pagerduty_service": "PSVC003", "invite": ["chen@example.com"]}
    settings["severities"][1]["page"] = ["cx"]


ROLES = {"commander": "ana@example.com", "technical": "bo@example.com"}
MORE = {**ROLES, "communications": "chen@example.com"}
HANDBOOK = {"title": "Handbook", "url": "https://wiki.example.com"}
RUNBOOK = {"title": "Runbook", "url": "https://wiki.example.com/checkout"}
BESIDE = path_of(OTHER)

UPDATE = add("updates", by="ana@example.com", text="Rolling back release 412.")
AGAIN = add("updates", by="bo@example.com", text="Rolled back.")
CALL = add("escalations", team="payments", by="ana@example.com")
DECLARED = _made("declared", declare(roles=ROLES, services=["checkout"]))
RESOLVED = _status("resolved")

LIVES: Mapping[str, Sequence[Made]] = {
    "a page and its end": (
        DECLARED,
        _made("an update", UPDATE),
        _made("identified, and an update", put(status="identified"), AGAIN),
        _made("a role and a responder", put(roles=MORE, responders=["dee@example.com"])),
        _made("another title", put(title="Checkout fails <!channel> & `more`")),
        _status("mitigated"),
        RESOLVED,
        _made("closed, with a postmortem", put(status="closed", postmortem="https://wiki.example.com/412")),
    ),
    "up and down": (
        _made("declared as sev3", declare(), put(severity="sev3", reporter="dee@example.com")),
        _made("raised", put(severity="sev1")),
        _made("lowered", put(severity="sev3")),
        _made("payments too", put(page=["payments"])),
        _made("nobody any more", put(page=None)),
        _made("called for", CALL),
        _made("called for again", CALL, hours=2),
        _made("raised for a moment", put(severity="sev1"), put(severity="sev3", title="Carts fail")),
        _made("raised and resolved on one branch", put(severity="sev1"), put(status="resolved")),
    ),
    "back from the end": (
        DECLARED,
        RESOLVED,
        _made("reopened", put(status="investigating")),
        _status("closed"),
        _status("identified", hours=24),
        _status("closed"),
        _made("opened after it was archived", put(status="investigating"), hours=24 * 9),
        _made("an update there", UPDATE),
        _status("canceled"),
        _made("a word about it, long after", put(summary="It was the voucher."), hours=24 * 10),
    ),
    "names and places": (
        DECLARED,
        _made("moved", move(MOVED)),
        _made("moved back, with an update", _back, UPDATE),
        _made("renamed", move(RENAMED, formerly=[ID])),
        _made("resolved under its new name", put(RENAMED, status="resolved")),
        _made("removed", remove(RENAMED)),
    ),
    "renamed without a word": (
        DECLARED,
        _made("another name", move(RENAMED)),
        _made("said", put(RENAMED, formerly=[ID])),
    ),
    "removed and back": (DECLARED, _made("removed", remove()), _made("back", declare())),
    "hidden, played, paused": (
        _made("private is allowed", _in("private", allow=True)),
        _made("declared private", declare(private=True, roles=ROLES)),
        _made("an update", UPDATE),
        RESOLVED,
        _made("a drill beside it", declare(path=BESIDE, drill=True)),
        _made("the drill pages", _in("drill", page=["payments"], announce=["#general"])),
        _made("the drill is paused", put(BESIDE, paused=True, title="Still slow")),
        _made("it goes on", put(BESIDE, paused=None)),
        _made("and is real", put(BESIDE, drill=None)),
        _made("and secret", put(BESIDE, private=True)),
    ),
    "settings": (
        DECLARED,
        _made("a minor one beside it", declare("sev3", path=BESIDE)),
        _made("announced elsewhere", _severity(0, announce=["#incidents", "#general"])),
        _made("not announced there", _severity(0, announce=["#general"])),
        _made("another urgency", _severity(0, urgency="low", priority="P2")),
        _made("a new team, soon", setting(_new_team)),
        _made(
            "links", _in("slack", bookmarks=[HANDBOOK]), _in("services", checkout={"bookmarks": [RUNBOOK]})
        ),
        _made("people", _in("people", **{"ana@example.com": {"name": "Ana Maria"}})),
        _made("resolved, and other words", put(status="resolved"), _severity(0, description="All is lost")),
        _made("a team that comes late", _severity(1, page=["cx", "payments"]), hours=48),
        _made("closed, and kept for a day", put(status="closed"), _in("slack", archive_after="1d")),
        _made("kept for longer", _in("slack", archive_after="30d"), hours=36),
    ),
    "taken over": (
        _made("declared around an alert", declare(), adopt),
        _made("another title", put(title="Checkout fails again")),
        RESOLVED,
        _made("reopened", put(status="investigating")),
        _made("no more", put(adopt=None)),
    ),
    "taken over too late": (DECLARED, _made("an alert that was there", adopt), RESOLVED),
    "words before other settings": (
        _made("declared", declare()),
        _made("another title", put(title="Checkout fails again")),
        _made("nobody is paged", _severity(0, page=[])),
        _made("somebody is", _severity(0, page=["primary"]), put(severity="sev3")),
    ),
    "what was invalid": (
        _made("an unknown severity", declare("sev9")),
        _made("corrected", put(severity="sev1")),
        _made("wrong again", put(severity="sev9", title="Worse")),
        _made("right again", put(severity="sev3")),
        _made("a severity by that name", setting(_sev9), put(severity="sev9")),
    ),
}

#: Links to what exists only where the base is supposed.
_MADE_UP = re.compile(r"https?://(\S*\.invalid|example\.pagerduty\.com|www\.notion\.so)/")

#: Edits of an open or ended incident that may come in any order.
LOOSE: Mapping[str, Callable[[Random], Edit]] = {
    "update": lambda _: UPDATE,
    "status": lambda draw: put(
        status=draw.choice(["investigating", "identified", "mitigated", "resolved", "closed", "canceled"])
    ),
    "severity": lambda draw: put(severity=draw.choice(["sev1", "sev3"])),
    "services": lambda draw: put(services=draw.choice([None, ["checkout"]])),
    "page": lambda draw: put(page=draw.choice([None, ["payments"], ["primary", "payments"]])),
    "call": lambda draw: add("escalations", team=draw.choice(["primary", "payments"])),
    "roles": lambda draw: put(roles={"commander": draw.choice(["ana@example.com", "chen@example.com"])}),
    "title": lambda draw: put(title=f"Checkout fails, part {draw.randrange(9)}"),
    "announce": lambda draw: _severity(0, announce=draw.choice([[], ["#incidents"], ["#general"]])),
    "paged": lambda draw: _severity(0, page=draw.choice([[], ["primary"], ["primary", "payments"]])),
}
MERGED = ", by pull requests"
WALKS = 40
LENGTH = 8


def scenarios() -> Sequence[str]:
    """Every life, pushed and merged, and walks by their seeds."""
    return [*LIVES, *(f"{life}{MERGED}" for life in LIVES), *(f"walk {seed}" for seed in range(WALKS))]


def check(name: str, most: int | None = None) -> int:
    """Live it, up to `most` steps: after each merge all is as the branch said."""
    life = name.removesuffix(MERGED)
    made = LIVES.get(life) or _walk(int(name.removeprefix("walk ")))
    with plain_git(), TemporaryDirectory() as folder:
        lived = Lived.begun(Path(folder))
        lived.merging = life != name or name.endswith(("1", "6"))
        for number, one in enumerate(made[:most], start=1):
            found, real = lived.step(*one.edits, hours=one.hours)
            here, there = told(found.plan), told(real)
            differs = [f"only the branch: {line}" for line in here if line not in there]
            differs += [f"only the merge: {line}" for line in there if line not in here]
            assert here == there, "\n".join([f"step {number} of {name}, {one.name}:", *differs])
            _discreet(lived, found)
    return len(made[:most])


def _discreet(lived: Lived, found: Transition) -> None:
    """Nothing gets out that is private, or that exists only where the base is supposed."""
    assert not [one for one in found.plan.notices if "not supposed" in one], found.plan.notices
    assert not _MADE_UP.search(json.dumps(found.to_json())), "what was only made up gets out"
    text = transition_markdown(found, Limit())
    secret = [one["title"] for one in lived.files.incidents.values() if one.get("private")]
    assert not [title for title in secret if title in text], text


def _walk(seed: int) -> Sequence[Made]:
    draw = Random(seed)
    begun = Made("declared", (declare(draw.choice(["sev1", "sev3"]), services=["checkout"]),))
    return [begun, *(_drawn(draw) for _ in range(LENGTH))]


def _drawn(draw: Random) -> Made:
    names = draw.sample(sorted(LOOSE), draw.choice([1, 1, 1, 2, 3]))
    hours = draw.choice([0.1, 1, 1, 5, 30, 200])
    return Made(" and ".join(names), tuple(LOOSE[name](draw) for name in names), hours)
