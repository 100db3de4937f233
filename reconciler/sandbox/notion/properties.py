"""A page's properties: checked against the database's, kept by their ids, shown under their present names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.sandbox.notion import runs, values
from reconciler.sandbox.notion.refusals import failed, unexpected
from reconciler.sandbox.notion.values import KINDS, Given
from reconciler.sandbox.notion.workspace import Workspace

Json = dict[str, Any]

COLORS = ("default", "gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red")

#: what a page has that lies in no database
TITLE_ONLY: Json = {"title": {"id": "title", "name": "title", "type": "title", "title": {}}}


def taken(workspace: Workspace, given: Any, schema: Json) -> Json:
    """The values that a caller sent, by property id. All misfits are told at once; nothing is kept yet."""
    if not isinstance(given, dict):
        raise failed(workspace.method, "body.properties", "should be defined, instead was `undefined`")
    misfits = list(_misfits(workspace, given, schema))
    if misfits:
        raise workspace.invalid(" ".join(misfits))
    result = {}
    for key, value in given.items():
        config = _config(key, schema)
        assert config is not None
        path = f"body.properties.{key}.{config['type']}"
        take = KINDS[config["type"]].take
        result[config["id"]] = take(Given(workspace.method, path, value[config["type"]], config))
    return result


def _misfits(workspace: Workspace, given: Json, schema: Json) -> Iterator[str]:
    for key, value in given.items():
        config = _config(key, schema)
        kinds = _kinds(workspace, key, value)
        if config is None:
            yield f"{key} is not a property that exists."
        elif kinds != [config["type"]]:
            yield f"{config['name']} is expected to be {config['type']}."


def _kinds(workspace: Workspace, key: str, value: Any) -> list[str]:
    if not isinstance(value, dict):
        raise failed(workspace.method, f"body.properties.{key}", "should be an object")
    kinds = [kind for kind in value if kind not in ("type", "id")]
    for kind in kinds:
        if kind not in KINDS:
            raise unexpected(workspace.method, f"body.properties.{key}.{kind}", value[kind])
    return kinds


def _config(key: str, schema: Json) -> Json | None:
    """The property of that name or id; the title goes by `title` too."""
    if key in schema:
        found: Json = schema[key]
        return found
    return next((one for one in schema.values() if one["id"] == key), None)


def keep(page: Json, taken: Json, schema: Json) -> None:
    """Keep the values; a select's new names become options first."""
    configs = {one["id"]: one for one in schema.values()}
    for id, value in taken.items():
        page["properties"][id] = _with_options(value, configs[id])


def _with_options(value: Any, config: Json) -> Any:
    if config["type"] == "select":
        return _made(value, config) if isinstance(value, dict) else value
    if config["type"] == "multi_select":
        return [_made(one, config) if isinstance(one, dict) else one for one in value]
    return value


def _made(value: Json, config: Json) -> str:
    options = config[config["type"]]["options"]
    for one in options:
        if one["name"] == value["name"]:
            return str(one["id"])
    options.append(option(config["id"], value["name"], len(options)))
    return str(options[-1]["id"])


def option(property: str, name: str, place: int, color: str = "") -> Json:
    """An option of a select or a status."""
    color = color or COLORS[place % len(COLORS)]
    return {"id": f"{property}-{place + 1}", "name": name, "color": color, "description": None}


def shown(page: Json, schema: Json) -> Json:
    """All properties of a page with their values, empty ones too."""
    return {name: _shown(page["properties"], config) for name, config in schema.items()}


def _shown(kept: Json, config: Json) -> Json:
    kind = KINDS[config["type"]]
    value = kept.get(config["id"], kind.empty)
    if value is None and config["type"] == "status":
        value = values.default(config)
    return {"id": config["id"], "type": config["type"], config["type"]: kind.show(value, config)}


def title(page: Json) -> str:
    """The page's title as text."""
    return runs.plain(page["properties"].get("title", []))
