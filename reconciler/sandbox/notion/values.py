"""Property values: what a caller may write for each type of property, what is kept, and how it is read back.

A type is one row of a table. What is kept is plain data: runs for text, an option's id for a choice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from reconciler.sandbox.notion import runs
from reconciler.sandbox.notion.refusals import failed, too_long, validation

Json = dict[str, Any]

MOST_OPTIONS = 100
MOST_OPTION_NAME = 100


class Given(NamedTuple):
    """A value that a caller sent: the call, where it stands in the body, and the property that it is for."""

    method: str
    path: str
    value: Any
    config: Json


class Kind(NamedTuple):
    """A type of property: from what is sent to what is kept, from that to what is read, and what is empty."""

    take: Callable[[Given], Any]
    show: Callable[[Any, Json], Any]
    empty: Any = None


def _text(given: Given) -> Any:
    return runs.taken(given.method, given.value, given.path)


def _short(most: int) -> Callable[[Given], Any]:
    """A text of its own, such as an address, that is null or at most so long."""

    def take(given: Given) -> Any:
        if given.value is None:
            return None
        if not isinstance(given.value, str) or not given.value:
            raise failed(given.method, given.path, "should be a string that is not empty, or `null`")
        if (length := runs.units(given.value)) > most:
            raise too_long(given.method, given.path, most, length)
        return given.value

    return take


def _number(given: Given) -> Any:
    if given.value is not None and (
        isinstance(given.value, bool) or not isinstance(given.value, int | float)
    ):
        raise failed(given.method, given.path, "should be a number or `null`")
    return given.value


def _checkbox(given: Given) -> Any:
    if not isinstance(given.value, bool):
        raise failed(given.method, given.path, "should be a boolean")
    return given.value


def _date(given: Given) -> Any:
    if given.value is None:
        return None
    if not isinstance(given.value, dict) or "start" not in given.value:
        raise failed(given.method, f"{given.path}.start", "should be defined, instead was `undefined`")
    end = given.value.get("end")
    return {
        "start": _moment(given, "start"),
        "end": _moment(given, "end") if end is not None else None,
        "time_zone": given.value.get("time_zone"),
    }


def _moment(given: Given, name: str) -> str:
    """A day as it is; a time to the minute, with milliseconds and its offset, as Notion writes it."""
    text = given.value[name]
    try:
        if len(text) == len("2026-11-21"):
            return date.fromisoformat(text).isoformat()
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        problem = f'should be a valid ISO 8601 date string, instead was `"{text}"`'
        raise failed(given.method, f"{given.path}.{name}", problem) from None
    shown = moment.replace(second=0, microsecond=0).isoformat(timespec="milliseconds")
    return shown if moment.tzinfo else f"{shown}+00:00"


def _select(given: Given) -> Any:
    """An option's name or id; a name that is new becomes an option."""
    if given.value is None:
        return None
    name = _option_name(given, given.value, given.path)
    return next((one["id"] for one in _options(given.config) if one["id"] == name), {"name": name})


def _multi_select(given: Given) -> Any:
    if not isinstance(given.value, list):
        raise failed(given.method, given.path, "should be an array")
    if len(given.value) > MOST_OPTIONS:
        raise too_long(given.method, given.path, MOST_OPTIONS, len(given.value))
    return [_select(given._replace(value=one)) for one in given.value]


def _status(given: Given) -> Any:
    """An option's name or id; unlike a select's, a status's options are not made by writing them."""
    if given.value is None:
        return default(given.config)
    name = _option_name(given, given.value, given.path)
    for one in _options(given.config):
        if name in (one["id"], one["name"]):
            return one["id"]
    raise validation(given.method, f'Invalid status option. Status option "{name}" does not exist".')


def _option_name(given: Given, value: Any, path: str) -> str:
    """What names an option: the id of a known one, or a name."""
    if not isinstance(value, dict) or not any(isinstance(value.get(key), str) for key in ("id", "name")):
        raise failed(given.method, f"{path}.name", "should be defined, instead was `undefined`")
    known = {one["name"]: one["id"] for one in _options(given.config)}
    name = str(value.get("id") or known.get(value["name"], value["name"]))
    if not name or runs.units(name) > MOST_OPTION_NAME:
        raise too_long(given.method, f"{path}.name", MOST_OPTION_NAME, runs.units(name))
    if "," in name:
        raise validation(given.method, f"Invalid select option, commas not allowed: {name}")
    return name


def _options(config: Json) -> list[Json]:
    options: list[Json] = config[config["type"]]["options"]
    return options


def default(config: Json) -> Any:
    """The status of a page that has been given none: the first option."""
    return _options(config)[0]["id"]


def _option(kept: Any, config: Json) -> Json | None:
    found = next((one for one in _options(config) if one["id"] == kept), None)
    return {key: found[key] for key in ("id", "name", "color")} if found else None


def _same(kept: Any, config: Json) -> Any:
    return kept


def _shown_runs(kept: Any, config: Json) -> Any:
    return runs.answered(kept)


def _shown_options(kept: Any, config: Json) -> Any:
    return [option for one in kept if (option := _option(one, config))]


KINDS: dict[str, Kind] = {
    "title": Kind(_text, _shown_runs, []),
    "rich_text": Kind(_text, _shown_runs, []),
    "url": Kind(_short(runs.MOST_URL), _same),
    "email": Kind(_short(200), _same),
    "phone_number": Kind(_short(200), _same),
    "number": Kind(_number, _same),
    "checkbox": Kind(_checkbox, _same, False),
    "date": Kind(_date, _same),
    "select": Kind(_select, _option),
    "multi_select": Kind(_multi_select, _shown_options, []),
    "status": Kind(_status, _option),
}
