"""Why data does not fit its schema, said to the person who wrote the file: what is wrong, what to write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from reconciler.errors import Failure
from reconciler.incident.finding import Finding, Path, choice, meant, nearest
from reconciler.incident.moments import TIME
from reconciler.incident.shown import quoted
from reconciler.repo.edit_scalars import spell

_TRUTH = {
    "yes": True,
    "on": True,
    "y": True,
    "true": True,
    "no": False,
    "off": False,
    "n": False,
    "false": False,
}
_LONGEST = 300  # characters of a hint
_KINDS = {"string": "text", "boolean": "true or false", "array": "a list", "object": "keys with values"}


class Misfit(NamedTuple):
    """One place where data and schema disagree, in the schema's terms."""

    path: Path
    keyword: str
    wanted: Any  # the keyword's value in the schema
    value: Any
    schema: Mapping[str, Any]  # around the keyword
    spelled: str | None = None  # how the file writes a value that is no text
    at_key: bool = False

    @property
    def subject(self) -> str:
        """What the sentence is about: the last key on the way there; the line says the rest."""
        keys = [step for step in self.path if isinstance(step, str)]
        named = quoted(keys[-1]) if keys else "this file"
        return f"the key {named}" if self.at_key else named

    @property
    def shown(self) -> str:
        """The value as the file has it."""
        if isinstance(self.value, dict | list):
            return _KINDS["object" if isinstance(self.value, dict) else "array"]
        if isinstance(self.value, str):
            return quoted(self.value)
        said = quoted(self.spelled or "")
        return said if isinstance(self.value, bool) else f"the number {said}"


def word(misfit: Misfit) -> Iterator[Finding]:
    """What to tell about a misfit: a finding, or one for each key that is missing or unknown."""
    for finding in _HANDLERS[misfit.keyword](misfit):
        yield finding._replace(at_key=True) if misfit.at_key else finding


def _required(misfit: Misfit) -> Iterator[Finding]:
    for key in misfit.wanted:
        if key not in misfit.value:
            example = _example(misfit.schema["properties"][key])
            yield Finding(misfit.path, f"`{key}` is missing", f"{key}: {example}")


def _additional(misfit: Misfit) -> Iterator[Finding]:
    known = misfit.schema["properties"]
    for key in misfit.value:
        if key not in known:
            hint = nearest(key, known) or f"one of {', '.join(known)}"
            yield Finding((*misfit.path, key), f"the key {quoted(key)} is not known here", hint, at_key=True)


def _type(misfit: Misfit) -> Iterator[Finding]:
    if misfit.value is None:
        hint = f"{_example(misfit.schema)}, or leave it out"
        yield Finding(misfit.path, f"{misfit.subject} has no value", hint)
    else:
        words = f"{misfit.subject} must be {_KINDS[misfit.wanted]}, not {misfit.shown}"
        yield Finding(misfit.path, words, _retyped(misfit))


def _retyped(misfit: Misfit) -> str:
    """The value as what it should be, where that is plain; else an example."""
    repaired = ""
    if misfit.wanted == "string" and misfit.spelled and _fits(misfit.spelled, misfit.schema):
        repaired = _yaml(misfit.spelled, quote='"')
    elif misfit.wanted == "boolean" and isinstance(misfit.value, str) and misfit.value.lower() in _TRUTH:
        repaired = _yaml(_TRUTH[misfit.value.lower()])
    elif misfit.wanted == "array" and isinstance(misfit.value, str):
        repaired = _yaml([misfit.value])
    return repaired or _example(misfit.schema)


def _enum(misfit: Misfit) -> Iterator[Finding]:
    hint = meant(misfit.value, misfit.wanted) if isinstance(misfit.value, str) else choice(misfit.wanted)
    yield Finding(misfit.path, f"{misfit.subject} cannot be {misfit.shown}", hint)


def _pattern(misfit: Misfit) -> Iterator[Finding]:
    repaired = (text for text in _repairs(misfit.value) if _fits(text, misfit.schema))
    hint = next((_plain(text) for text in repaired), None) or _example(misfit.schema)
    why = misfit.schema["patternErrorMessage"]
    what = misfit.subject if misfit.at_key else f"{misfit.subject} cannot be {misfit.shown}"
    yield Finding(misfit.path, f"{what}: {why}", hint)


def _repairs(text: str) -> list[str]:
    """What somebody may have meant, likeliest first."""
    bare = text.strip()
    name = re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-")
    link = f"https://{bare}" if re.match(r"[\w.-]+\.\w+(/|$)", bare) else bare
    return [bare, f"{bare}Z", bare.lower(), bare.upper(), link, f"#{name}", name] if name else []


def _long(misfit: Misfit) -> Iterator[Finding]:
    words = f"{misfit.subject} has {len(misfit.value):,} characters"
    yield Finding(misfit.path, words, f"{misfit.wanted:,} characters at most")


def _many(misfit: Misfit) -> Iterator[Finding]:
    words = f"{misfit.subject} has {len(misfit.value):,} items"
    yield Finding(misfit.path, words, f"{misfit.wanted:,} at most")


def _empty(misfit: Misfit) -> Iterator[Finding]:
    yield Finding(misfit.path, f"{misfit.subject} is empty", _example(misfit.schema))


def _unique(misfit: Misfit) -> Iterator[Finding]:
    yield Finding(misfit.path, f"{misfit.subject} has {misfit.shown} twice", "it once")


_HANDLERS: dict[str, Callable[[Misfit], Iterator[Finding]]] = {
    "required": _required,
    "additionalProperties": _additional,
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "maxLength": _long,
    "maxItems": _many,
    "maxProperties": _many,
    "minLength": _empty,
    "minItems": _empty,
    "uniqueItems": _unique,
}


def _fits(text: str, schema: Mapping[str, Any]) -> bool:
    return re.search(schema.get("pattern", ""), text) is not None


def _example(schema: Mapping[str, Any]) -> str:
    """The schema's first example, as YAML on one line; nothing where it has none."""
    return _plain(schema["examples"][0]) if "examples" in schema else ""


def _plain(value: Any) -> str:
    """The value as YAML on one line; a time without the quotes that only older readers need."""
    return value if isinstance(value, str) and TIME.fullmatch(value) else _yaml(value)


def _yaml(value: Any, quote: str = "") -> str:
    """The value as YAML on one line; nothing where no file of ours may hold it, or nobody would read it."""
    try:
        spelled = spell(value, quote=quote)
    except Failure:
        return ""
    return spelled if len(spelled) <= _LONGEST else ""
