"""An examination as text: grouped by part, one line each, the remedy below what is not in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.incident.text import one_line
from reconciler.plan.diagnosis import Diagnosis, Sign
from reconciler.run.doctor import Checkup, Group
from reconciler.views.changes import Line

_SIGNS = {Sign.GOOD: ("✔", "green"), Sign.BAD: ("✘", "red"), Sign.KNOW: ("!", "yellow")}


def checkup_lines(checkup: Checkup) -> Iterator[Line]:
    """The whole examination, counts last."""
    for group in checkup.groups:
        yield Line(f"{group.title} is off: {group.off}" if group.off else group.title, _heading(group))
        for one in group.found:
            yield from _lines(one)
        yield Line("")
    yield Line(summary(checkup), "bold")


def _heading(group: Group) -> str:
    return "yellow" if group.off else "bold"


def _lines(one: Diagnosis) -> Iterator[Line]:
    sign, style = _SIGNS[one.sign]
    yield Line(f"  {sign} {one_line(one.text, 400)}", style)
    if one.remedy:
        yield Line(f"      {one_line(one.remedy, 600)}", "dim")
    if one.place:
        yield Line(f"      {one.place}", "dim")


def summary(checkup: Checkup) -> str:
    """The last line: `32 in order. 2 to mend. 3 worth knowing.`"""
    words = ((Sign.GOOD, "in order"), (Sign.BAD, "to mend"), (Sign.KNOW, "worth knowing"))
    counted = [f"{checkup.count(sign)} {word}." for sign, word in words if checkup.count(sign)]
    if checkup.all_off:
        counted.append("No service is on: set the token of at least one.")
    return " ".join(counted)


def checkup_json(checkup: Checkup) -> dict[str, Any]:
    """The same as data."""
    return {
        "ok": checkup.exit_code == 0,
        "counts": {sign.value: checkup.count(sign) for sign in Sign},
        "groups": [
            {
                "name": group.name,
                "title": group.title,
                "off": group.off or None,
                "found": [_item(one) for one in group.found],
            }
            for group in checkup.groups
        ],
    }


def _item(one: Diagnosis) -> dict[str, Any]:
    return {
        "sign": one.sign.value,
        "text": one.text,
        "remedy": one.remedy or None,
        "place": str(one.place) if one.place else None,
    }
