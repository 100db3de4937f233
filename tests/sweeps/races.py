"""Two runs at once without a lease, in every order of their calls up to a bound.

Both end; then runs follow until nothing is left. The world is that of one run alone, and what the services
cannot keep from being made twice was made at most once too often, and is healed: `HEALED` is the whole list.

A scenario is named by its switch points: `declare: a 17 calls, b 5 calls, a to the end, b to the end`. With
`b any number` it stands for every number of calls; of orders that differ only in calls that nobody can tell
the order of (`apart`), one is tried and the others are counted with it. For an incident's five steps all
orders with two changes of turn before the end are tried; orders with three, and those of the other starts,
are drawn by a seed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from random import Random
from typing import NamedTuple

from reconciler.incident.model import Status
from tests.support.creates import Creates, created
from tests.support.outcome import Seen, difference
from tests.support.racing import (
    Made,
    Race,
    Saved,
    Segment,
    apart,
    fingerprint,
    order_of,
    remains,
    settled,
    stranger,
    view,
)
from tests.support.scene import Scene, update

#: What may be made once too often in a race without the lease, and how the next run mends it.
HEALED = {
    "chat.postMessage": "the younger message is deleted; it carries our mark",
    "bookmarks.add": "the younger bookmark of ours is removed",
    "POST /v1/pages": "the younger document goes to the trash, unless people wrote in it",
    "POST /incidents/{id}/notes": "the younger note is deleted; it carries our mark",
    "conversations.create": "only where Slack lets two creates of a name succeed: the younger is archived",
}

#: The starts of which every order with two changes of turn is tried.
WHOLE = ("declare", "update", "resolve", "close", "archive")

#: Orders that are drawn of each start: with two changes of turn where not all are tried, and with three.
DRAWN_TWO, DRAWN_THREE = 40, 15

#: No run is let go for longer before it is interrupted.
LONGEST = 45


class Start(NamedTuple):
    """How the world is before the race; `older` is how many versions of the file run a has (None: all)."""

    prepare: Callable[[Scene], object]
    older: int | None = None


def _declare(scene: Scene) -> None:
    roles = {"commander": "ana@example.com"}
    scene.edit(severity="sev2", roles=roles, responders=(), updates=(update("Rolling back."),))


def _declared(scene: Scene) -> None:
    _declare(scene)
    scene.apply()
    scene.later(minutes=10)


def _update(scene: Scene) -> None:
    _declared(scene)
    more = (update("Rolling back."), update("Rolled back.", minutes=40))
    scene.edit(updates=more, roles={"commander": "chen@example.com"}, services=())


def _resolve(scene: Scene) -> None:
    _declared(scene)
    scene.edit(status=Status.RESOLVED)


def _resolved(scene: Scene) -> None:
    _resolve(scene)
    scene.apply()
    scene.later(minutes=10)


def _reopen(scene: Scene) -> None:
    _resolved(scene)
    scene.edit(status=Status.IDENTIFIED)


def _close(scene: Scene) -> None:
    _resolved(scene)
    scene.edit(status=Status.CLOSED)


def _archive(scene: Scene) -> None:
    _close(scene)
    scene.apply()
    scene.later(days=8)


def _racy(scene: Scene) -> None:
    _declare(scene)
    scene.slack.racy_create = True


def _forgotten(scene: Scene) -> None:
    _declared(scene)
    scene.memories.clear()


def _raise(scene: Scene) -> None:
    _declare(scene)
    scene.later(minutes=5)
    scene.edit(severity="sev1", title="Checkout fails for all", updates=(update("Rolling forward."),))


def _over_at_once(scene: Scene) -> None:
    _declare(scene)
    scene.later(minutes=5)
    scene.edit(status=Status.RESOLVED)


STARTS = {
    "declare": Start(_declare),
    "racy declare": Start(_racy),
    "forgotten": Start(_forgotten),
    "update": Start(_update),
    "resolve": Start(_resolve),
    "reopen": Start(_reopen),
    "close": Start(_close),
    "archive": Start(_archive),
    "older and raised": Start(_raise, older=1),
    "older and resolved": Start(_over_at_once, older=1),
}


@cache
def saved(start: str) -> Saved:
    """The world before the race."""
    scene = Scene()
    STARTS[start].prepare(scene)
    return Saved.of(scene)


class Expected(NamedTuple):
    """What there is after runs one after the other, in either order; what was made for it; their calls."""

    worlds: list[Seen]
    created: Creates
    calls: dict[str, int]

    def difference(self, seen: Seen) -> list[str]:
        """Where a world differs. What is people's once it is made is as the first or the second would."""
        for service, field in (("pagerduty", "details"), ("notion", "text")):
            for number, one in enumerate(seen[service]):
                either = [world[service][number][field] for world in self.worlds if world[service][number:]]
                one[field] = either[0] if one[field] in either else one[field]
        for one in seen["pagerduty"]:  # a page that is over keeps the links that it had then
            over = one["status"] == "resolved"
            one["notes"] = [note.replace("page 1", "page 0") if over else note for note in one["notes"]]
        return difference(_numbered(self.worlds[0]), _numbered(seen))


def _numbered(seen: Seen) -> Seen:
    """The same with pages and documents by number, so that a difference names the field."""
    return {
        service: dict(enumerate(state)) if isinstance(state, list) else state
        for service, state in seen.items()
    }


