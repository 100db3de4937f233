"""What people do in PagerDuty without asking the reconciler: the demo's and the tests' other hands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.sandbox.pagerduty import lifecycle
from reconciler.sandbox.pagerduty.account import Account, Json, reference
from reconciler.sandbox.pagerduty.machine import PagerDutyMachine
from reconciler.sandbox.pagerduty.timeouts import catch_up


class People:
    """Persons with an account, each named by e-mail address. Unknown ids and addresses raise KeyError."""

    def __init__(self, machine: PagerDutyMachine):
        self._machine = machine

    def acknowledge(self, incident: str, email: str) -> None:
        """Somebody takes the incident on."""
        with self._as(email) as account:
            lifecycle.acknowledge(account, self._incident(incident), "website")

    def resolve(self, incident: str, email: str, note: str = "") -> None:
        """Somebody says that it is over."""
        with self._as(email) as account:
            lifecycle.resolve(account, self._incident(incident), "website", note)

    def reopen(self, incident: str, email: str) -> None:
        """Somebody says that it is not over."""
        with self._as(email) as account:
            lifecycle.trigger(account, self._incident(incident), "website")

    def merge(self, source: str, target: str, email: str) -> None:
        """Somebody finds that one incident is another."""
        with self._as(email) as account:
            lifecycle.merge(account, self._incident(source), self._incident(target))

    def change_priority(self, incident: str, name: str, email: str) -> None:
        """Somebody rates the incident anew; the empty name takes the priority away."""
        with self._as(email) as account:
            priorities = {one["name"]: reference(one) for one in account.data["priorities"].values()}
            lifecycle.touch(account, self._incident(incident), priority=priorities[name] if name else None)

    @contextmanager
    def _as(self, email: str) -> Iterator[Account]:
        with self._machine.lock:
            person = self._machine.user(email)
            if person is None:
                raise KeyError(email)
            account = self._machine.account(person)
            catch_up(account)
            yield account

    def _incident(self, identity: str) -> Json:
        incident: Json = self._machine.data["incidents"][identity]
        return incident
