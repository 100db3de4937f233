"""Is Notion ready: the connection, its databases, and properties that can hold what is to be written.

To mend is to add properties that are missing. What is there is never changed: it may hold people's work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from reconciler.errors import Location
from reconciler.incident.model import Status
from reconciler.incident.settings import Settings
from reconciler.incident.text import one_line
from reconciler.plan.diagnosis import Diagnosis, bad, good, know
from reconciler.plan.world import Present
from reconciler.targets.doctor import examine
from reconciler.targets.notion.observe import shape
from reconciler.targets.notion.properties import KINDS, fit
from reconciler.targets.notion.target import Notion
from reconciler.targets.notion.values import NEEDED
from reconciler.targets.seam import Answer, Api, items_of, text_of

NOTION = Notion()
_FIX = "`reconciler doctor --fix` adds it"

#: The type of a property that is added. A status's options can only be made by people, a select's by writing.
MADE: Mapping[str, str] = {meaning: kinds[0] for meaning, kinds in KINDS.items()} | {"status": "select"}


class _Base(NamedTuple):
    """A database as the settings name it."""

    id: str
    word: str
    place: Location


def diagnoses(api: Api, settings: Settings, *, fix: bool = False) -> Iterator[Diagnosis]:
    """All that can be known of Notion; only with `fix` anything is written."""
    token = examine(NOTION, "who the token belongs to", lambda: _who(api))
    if token.failed:
        yield token.failed
        return
    name, workspace = token.found
    yield good(f"the connection is valid: {name}{f' in {workspace}' if workspace else ''}")
    yield know(
        "whether the connection may insert and update content cannot be known without writing",
        "see in its settings in Notion that it may read, update and insert content",
    )
    bases = list(_bases(settings))
    if not settings.notion.database:
        yield know(
            "the settings name no database: incidents get no document",
            "write `notion: {database: …}` with the 32 digits of its web address",
        )
    if settings.private_allowed and not settings.notion.private_database:
        yield know("the settings name no private database: private incidents get no document")
    for base in bases:
        yield from _database(api, settings, base, name, fix)


def _who(api: Api) -> tuple[str, str]:
    """What the connection and its workspace are called."""
    answer = api.call("GET /v1/users/me")
    text_of(answer, "id")
    workspace = (answer.get("bot") or {}).get("workspace_name")
    return one_line(str(answer.get("name") or "your connection"), 60), one_line(str(workspace or ""), 60)


def _bases(settings: Settings) -> Iterator[_Base]:
    notion = settings.notion
    for key, id in (("database", notion.database), ("private_database", notion.private_database)):
        if id:
            yield _Base(id.replace("-", ""), key.replace("_", " "), settings.where("notion", key))


def _database(api: Api, settings: Settings, base: _Base, name: str, fix: bool) -> Iterator[Diagnosis]:
    method = "GET /v1/databases/{database_id}"
    look = examine(
        NOTION, f"the {base.word}", lambda: _opened(api.call(method, database_id=base.id)), base.place
    )
    if look.error == "object_not_found":
        step = f"in Notion open it, ••• › Connections, and add {name}; or correct the id"
        yield bad(f"the {base.word} is not there, or not shared with the connection", step, base.place)
        return
    if look.failed:
        yield look.failed
        return
    title, source, trashed = look.found
    if trashed:
        yield bad(f"the {base.word} {title} is in the trash", "restore it in Notion", base.place)
        return
    yield good(f"the {base.word} {title} is shared with the connection")
    yield from _properties(api, settings, base, source, fix)


def _opened(answer: Answer) -> tuple[str, str, bool]:
    """A database's title, its first data source, and whether it lies in the trash."""
    sources = items_of(answer, "data_sources")
    plain = "".join(str(one.get("plain_text", "")) for one in items_of(answer, "title"))
    return f"“{one_line(plain, 60)}”", text_of(sources[0], "id"), bool(answer.get("in_trash"))


