"""A small form for tests, and people who fill it in; an app that hears them without a socket."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition
from typing import Any

from reconciler.sandbox.slack import SlackMachine
from reconciler.sandbox.slack.link import Frame, Line

Json = dict[str, Any]
_PATIENCE = 20


def plain(text: str) -> Json:
    """A text object."""
    return {"type": "plain_text", "text": text}


def field_of(block: str, element: Json | None = None, **more: Any) -> Json:
    """An input block whose element's action is `v`."""
    kind = {"type": "plain_text_input"} if element is None else element
    return {
        "type": "input",
        "block_id": block,
        "label": plain(block),
        "element": {"action_id": "v", **kind},
        **more,
    }


def form(*blocks: Json, **more: Any) -> Json:
    """A modal of these blocks, or with a title to fill in."""
    shown = list(blocks) or [field_of("title")]
    return {
        "type": "modal",
        "callback_id": "f",
        "title": plain("A form"),
        "submit": plain("Go"),
        "blocks": shown,
        **more,
    }


def options(*values: str) -> list[Json]:
    """Options by their values."""
    return [{"text": plain(value.title()), "value": value} for value in values]


@dataclass
class Hearing:
    """An app at the end of one connection. `reply` says what it acknowledges a frame with; None: silence."""

    slack: SlackMachine
    reply: Callable[[Json], Json | None] = lambda _: {}
    frames: list[Json] = field(default_factory=list)
    closed: bool = False
    line: Line | None = None
    more: Condition = field(default_factory=Condition)

    def connect(self) -> Hearing:
        """Open the connection."""
        self.line = self.slack.link.connect(self._hear)
        return self

    def _hear(self, frame: Frame | None) -> None:
        if frame is None:
            self.closed = True
            return
        with self.more:
            self.frames.append(json.loads(json.dumps(frame)))
            self.more.notify_all()
        answer = self.reply(self.frames[-1]) if "envelope_id" in frame else None
        if answer is not None:
            self.acknowledge(frame, answer)

    def acknowledge(self, frame: Frame, payload: Json | None = None) -> None:
        """Say that it was heard, and perhaps more."""
        told = {"payload": payload} if payload else {}
        self.slack.link.received(json.dumps({"envelope_id": frame["envelope_id"], **told}))

    @property
    def envelopes(self) -> list[Json]:
        """What was heard of people."""
        return [frame for frame in self.frames if "envelope_id" in frame]

    @property
    def payloads(self) -> list[Json]:
        """The same, without what surrounds it."""
        return [frame["payload"] for frame in self.envelopes]

    def heard(self, kind: str, times: int = 1) -> list[Json]:
        """What was heard of one kind, as soon as it is so often: what a browser did comes when it comes."""
        with self.more:
            assert self.more.wait_for(lambda: len(self._of(kind)) >= times, _PATIENCE), f"no {kind} was heard"
            return self._of(kind)

    def _of(self, kind: str) -> list[Json]:
        return [one for one in self.payloads if one.get("type") == kind]


def opened(slack: SlackMachine, view: Json | None = None, who: str = "ana@example.com") -> str:
    """A form that an app opened for somebody who typed a command; the id of the view."""
    slack.person(who).command("general", "/incident")
    trigger = last_trigger(slack)
    return str(slack.call("views.open", trigger_id=trigger, view=view or form())["view"]["id"])


def last_trigger(slack: SlackMachine) -> str:
    """The trigger of what was done last."""
    return str(list(slack.snapshot()["live"]["triggers"])[-1])
