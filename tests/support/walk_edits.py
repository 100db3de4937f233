"""Steps of a walk that are taken in Git, by the clock, or by the reconciler itself."""

from __future__ import annotations

from dataclasses import replace

from reconciler.incident.model import Status
from tests.support.faults import Fault
from tests.support.scene import update
from tests.support.walking import NOTHING, STEPS, Do, Walk, step

#: Faults befall the first so many calls of a run.
CALLS = 45


@step("the title is edited")
def title(walk: Walk) -> None:
    walk.edit(title=f"Checkout & cart <fail> {walk.next()}")


@step("the summary is edited")
def summary(walk: Walk) -> None:
    walk.edit(summary=f"Since release {walk.next()}.")


def _severity(name: str) -> Do:
    return lambda walk: walk.edit(severity=name)


def _status(status: Status) -> Do:
    return lambda walk: set_status(walk, status)


def set_status(walk: Walk, status: Status) -> None:
    """Whoever opens it again wants it paged again, whoever ended the page."""
    if status.open and not walk.incident.status.open:
        walk.release("ended in PagerDuty")
    walk.edit(status=status)


STEPS |= {name: _severity(name) for name in ("sev1", "sev2", "sev3")}
STEPS |= {status.value: _status(status) for status in Status}


@step("chen commands")
def commander(walk: Walk) -> None:
    walk.edit(roles={**walk.incident.roles, "commander": "chen@example.com"})


@step("nobody commands")
def nobody(walk: Walk) -> None:
    walk.edit(roles={role: who for role, who in walk.incident.roles.items() if role != "commander"})


@step("bo is technical")
def technical(walk: Walk) -> None:
    walk.edit(roles={**walk.incident.roles, "technical": "bo@example.com"})


@step("nobody is technical")
def nobody_technical(walk: Walk) -> None:
    walk.edit(roles={role: who for role, who in walk.incident.roles.items() if role != "technical"})


@step("chen responds")
def responder(walk: Walk) -> None:
    walk.edit(responders=("chen@example.com", "dee@example.com"))


@step("somebody unknown responds")
def unknown(walk: Walk) -> None:
    walk.edit(responders=("nobody@example.com",))


@step("no service")
def no_service(walk: Walk) -> None:
    walk.edit(services=())


@step("checkout is concerned")
def service(walk: Walk) -> None:
    walk.edit(services=("checkout",))


@step("payments are paged")
def page(walk: Walk) -> None:
    walk.edit(page=("payments",))


@step("nobody more is paged")
def no_page(walk: Walk) -> None:
    walk.edit(page=())


@step("an update")
def add(walk: Walk) -> None:
    number = walk.next()
    walk.edit(updates=(*walk.incident.updates, update(f"We know more, {number}.", minutes=number)))


@step("the update is edited")
def edit(walk: Walk) -> None:
    *before, last = walk.incident.updates
    walk.edit(updates=(*before, replace(last, text=f"We know better, {walk.next()}.")))


@step("the update is removed")
def remove(walk: Walk) -> None:
    walk.edit(updates=walk.incident.updates[:-1])


@step("the settings page payments with sev2")
def team(walk: Walk) -> None:
    settings = walk.scene.settings
    worse = replace(settings.severities[1], page=("primary", "payments"))
    walk.scene.settings = replace(
        settings, severities=(settings.severities[0], worse, settings.severities[2])
    )


@step("the settings rename a bookmark")
def bookmark(walk: Walk) -> None:
    slack = walk.scene.settings.slack
    renamed = replace(slack.bookmarks[0], title=f"Handbook {walk.next()}")
    walk.scene.settings = replace(walk.scene.settings, slack=replace(slack, bookmarks=(renamed,)))


def _switch(key: str, value: bool) -> Do:
    return lambda walk: walk.edit(**{key: value})


STEPS |= {f"{key} {'on' if value else 'off'}": _switch(key, value)
          for key in ("private", "drill", "paused") for value in (True, False)}  # fmt: skip
EDITS = tuple(name for name in STEPS if name != NOTHING)


# time and runs ---------------------------------------------------------------------------------

STEPS |= {
    "ten minutes pass": lambda walk: walk.scene.later(minutes=10),
    "a day passes": lambda walk: walk.scene.later(days=1, minutes=1),
    "eight days pass": lambda walk: walk.scene.later(days=8),
}
TIMES = ("ten minutes pass", "a day passes", "eight days pass")


@step("the memory is lost")
def forget(walk: Walk) -> None:
    """What only the memory could tell is not expected any more."""
    walk.scene.memories.clear()
    walk.scene.caches = {}
    walk.lost += 1
    walk.release("deleted in Slack", "removed from the timeline")


STEPS |= {"a run": Walk.run, "a shallow run": Walk.shallow_run, "a plan": Walk.look}
RUNS = ("a shallow run", "a plan", "the memory is lost")


def _fault(fault: Fault, number: int) -> Do:
    return lambda walk: walk.suffer(fault, number)


_FAULTY = {
    f"a run, {fault.value} call {number}": _fault(fault, number) for fault in Fault for number in range(CALLS)
}
FAULTS = tuple(_FAULTY)
STEPS |= _FAULTY
