"""A private incident among the services, and where words of it have got to.

Every word of it that a person chose is a secret: title, summary, updates, bridge, who is in it. They may be
in its own channel while that is private, and in its document in the private database, and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from io import StringIO
from typing import Any, NamedTuple

from reconciler.clock import VirtualClock
from reconciler.incident.model import Incident, Status, TimelineNote
from reconciler.plan.plan import Plan, Report
from reconciler.run.front import front_page
from reconciler.run.look import Asked, Overview
from reconciler.run.reconcile import Applied
from reconciler.run.revision import Revision
from reconciler.sandbox.machine import Machine
from reconciler.sandbox.notion.example import DATABASE, SOURCE
from reconciler.targets.seam import Answer, Refused, Unanswered, is_read
from reconciler.views.changes import Line
from reconciler.views.document import document
from reconciler.views.incidents import overview_json, overview_lines
from reconciler.views.plan import plan_lines
from reconciler.views.report import report_lines
from reconciler.views.terminal import show
from tests.support.calling import call_for
from tests.support.faults import Fault, Faulty, Numbering
from tests.support.notion import Slugs
from tests.support.scene import ID, SETTINGS, START, Scene, update
from tests.support.strikes import Killed

PRIVATE = "1b2c3d4e-5f60-4182-93a4-b5c6d7e8f901"
PRIVATE_SOURCE = "7a2f6b9d-51c8-4e07-8a9b-0d4c7e1f3a53"

#: Each is in no other word.
SECRETS = ("Ztitle", "Zsummary", "Zupdate", "Znote", "Zwhy", "zlink", "zbridge", "zname", "Zname", "zrole")
WHO = "zed.zname@example.com"

TEXTS: Mapping[str, Any] = {
    "title": "Ztitle of it",
    "summary": "Zsummary of it",
    "bridge": "https://zoom.us/j/zbridge",
    "reporter": WHO,
    "roles": {"commander": WHO, "zrole": "ana@example.com"},
    "responders": ("unknown.zname@example.com", "dee@example.com"),
    "services": ("checkout",),
}
NOTED: Mapping[str, Any] = {
    "timeline": (TimelineNote(START, "Znote of it", WHO, "https://example.com/zlink"),),
    "escalations": (call_for("primary", 20, WHO, "Zwhy"), call_for("payments", 21, WHO, "Zwhy")),
}
FIRST, SECOND = update("Zupdate one", by=WHO), update("Zupdate two", minutes=40)


class Step(NamedTuple):
    """What the file says from then on, and its name."""

    name: str
    fields: Mapping[str, Any]


_SECRET = (
    Step("declared", {"private": True, "severity": "sev2", **TEXTS}),
    Step("updated", {"updates": (FIRST,), "summary": "Zsummary of it, again", **NOTED}),
    Step("raised", {"severity": "sev1", "title": "Ztitle of it, raised"}),
    Step("resolved", {"status": Status.RESOLVED, "updates": (FIRST, SECOND)}),
    Step("reopened", {"status": Status.INVESTIGATING}),
    Step("closed", {"status": Status.CLOSED}),
)
#: First in public, and not yet with a word that is secret later.
_LATER = (Step("public", {}), *(Step(f"made private, {step.name}", step.fields) for step in _SECRET))

LIVES: Mapping[str, tuple[Step, ...]] = {"private": _SECRET, "later": _LATER, "not allowed": _SECRET[:4]}


def begun(life: str) -> Scene:
    """The company before the incident: with a private database, and somebody who is in it alone."""
    scene = Scene()
    scene.settings = replace(
        SETTINGS,
        private_allowed=life != "not allowed",
        notion=replace(SETTINGS.notion, private_database=PRIVATE),
    )
    private_database(scene.notion)
    scene.slack.seed_user(WHO, "Zed Zname")
    scene.wrapped["notion"] = Slugs(scene.notion)
    return scene


def private_database(notion: Machine) -> None:
    """Give the workspace a database for private incidents, of the same form as the other one."""
    data = notion.data
    data["databases"][PRIVATE] = data["databases"][DATABASE] | {"id": PRIVATE, "source": PRIVATE_SOURCE}
    source = json.loads(json.dumps(data["data_sources"][SOURCE]))
    data["data_sources"][PRIVATE_SOURCE] = source | {"id": PRIVATE_SOURCE, "database": PRIVATE}


def copied(scene: Scene) -> Scene:
    """The same world at the same moment, to go on with."""
    other = Scene(settings=scene.settings, clock=VirtualClock(scene.clock.now()))
    for name in ("slack", "pagerduty", "notion"):
        getattr(other, name).data = getattr(scene, name).snapshot()
    other.versions = {id: list(versions) for id, versions in scene.versions.items()}
    other.memories = dict(scene.memories)
    other.caches = dict(scene.caches)
    return other


def step_begun(scene: Scene, step: Step) -> None:
    """Ten minutes later somebody edits the file."""
    scene.later(minutes=10)
    scene.edit(**step.fields)


# faults ----------------------------------------------------------------------------------------


class Echoing(Faulty):
    """A service whose refusals quote all that it was sent, in every place that they have."""

    def _befallen(self, fault: Fault, method: str, arguments: dict[str, Any]) -> Answer:
        if fault is Fault.REFUSED:
            said = f"this is refused: {json.dumps(arguments, default=str)}"
            code = {"pagerduty": "400", "notion": "validation_error"}.get(self.target, "odd_error")
            errors = {"error": {"message": said, "errors": [said]}, "message": said, "needed": None}
            raise Refused(method, code, said, answer=errors, status=400)
        if fault is Fault.LOST:
            self.machine.call(method, **arguments)
            raise Unanswered(method, "connection reset")
        return super()._befallen(fault, method, arguments)


def befallen(scene: Scene, at: int, fault: Fault | None) -> tuple[Numbering, Applied | None]:
    """One run with a fault at its call of that number; None where it was killed."""
    numbering = Numbering(at=at, fault=fault)
    for target in ("pagerduty", "slack", "notion"):
        scene.wrapped[target] = Echoing(getattr(scene, target), target, numbering)
    scene.wrapped["notion"] = Slugs(scene.wrapped["notion"])
    try:
        applied = scene.apply()
        scene.learn(applied)
        return numbering, applied
    except Killed:
        return numbering, None
    finally:
        scene.wrapped = {"notion": Slugs(scene.notion)}


def meaningful(method: str) -> list[Fault]:
    """The faults after which different words may be said."""
    if is_read(method):
        return [Fault.REFUSED, Fault.STALE]
    return [Fault.REFUSED, Fault.LOST, Fault.KILLED_AFTER]


# where words may not be ------------------------------------------------------------------------


def leaks(scene: Scene, *said: Plan | Report) -> list[str]:
    """Every place in which a secret is and must not be."""
    services = shown_to_others(scene.slack, scene.pagerduty, scene.notion)
    return found_in({**_printed(scene, said), **_kept(scene), **services})


def found_in(places: Mapping[str, str]) -> list[str]:
    """The secrets in these texts, each with where it stands."""
    return [
        f"{word} in {place}: …{_around(text, word)}…"
        for place, text in places.items()
        for word in SECRETS
        if word in text
    ]


def _around(text: str, word: str) -> str:
    at = text.index(word)
    return text[max(at - 120, 0) : at + 80]


def _printed(scene: Scene, said: tuple[Plan | Report, ...]) -> dict[str, str]:
    """What a terminal, a log of CI or a program gets."""
    now = scene.clock.now()
    overview = Overview([_newest(scene)], [], scene.settings, now, Asked(everything=True))
    found = {
        "list": _shown(overview_lines(overview, None)),
        "list as JSON": document(overview_json(overview)),
    }
    for one in said:
        name = type(one).__name__.lower()
        lines = plan_lines(one) if isinstance(one, Plan) else report_lines(one)
        found |= {name: _shown(lines), f"{name} as JSON": document(one.to_json())}
    return found


def _kept(scene: Scene) -> dict[str, str]:
    """What the state's files hold."""
    url = f"https://github.com/example/incidents/blob/main/{_newest(scene).path}"
    revision = Revision("c0ffee", {}, {ID: _newest(scene)}, {ID: url})
    return {
        "memory": json.dumps([one.to_json() for one in scene.memories.values()]),
        "caches": json.dumps(dict(scene.caches)),
        "README": front_page(revision, scene.memories),
    }


