"""What has to hold after a fault: an honest report, then runs until all is quiet, and nothing made twice."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.plan.change import Kind
from reconciler.plan.plan import Report, State
from tests.support.outcome import Seen, difference, world_of
from tests.support.reference import Moment, happened
from tests.support.trial import Frozen, Trial

#: Runs that may follow a fault before one of them writes nothing.
RUNS = 4


def dishonest(trial: Trial, report: Report, world: Seen) -> Iterator[str]:
    """What a report says wrongly, or keeps to itself, right after its run; `world` is as it should be."""
    if report.exit_code == 0:
        yield from (f"exit code 0, but {line}" for line in difference(world, _in_use(trial)))
    told = {outcome.change.address for outcome in report.outcomes}
    yield from (f"{address} failed, and has no outcome" for address in trial.run.failed - told)
    pages = set(trial.pages())
    for outcome in report.of(State.APPLIED):
        incident, thing = outcome.change.address.incident, outcome.change.address.thing
        sent = outcome.change.address.target == "pagerduty" and outcome.change.kind is Kind.CREATE
        if sent and "/" not in thing and f"acme/{incident}/{thing}" not in pages:
            yield f"the page of {thing} is told to be sent"
    teams = {key.rpartition("/")[2] for key in pages} | _adopting(trial)
    for line in _cards(trial):
        if ":pager:" in line and not any(team in line for team in teams):
            yield f"the card says {line!r}"


def _adopting(trial: Trial) -> set[str]:
    """The teams whose pages others have made."""
    newest = (versions[-1].incident for versions in trial.versions.values())
    return {team for one in newest if one is not None for team in one.adopt.pagerduty}


def _cards(trial: Trial) -> Iterator[str]:
    """The lines of the incident's cards."""
    for channel in trial.slack.data["channels"].values():
        for message in channel["messages"].values():
            for block in message.get("blocks", ()):
                yield from block["text"]["text"].split("\n")


_AFTERWARDS: dict[tuple[object, ...], list[str]] = {}


def afterwards(state: Frozen, moment: Moment) -> list[str]:
    """What is broken when all goes well from a state on; worked out once for states that are the same."""
    key = (moment.name, *state.key)
    if key not in _AFTERWARDS:
        trial = state.thawed()
        _AFTERWARDS[key] = [*settled(trial), *unlike(trial, moment)]
    return _AFTERWARDS[key]


def wait(trial: Trial) -> None:
    """Let a minute pass before the next run, and an hour where a refusal is believed for so long."""
    blocked = any(memory.blocked for memory in trial.memories.values())
    trial.later(minutes=61 if blocked else 1)


def settled(trial: Trial) -> Iterator[str]:
    """Run again until a run writes nothing; what stands against that."""
    for _ in range(RUNS):
        wait(trial)
        report = trial.struck_by({}).report
        if not trial.run.wrote and report.exit_code == 0:
            return
    after = report.after
    left = [str(one.address) for listed in (after.changes, after.unreadable, after.blocked) for one in listed]
    yield f"not quiet after {RUNS} more runs (exit code {report.exit_code}): {left}"


def _in_use(trial: Trial) -> Seen:
    """The world without what is in the trash: there lies what was made twice and has been healed."""
    seen = world_of(trial)
    return {**seen, "notion": [page for page in seen["notion"] if not page["trash"]]}


def unlike(trial: Trial, moment: Moment) -> Iterator[str]:
    """Where the world, or how often something was made, is not as without the fault."""
    yield from difference(moment.world, _in_use(trial))
    counts, now = moment.happened, happened(trial)
    for kind in sorted({*counts, *now}):
        if counts[kind] != now[kind]:
            yield f"{now[kind]} {kind} instead of {counts[kind]}"
