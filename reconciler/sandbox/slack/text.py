"""Slack's rules for text: which names a channel may have, and what Slack makes of the words it is given."""

from __future__ import annotations

import re

from reconciler.sandbox.slack.workspace import No

NAME_LENGTH = 80
TOPIC_LENGTH = 250

_NOT_IN_NAMES = re.compile(r"[^a-z0-9_-]")
_LETTER_OR_DIGIT = re.compile(r"[a-z0-9]")
_LINE_END = re.compile(r"\r\n|[\r\n]")

# What Slack leaves alone in a message: its three entities, and what stands in angle brackets
# (mentions, channels, links, special commands).
_MARKUP = re.compile(r"&(?:amp|lt|gt);|<(?:[@#!][^<>\n]+|(?:https?|mailto|tel):[^<>\n]+)>")


def checked_name(name: str) -> str:
    """The name, if a channel may have it; Slack has an error of its own for each way to miss."""
    if not name:
        raise No("invalid_name_required")
    if len(name) > NAME_LENGTH:
        raise No("invalid_name_maxlength")
    if _NOT_IN_NAMES.search(name):
        raise No("invalid_name_specials")
    if not _LETTER_OR_DIGIT.search(name):
        raise No("invalid_name_punctuation")
    return name


def topic_line(text: str) -> str:
    """A topic or purpose as Slack keeps it: one line of at most 250 characters."""
    if len(text) > TOPIC_LENGTH:
        raise No("too_long")
    return _LINE_END.sub(" ", text)


def escaped(text: str) -> str:
    """Plain text as Slack gives it back."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped_message(text: str) -> str:
    """A message's text as Slack gives it back: what it does not understand as markup is escaped."""
    parts, end = [], 0
    for markup in _MARKUP.finditer(text):
        parts += [escaped(text[end : markup.start()]), markup.group()]
        end = markup.end()
    return "".join([*parts, escaped(text[end:])])
