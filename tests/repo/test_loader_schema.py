"""The schemas explain every key, agree with the models, and are judged alike by both validators."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.incident.moments import DURATION, TIME
from reconciler.incident.properties import NOTION_PROPERTIES
from reconciler.repo.loader import load_settings
from reconciler.repo.schema import _judge, _quick, schema_text
from reconciler.repo.schema_words import _HANDLERS

KINDS = ("incident", "settings")
SCHEMAS: dict[str, dict[str, Any]] = {kind: json.loads(schema_text(kind)) for kind in KINDS}


def nodes(schema: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every subschema with its path, the schema itself first."""
    yield path, schema
    for table in ("properties", "$defs"):
        for name, inner in schema.get(table, {}).items():
            yield from nodes(inner, f"{path}/{name}")
    for keyword in ("items", "propertyNames", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from nodes(schema[keyword], f"{path}/{keyword}")


NODES = {path: (kind, node) for kind in KINDS for path, node in nodes(SCHEMAS[kind], kind)}
KEYS = {
    f"{path}/{name}": (kind, key)
    for path, (kind, node) in NODES.items()
    for name, key in node.get("properties", {}).items()
}


def judge(kind: str, node: dict[str, Any]) -> Any:
    """The slow validator for one subschema."""
    return _judge(kind).evolve(schema={**node, "$defs": SCHEMAS[kind]["$defs"]})


@pytest.mark.parametrize("key", KEYS)
def test_an_editor_can_explain_each_key(key: str) -> None:
    _, node = KEYS[key]
    assert node["title"]
    assert node["description"].endswith((".", "…"))
    assert node["examples"]


@pytest.mark.parametrize("path", [path for path, (_, node) in NODES.items() if "examples" in node])
def test_each_example_and_default_fits(path: str) -> None:
    kind, node = NODES[path]
    for value in [*node["examples"], *([node["default"]] if "default" in node else [])]:
        assert list(judge(kind, node).iter_errors(value)) == []


@pytest.mark.parametrize("path", [path for path, (_, node) in NODES.items() if node.get("type") == "object"])
def test_no_mapping_takes_keys_that_it_does_not_name_or_judge(path: str) -> None:
    _, node = NODES[path]
    rest = node["additionalProperties"]
    assert rest is False or "propertyNames" in node


@pytest.mark.parametrize("path", [path for path, (_, node) in NODES.items() if "pattern" in node])
def test_each_pattern_says_in_words_what_it_asks_for(path: str) -> None:
    _, node = NODES[path]
    assert node["patternErrorMessage"]
    assert node["pattern"].startswith("[^") or (node["pattern"][0], node["pattern"][-1]) == ("^", "$")


def test_every_keyword_that_can_fail_has_words() -> None:
    silent = {
        *("$schema", "$defs", "$ref", "title", "description", "examples", "default", "patternErrorMessage"),
        *("properties", "items", "propertyNames"),
    }
    used = {keyword for _, node in NODES.values() for keyword in node}
    assert used - silent == set(_HANDLERS)


def test_the_schemas_and_the_parser_ask_for_the_same_times_and_durations() -> None:
    for schema in SCHEMAS.values():
        shapes = {name: node["pattern"] for name, node in schema["$defs"].items() if "pattern" in node}
        assert shapes.get("time", f"^{TIME.pattern}$") == f"^{TIME.pattern}$"
        assert shapes.get("duration", f"^{DURATION}$") == f"^{DURATION}$"


def test_the_two_schemas_mean_the_same_by_a_person_and_a_link() -> None:
    for name in ("person", "link"):
        incident, settings = (SCHEMAS[kind]["$defs"][name] for kind in KINDS)
        assert {**incident, "examples": 0} == {**settings, "examples": 0}


def test_the_defaults_that_the_schema_tells_are_those_that_are_used() -> None:
    made = load_settings(b"severities: [{name: sev1}]", "reconciler.yaml", name="acme")
    told = b"severities: [{name: sev1, %s}]\n" % flow(defaults("severities/items"))
    for section in ("slack", "pagerduty", "notion", "git", "private", "drill"):
        told += b"%s: {%s}\n" % (section.encode(), flow(defaults(section)))
    assert load_settings(told, "reconciler.yaml", name="acme") == made
    assert defaults("notion/properties") == NOTION_PROPERTIES


def defaults(section: str) -> dict[str, Any]:
    """The default of every key in a section of the settings."""
    start = f"settings/{section}/"
    keys = {path.removeprefix(start): node for path, (_, node) in KEYS.items() if path.startswith(start)}
    return {key: node["default"] for key, node in keys.items() if "default" in node and "/" not in key}


def flow(table: dict[str, Any]) -> bytes:
    return ", ".join(f"{key}: {json.dumps(value)}" for key, value in table.items()).encode()


#: Texts near to those that the patterns ask for, and what else YAML can hold.
WORDS = st.one_of(
    st.sampled_from(
        [
            "sev1",
            "#incidents",
            "@leads",
            "ana@example.com",
            "https://example.com/a?b=c",
            "30m",
            "P1",
            "resolved",
            "7d",
        ]
    ),
    st.from_regex(TIME.pattern, fullmatch=True),
    st.text(max_size=8),
).flatmap(
    lambda word: st.sampled_from([word, f"{word}\n", f" {word}", word.upper(), word * 3, f"{word}\u00a0"])
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.just(1.5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=4,
)


def edited(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """A schema's own examples, put together, with values of all kinds in some places."""
    keys = SCHEMAS[kind]["properties"]
    good = st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(node["examples"]) for name, node in keys.items()}
    )
    wild = st.dictionaries(st.sampled_from([*keys, "other"]), VALUES, max_size=2)
    nested = st.dictionaries(
        st.sampled_from([name for name, node in keys.items() if "object" in str(node.get("type"))]),
        st.dictionaries(st.sampled_from(["commander", "team", "from", "page", "state", "x"]) | WORDS, VALUES),
        max_size=2,
    )
    return st.builds(lambda *tables: {k: v for table in tables for k, v in table.items()}, good, wild, nested)


@pytest.mark.parametrize("kind", KINDS)
def test_the_quick_validator_and_the_judge_agree(kind: str) -> None:
    @settings(max_examples=40, deadline=None)
    @given(edited(kind))
    def agree(data: dict[str, Any]) -> None:
        assert _quick(kind).is_valid(data) == _judge(kind).is_valid(data)

    agree()


@pytest.mark.parametrize("path", [path for path, (_, node) in NODES.items() if "pattern" in node])
def test_they_agree_on_each_pattern(path: str) -> None:
    import jsonschema_rs

    kind, node = NODES[path]
    quick, slow = jsonschema_rs.Draft202012Validator(node), judge(kind, node)
    examples = st.sampled_from([str(text) for text in node["examples"]])
    near = examples.flatmap(
        lambda text: st.sampled_from(
            [text, f"{text}\n", f"\n{text}", f"{text}\u0085", f"{text}\u3000", text + "é"]
        )
    )

    @settings(max_examples=15, deadline=None)
    @given(near | WORDS)
    def agree(text: str) -> None:
        assert quick.is_valid(text) == slow.is_valid(text)

    agree()
