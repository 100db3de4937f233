"""The seam itself: the client of a plan cannot write, and a list that is not there is no empty one."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.targets.retry import REPEATABLE
from reconciler.targets.seam import Answer, ReadOnly, is_read, items_of

CREATES = (
    *("conversations.create", "chat.postMessage", "bookmarks.add", "POST /incidents", "POST /v1/pages"),
    *("POST /incidents/{id}/notes", "PATCH /v1/pages/{page_id}/markdown", "a.method.that.is.new"),
)


class Noting:
    """A service that answers everything, and notes what."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def call(self, method: str, /, **arguments: Any) -> Answer:
        self.called.append(method)
        return {}


@pytest.mark.parametrize("method", [*sorted(REPEATABLE), *CREATES])
def test_the_client_of_a_plan_writes_nothing(method: str) -> None:
    service = Noting()
    with pytest.raises(AssertionError, match="only reads"):
        ReadOnly(service).call(method)
    assert service.called == []


@pytest.mark.parametrize("method", ["GET /incidents", "conversations.history", "auth.test"])
def test_the_client_of_a_plan_reads(method: str) -> None:
    service = Noting()
    ReadOnly(service).call(method)
    assert is_read(method)
    assert service.called == [method]


@pytest.mark.parametrize("answer", [{}, {"items": None}, {"items": {}}, {"items": "ab"}, {"items": 7}])
def test_a_list_that_is_not_there_is_no_empty_one(answer: Answer) -> None:
    with pytest.raises((LookupError, TypeError)):
        items_of(answer, "items")