def shown_to_others(slack_now: Machine, pagerduty: Machine, notion: Machine) -> dict[str, str]:
    """What services show to those who are not in it."""
    slack = slack_now.snapshot()
    channels = {id: raw for id, raw in slack["channels"].items() if not raw["is_private"]}
    users = {id for id, raw in slack["users"].items() if raw["email"] == WHO}
    said = {"channels": channels, "rest": {key: slack[key] for key in slack.keys() - {"channels", "users"}}}
    pages = {
        id: raw for id, raw in notion.snapshot()["pages"].items() if raw["parent"]["database_id"] != PRIVATE
    }
    for raw in channels.values():
        assert not users & set(raw["members"]), f"{WHO} is in #{raw['name']}, which is public"
    return {
        "Slack": json.dumps(said),
        "PagerDuty": json.dumps(pagerduty.snapshot()),
        "Notion": json.dumps(pages),
    }


def told_inside(scene: Scene) -> bool:
    """Whether those who are in it can read of it: in their channel and in its document."""
    slack, notion = scene.slack.snapshot(), scene.notion.snapshot()
    inside = [raw for raw in slack["channels"].values() if raw["is_private"]]
    pages = [raw for raw in notion["pages"].values() if raw["parent"]["database_id"] == PRIVATE]
    return all(
        word in json.dumps(held)
        for held, words in (
            (inside, ("Ztitle", "Zsummary", "Zupdate", "Zname")),
            (pages, ("Ztitle", "Zupdate", "Znote", "Zwhy", "zlink")),
        )
        for word in words
    )


def _shown(lines: Iterable[Line]) -> str:
    printed = StringIO()
    show(lines, printed)
    return printed.getvalue()


def _newest(scene: Scene) -> Incident:
    newest = scene.versions[ID][-1].incident
    assert newest is not None
    return newest
