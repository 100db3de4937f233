"""The incidents of a period as Markdown, for a job's summary or a page: counts, medians, and a row each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from reconciler.incident.facts import Facts, Median, Step
from reconciler.incident.period import Group, Period
from reconciler.incident.text import cut, one_line, utc
from reconciler.run.period import Seen
from reconciler.run.telling import count
from reconciler.views.verbatim import cell

_TITLE = 100
_STEPS = {Step.ACKNOWLEDGED: "acknowledge", Step.MITIGATED: "mitigate", Step.RESOLVED: "resolve"}
_UNITS = ((86400, "d"), (3600, "h"), (60, "m"))
_FOOT = (
    "Times count from the declare. Medians are of the incidents that record them: in brackets how many do, "
    "of how many that came so far. Recorded is what the file says under `times`, else the commit that "
    "changed the status; and the first acknowledgement that PagerDuty told of. Drills are left out; private "
    "and canceled incidents are in no median."
)


def period_json(seen: Seen) -> dict[str, Any]:
    """The same as data."""
    problems = [{"place": str(one.location), "message": one.message} for one in seen.problems]
    return {**seen.period.to_json(), "problems": problems}


def period_markdown(seen: Seen) -> Iterator[str]:
    """The whole summary."""
    period = seen.period
    yield f"# Incidents from {period.since:%Y-%m-%d} to {period.until:%Y-%m-%d}"
    yield ""
    yield _summary(period)
    if period.counted:
        yield from _severities(period)
        yield from _services(period)
        yield from _incidents("Incidents", period.counted)
    yield from _incidents("Open since before", period.before)
    yield from _named("Private", period.private)
    yield from _named("Canceled", period.canceled)
    if seen.problems:
        yield from ("", f"Not counted, as their files have errors: {_ids(_places(seen))}.")
    if period.counted:
        yield from ("", f"<sub>{_FOOT}</sub>")


def _summary(period: Period) -> str:
    everything = len(period.counted) + len(period.private) + len(period.canceled)
    apart = [(len(period.private), "private"), (len(period.canceled), "canceled")]
    told = [f"**{count(everything, 'incident')}**", f"**{period.all.open}** open"]
    told += [f"{number} {word}" for number, word in apart if number]
    told += [f"besides {count(len(period.drills), 'drill')}"] if period.drills else []
    return f"{', '.join(told)}. From {utc(period.since)} to {utc(period.until)}."


# tables ----------------------------------------------------------------------------------------


def _severities(period: Period) -> Iterator[str]:
    head = ["severity", "declared", "open", *(f"time to {verb}" for verb in _STEPS.values())]
    yield from _table(head, [_group(one) for one in (*period.by_severity, period.all)])


def _group(group: Group) -> list[str]:
    name = group.name if group.name == "all" else cell(group.name)
    medians = [_median(group.median(step)) for step in Step]
    return [name, str(len(group.facts)), str(group.open), *medians]


def _median(found: Median) -> str:
    if found.took is None:
        return "not recorded" if found.of else "–"
    return f"{lasted(found.took)} ({found.recorded} of {found.of})"


def _services(period: Period) -> Iterator[str]:
    rows = [
        [cell(one.name) if one.name else "none named", str(len(one.facts)), str(one.open)]
        for one in period.by_service
    ]
    yield from _table(["service", "declared", "open"], rows)


def _incidents(title: str, listed: Sequence[Facts]) -> Iterator[str]:
    if listed:
        head = ["incident", "severity", "status", "declared", *(step.value for step in Step), "links"]
        yield from ("", f"## {title}")
        yield from _table(head, map(_incident, listed))


def _incident(one: Facts) -> list[str]:
    id = cell(one.id)
    if one.private:
        return [f"{id} private", *[""] * 7]
    file, title = one.links.get("file"), cut(one_line(one.title), _TITLE)
    named = f"[{id}]({file})" if file else id
    others = (f"[{cell(name)}]({url})" for name, url in one.links.items() if name != "file")
    steps = [_step(one, step) for step in Step]
    declared = f"{one.declared_at:%Y-%m-%d %H:%M}"
    return [
        f"{named} {cell(title)}",
        cell(one.severity),
        one.status.value,
        declared,
        *steps,
        " · ".join(others),
    ]


def _step(one: Facts, step: Step) -> str:
    """How long it took; else whether it is still to come, is not asked for, or is not recorded."""
    took = one.took(step)
    if took is not None:
        return lasted(took)
    if step is Step.ACKNOWLEDGED and not one.paged:
        return "no page"
    if step is Step.ACKNOWLEDGED and one.unanswered:
        return "nobody did"
    if step is not Step.ACKNOWLEDGED and one.status.open and not one.expected(step):
        return "not yet"
    return "not recorded"


def _named(title: str, listed: Sequence[Facts]) -> Iterator[str]:
    if listed:
        yield from ("", f"{title}: {_ids(one.id for one in listed)}.")


def _ids(ids: Iterable[str]) -> str:
    return ", ".join(map(cell, ids))


def _places(seen: Seen) -> list[str]:
    return list(dict.fromkeys(one.location.path for one in seen.problems))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield ""
    for row in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(row)} |"


def lasted(took: timedelta) -> str:
    """A duration by its two largest units: `45s`, `12m`, `1h 5m`, `2d 3h`."""
    left = int(took.total_seconds())
    told: list[str] = []
    for size, unit in _UNITS:
        number, left = divmod(left, size)
        if number or told:
            told.append(f"{number}{unit}" if number else "")
        if len(told) == 2:
            break
    return " ".join(filter(None, told)) or f"{left}s"
