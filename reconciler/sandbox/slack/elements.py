"""What people can press, choose and fill in: each kind of element with Slack's limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from reconciler.sandbox.slack.workspace import Record

Complaints = Iterator[tuple[str, str]]

LONGEST_ID = 255
MOST_OPTIONS, MOST_TICKS, OPTION_LENGTH, OPTION_VALUE = 100, 10, 75, 150

_PLAIN, _ANY = ("plain_text",), ("plain_text", "mrkdwn")
_OPTIONS = "options option_groups"
_DATES = {"datepicker": "initial_date", "timepicker": "initial_time timezone"}

#: The keys that each kind may have, beside those of all.
KEYS = {
    "button": "text value url style confirm accessibility_label",
    "plain_text_input": "initial_value multiline min_length max_length dispatch_action_config placeholder",
    "url_text_input": "initial_value dispatch_action_config placeholder",
    "email_text_input": "initial_value dispatch_action_config placeholder",
    "number_input": "initial_value is_decimal_allowed min_value max_value dispatch_action_config placeholder",
    "static_select": f"{_OPTIONS} initial_option confirm placeholder",
    "multi_static_select": f"{_OPTIONS} initial_options max_selected_items confirm placeholder",
    "users_select": "initial_user confirm placeholder",
    "multi_users_select": "initial_users max_selected_items confirm placeholder",
    "checkboxes": "options initial_options confirm",
    "radio_buttons": "options initial_option confirm",
    "datepicker": f"{_DATES['datepicker']} confirm placeholder",
    "timepicker": f"{_DATES['timepicker']} confirm placeholder",
    "datetimepicker": "initial_date_time confirm",
    "overflow": "options confirm",
}
#: The kinds that an input block takes.
INPUTS = frozenset(KEYS) - {"button", "overflow"}
#: The kinds that stand in a message or a section.
PRESSED = frozenset(KEYS) - {"plain_text_input", "url_text_input", "email_text_input", "number_input"}


def complaints(element: Any, kinds: frozenset[str], at: str) -> Complaints:
    """What is wrong with an element, and where."""
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in kinds:
        yield at, f"unsupported type: {kind}"
        return
    known = {"type", "action_id", "focus_on_load", *KEYS[kind].split()}
    yield from ((at, f"invalid additional property: {key}") for key in sorted(element.keys() - known))
    yield from text_of(element.get("action_id", "-"), LONGEST_ID, f"{at}/action_id")
    if "placeholder" in element:
        yield from text_object(element["placeholder"], 150, f"{at}/placeholder", _PLAIN)
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{at}/confirm")
    for check in _CHECKS:
        yield from check(kind, element, at)


def text_object(value: Any, longest: int, at: str, kinds: tuple[str, ...] = _ANY) -> Complaints:
    """What is wrong with a text object."""
    if not isinstance(value, dict) or value.get("type") not in kinds:
        yield at, "missing or unsupported text object"
    else:
        yield from text_of(value.get("text"), longest, f"{at}/text")


def text_of(value: Any, longest: int, at: str) -> Complaints:
    """What is wrong with a text that has to be there."""
    if not isinstance(value, str) or not value:
        yield at, "must be more than 0 characters"
    elif len(value) > longest:
        yield at, f"must be less than {longest + 1} characters"


def options_of(element: Record) -> list[Record]:
    """The options of an element, those of its groups one after the other."""
    groups = element.get("option_groups") or ()
    return [*(element.get("options") or ()), *(option for group in groups for option in group["options"])]


def _button(kind: str, element: Record, at: str) -> Complaints:
    if kind != "button":
        return
    yield from text_object(element.get("text"), 75, f"{at}/text", _PLAIN)
    if len(str(element.get("value", ""))) > 2000:
        yield f"{at}/value", "must be less than 2001 characters"
    if element.get("style", "primary") not in ("primary", "danger"):
        yield f"{at}/style", "must be a valid enum value"


def _length(kind: str, element: Record, at: str) -> Complaints:
    if kind != "plain_text_input":
        return
    longest = element.get("max_length", 3000)
    if not isinstance(longest, int) or not 1 <= longest <= 3000:
        yield f"{at}/max_length", "must be between 1 and 3000"
    elif len(element.get("initial_value", "")) > longest:
        yield f"{at}/initial_value", f"must be less than {longest + 1} characters"


def _options(kind: str, element: Record, at: str) -> Complaints:
    if "options" not in KEYS[kind]:
        return
    groups = element.get("option_groups")
    if groups is not None and "option_groups" in KEYS[kind]:
        yield from _groups(groups, f"{at}/option_groups")
        return
    few = 2 if kind == "overflow" else 1
    many = {"overflow": 5, "checkboxes": MOST_TICKS, "radio_buttons": MOST_TICKS}.get(kind, MOST_OPTIONS)
    texts = _ANY if kind in ("checkboxes", "radio_buttons") else _PLAIN
    yield from _listed(element.get("options"), f"{at}/options", few, many, texts)


def _groups(groups: Any, at: str) -> Complaints:
    if not isinstance(groups, list) or not 1 <= len(groups) <= MOST_OPTIONS:
        yield at, f"between 1 and {MOST_OPTIONS} items are allowed"
        return
    for number, group in enumerate(groups):
        label, options = (group.get(key) if isinstance(group, dict) else None for key in ("label", "options"))
        yield from text_object(label, OPTION_LENGTH, f"{at}/{number}/label", _PLAIN)
        yield from _listed(options, f"{at}/{number}/options", 1, MOST_OPTIONS, _PLAIN)


def _listed(options: Any, at: str, few: int, many: int, texts: tuple[str, ...]) -> Complaints:
    if not isinstance(options, list) or not few <= len(options) <= many:
        yield at, f"between {few} and {many} items are allowed"
        return
    for number, option in enumerate(options):
        if not isinstance(option, dict):
            yield f"{at}/{number}", "must provide an object"
            continue
        yield from text_object(option.get("text"), OPTION_LENGTH, f"{at}/{number}/text", texts)
        yield from text_of(option.get("value"), OPTION_VALUE, f"{at}/{number}/value")
        if "description" in option:
            yield from text_object(option["description"], OPTION_LENGTH, f"{at}/{number}/description", texts)


def _initial(kind: str, element: Record, at: str) -> Complaints:
    """What is chosen already is one of the options, word for word."""
    if not options_of_safely(element):
        return
    chosen = [element[key] for key in ("initial_option",) if key in element]
    listed = element.get("initial_options", [])
    if "initial_options" in element and not listed:
        yield f"{at}/initial_options", "no fewer than 1 items allowed"
    for option in [*chosen, *listed]:
        if option not in options_of(element):
            yield f"{at}/initial_option", "initial option does not match any of the options"


def options_of_safely(element: Record) -> bool:
    """Whether the options are such that they can be looked at."""
    groups = element.get("option_groups") or ()
    return all(isinstance(group, dict) and isinstance(group.get("options"), list) for group in groups)


def _confirm(value: Any, at: str) -> Complaints:
    if not isinstance(value, dict):
        yield at, "must provide an object"
        return
    for part, longest, kinds in (
        ("title", 100, _PLAIN),
        ("text", 300, _ANY),
        ("confirm", 30, _PLAIN),
        ("deny", 30, _PLAIN),
    ):
        yield from text_object(value.get(part), longest, f"{at}/{part}", kinds)


_CHECKS: tuple[Callable[[str, Record, str], Complaints], ...] = (_button, _length, _options, _initial)
