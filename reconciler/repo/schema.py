"""Whether data fits its schema: one validator says quickly that it does, another why it does not.

Neither is imported before it is needed. The slow one is the judge, and only looks at what the quick one
does not pass.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import reconciler
from reconciler.incident.finding import Finding, Path

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

    from reconciler.repo.schema_words import Misfit

PROBLEMS = 100  # after so many a file is not looked at further


def check_schema(kind: str, data: Any, spelled: Mapping[Path, str]) -> list[Finding]:
    """What does not fit the schema `kind` (`incident` or `settings`); `spelled` as in a Document."""
    if _quick(kind).is_valid(data):
        return []
    from reconciler.repo.schema_words import word

    errors = _judge(kind).iter_errors(data)
    return list(islice((finding for error in errors for finding in word(_misfit(error, spelled))), PROBLEMS))


def _misfit(error: Any, spelled: Mapping[Path, str]) -> Misfit:
    from reconciler.repo.schema_words import Misfit

    at_key = "propertyNames" in error.absolute_schema_path
    path = (*error.absolute_path, error.instance) if at_key else tuple(error.absolute_path)
    return Misfit(
        path=path,
        keyword=error.validator,
        wanted=error.validator_value,
        value=error.instance,
        schema=error.schema,
        spelled=spelled.get(path),
        at_key=at_key,
    )


def schema_text(kind: str) -> str:
    """The schema as JSON: from the installed package, or from the checkout that the package lies in."""
    package = os.path.dirname(reconciler.__file__)
    for folder in (package, os.path.dirname(package)):
        path = os.path.join(folder, "schemas", f"{kind}.schema.json")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return file.read()
    raise FileNotFoundError(f"{kind}.schema.json is neither in {package} nor beside it")


@cache
def _quick(kind: str) -> Any:
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(schema_text(kind))


@cache
def _judge(kind: str) -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    many = {"items": _items, "additionalProperties": _others, "propertyNames": _names}
    keywords = {word: partial(look, kind) for word, look in many.items()}
    own = {"pattern": _pattern, "uniqueItems": _unique}
    exact = extend(Draft202012Validator, keywords | own)  # type: ignore[no-untyped-call]
    return exact(_schema(kind))


def _items(kind: str, judge: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """Each item, but none behind the last that may be there: the list is said to be too long."""
    if isinstance(instance, list):
        yield from _each(kind, judge, wanted, enumerate(instance[: schema.get("maxItems")]))


def _others(kind: str, judge: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """Each value whose key has no schema of its own; that there must be none is one error."""
    from jsonschema.exceptions import ValidationError

    known = schema.get("properties", {})
    others = (
        {key: value for key, value in instance.items() if key not in known}
        if isinstance(instance, dict)
        else {}
    )
    if isinstance(wanted, dict):
        yield from _each(kind, judge, wanted, others.items())
    elif others:
        yield ValidationError("keys that are not known")


def _names(kind: str, judge: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """Each key."""
    if isinstance(instance, dict):
        yield from _each(kind, judge, wanted, ((None, key) for key in instance))


def _each(kind: str, judge: Any, wanted: Any, values: Iterable[tuple[Any, Any]]) -> Iterator[ValidationError]:
    """What is wrong with many values alike; what the quick one passes is not looked at slowly."""
    import json

    quick = _part(kind, json.dumps(wanted))
    for path, value in values:
        if not quick.is_valid(value):
            yield from judge.descend(value, wanted, path=path)


@cache
def _schema(kind: str) -> Any:
    import json

    return json.loads(schema_text(kind))


@cache
def _part(kind: str, wanted: str) -> Any:
    """The quick validator for a part of a schema, given as JSON."""
    import json

    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator({**json.loads(wanted), "$defs": _schema(kind)["$defs"]})


def _pattern(_: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """As the standard has it: `$` is the end of the text, not the place before a last line end."""
    import re

    from jsonschema.exceptions import ValidationError

    exact = pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern
    if isinstance(instance, str) and not re.search(exact, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _unique(_: Any, wanted: bool, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """Each repeated item by itself, at its own place, in one pass."""
    from jsonschema.exceptions import ValidationError

    seen: set[str] = set()
    for number, item in enumerate(instance if wanted and isinstance(instance, list) else ()):
        known = repr(item)
        if known in seen:
            yield ValidationError(f"{known} is there twice", path=[number], instance=item)
        seen.add(known)
