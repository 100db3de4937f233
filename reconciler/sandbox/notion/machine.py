"""Notion as a state machine: who may call, which call goes where, and what is withheld for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from reconciler.sandbox.machine import Machine, Now
from reconciler.sandbox.notion import blocks, pages, query, schema
from reconciler.sandbox.notion.example import BOT, blank, example
from reconciler.sandbox.notion.refusals import ordered, refused
from reconciler.sandbox.notion.workspace import NEWEST, Workspace
from reconciler.targets.seam import Answer, is_read

Json = dict[str, Any]


class NotionMachine(Machine):
    """A Notion workspace behind the seam.

    `version` is the `Notion-Version` header; an HTTP front sets it for each call while it holds `lock`.
    Switches: `key` is what the integration may do; `limits` caps calls a minute (of a method, or of all under
    `"*"`); `next_errors` are the statuses (409, 429, 500, 502, 503, 504, 529) with which the next calls fail
    without being carried out, after which `retry_after` seconds are to be waited; `largest_page` is how many
    objects a list gives at once; for `query_lag` and `search_lag` seconds a new page is in no list.
    """

    def __init__(self, clock: Now, data: Json | None = None):
        super().__init__(clock, data)
        self.version = NEWEST
        self.key: Literal["full", "read-only", "bad"] = "full"
        self.next_errors: list[int] = []
        self.retry_after = 30.0
        self.largest_page = 100
        self.query_lag = 0.0
        self.search_lag = 60.0

    @classmethod
    def example(cls, clock: Now) -> NotionMachine:
        """A database for incidents that is shared with the integration."""
        return cls(clock, example())

    def blank(self) -> Json:
        return blank()

    def throttle(self, method: str, arguments: dict[str, Any]) -> None:
        if "*" in self.limits:
            self.spend(method, "*", self.limits["*"], 60)
        super().throttle(method, arguments)

    def answer(self, method: str, arguments: dict[str, Any]) -> Answer:
        if self.next_errors:
            raise ordered(method, self.next_errors.pop(0), self.retry_after)
        if self.key == "bad":
            raise refused(method, 401, "unauthorized", "API token is invalid.")
        if method not in _METHODS:
            raise refused(method, 400, "invalid_request_url", "Invalid request URL.")
        if self.key == "read-only" and not (is_read(method) or method == _SEARCH):
            raise refused(method, 403, "restricted_resource", "Insufficient permissions for this endpoint.")
        return _METHODS[method](self.workspace(BOT, method), arguments)

    def workspace(self, agent: str, method: str = "") -> Workspace:
        """The data now, with somebody acting on it; for use while `lock` is held."""
        lag = self.search_lag if method == _SEARCH else self.query_lag
        return Workspace(self.data, self.clock(), agent, method, self.version, self.largest_page, lag)


def _me(workspace: Workspace, arguments: Json) -> Answer:
    """The integration's own user."""
    return {
        "object": "user",
        "id": BOT,
        "name": "Incident Reconciler",
        "avatar_url": None,
        "type": "bot",
        "bot": {
            "owner": {"type": "workspace", "workspace": True},
            "workspace_id": "5a1d0b0c-0000-4000-8000-000000000000",
            "workspace_name": "Example",
            "workspace_limits": {"max_file_upload_size_in_bytes": 5_242_880},
        },
    }


_SEARCH = "POST /v1/search"
_METHODS: dict[str, Callable[[Workspace, Json], Answer]] = {
    "GET /v1/users/me": _me,
    "GET /v1/databases/{database_id}": schema.get_database,
    "GET /v1/data_sources/{data_source_id}": schema.get_source,
    "PATCH /v1/data_sources/{data_source_id}": schema.update_source,
    "POST /v1/data_sources/{data_source_id}/query": query.query,
    "POST /v1/pages": pages.create,
    "GET /v1/pages/{page_id}": pages.get,
    "PATCH /v1/pages/{page_id}": pages.update,
    "GET /v1/pages/{page_id}/markdown": pages.get_markdown,
    "PATCH /v1/pages/{page_id}/markdown": pages.update_markdown,
    "GET /v1/blocks/{block_id}/children": blocks.get_children,
    "PATCH /v1/blocks/{block_id}/children": blocks.append_children,
    _SEARCH: query.search,
}
