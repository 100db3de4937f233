"""Calls that are nearly right, for the law of the seam: nothing but its own errors comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

Call = tuple[str, Mapping[str, Any]]
Path = tuple[str | int, ...]

_SCALARS = st.none() | st.booleans() | st.integers(-2, 300) | st.text(max_size=5)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def damaged(draw: st.DrawFn, calls: Sequence[Call]) -> Call:
    """One of the calls, with some of its values replaced by anything, taken out, or joined by others."""
    method, arguments = draw(st.sampled_from(list(calls)))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(list(_paths(arguments))))
        arguments = _replaced(arguments, path, draw(_VALUES), drop=draw(st.booleans()))
    return method, arguments


def _paths(value: Any) -> Iterator[Path]:
    """Where in a JSON value there is something, the value itself left out."""
    items = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, item in items:
        yield (key,)
        yield from ((key, *path) for path in _paths(item))
    if isinstance(value, Mapping):
        yield ("other",)


def _replaced(value: Any, path: Path, new: Any, *, drop: bool) -> Any:
    """The value with another one at the path, or with none there."""
    key, *rest = path
    pairs = dict(value.items() if isinstance(value, Mapping) else enumerate(value))
    if rest:
        pairs[key] = _replaced(pairs[key], tuple(rest), new, drop=drop)
    elif drop:
        pairs.pop(key, None)
    else:
        pairs[key] = new
    return pairs if isinstance(value, Mapping) else list(pairs.values())
