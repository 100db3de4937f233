"""Finding incidents in the sandbox's PagerDuty; each test is one fact about the REST API."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.targets.seam import Refused
from tests.support.paging import DAY, changed, listed, machine, opened


def test_an_empty_key_is_no_filter() -> None:
    """An empty incident_key returns every incident."""
    account, _ = machine()
    opened(account, "a")
    opened(account, "b")
    assert listed(account, incident_key="") == ["a", "b"]
    assert listed(account, incident_key="b") == ["b"]


def test_without_a_range_only_the_last_month_is_listed() -> None:
    """since and until default to the last month, whatever else is asked for."""
    account, clock = machine()
    opened(account, "old")
    clock.sleep(31 * DAY)
    opened(account, "new")
    assert listed(account) == ["new"]
    assert listed(account, incident_key="old", statuses=["triggered"]) == []


def test_date_range_all_lifts_the_window() -> None:
    """With date_range=all, since and until and their defaults are ignored."""
    account, clock = machine()
    opened(account, "old")
    clock.sleep(400 * DAY)
    assert listed(account, date_range="all") == ["old"]
    assert listed(account, date_range="all", since="2030-01-01T00:00:00Z") == ["old"]


def test_a_range_is_six_months_at_most() -> None:
    """A longer range than six months is refused (400, number 2001)."""
    account, clock = machine()
    opened(account, "old")
    clock.sleep(100 * DAY)
    assert listed(account, since="2026-11-01T00:00:00Z") == ["old"]
    assert listed(account, since="2026-11-21T16:45:00Z", until="2026-11-21T16:45:00Z") == ["old"]
    for since in ("2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z", "yesterday"):
        with pytest.raises(Refused, match="2001"):
            listed(account, since=since)


def test_until_moves_the_month_back() -> None:
    """The default of one month ends at until."""
    account, clock = machine()
    opened(account, "old")
    clock.sleep(90 * DAY)
    assert listed(account, until="2026-12-01T00:00:00Z") == ["old"]


def test_statuses_filter_and_an_unknown_one_is_refused() -> None:
    """statuses[] knows triggered, acknowledged and resolved; any other value is 400 with number 2001."""
    account, _ = machine()
    opened(account, "a")
    done = opened(account, "b")
    changed(account, done["id"], status="resolved")
    assert listed(account, statuses=["triggered", "acknowledged"]) == ["a"]
    assert listed(account, statuses="resolved") == ["b"]
    with pytest.raises(Refused) as caught:
        listed(account, statuses=["open"])
    assert caught.value.answer["error"]["errors"] == [
        "Status must be a list of triggered, acknowledged, or resolved."
    ]


def test_services_and_urgencies_filter() -> None:
    """service_ids[] and urgencies[] narrow the list."""
    account, _ = machine()
    opened(account, "a")
    opened(account, "b", service="PSVC002", urgency="low")
    assert listed(account, service_ids=["PSVC002", "PSVC003"]) == ["b"]
    assert listed(account, urgencies=["high"]) == ["a"]


def test_the_users_filter_hides_resolved_incidents() -> None:
    """A resolved incident is assigned to nobody, so user_ids[] never finds it."""
    account, _ = machine()
    page = opened(account, "a")
    assert listed(account, user_ids=["PUSR001"]) == ["a"]
    changed(account, page["id"], status="resolved")
    assert listed(account, user_ids=["PUSR001"]) == []


def test_a_page_has_a_hundred_rows_at_most_and_says_whether_there_are_more() -> None:
    """limit is 25 unless given and 100 at most; `more` tells of further pages, `total` only on request."""
    account, _ = machine()
    for number in range(101):
        opened(account, f"k{number:03}")
    usual = account.call("GET /incidents")
    assert (len(usual["incidents"]), usual["limit"], usual["more"], usual["total"]) == (25, 25, True, None)
    first = account.call("GET /incidents", limit=500, total=True)
    assert (len(first["incidents"]), first["limit"], first["more"], first["total"]) == (100, 100, True, 101)
    assert account.call("GET /incidents", limit=1, offset=99)["more"] is True
    assert account.call("GET /incidents", limit=1, offset=100)["more"] is False
    last = account.call("GET /incidents", limit="100", offset="100", total="true")
    assert last["total"] == 101
    assert ([one["incident_key"] for one in last["incidents"]], last["more"]) == (["k100"], False)


def test_nothing_can_be_listed_beyond_the_ten_thousandth_row() -> None:
    """offset + limit over 10,000 is 400 with number 2002, which asks to refine the search."""
    account, _ = machine()
    assert listed(account, offset=9_900, limit=100) == []
    with pytest.raises(Refused, match=r"Offset\+limit exceeds maximum allowed value of 10000") as caught:
        listed(account, offset=9_901, limit=100)
    assert caught.value.answer["error"]["code"] == 2002


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": "ten"}, {"offset": -1}])
def test_a_limit_or_an_offset_that_is_no_number_is_refused(query: dict[str, Any]) -> None:
    """Pagination takes whole numbers."""
    account, _ = machine()
    with pytest.raises(Refused, match="2001"):
        listed(account, **query)


def test_the_list_is_sorted_by_up_to_two_fields() -> None:
    """sort_by takes incident_number, created_at, resolved_at or urgency, with :asc or :desc; at most two."""
    account, clock = machine()
    opened(account, "a", urgency="low")
    clock.sleep(60)
    opened(account, "b")
    clock.sleep(60)
    opened(account, "c", urgency="low")
    assert listed(account, sort_by="created_at:desc") == ["c", "b", "a"]
    assert listed(account, sort_by=["urgency", "incident_number:desc"]) == ["b", "c", "a"]
    assert listed(account, sort_by="urgency:desc,created_at") == ["a", "c", "b"]
    for bad in ("title", "created_at:up", "urgency,created_at,resolved_at"):
        with pytest.raises(Refused, match="2001"):
            listed(account, sort_by=bad)
