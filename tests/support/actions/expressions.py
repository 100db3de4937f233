"""`${{ … }}`: the part of GitHub's expressions that our files use; anything else is `Unknown`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)"
    r"|(?P<sign>==|!=|&&|\|\||[!().,]))"
)
_WORDS = {"true": True, "false": False, "null": None}
STATUS = re.compile(r"\b(?:success|failure|always|cancelled)\s*\(")

Contexts = Mapping[str, Any]


class Unknown(Exception):
    """Something that GitHub knows and this does not, or that nobody knows."""


def text(template: Any, contexts: Contexts) -> str:
    """A value of a workflow file with its expressions replaced."""
    if not isinstance(template, str):
        return shown(template)
    return _EXPRESSION.sub(lambda found: shown(value(found[1], contexts)), template)


def holds(condition: Any, contexts: Contexts) -> bool:
    """An `if`: with or without `${{ }}`; unless it asks for the status itself, all before has to be well."""
    words = str(condition if condition is not None else "success()").strip()
    if found := _EXPRESSION.fullmatch(words):
        words = found[1]
    if "${{" in words:
        raise Unknown(f"an `if` that is partly an expression: {words}")
    true = truth(value(words, contexts))
    return true if STATUS.search(words) else true and truth(value("success()", contexts))


def value(words: str, contexts: Contexts) -> Any:
    """What an expression is."""
    parser = _Parser(_tokens(words), contexts)
    found = parser.either()
    if parser.left:
        raise Unknown(f"{parser.left[0]} in {words}")
    return found


def shown(found: Any) -> str:
    """A value as it stands in a text."""
    if found is None or isinstance(found, bool):
        return {None: "", True: "true", False: "false"}[found]
    if isinstance(found, int | float):
        return f"{found:g}"
    if isinstance(found, str):
        return found
    raise Unknown(f"{type(found).__name__} in a text")


def truth(found: Any) -> bool:
    """Whether GitHub takes a value for true."""
    return not (found is None or found is False or found == "" or found == 0)


def same(one: Any, other: Any) -> bool:
    """`==`: texts whatever their case, values of two kinds as numbers."""
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    if type(one) is type(other):
        return bool(one == other)
    return _number(one) == _number(other)


def _number(found: Any) -> float:
    if found is None or isinstance(found, bool | int | float):
        return float(found or 0)
    try:
        return float(found or 0)
    except (TypeError, ValueError):
        return math.nan


def _tokens(words: str) -> list[tuple[str, str]]:
    found, at = [], 0
    words = words.rstrip()
    while at < len(words):
        token = _TOKEN.match(words, at)
        if token is None:
            raise Unknown(f"{words[at:]!r} in {words}")
        found.append((str(token.lastgroup), token[str(token.lastgroup)]))
        at = token.end()
    return found


@dataclass
class _Parser:
    left: list[tuple[str, str]]
    contexts: Contexts

    def either(self) -> Any:
        found = self.both()
        while self._takes("||"):
            other = self.both()
            found = found if truth(found) else other
        return found

    def both(self) -> Any:
        found = self.alike()
        while self._takes("&&"):
            other = self.alike()
            found = other if truth(found) else found
        return found

    def alike(self) -> Any:
        found = self.one()
        while self.left and self.left[0][1] in ("==", "!="):
            equal = self.left.pop(0)[1] == "=="
            found = same(found, self.one()) is equal
        return found

    def one(self) -> Any:
        if self._takes("!"):
            return not truth(self.one())
        if self._takes("("):
            found = self.either()
            self._needs(")")
            return found
        if not self.left:
            raise Unknown("an expression that ends too early")
        kind, word = self.left.pop(0)
        if kind == "text":
            return word[1:-1].replace("''", "'")
        if kind == "number":
            return float(word)
        if kind != "name":
            raise Unknown(word)
        return self._named(word)

    def _named(self, word: str) -> Any:
        if word in _WORDS:
            return _WORDS[word]
        if self._takes("("):
            return self._called(word)
        if word not in self.contexts:
            raise Unknown(f"the context {word}")
        found, path = self.contexts[word], word
        while self._takes("."):
            name = self.left.pop(0)[1]
            path = f"{path}.{name}"
            found = _member(found, name, path)
        return found

    def _called(self, name: str) -> Any:
        given = []
        while not self._takes(")"):
            given.append(self.either())
            self._takes(",")
        known: Mapping[str, Callable[..., Any]] = self.contexts["functions"]
        if name not in known:
            raise Unknown(f"{name}()")
        return known[name](*given)

    def _takes(self, sign: str) -> bool:
        if self.left and self.left[0] == ("sign", sign):
            self.left.pop(0)
            return True
        return False

    def _needs(self, sign: str) -> None:
        if not self._takes(sign):
            raise Unknown(f"{sign} is missing")


class Open(dict[str, Any]):
    """A context in which what is not there is empty, as GitHub has it: secrets, variables, a payload."""


def _member(found: Any, name: str, path: str) -> Any:
    if found is None:
        return None
    if not isinstance(found, Mapping):
        raise Unknown(path)
    if name not in found and not isinstance(found, Open):
        raise Unknown(path)
    below = found.get(name)
    return Open(below) if isinstance(found, Open) and isinstance(below, dict) else below