# properties ------------------------------------------------------------------------------------


def _properties(api: Api, settings: Settings, base: _Base, source: str, fix: bool) -> Iterator[Diagnosis]:
    what = f"the properties of the {base.word}"
    look = examine(NOTION, what, lambda: shape(api, source), base.place)
    if look.failed:
        yield look.failed
        return
    names, before = settings.notion.properties, look.found
    missing = [one for one, name in names.items() if name not in before.fields and one != "title"]
    now, refused = before, None
    if fix and missing:
        added = {names[one]: _definition(one, settings) for one in missing}
        mended = examine(NOTION, f"what was added to the {base.word}", lambda: _added(api, source, added))
        now, refused = (before, mended.failed) if mended.failed else (mended.found, None)
    for meaning, name in names.items():
        new = meaning in missing and name in now.fields
        yield _property(settings, meaning, name, now, new)
        yield from _options(settings, meaning, name, now)
    if refused:
        yield bad(refused.text.replace("could not be read", "is not known"), refused.remedy, base.place)


def _added(api: Api, source: str, properties: Mapping[str, Any]) -> Present:
    """Add properties, and look at what the database has then."""
    method = "PATCH /v1/data_sources/{data_source_id}"
    api.call(method, data_source_id=source, properties=properties)
    return shape(api, source)


def _definition(meaning: str, settings: Settings) -> Mapping[str, Any]:
    """A property as Notion takes it; a select comes with the words that will be written in it."""
    kind = MADE[meaning]
    options = [{"name": one} for one in _words(meaning, settings)] if kind == "select" else []
    return {kind: {"options": options} if options else {}}


def _words(meaning: str, settings: Settings) -> list[str]:
    """What is written in the status and the severity, as an option is spelled."""
    words = {
        "status": [status.value for status in Status],
        "severity": [severity.name for severity in settings.severities],
    }
    return [str(fit("select", one, ())) for one in words.get(meaning, ())]


def _property(settings: Settings, meaning: str, name: str, known: Present, new: bool) -> Diagnosis:
    place = settings.where("notion", "properties", meaning)
    kind = known.fields.get(name)
    shown, loss = f"property {one_line(name, 60)}", _loss(meaning)
    if kind is None:
        step = _title_step(known) if meaning == "title" else f"{_FIX}, as {MADE[meaning]}"
        return bad(f"{shown} is missing: {loss}", step, place)
    if kind not in KINDS[meaning]:
        found, kinds = one_line(kind, 40), " or ".join(KINDS[meaning])
        step = f"make it {kinds} in Notion, or name another one under `notion: {{properties: …}}`"
        return bad(f"{shown} is of type {found}, not {kinds}: {loss}", step, place)
    return good(f"{shown} is {'added' if new else 'there'} ({kind})")


def _loss(meaning: str) -> str:
    return "no document can be made" if meaning in NEEDED else f"the {meaning} is left out"


def _title_step(known: Present) -> str:
    """Every database has one title, and it cannot be added."""
    title = next((one_line(name, 60) for name, kind in known.fields.items() if kind == "title"), "")
    return f"write `notion: {{properties: {{title: {title}}}}}`, or rename {title} in Notion"


def _options(settings: Settings, meaning: str, name: str, known: Present) -> Iterator[Diagnosis]:
    """Notion: a status has only the options that people made."""
    if known.fields.get(name) != "status" or "status" not in KINDS[meaning]:
        return
    there = {str(one).lower() for one in known.extra.get("options", {}).get(name, ())}
    lacking = [one for one in _words(meaning, settings) if one.lower() not in there]
    if lacking:
        yield bad(
            f"property {one_line(name, 60)} has no option {', '.join(lacking)}: the {meaning} is left out",
            f"add {'it' if len(lacking) == 1 else 'them'} in Notion, which lets only people do so",
            settings.where("notion", "properties", meaning),
        )
