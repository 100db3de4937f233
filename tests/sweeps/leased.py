"""Two runs at once that take the lease on real Git: nothing is ever made twice, in whatever order they come.

The calls to the services and those to the remote are one order, given as in `races`. There are more orders
than there is time for, so they are drawn by a seed: with two changes of turn and with three. Each run ends
with exit code 0, or with 5 where the other one held the lease and changes were left.

`declare: a asleep after 20 calls` is the one way to lose a lease: a process that stands still for longer than
it lasts, while another takes over. It begins nothing more (exit code 3), but the call in its hand it makes;
that one may be one too many, and is mended as in `races`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.support.company import LEASE, PATH, Company, incident
from tests.support.creates import Creates, created
from tests.support.outcome import Seen, difference
from tests.support.racing import Segment, order_of, remains
from tests.support.racing_git import CompanyRace, as_scene, copied
from tests.support.repositories import Clone
from tests.sweeps.races import HEALED

#: Orders that are drawn of each start.
DRAWN = 12
LONGEST = 40

#: A run that stands still does so before it has made so many calls, for so many seconds.
ASLEEP_UNTIL, SECONDS_ASLEEP = 50, 200.0

MORE = """\
services: [checkout]
roles: {commander: ana@example.com}
updates:
  - {at: 2026-11-21T16:58:00Z, by: ana@example.com, text: Rolling back.}
"""


class Ready(NamedTuple):
    """A company before the race; `folder` keeps it."""

    company: Company
    folder: TemporaryDirectory[str]


def _declare(company: Company, clone: Clone) -> None:
    company.commit(clone, {PATH: incident(more=MORE)})


def _declared(company: Company, clone: Clone) -> None:
    _declare(company, clone)
    assert company.apply(clone).exit_code == 0
    company.later(minutes=10)


def _update(company: Company, clone: Clone) -> None:
    _declared(company, clone)
    more = MORE + "  - {at: 2026-11-21T17:20:00Z, by: ana@example.com, text: Rolled back.}\n"
    company.commit(clone, {PATH: incident("Checkout fails for all", more=more)})


def _resolve(company: Company, clone: Clone) -> None:
    _declared(company, clone)
    company.commit(clone, {PATH: incident(status="resolved", more=MORE)})


def _escalate(company: Company, clone: Clone) -> None:
    """The team is paged already, and nothing in the call that notifies it again keeps two apart."""
    _declared(company, clone)
    more = MORE + "escalations: [{at: 2026-11-21T17:10:00Z, team: payments, why: No answer}]\n"
    company.commit(clone, {PATH: incident(more=more)})


STARTS: dict[str, Callable[[Company, Clone], None]] = {
    "declare": _declare,
    "update": _update,
    "resolve": _resolve,
    "escalate": _escalate,
}


@cache
def ready(start: str) -> Ready:
    """The company before the race: Ana's clone, and Bo's, which is one commit behind."""
    folder = TemporaryDirectory(prefix="leased-")
    company = Company.at(Path(folder.name))
    a = company.clone("a")
    company.clone("b")
    STARTS[start](company, a)
    return Ready(company, folder)


class Expected(NamedTuple):
    """What there is after one run alone, and what was made for it."""

    world: Seen
    created: Creates


@cache
def expected(start: str) -> Expected:
    """Let one run alone."""
    with TemporaryDirectory(prefix="leased-") as folder:
        company = copied(ready(start).company, Path(folder))
        clones = clones_of(company)
        for who in ("a", "b", "a"):
            assert company.apply(clones[who]).exit_code == 0
        scene = as_scene(company)
        return Expected(remains(scene), created(scene))


def clones_of(company: Company) -> dict[str, Clone]:
    """The two clones."""
    return {who: Clone(company.remote.folder.with_name(who)) for who in ("a", "b")}


def scenarios() -> Sequence[str]:
    """The drawn orders."""
    return [*(name for start in STARTS for name in drawn(start)), *asleep()]


def asleep() -> list[str]:
    """Every fourth call at which a run stands still."""
    return [f"declare: a asleep after {calls} calls" for calls in range(4, ASLEEP_UNTIL, 4)]


def drawn(start: str) -> Iterator[str]:
    """Orders of one start, always the same."""
    chance = Random(start)
    for number in range(DRAWN):
        first = chance.choice("ab")
        second = "ab".replace(first, "")
        turns = [first, second, first][: 2 + number % 2]
        parts = [str(Segment(who, chance.randint(1, LONGEST))) for who in turns]
        ends = [str(Segment(who, None)) for who in (second, first)]
        yield f"{start}: {', '.join(parts + ends)}"


def check(name: str) -> int:
    """Try one order."""
    start, _, order = name.partition(": ")
    with TemporaryDirectory(prefix="leased-") as folder:
        company = copied(ready(start).company, Path(folder))
        if "asleep" in order:
            calls = int(order.split()[-2])
            race = CompanyRace(company, clones_of(company), {"b": SECONDS_ASLEEP})
            race.go([Segment("a", calls), Segment("b", None), Segment("a", None)])
            judge(start, race, in_hand=1)
        else:
            judge(start, CompanyRace(company, clones_of(company)).go(order_of(order)))
    return 1


def judge(start: str, race: CompanyRace, in_hand: int = 0) -> None:
    """Hold the world against that of one run alone: at once for what was made twice, at last for the rest."""
    company, scene = race.company, as_scene(race.company)
    alone = expected(start)
    codes = (0, 3, 5) if in_hand else (0, 5)
    wrong = [
        f"{who} ended with {code}: {race.ended[who]}" for who, code in race.codes.items() if code not in codes
    ]
    wrong += _twice(created(scene) - alone.created, in_hand)
    wrong += ["the lease was not given back"] if company.remote.tip(LEASE) else []
    if set(race.codes.values()) == {0} and not in_hand:
        wrong += difference(alone.world, remains(scene))
    writing = [who for who in race.clones if _writes(race, who)]
    wrong += [f"{who} still writes: {company.writes()}" for who in writing if _writes(race, who)]
    wrong += difference(alone.world, remains(scene))
    wrong += _twice(created(scene) - alone.created, in_hand)
    assert not wrong, "\n".join(wrong)


def _twice(extra: Creates, in_hand: int) -> list[str]:
    """What was made twice, beyond what was in a sleeper's hand."""
    told = [f"made twice: {method} {what}" for method, what in extra]
    fine = extra.total() <= in_hand and {method for method, _ in extra} <= set(HEALED)
    return [] if fine else told


def _writes(race: CompanyRace, who: str) -> bool:
    """Whether another run of somebody's still has something to do."""
    race.company.calls.clear()
    report = race.company.apply(race.clones[who])
    return bool(race.company.writes() or report.outcomes)
