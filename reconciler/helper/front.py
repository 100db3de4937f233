"""What becomes of each thing that Slack sends: a form, a view of the incident, or a commit.

Slack waits for three seconds: before it has its answer nothing is asked of a network; the work is handed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from reconciler.errors import Usage
from reconciler.helper import answers, asked, filling, forms, said
from reconciler.helper.asked import Asked, Payload, part, text
from reconciler.helper.board import Board
from reconciler.helper.card import card, review_of
from reconciler.helper.clerk import Clerk
from reconciler.helper.rehearsal import problems
from reconciler.helper.verbs import VERBS, Wish
from reconciler.helper.words import wish_of
from reconciler.incident.model import Incident
from reconciler.incident.text import cut
from reconciler.plan.memory import Memory
from reconciler.targets.seam import CallError

#: The shortcuts of the app's manifest, and the emoji that notes a message.
DECLARE, DECLARE_FROM, KEEP = "declare", "declare_from_message", "add_to_timeline"
PIN = "pushpin"

Acknowledgement = Mapping[str, Any]


@dataclass(frozen=True)
class Front:
    """See the module; each method takes one kind of payload."""

    clerk: Clerk

    def command(self, body: Payload) -> None:
        """`/incident …`, or one of the aliases."""
        who = asked.of_command(body)
        self._soon(who, lambda: self._typed(who, text(body, "command"), text(body, "text")))

    def action(self, body: Payload) -> None:
        """A button."""
        who = asked.of_interaction(body)
        first: Payload = next(iter(body.get("actions") or ()), {})
        wish = answers.pressed(text(first, "action_id"), text(first, "value"))
        if wish is not None:
            offered = text(first, "action_id") == f"{answers.PRESSED}again"
            self._soon(who, lambda: self._serve(who, wish, offered=offered))

    def shortcut(self, body: Payload) -> None:
        """From the menu, or from a message's."""
        who = asked.of_interaction(body)
        message, called = part(body, "message"), text(body, "callback_id")
        if called == KEEP:
            self._soon(who, lambda: self._keep(who, message))
        elif called == DECLARE_FROM:
            self._soon(who, lambda: self._serve(who, self._about(who, message)))
        else:
            self._soon(who, lambda: self._serve(who, Wish("new")))

    def reaction(self, body: Payload) -> None:
        """An emoji: a pin in an incident's channel notes the message."""
        who = asked.of_reaction(body)
        event = part(body, "event")
        if text(event, "reaction") == PIN and self.clerk.books.board.here(who):
            ts = text(part(event, "item"), "ts")
            self._later(who, lambda: self._keep(self._placed(who), self._message(who, ts)))

    def submission(self, body: Payload) -> Acknowledgement:
        """A form that was sent: errors at its fields, or nothing, and then it is carried out."""
        wish, opened = forms.sent(body)
        who = asked.of_submission(body, opened)
        if wish.verb == "keep":
            wish, request = forms.chosen(wish)
            who = replace(who, request=request)
        found = forms.errors(wish, problems(wish, self.clerk.now, self.clerk.books.board))
        if found:
            return {"response_action": "errors", "errors": found}
        self.clerk.accept(who, wish)
        return {}

    # after Slack has its answer

    def _soon(self, who: Asked, job: Any) -> None:
        self.clerk.quick(lambda: self._told(who, job))

    def _later(self, who: Asked, job: Any) -> None:
        self.clerk.slow(lambda: self._told(who, job))

    def _told(self, who: Asked, job: Any) -> None:
        with self.clerk.telling(who):
            job()

    def _typed(self, who: Asked, command: str, typed: str) -> None:
        board = self.clerk.books.read()
        here = board.here(who)
        if not here and who.channel_name.startswith(board.settings.slack.channel_prefix):
            board = self.clerk.books.fetch(state=True)
            here = board.here(who)
        wish = wish_of(command, typed, here, board.settings.helper.aliases)
        self._serve(who, wish)

    def _serve(self, who: Asked, wish: Wish, *, offered: bool = False) -> None:
        board = self.clerk.books.read()
        if wish.incident and not board.knows(wish.incident):
            board = self.clerk.books.fetch(state=True)
        if wish.verb in ("help", "list", "show"):
            return self._show(who, wish, board)
        incident = self.clerk.allowed(who, wish, board).incident
        if offered or self._asks(wish, incident, board):
            return self._open(who, wish, board)
        self.clerk.accept(who, wish)
        return None

    def _show(self, who: Asked, wish: Wish, board: Board) -> None:
        """Show what is known, and in its place what a fetch then brings."""
        shown = self._shown(who, wish, board)
        self.clerk.talk.only(who, shown)
        if wish.verb != "help":
            self._later(who, lambda: self._show_anew(who, wish, shown))

    def _show_anew(self, who: Asked, wish: Wish, shown: answers.Content) -> None:
        fresh = self._shown(who, wish, self.clerk.books.fetch(state=True))
        if fresh != shown:
            self.clerk.talk.only(who, fresh, instead=True)

    def _shown(self, who: Asked, wish: Wish, board: Board) -> answers.Content:
        now, settings = self.clerk.now, board.settings
        if wish.verb == "help":
            return answers.helped(settings)
        if wish.verb == "list":
            seen = self.clerk.visible(who, board)
            return answers.listed(seen, len(board.open) - len(seen), settings, now)
        incident = self.clerk.allowed(who, wish, board).incident
        assert incident is not None
        waits = board.shelf.proposed.get(incident.id)
        return card(incident, settings, board.progress(incident), review_of(waits, board.web))

    def _asks(self, wish: Wish, incident: Incident | None, board: Board) -> bool:
        """Whether a form is needed: to declare, where something is missing, and before paging again."""
        if wish.verb == "new" or VERBS[wish.verb].missing(wish.values):
            return True
        if wish.verb != "escalate" or incident is None or not incident.status.open:
            return False
        return f"pagerduty:{wish.values.get('team')}" in board.memory(incident).things

    # forms

    def _open(self, who: Asked, wish: Wish, board: Board) -> None:
        view = self._view(who, wish, board)
        id, hash = self.clerk.talk.open(who, view)
        self.clerk.slow(lambda: self._refresh(who, wish, view, id, hash))

    def _refresh(self, who: Asked, wish: Wish, view: forms.View, id: str, hash: str) -> None:
        """Show the form anew where the fetch brought something that it shows."""
        with self.clerk.telling(who):
            fresh = self._view(who, wish, self.clerk.books.fetch())
            if fresh != view:
                try:
                    self.clerk.talk.show_anew(id, hash, fresh)
                except CallError as error:
                    self.clerk.log(f"a form was not shown anew: {error}")  # sent, or closed, meanwhile

    def _view(self, who: Asked, wish: Wish, board: Board) -> forms.View:
        incident = board.incident(wish.incident) if wish.incident else None
        memory = board.memory(incident) if incident else Memory()
        filled = filling.filled(wish, board.settings, incident, memory)
        return forms.view(filling.seen(wish, incident), who, filled)

    # messages

    def _about(self, who: Asked, message: Payload) -> Wish:
        """A form for what a message tells."""
        words = self._words(message)
        summary = "\n".join(filter(None, (words, self._link(who, text(message, "ts")))))
        first = words.partition("\n")[0]
        return Wish("new", values={"title": cut(first, 120), "summary": summary})

    def _keep(self, who: Asked, message: Payload) -> None:
        """Note a message with its author, time and link; the same message once, whoever asks."""
        board, ts = self.clerk.books.board, text(message, "ts")
        values = {
            "text": self._words(message),
            "at": datetime.fromtimestamp(int(ts.partition(".")[0] or 0), UTC),
            "by": self._author(message),
            "link": self._link(who, ts),
        }
        request, here = asked.of_message(who.channel, ts), board.here(who)
        if here:
            note = Wish("note", here, values)
            self.clerk.allowed(who, note, board)
            self.clerk.accept(replace(who, request=request), note)
        else:
            self._choose(who, values, request, board)

    def _choose(self, who: Asked, values: dict[str, Any], request: str, board: Board) -> None:
        """A form for a message from elsewhere: which incident does it belong to?"""
        kept = {
            "at": values["at"].isoformat(),
            "by": values["by"],
            "link": values["link"],
            "request": request,
        }
        wish = Wish("keep", values={"text": values["text"]}, seen=kept)
        self.clerk.allowed(who, wish, board)
        seen = self.clerk.visible(who, board)
        if not seen:
            raise Usage("no incident is open, so there is no timeline to add this to")
        choices = [forms.Choice(one.id, one.title) for one in seen]
        self.clerk.talk.open(who, forms.view(wish, who, forms.Filled({"incident": choices}, {})))

    def _placed(self, who: Asked) -> Asked:
        """With the channel's name, which an event does not tell."""
        name = self.clerk.people.channel(who.channel)
        return replace(who, channel_name=name)

    def _author(self, message: Payload) -> str | None:
        user = text(message, "user")
        return (self.clerk.people.addresses([user])[user] or None) if user else None

    def _words(self, message: Payload) -> str:
        raw = text(message, "text")
        return said.words(raw, self.clerk.people.names(said.mentions(raw)))

    def _link(self, who: Asked, ts: str) -> str:
        try:
            answer = self.clerk.talk.api.call("chat.getPermalink", channel=who.channel, message_ts=ts)
        except CallError:
            return ""
        return str(answer.get("permalink", ""))

    def _message(self, who: Asked, ts: str) -> Payload:
        """A message by its time. Raises Usage where it cannot be read."""
        api = self.clerk.talk.api
        found = api.call("conversations.history", channel=who.channel, latest=ts, inclusive=True, limit=1)
        replies = [one for one in found["messages"] if one["ts"] == ts]
        if not replies:
            thread = api.call("conversations.replies", channel=who.channel, ts=ts, limit=100)
            replies = [one for one in thread["messages"] if one["ts"] == ts]
        if not replies:
            raise Usage("the message cannot be read any more")
        message: Payload = replies[0]
        return message
