"""How answers reach people: to everybody in a channel, or to the one who asked and to nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.helper import answers
from reconciler.helper.answers import Content
from reconciler.helper.asked import Asked
from reconciler.helper.forms import View
from reconciler.targets.seam import Api, CallError, Refused

#: Posts to the address that Slack gave for answers to one command.
Respond = Callable[[str, Content], None]

#: Slack takes so many answers at one such address.
_ANSWERS = 5


@dataclass(frozen=True)
class Talk:
    """Slack, as far as something is said there."""

    api: Api
    respond: Respond

    def only(self, asked: Asked, content: Content, *, instead: bool = False) -> None:
        """Tell only the one who asked, `instead` of what was told there last. Raises CallError."""
        if asked.url and self.responded(asked.url, content, instead):
            return
        if asked.channel:
            try:
                self.api.call("chat.postEphemeral", channel=asked.channel, user=asked.user, **content)
                return
            except Refused:
                pass  # the bot is not there: then directly
        self.api.call("chat.postMessage", channel=asked.user, **content)
        return

    def responded(self, url: str, content: Content, instead: bool) -> bool:
        """Whether it could be told there: such an address holds for half an hour, and five answers."""
        try:
            self.respond(url, {**content, "response_type": "ephemeral", "replace_original": instead})
        except CallError:
            return False
        return True

    def open(self, asked: Asked, view: View) -> tuple[str, str]:
        """Open a form; its id, and the hash under which it may be shown anew. Raises CallError."""
        answer = self.api.call("views.open", trigger_id=asked.trigger, view=view)["view"]
        return str(answer["id"]), str(answer.get("hash", ""))

    def show_anew(self, id: str, hash: str, view: View) -> None:
        """Show a form that is open with what is known now, unless it has changed. Raises CallError."""
        self.api.call("views.update", view_id=id, view=view, **({"hash": hash} if hash else {}))


@dataclass
class Answer:
    """One message that is posted once and then kept up to date; `secret`: for the one who asked alone.

    `place` is where it stands, once it does; `placed` hears of that.
    """

    talk: Talk
    asked: Asked
    secret: bool = False
    place: Mapping[str, Any] = field(default_factory=dict)
    placed: Callable[[Mapping[str, Any]], None] = lambda _: None
    _uses: int = 0
    _rank: int = -1
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def begun(self) -> bool:
        """True once something was said."""
        return self._rank >= 0 or bool(self.place)

    def show(self, content: Content, rank: int) -> None:
        """Say this; what is older, of a lower rank, is not said any more. Raises CallError."""
        with self._lock:
            if rank < self._rank:
                return
            self._say(content)
            self._rank = rank

    def _say(self, content: Content) -> None:
        if self.place:
            self.talk.api.call("chat.update", **self.place, **content)
        elif self.secret or self._uses or not self._posted(self.asked.channel, content):
            self._directly(content)

    def _posted(self, channel: str, content: Content) -> bool:
        """Whether it could be posted there: the bot is in some channels only."""
        if not channel:
            return False
        try:
            answer = self.talk.api.call("chat.postMessage", channel=channel, **content)
        except Refused:
            return False
        self.place = {"channel": answer.get("channel") or channel, "ts": answer["ts"]}
        self.placed(self.place)
        return True

    def _directly(self, content: Content) -> None:
        """To the one who asked, in the app's own messages, where it can be kept up to date.

        What is told at a command's own address is never replaced there (slackapi/bolt-python#1268), so it is
        used for a word on where the answer is; and for the answer, as often as Slack allows, where the app
        takes no messages.
        """
        if self._posted(self.asked.user, content):
            if self.asked.url:
                self.talk.responded(self.asked.url, answers.elsewhere(), instead=False)
            return
        self._uses += 1
        if self.asked.url and self._uses <= _ANSWERS:
            self.talk.responded(self.asked.url, content, instead=False)
