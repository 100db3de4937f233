"""Holds calls and answers against the services' own OpenAPI descriptions: an oracle that nobody here wrote.

The descriptions lie in the folder that RECONCILER_SPECS names. They are checked with plain JSON Schema, piece
by piece as they are needed, after three translations: OpenAPI 3.0's `nullable`; `allOf` with closed parts,
which JSON Schema cannot satisfy, merged into one; and PagerDuty's overlapping `oneOf` read as `anyOf`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from reconciler.targets.seam import Answer, Api

Json = dict[str, Any]

FILES = {
    "github": "github_rest_openapi.json",
    "notion": "notion_openapi.json",
    "pagerduty": "pagerduty_rest_openapi.json",
    "slack": "slack_web_openapi.json",
}
FOLDER = os.environ.get("RECONCILER_SPECS", "")

needs_specs = pytest.mark.skipif(
    not FOLDER, reason="RECONCILER_SPECS names no folder with the services' specs"
)

_NULL = {"type": "null"}
_MEDIA = ("application/json", "application/x-www-form-urlencoded")


def check_request(spec: str, method: str, arguments: Mapping[str, Any]) -> None:
    """Assert that a call of the seam is one that the service describes: path, then query (GET) or body.

    Unknown parameters, and unknown members of PagerDuty's bodies, which it passes over in silence, are
    refused too.
    """
    verb, path, _ = _operation(spec, method)
    given = dict(arguments)
    problems = [f"{name} is missing" for name in re.findall(r"\{(\w+)\}", path) if not given.pop(name, None)]
    if verb in ("get", "delete"):
        problems += _wrong_in_query(spec, method, given)
    elif (body := _body(spec, method)) is not None:
        problems += body.problems(_as_json(given))
    assert not problems, f"{spec}: {method}: " + "; ".join(problems)


def check_response(spec: str, method: str, answer: Any, status: int | None = None) -> None:
    """Assert that an answer has the form that the service describes for it; `status` None is success."""
    problems = _answer(spec, method, status).problems(_as_json(answer))
    assert not problems, f"{spec}: answer to {method}: " + "; ".join(problems)


class Checked:
    """An Api whose every call, and every answer to it, is held against the service's description."""

    def __init__(self, api: Api, spec: str):
        self._api, self._spec = api, spec

    def call(self, method: str, /, **arguments: Any) -> Answer:
        check_request(self._spec, method, arguments)
        answer = self._api.call(method, **arguments)
        check_response(self._spec, method, answer)
        return answer


def _as_json(value: Any) -> Any:
    """The value as it would be on the wire; a read-only mapping counts as an object."""
    return json.loads(json.dumps(value, default=dict))


def _operation(spec: str, method: str) -> tuple[str, str, Json]:
    """Verb, path and description of a method; Slack's are paths under one verb."""
    verb, _, path = method.rpartition(" ")
    path = path if path.startswith("/") else f"/{path}"
    verbs = _document(spec)["paths"].get(path, {})
    known = [verb.lower()] if verb else ["post", "get"]
    found = next((one for one in known if one in verbs), None)
    assert found, f"{spec} has no {method}"
    return found, path, verbs[found]


def _wrong_in_query(spec: str, method: str, given: Json) -> Iterator[str]:
    query = _query(spec, method)
    yield from (f"{name} is no parameter" for name in given if name not in query)
    yield from (f"{name} is missing" for name, one in query.items() if one.required and name not in given)
    for name in given.keys() & query.keys():
        one, value = query[name], given[name]
        if one.joined and isinstance(value, str):
            value = value.split(",")
        several = isinstance(value, list | tuple) and not one.takes_a_list
        for item in value if several else [value]:
            yield from (f"{name}: {problem}" for problem in one.shape.problems(_as_json(item)))


class _Parameter(NamedTuple):
    """One parameter of a query. A repeated one may be described by the schema of its single values.

    A `joined` one is a list that goes over the wire as one text, its values parted by commas.
    """

    shape: _Shape
    required: bool
    takes_a_list: bool
    joined: bool


@cache
def _query(spec: str, method: str) -> dict[str, _Parameter]:
    described = [_resolved(spec, one) for one in _operation(spec, method)[2].get("parameters", [])]
    return {
        one["name"].removesuffix("[]"): _Parameter(
            _Shape(spec, "request", one["schema"]),
            one.get("required", False),
            one["schema"].get("type") == "array",
            one.get("explode") is False,
        )
        for one in described
        if one["in"] == "query"
    }


@cache
def _body(spec: str, method: str) -> _Shape | None:
    content = _operation(spec, method)[2].get("requestBody", {}).get("content", {})
    schema = next((content[media]["schema"] for media in _MEDIA if media in content), None)
    return _Shape(spec, "request", schema) if schema is not None else None


@cache
def _answer(spec: str, method: str, status: int | None) -> _Shape:
    responses = _operation(spec, method)[2]["responses"]
    code = str(status) if status else next(code for code in responses if code.startswith("2"))
    content = _resolved(spec, responses[code])["content"]
    return _Shape(spec, "response", next(content[media]["schema"] for media in _MEDIA if media in content))


