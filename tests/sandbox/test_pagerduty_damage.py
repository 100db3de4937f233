"""Whatever is sent to the sandbox's PagerDuty, it answers as PagerDuty would, and never breaks."""

from __future__ import annotations

from hypothesis import given, settings

from reconciler.targets.seam import CallError
from tests.support import anything
from tests.support.paging import machine, opened, wanted

_PERSON = [{"assignee": {"id": "PUSR001", "type": "user_reference"}}]
_CHANGE = {"type": "incident", "status": "resolved", "resolution": "x", "priority": "P1", "title": "y"}
_CALLS: list[anything.Call] = [
    (
        "POST /incidents",
        {
            "incident": wanted(
                "other",
                urgency="low",
                priority={"id": "PPRI001", "type": "priority_reference"},
                body={"type": "incident_body", "details": "x"},
                conference_bridge={"conference_url": "https://example.com", "conference_number": "1"},
                incident_type={"name": "incident_default"},
                escalation_policy={"id": "PESC001", "type": "escalation_policy_reference"},
            )
        },
    ),
    ("POST /incidents", {"incident": wanted("another", assignments=_PERSON)}),
    ("PUT /incidents/{id}", {"id": "QONE", "incident": _CHANGE | {"escalation_level": 2}}),
    ("PUT /incidents/{id}", {"id": "QONE", "incident": {"type": "incident", "assignments": _PERSON}}),
    ("PUT /incidents", {"incidents": [{"id": "QONE"} | _CHANGE, {"id": "QONE"} | _CHANGE]}),
    ("PUT /incidents/{id}/merge", {"id": "QONE", "source_incidents": [{"id": "QONE"}]}),
    ("GET /incidents", {"statuses": ["triggered"], "date_range": "all", "sort_by": ["created_at:desc"]}),
    ("GET /incidents", {"since": "2026-11-01T00:00:00Z", "until": "2026-11-22", "user_ids": ["PUSR001"]}),
    ("GET /incidents", {"limit": 10, "offset": 0, "total": True, "urgencies": ["high"], "incident_key": "x"}),
    ("GET /incidents/{id}", {"id": "QONE", "include": ["services", "assignees"]}),
    ("POST /incidents/{id}/notes", {"id": "QONE", "note": {"content": "x"}}),
    ("GET /incidents/{id}/notes", {"id": "QONE"}),
    ("GET /incidents/{id}/log_entries", {"id": "QONE", "since": "2026-11-01", "is_overview": True}),
    ("GET /services", {"query": "a", "name": "b", "limit": 5}),
    ("GET /services/{id}", {"id": "PSVC001"}),
    ("GET /escalation_policies/{id}", {"id": "PESC002"}),
    ("GET /users", {"query": "a"}),
]


@settings(max_examples=400, deadline=None)
@given(anything.damaged(_CALLS))
def test_whatever_is_sent_nothing_but_the_seam_s_errors_comes_back(call: anything.Call) -> None:
    """A refused call is an error of the service and leaves everything as it was; it never breaks."""
    account, _ = machine()
    incident = account.data["incidents"][opened(account)["id"]]
    incident["shown"]["id"] = "QONE"
    account.data["incidents"] = {"QONE": incident}
    before = account.snapshot()
    try:
        account.call(call[0], **call[1])
    except CallError:
        assert account.snapshot() == before
