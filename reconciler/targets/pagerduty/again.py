"""Calls for a team that is paged already: its on-call is notified again, once for each call. Pure.

Nothing that is left on a page by the same call tells which entry of the file it was for. So a call counts as
answered when something at its time or later has woken the on-call: the page itself was made then, or opened
again, or somebody put it back to the first level, or assigned it to others, which its log tells. What wakes
them by itself, such as the policy's next level, does not count, nor does an acknowledgement.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from reconciler.incident.edits import moment
from reconciler.incident.history import teams_asked
from reconciler.incident.model import Escalation
from reconciler.incident.text import one_line, person_name
from reconciler.plan.resource import Hold, Resource
from reconciler.plan.world import Absent, Observed, Present, World
from reconciler.targets.case import Case
from reconciler.targets.drift import policies

NAME = "pagerduty"
#: How many seconds the clock of whoever commits may be ahead of PagerDuty's.
SKEW = timedelta(seconds=10)


def calls(case: Case, team: str) -> list[tuple[int, Escalation]]:
    """The calls for a team, each with its number in the file; none that a drill does not reach."""
    if not case.incident.status.open or team not in teams_asked(case.incident, case.settings):
        return []
    return [(number, one) for number, one in enumerate(case.incident.escalations) if one.team == team]


def thing(call: Escalation) -> str:
    """What a call is called within its incident."""
    return f"{call.team}/again/{moment(call.at)}"


def resources(case: Case, world: World, team: str) -> Iterator[Resource]:
    """A notification for each call; none while there is no open page, since making one answers them."""
    page = world.present(case.at(NAME, team))
    for number, call in calls(case, team) if page else ():
        done = case.memory.of(case.at(NAME, thing(call))) is not None
        if page is None or not (page.live or done):
            continue
        yield Resource(
            case.at(NAME, thing(call)),
            f"notify {team} again{_by(case, call)}",
            body={"page": page.id},
            drift=policies(NAME, "again"),
            needs=case.at(NAME, team),
            hold=_late(case, call),
            batch=f"{team}/again",
            seen=Present() if done else _seen(case, world, call, page),
            location=case.incident.where("escalations", number),
        )


def unsure(case: Case, team: str, page: Present) -> bool:
    """True when only the page's log tells whether a call was answered."""
    left = [call for _, call in calls(case, team) if case.memory.of(case.at(NAME, thing(call))) is None]
    return page.live and not all(_by_page(case, call, page) for call in left)


def things(case: Case, team: str) -> list[str]:
    """What opening the team's page again answers: every call for it."""
    return [thing(call) for _, call in calls(case, team)]


def called_after(case: Case, team: str, resolved_at: datetime | None) -> bool:
    """True when somebody has called for the team since its page was resolved."""
    return resolved_at is not None and any(_since(case, call) > resolved_at for _, call in calls(case, team))


def _answers(case: Case, call: Escalation, at: object) -> bool:
    """Whether what happened at that time of PagerDuty's was an answer to the call."""
    try:
        return datetime.fromisoformat(str(at)) >= _since(case, call) - SKEW
    except (ValueError, TypeError):
        return False


def _since(case: Case, call: Escalation) -> datetime:
    """When somebody called: the commit that did; the time that the file gives may be any."""
    return case.history.called_since(call) or call.at


def _seen(case: Case, world: World, call: Escalation, page: Present) -> Observed:
    if _by_page(case, call, page):
        return Present()
    log = world[case.at(NAME, f"{call.team}/log")]
    if not isinstance(log, Present):
        return log
    woken = log.extra.get("called", ())
    return Present() if any(_answers(case, call, at) for at in woken) else Absent()


def _by_page(case: Case, call: Escalation, page: Present) -> bool:
    """True when the page itself was made for the call, or after it."""
    ours = page.extra.get("key") == f"{case.mark}/{call.team}"
    return _answers(case, call, page.extra.get("created")) or (
        ours and case.history.pages_by(call, case.settings)
    )


def _by(case: Case, call: Escalation) -> str:
    """Who calls for it, and why; nothing of a private incident."""
    if case.incident.private:
        return ""
    who = f", {person_name(call.by, case.settings)} calls for it" if call.by else ""
    return who + (f": {one_line(call.why, 80)}" if call.why else "")


def _late(case: Case, call: Escalation) -> Hold | None:
    """Nobody is woken by a call of long ago."""
    since = _since(case, call)
    if case.allow_late_pages or case.now - since <= case.settings.pagerduty.late_after:
        return None
    return Hold(
        f"late: called for on {since:%Y-%m-%d}, and not since",
        "`reconciler apply --allow-late-pages` notifies all the same, and so does `reconciler escalate`",
        "--allow-late-pages",
    )