class _Shape:
    """A schema of a service: one library says quickly whether a value fits, another words why it does not."""

    def __init__(self, spec: str, mode: str, schema: Json):
        plain = _Converter(spec, mode).converted(schema)
        self._fast = jsonschema_rs.Draft202012Validator(plain, retriever=_retrieved)
        self._worded = Draft202012Validator(plain, registry=_registry())

    def problems(self, value: Any) -> list[str]:
        """The most telling misfit, with its path; none when the value fits."""
        if self._fast.is_valid(value):
            return []
        error = best_match(self._worded.iter_errors(value))
        return [f"{error.json_path} {_short(error.message)}" if error else "does not fit the description"]


def _short(message: str) -> str:
    """A message without the middle of the value that it quotes."""
    return message if len(message) <= 400 else f"{message[:200]} … {message[-200:]}"


@cache
def _document(spec: str) -> Json:
    document: Json = json.loads((Path(FOLDER) / FILES[spec]).read_text(encoding="utf-8"))
    if spec == "pagerduty":
        _reconcile_with_its_examples(document["components"]["schemas"])
    return document


def _reconcile_with_its_examples(schemas: Json) -> None:
    """PagerDuty's description contradicts itself in two places; its own examples decide.

    An acknowledgement's log entry would have to be of two types at once. A body's details are an object by
    the schema and a text in the example, and the type that a body requires is not among its properties.
    """
    schemas["AcknowledgeLogEntry"]["allOf"][1]["properties"]["type"]["enum"] = ["acknowledge_log_entry"]
    schemas["IncidentBody"]["properties"] = {"details": {}, "type": {"type": "string"}}


def _resolved(spec: str, schema: Json) -> Json:
    while "$ref" in schema:
        schema = _at(spec, schema["$ref"])
    return schema


@cache
def _at(spec: str, pointer: str) -> Json:
    found: Any = _document(spec)
    for part in pointer.removeprefix("#/").split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        found = found[int(name) if isinstance(found, list) else name]
    return dict(found)


@cache
def _registry() -> Registry[Any]:
    return Registry(retrieve=lambda uri: DRAFT202012.create_resource(_retrieved(uri)))  # type: ignore[call-arg]


@cache
def _retrieved(uri: str) -> Any:
    """The translated schema at `spec://SPEC/MODE/POINTER`."""
    spec, mode, pointer = uri.removeprefix("spec://").split("/", 2)
    return _Converter(spec, mode).converted(_at(spec, f"#/{pointer}"))


class _Converter:
    """Translates one service's schemas for requests or for responses; see the module."""

    def __init__(self, spec: str, mode: str):
        self._spec, self._mode = spec, mode
        self._loose = spec == "pagerduty"

    def converted(self, schema: Any) -> Any:
        """A schema as plain JSON Schema; whatever it refers to is translated when it is looked up."""
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            return {"$ref": f"spec://{self._spec}/{self._mode}/{schema['$ref'].removeprefix('#/')}"}
        if "allOf" in schema:
            ways = [self._plain(way) for way in self._ways(schema)]
            return ways[0] if len(ways) == 1 else {"anyOf": ways}
        return self._plain(schema)

    def _ways(self, schema: Json) -> list[Json]:
        """The schemas, free of `allOf` and of choices, of which a value has to fit one."""
        schema = _resolved(self._spec, schema)
        base = {key: value for key, value in schema.items() if key not in ("allOf", "oneOf", "anyOf")}
        parts = [self._ways(part) for part in schema.get("allOf", [])]
        choice = [way for one in schema.get("oneOf") or schema.get("anyOf") or [] for way in self._ways(one)]
        return [_merged([base, *ways]) for ways in product(*parts, *([choice] if choice else []))]

    def _plain(self, schema: Json) -> Json:
        plain = {key: self._keyword(key, value) for key, value in schema.items()}
        if self._loose and "oneOf" in plain:
            plain["anyOf"] = plain.pop("oneOf")
        if self._loose and self._mode == "request" and "properties" in plain:
            plain.setdefault("additionalProperties", False)
        return {"anyOf": [plain, _NULL]} if plain.pop("nullable", False) else plain

    def _keyword(self, key: str, value: Any) -> Any:
        if key == "properties":
            return {name: self._property(one) for name, one in value.items()}
        if key in ("oneOf", "anyOf"):
            return [self.converted(one) for one in value]
        if key in ("items", "additionalProperties", "not"):
            return self.converted(value)
        return value

    def _property(self, schema: Json) -> Json:
        """PagerDuty answers null for what an object does not have, also where it does not say so."""
        converted: Json = self.converted(schema)
        if self._loose and self._mode == "response":
            return {"anyOf": [converted, _NULL]}
        return converted


def _merged(parts: list[Json]) -> Json:
    """One object schema from several that all have to fit."""
    merged: Json = {}
    for part in parts:
        properties = dict(merged.get("properties", {}))
        for name, schema in part.get("properties", {}).items():
            properties[name] = {"allOf": [properties[name], schema]} if name in properties else schema
        required = [*merged.get("required", []), *part.get("required", [])]
        closed = False in (merged.get("additionalProperties"), part.get("additionalProperties"))
        merged = merged | part
        merged |= {"properties": properties} if properties else {}
        merged |= {"required": required} if required else {}
        merged |= {"additionalProperties": False} if closed else {}
    return merged
