"""PagerDuty as a state machine: who may call, which call goes where, and what has happened meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from reconciler.sandbox.machine import Machine, Now
from reconciler.sandbox.pagerduty import directory, incidents, listing, record
from reconciler.sandbox.pagerduty.account import Account, Json, reference
from reconciler.sandbox.pagerduty.example import FROM, blank, example
from reconciler.sandbox.pagerduty.refusals import refused
from reconciler.sandbox.pagerduty.showing import shown
from reconciler.sandbox.pagerduty.timeouts import catch_up
from reconciler.targets.seam import Answer, RateLimited, Unanswered

_NOBODY: Json = {"id": "PAPI000", "type": "integration_reference", "summary": "API"}


class PagerDutyMachine(Machine):
    """A PagerDuty account behind the seam.

    `from_address` is the `From` header; an HTTP front sets it for each call while it holds `lock`. Switches:
    `key` is what the API key may do, `limits` caps calls a minute (of a method, or of all under `"*"`),
    `next_errors` are the statuses (429 or 5xx) with which the next calls fail without being carried out,
    `data["abilities"]` is what the plan includes.
    """

    def __init__(self, clock: Now, data: Json | None = None):
        super().__init__(clock, data)
        self.from_address: str | None = None
        self.key: Literal["full", "read-only", "bad"] = "full"
        self.next_errors: list[int] = []
        self.retry_after = 30.0

    @classmethod
    def example(cls, clock: Now) -> PagerDutyMachine:
        """Three services that can be paged; the calls come from the reconciler's own user."""
        machine = cls(clock, example())
        machine.from_address = FROM
        return machine

    def blank(self) -> Json:
        return blank()

    def throttle(self, method: str, arguments: dict[str, Any]) -> None:
        if "*" in self.limits:
            self.spend(method, "*", self.limits["*"], 60)
        super().throttle(method, arguments)

    def answer(self, method: str, arguments: dict[str, Any]) -> Answer:
        self._fail(method)
        if self.key == "bad":
            raise refused(method, 401, 2006)
        account = self.account(_NOBODY, method)
        catch_up(account)
        if method in _READS:
            return _READS[method](account, arguments)
        if method not in _WRITES:
            raise refused(method, 404, 2100)
        if self.key == "read-only":
            raise refused(method, 403, 2010)
        return _WRITES[method](self.account(self._sender(method), method), arguments)

    def account(self, agent: Json, method: str = "") -> Account:
        """The data now, with somebody acting on it; for use while `lock` is held."""
        return Account(self.data, self.clock(), agent, method)

    def user(self, address: str | None) -> Json | None:
        """The reference of the user with that e-mail address."""
        found = (one for one in self.data["users"].values() if one["email"] == address)
        return next((reference(one) for one in found), None)

    def _sender(self, method: str) -> Json:
        if not self.from_address:
            raise refused(method, 400, 2016)
        if "@" not in self.from_address:
            raise refused(method, 400, 1028)
        sender = self.user(self.from_address)
        if sender is None:
            raise refused(method, 400, 1008)
        return sender

    def _fail(self, method: str) -> None:
        if not self.next_errors:
            return
        status = self.next_errors.pop(0)
        if status == 429:
            raise RateLimited(method, self.retry_after)
        raise Unanswered(method, f"{status} Internal Server Error", status=status)


_Method = Callable[[Account, Json], Answer]


def _on_one(do: Callable[[Account, Json, Json], Answer]) -> _Method:
    """A method on the incident that `id` names."""

    def method_on_one(account: Account, arguments: Json) -> Answer:
        incident = incidents.find(account, arguments.pop("id", None))
        return do(account, incident, arguments)

    return method_on_one


_READS: dict[str, _Method] = {
    "GET /incidents": listing.list_incidents,
    "GET /incidents/{id}": _on_one(lambda account, one, given: {"incident": shown(account, one, given)}),
    "GET /incidents/{id}/notes": _on_one(lambda _account, one, _given: record.list_notes(one)),
    "GET /incidents/{id}/log_entries": _on_one(record.list_log_entries),
    "GET /priorities": directory.list_priorities,
    "GET /services": directory.list_services,
    "GET /services/{id}": directory.get_service,
    "GET /escalation_policies": directory.list_policies,
    "GET /escalation_policies/{id}": directory.get_policy,
    "GET /users": directory.list_users,
    "GET /abilities": directory.list_abilities,
}
_WRITES: dict[str, _Method] = {
    "POST /incidents": incidents.create,
    "PUT /incidents": incidents.update_many,
    "PUT /incidents/{id}": _on_one(incidents.update),
    "PUT /incidents/{id}/merge": _on_one(incidents.merge_into),
    "POST /incidents/{id}/notes": _on_one(record.add_note),
    "PUT /incidents/{id}/notes/{note_id}": _on_one(record.edit_note),
    "DELETE /incidents/{id}/notes/{note_id}": _on_one(record.delete_note),
}
