"""The account as the other files see it: its data at one moment, and who is acting.

References, ids and times are made here, so that every answer shows them in one form.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reconciler.sandbox.pagerduty.refusals import refused
from reconciler.targets.seam import Refused

Json = dict[str, Any]

_API = "https://api.pagerduty.com"
_WEB = "https://example.pagerduty.com"
_PLURALS = {
    "incident": "incidents",
    "service": "services",
    "escalation_policy": "escalation_policies",
    "user": "users",
    "priority": "priorities",
}
_PAGES = {"service": "service-directory"}


@dataclass(frozen=True, slots=True)
class Account:
    """The machine's data, the moment, who acts (a user, or a service by itself); `method` is the call."""

    data: Json
    now: datetime
    agent: Json
    method: str = ""

    def find(self, kind: str, identity: Any) -> Json | None:
        """The object of that kind and id, or None."""
        found: Json | None = self.data[_PLURALS[kind]].get(identity) if isinstance(identity, str) else None
        return found

    def need(self, kind: str, given: Any, refusal: Refused) -> Json:
        """The object that a reference names; raises `refusal` where there is none."""
        found = self.find(kind, given.get("id")) if isinstance(given, dict) else None
        if found is None:
            raise refusal
        return found

    def time(self, text: Any) -> datetime:
        """A time that the caller gave."""
        try:
            return read(text)
        except (TypeError, ValueError):
            raise self.invalid("Since and until must be ISO 8601 times.") from None

    def invalid(self, *errors: str) -> Refused:
        """400: a value that PagerDuty does not take."""
        return refused(self.method, 400, 2001, *errors)

    def impossible(self, *errors: str) -> Refused:
        """400: values that are fine in themselves, and do not fit what PagerDuty holds."""
        return refused(self.method, 400, 2002, *errors)

    def not_found(self) -> Refused:
        """404: no such object, or none that this key may see."""
        return refused(self.method, 404, 2100)

    def identity(self, prefix: str) -> str:
        """A new id that looks like PagerDuty's and depends on nothing but how many were given out."""
        self.data["identities"] += 1
        digest = hashlib.sha256(f"{prefix}/{self.data['identities']}".encode()).digest()
        return prefix + base64.b32encode(digest).decode()[:13]

    @property
    def stamp(self) -> str:
        """The moment as PagerDuty writes it."""
        return written(self.now)


def written(moment: datetime) -> str:
    """A time as PagerDuty writes it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(text: str) -> datetime:
    """A time as PagerDuty or a caller writes it: ISO 8601; without a zone it is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def identified(kind: str, identity: str, summary: str) -> Json:
    """The five members that every object of PagerDuty begins with."""
    page = None if kind == "priority" else f"{_WEB}/{_PAGES.get(kind, _PLURALS[kind])}/{identity}"
    return {
        "id": identity,
        "type": kind,
        "summary": summary,
        "self": f"{_API}/{_PLURALS[kind]}/{identity}",
        "html_url": page,
    }


def reference(thing: Json) -> Json:
    """The short form of an object, as it stands in others."""
    short = {key: thing[key] for key in ("id", "type", "summary", "self", "html_url")}
    return short | {"type": f"{thing['type']}_reference"}


def as_list(value: Any) -> list[Any]:
    """A list argument; one value alone counts as a list of one, none as an empty one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def as_flag(value: Any) -> bool:
    """A truth value from JSON or from a query."""
    return value is True or str(value).lower() == "true"
