"""The workspace as the other files see it: its data at one moment, who is acting, and on which call.

Ids are found with and without dashes, and what is not shared is not there.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.sandbox.notion.refusals import failed, not_found, validation
from reconciler.targets.seam import Refused

Json = dict[str, Any]

NEWEST = "2026-03-11"

_NAMESPACE = uuid.UUID("5a1d0b0c-0000-4000-8000-000000000000")
_ARCHIVED = "Can't edit block that is archived. You must unarchive the block before editing."
_KINDS = {"page": "pages", "database": "databases", "data_source": "data_sources"}


@dataclass(frozen=True, slots=True)
class Workspace:
    """The machine's data, the moment, the acting user's id, and the call that is answered.

    `version` is the call's Notion-Version, `largest` how many objects a list gives at once, `lag` for how
    many seconds lists do not know a new page.
    """

    data: Json
    now: datetime
    agent: str
    method: str = ""
    version: str = NEWEST
    largest: int = 100
    lag: float = 0

    @property
    def stamp(self) -> str:
        """The moment, to the microsecond: what the data keeps."""
        return self.now.astimezone(UTC).isoformat(timespec="microseconds")

    def identity(self) -> str:
        """A new id that depends on nothing but how many were given out."""
        self.data["identities"] += 1
        return str(uuid.uuid5(_NAMESPACE, str(self.data["identities"])))

    def uuid(self, given: Any, path: str) -> str:
        """An id in its dashed form; refuses what is none."""
        bare = str(given).replace("-", "").lower()
        if not re.fullmatch(r"[0-9a-f]{32}", bare):
            raise failed(self.method, path, f'should be a valid uuid, instead was `"{given}"`')
        return str(uuid.UUID(bare))

    def find(self, kind: str, given: Any, path: str) -> Json:
        """The page, database or data source of that id, if it is shared with the integration."""
        id = self.uuid(given, path)
        found: Json | None = self.data[_KINDS[kind]].get(id)
        if found is None or not self.shared(found):
            raise not_found(self.method, kind, id)
        return found

    def editable(self, given: Any) -> Json:
        """The page of that id, if it is not in the trash."""
        page = self.find("page", given, "path.page_id")
        if page["in_trash"]:
            raise validation(self.method, _ARCHIVED)
        return page

    def visible(self, page: Json) -> bool:
        """Whether lists know the page: it is shared, not in the trash, and not too new for them."""
        made = datetime.fromisoformat(page["created_at"])
        return self.shared(page) and not page["in_trash"] and made + timedelta(seconds=self.lag) <= self.now

    def touch(self, page: Json) -> None:
        """Note who edited the page, and when."""
        page |= {"edited_at": self.stamp, "edited_by": self.agent}

    def invalid(self, message: str) -> Refused:
        """400: what was sent does not fit."""
        return validation(self.method, message)

    def shared(self, thing: Json) -> bool:
        """Whether the integration was given access to the object, or to the database that it lies in."""
        if not thing["shared"]:
            return False
        parent = self.data["databases"].get(thing.get("database"))
        return parent is None or bool(parent["shared"])


def minute(stamp: str) -> str:
    """A time as Notion shows it: rounded down to the minute."""
    moment = datetime.fromisoformat(stamp).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:00.000Z")


def user(id: str) -> Json:
    """A user as others' objects name it."""
    return {"object": "user", "id": id}


def url(id: str) -> str:
    """Where a person opens the object."""
    return f"https://www.notion.so/{id.replace('-', '')}"
