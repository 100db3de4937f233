"""What people do in PagerDuty without asking the reconciler: the demo's and the tests' other hands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from reconciler.sandbox.pagerduty import incidents, lifecycle, record
from reconciler.sandbox.pagerduty.account import Account, Json, reference, written
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

    def change(self, incident: str, email: str, **fields: Any) -> None:
        """Somebody changes what the API lets anybody change: title, urgency, policy, service, bridge."""
        with self._as(email) as account:
            given = {"incident": {"type": "incident_reference", **fields}}
            incidents.update(account, self._incident(incident), given)

    def snooze(self, incident: str, email: str, hours: float = 1) -> None:
        """Somebody takes the incident on, and has it call again later."""
        with self._as(email) as account:
            found = self._incident(incident)
            lifecycle.acknowledge(account, found, "website")
            found["snoozed_until"] = written(account.now + timedelta(hours=hours))

    def write_note(self, incident: str, email: str, text: str) -> None:
        """Somebody notes what they have seen."""
        with self._as(email) as account:
            record.add_note(account, self._incident(incident), {"note": {"content": text}})

    def delete_note(self, incident: str, note: str) -> None:
        """Somebody takes a note away, by its id."""
        with self._machine.lock:
            found = self._incident(incident)
            found["notes"] = [one for one in found["notes"] if one["id"] != note]

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
