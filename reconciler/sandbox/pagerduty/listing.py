"""Finding incidents: PagerDuty's filters, with the two that surprise.

Without `date_range=all` only incidents of a window are looked at, a month long unless said otherwise; and a
filter whose value is empty is no filter.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from reconciler.sandbox.pagerduty.account import Account, Json, as_list, read
from reconciler.sandbox.pagerduty.lifecycle import STATUSES
from reconciler.sandbox.pagerduty.paging import page
from reconciler.sandbox.pagerduty.showing import shown
from reconciler.targets.seam import Answer

MONTH = timedelta(days=30)
LONGEST = 6 * MONTH

_SORTED_BY = ("incident_number", "created_at", "resolved_at", "urgency")


def list_incidents(account: Account, arguments: Json) -> Answer:
    """One page of the incidents that fit."""
    found = [one["shown"] for one in account.data["incidents"].values()]
    for test in _tests(account, arguments):
        found = [one for one in found if test(one)]
    found = _sorted(account, found, arguments.get("sort_by"))
    answer = dict(page(account, "incidents", found, arguments))
    records = account.data["incidents"]
    answer["incidents"] = [shown(account, records[one["id"]], arguments) for one in answer["incidents"]]
    return answer


def _tests(account: Account, arguments: Json) -> list[Callable[[Json], bool]]:
    statuses, urgencies = as_list(arguments.get("statuses")), as_list(arguments.get("urgencies"))
    services, users = as_list(arguments.get("service_ids")), as_list(arguments.get("user_ids"))
    key = arguments.get("incident_key")
    if any(status not in STATUSES for status in statuses):
        raise account.invalid("Status must be a list of triggered, acknowledged, or resolved.")
    tests: list[Callable[[Json], bool]] = []
    if arguments.get("date_range") != "all":
        since, until = _window(account, arguments)
        tests.append(lambda one: since <= read(one["created_at"]) <= until)
    if key:
        tests.append(lambda one: one["incident_key"] == key)
    if statuses:
        tests.append(lambda one: one["status"] in statuses)
    if urgencies:
        tests.append(lambda one: one["urgency"] in urgencies)
    if services:
        tests.append(lambda one: one["service"]["id"] in services)
    if users:
        tests.append(lambda one: any(a["assignee"]["id"] in users for a in one["assignments"]))
    return tests


def _window(account: Account, arguments: Json) -> tuple[datetime, datetime]:
    until = account.time(arguments["until"]) if arguments.get("until") else account.now
    since = account.time(arguments["since"]) if arguments.get("since") else until - MONTH
    if not timedelta(0) <= until - since <= LONGEST:
        raise account.invalid("The date range must not be longer than 6 months.")
    return since, until


def _sorted(account: Account, incidents: list[Json], order: object) -> list[Json]:
    """Sorted by up to two fields, the first one leading; by number unless asked otherwise."""
    wanted = [part for text in as_list(order) for part in str(text).split(",")] or ["incident_number"]
    pairs = [(field, way or "asc") for field, _, way in (text.partition(":") for text in wanted)]
    if len(pairs) > 2 or any(f not in _SORTED_BY or way not in ("asc", "desc") for f, way in pairs):
        raise account.invalid(
            "Sort by must be up to two of incident_number, created_at, resolved_at, urgency."
        )
    for field, way in reversed(pairs):
        incidents = sorted(incidents, key=lambda one: (one[field] is None, one[field]), reverse=way == "desc")
    return incidents
