"""Forms as data: a verb's fields become a Slack view, filled with what the file says, and a sent view a wish.

Each field is a block named after it, so that a form that is shown anew keeps what was typed meanwhile. Where
it was opened, for which incident, and what the file said then travels along in the view's own memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from reconciler.helper import said
from reconciler.helper.asked import Asked, Payload, part, place, text
from reconciler.helper.verbs import VERBS, Field, Kind, Wish
from reconciler.incident.text import cut, one_line

Block = dict[str, Any]
View = dict[str, Any]

#: What a view is called, before the verb.
CALLED = "incident:"
_ACTION = "value"
#: Slack's limits: characters of an option and of its description, options of a menu, radio buttons.
_OPTION, _MENU, _RADIOS = 75, 100, 10
_LINE, _TEXT = 250, 3000
#: What a view remembers.
_MEMORY = 3000


class Choice(NamedTuple):
    """One thing to choose, and what it means."""

    name: str
    means: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form shows: choices and present values by field, and lines of text above the fields."""

    choices: Mapping[str, Sequence[Choice]]
    values: Mapping[str, Any]
    above: Sequence[str] = ()
    subject: str = ""  # which incident


class Sent(NamedTuple):
    """A form as it was sent: the wish, and where it was opened."""

    wish: Wish
    opened: Payload


def view(wish: Wish, asked: Asked, filled: Filled) -> View:
    """The form of a wish's verb."""
    verb = VERBS[wish.verb]
    values = {**filled.values, **wish.values}
    blocks = [_context(filled.subject)] if filled.subject else []
    blocks += [_section(line) for line in filled.above]
    for field in verb.fields:
        block = _block(field, filled.choices.get(field.name, ()), values.get(field.name))
        blocks += [block] if block else []
    known = {"incident": wish.incident, "seen": dict(wish.seen), **place(asked)}
    if len(json.dumps(known)) > _MEMORY:
        known["seen"] = {}  # then the last one who sets it wins
    return {
        "type": "modal",
        "callback_id": f"{CALLED}{wish.verb}",
        "title": _plain(cut(verb.title, 24)),
        "submit": _plain(verb.submit),
        "close": _plain("Leave it"),
        "private_metadata": json.dumps(known, sort_keys=True),
        "blocks": blocks,
    }


def notice(title: str, words: str) -> View:
    """A view that only says something."""
    return {
        "type": "modal",
        "callback_id": f"{CALLED}notice",
        "title": _plain(cut(title, 24)),
        "close": _plain("Close"),
        "blocks": [_section(words)],
    }


def sent(body: Payload) -> Sent:
    """What a sent view asks for; raises KeyError or ValueError for a view that is none of ours."""
    shown = part(body, "view")
    verb = VERBS[text(shown, "callback_id").removeprefix(CALLED)]
    known = json.loads(text(shown, "private_metadata") or "{}")
    state = part(part(shown, "state"), "values")
    values = {one.name: _value(one, part(part(state, one.name), _ACTION)) for one in verb.fields}
    filled = {name: value for name, value in values.items() if value}
    wish = Wish(verb.name, known.get("incident", ""), filled, known.get("seen", {}))
    return Sent(wish, known)


def chosen(wish: Wish) -> tuple[Wish, str]:
    """Of a message that is kept in an incident that was chosen: the note, and by which request."""
    seen, at = wish.seen, datetime.fromisoformat(wish.seen["at"])
    values = {"text": wish.values.get("text", ""), "at": at, "by": seen["by"], "link": seen["link"]}
    return Wish("note", wish.values.get("incident", ""), values), seen["request"]


def errors(wish: Wish, problems: Mapping[str, str]) -> dict[str, str]:
    """Problems by the fields that can show them; what belongs to none stands at the first."""
    fields = [one.name for one in VERBS[wish.verb].fields]
    found: dict[str, str] = {}
    for name, words in problems.items():
        field = name if name in fields else fields[0]
        found[field] = cut("; ".join(filter(None, (found.get(field), words))), 300)
    return found


# a field as a block, and back


def _block(field: Field, choices: Sequence[Choice], value: Any) -> Block | None:
    if field.kind in (Kind.ONE, Kind.MANY, Kind.TICKS) and not choices:
        return None
    element = {"action_id": _ACTION, **_element(field, choices, value)}
    block: Block = {
        "type": "input",
        "block_id": field.name,
        "label": _plain(field.label),
        "optional": not field.needed,
        "element": element,
    }
    return block | ({"hint": _plain(field.hint)} if field.hint else {})


def _element(field: Field, choices: Sequence[Choice], value: Any) -> Block:
    match field.kind:
        case Kind.LINE | Kind.TEXT:
            long = field.kind is Kind.TEXT
            return {
                "type": "plain_text_input",
                "multiline": long,
                "max_length": _TEXT if long else _LINE,
                **_initial("initial_value", cut(value, _TEXT if long else _LINE) if value else None),
            }
        case Kind.LINK:
            return {"type": "url_text_input", **_initial("initial_value", value)}
        case Kind.PERSON:
            return {"type": "users_select", **_initial("initial_user", value)}
        case Kind.PEOPLE:
            return {"type": "multi_users_select", **_initial("initial_users", value)}
        case Kind.TICKS:
            return {"type": "checkboxes", "options": [*map(_option, choices)], **_chosen(choices, value)}
        case Kind.MANY:
            return {"type": "multi_static_select", **_options(choices), **_chosen(choices, value)}
    kind = {"type": "radio_buttons"} if len(choices) <= _RADIOS else {"type": "static_select"}
    chosen = next((_option(one) for one in choices if one.name == value), None)
    return {**kind, **_options(choices), **_initial("initial_option", chosen)}


def _options(choices: Sequence[Choice]) -> Block:
    """As a menu takes them: more than a hundred in groups."""
    if len(choices) <= _MENU:
        return {"options": [*map(_option, choices)]}
    parts = [choices[start : start + _MENU] for start in range(0, len(choices), _MENU)]
    return {
        "option_groups": [
            {
                "label": _plain(cut(f"{some[0].name} – {some[-1].name}", _OPTION)),
                "options": [*map(_option, some)],
            }
            for some in parts[:_MENU]
        ]
    }


def _option(choice: Choice) -> Block:
    words = {"description": _plain(cut(one_line(choice.means), _OPTION))} if choice.means else {}
    return {"text": _plain(cut(choice.name, _OPTION)), "value": choice.name, **words}


def _chosen(choices: Sequence[Choice], value: Any) -> Block:
    return _initial("initial_options", [_option(one) for one in choices if one.name in (value or ())])


def _initial(key: str, value: Any) -> Block:
    return {key: value} if value else {}


def _value(field: Field, element: Payload) -> Any:
    match field.kind:
        case Kind.LINE | Kind.TEXT | Kind.LINK:
            return said.visible(text(element, "value")).strip()
        case Kind.PERSON:
            return said.Mention(text(element, "selected_user"))
        case Kind.PEOPLE:
            return [said.Mention(one) for one in element.get("selected_users") or ()]
        case Kind.ONE:
            return text(part(element, "selected_option"), "value")
    return [text(one, "value") for one in element.get("selected_options") or ()]


def named(wish: Wish) -> Iterator[str]:
    """The member ids that a wish names."""
    for value in wish.values.values():
        listed = value if isinstance(value, list) else [value]
        yield from (str(one) for one in listed if isinstance(one, said.Mention))


def _plain(words: str) -> Block:
    return {"type": "plain_text", "text": words}


def _section(words: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}}


def _context(words: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": words}]}