@cache
def expected(start: str) -> Expected:
    """Run a alone, then run b; and the other way round where that is another story."""
    worlds: list[Seen] = []
    made: list[Creates] = []
    calls: dict[str, int] = {}
    for first in _firsts(start):
        scene = saved(start).scene()
        runs = runs_of(start, scene)
        for who in first + "ab".replace(first, ""):
            runs[who].apply()
            calls.setdefault(who, len(runs[who].calls))
        settled([partial(stranger, scene)])
        worlds.append(remains(scene))
        made.append(created(scene))
    return Expected(worlds, made[0], calls)


def runs_of(start: str, scene: Scene) -> dict[str, Scene]:
    """The two runs; the one with fewer versions of the file is a."""
    return {"a": view(scene, STARTS[start].older), "b": view(scene)}


def scenarios() -> Sequence[str]:
    """Every point at which the first run is interrupted, in the steps tried whole; and the drawn orders."""
    whole = [name for start in WHOLE for name in _groups(start)]
    return [*whole, *(name for start in STARTS for name in drawn(start))]


def _firsts(start: str) -> str:
    """Who may begin: of two equal runs it makes no difference."""
    return "a" if STARTS[start].older is None else "ab"


def _groups(start: str) -> Iterator[str]:
    for number in range(expected(start).calls["a"]):
        yield f"{start}: a {number} calls, b any number"


def drawn(start: str) -> Iterator[str]:
    chance = Random(start)
    two = 0 if start in WHOLE else DRAWN_TWO
    for number in range(two + DRAWN_THREE):
        first = chance.choice(_firsts(start))
        second = "ab".replace(first, "")
        turns = [first, second, first, second][: 2 if number < two else 3]
        parts = [str(Segment(who, chance.randint(1, LONGEST))) for who in turns]
        ends = [str(Segment(who, None)) for who in (first, second)[:: 1 if number < two else -1]]
        yield f"{start}: {', '.join(parts + ends)}"


def check(name: str) -> int:
    """Try one order, or all of a group; the number of orders that it stood for."""
    start, _, order = name.partition(": ")
    if not order.endswith("any number"):
        judge(raced(start, order_of(order)))
        return 1
    [first, second] = order_of(order.replace("any number", "to the end"))
    return _any_number(start, first, second.who)


def _any_number(start: str, first: Segment, second: str) -> int:
    """All orders in which the first run is interrupted there, and the other one anywhere."""
    whole = raced(start, [first, Segment(second, None), Segment(first.who, None)])
    theirs = [made for made in whole.made if made.who == second]
    follows = next((made for made in whole.made[(first.calls or 0) :] if made.who == first.who), None)
    told: list[str] = []
    calls = _covered(follows, theirs)  # the next group stands for these
    while calls < len(theirs):
        calls += 1
        order = [first, Segment(second, calls), Segment(first.who, None), Segment(second, None)]
        race = raced(start, order) if calls < len(theirs) else whole
        told += _told(race)
        begun = (first.calls or 0) + calls
        rest = [made for made in race.made[begun:] if made.who == first.who]
        while calls < len(theirs) and all(apart(theirs[calls], made) for made in rest):
            calls += 1
    assert not told, "\n".join(told)
    return len(theirs)


def _covered(follows: Made | None, theirs: Sequence[Made]) -> int:
    """How many calls of the other run may as well come after the first run's next call."""
    if follows is None:
        return 0 if not theirs else len(theirs) - 1
    return next((number for number, made in enumerate(theirs) if not apart(follows, made)), len(theirs))


class Raced(NamedTuple):
    """A race that has ended."""

    start: str
    order: Sequence[Segment]
    scene: Scene
    runs: dict[str, Scene]
    made: list[Made]

    @property
    def name(self) -> str:
        return f"{self.start}: {', '.join(map(str, self.order))}"


def raced(start: str, order: Sequence[Segment]) -> Raced:
    """Let both run in an order."""
    scene = saved(start).scene()
    runs = runs_of(start, scene)
    return Raced(start, order, scene, runs, Race(runs).go(order))


def _itself(scene: Scene) -> Scene:
    return scene


def _told(race: Raced) -> list[str]:
    """What is wrong after a race; empty where all is as it should be."""
    try:
        judge(race)
    except AssertionError as error:
        return [f"{race.name}\n{error}"]
    return []


#: The ends of races that were judged and found good.
_GOOD: set[str] = set()


def judge(race: Raced) -> Creates:
    """Run on until all is in line, and hold the world against that of one run; what was made too often."""
    scene, runs = race.scene, list(race.runs.values())
    alone, extra = expected(race.start), Counter[tuple[str, str]]()
    state = f"{race.start} {sorted(created(scene).items())} {fingerprint(scene, runs)}"
    if state in _GOOD:
        return created(scene) - alone.created
    for run in runs:  # from now on both know the newest file
        run.versions = {id: list(listed) for id, listed in scene.versions.items()}
    settled([*(partial(_itself, run) for run in runs), partial(stranger, scene)])
    wrong = alone.difference(remains(scene))
    extra = created(scene) - alone.created
    wrong += [
        f"made {count + 1} times: {method} {what}" for (method, what), count in extra.items() if count > 1
    ]
    wrong += [f"made twice: {method} {what}" for method, what in extra if method not in HEALED]
    assert not wrong, "\n".join(wrong)
    _GOOD.add(state)
    return extra
