"""A Slack in which people type, fill in forms and press buttons, with the real Bolt app behind it.

    office = Office.at(tmp_path)
    form = office.types("ana", "/incident", "new Checkout is down")
    office.sends(form, severity="sev1")
    office.messages("#incidents")

Git is real, the workspace is the sandbox's; forms, and messages that only one person sees, are kept here.
Everything runs in the order in which it happens, unless a test asks for threads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slack_bolt import BoltRequest, BoltResponse

from reconciler.helper.app import Helper, Surroundings, build
from reconciler.incident.settings import GitSettings
from reconciler.repo.repository import Repository
from reconciler.repo.verbs import Desk
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.sandbox.slack.modals import checked_view
from reconciler.sandbox.slack.workspace import BOT, Workspace
from reconciler.targets.seam import Answer, Api, Refused
from tests.support.company import SETTINGS, Company
from tests.support.repositories import Clone

HOOK = "https://hooks.example.com/commands/"


class AtOnce(Executor):
    """An executor that has it done when it returns."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@dataclass
class Forms:
    """The sandbox's Slack with forms at hand; it keeps what was told to one person alone."""

    machine: SlackMachine
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    triggers: set[str] = field(default_factory=set)
    aside: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # to whom, what
    calls: list[str] = field(default_factory=list)
    instead: dict[str, Callable[..., Answer]] = field(default_factory=dict)
    before: dict[str, Callable[[], object]] = field(default_factory=dict)

    def call(self, method: str, /, **arguments: Any) -> Answer:
        self.calls.append(method)
        self.before.get(method, lambda: None)()
        own: dict[str, Callable[..., Answer]] = {
            "views.open": self._open,
            "views.update": self._update,
            "chat.postEphemeral": self._ephemeral,
        }
        own |= self.instead
        if method in own:
            return own[method](**arguments)
        answer = self.machine.call(method, **arguments)
        if method in ("chat.postMessage", "chat.update") and arguments["channel"].startswith(("U", "D")):
            self.aside.append((arguments["channel"], arguments))
        return answer

    def _open(self, trigger_id: str, view: dict[str, Any]) -> Answer:
        if trigger_id not in self.triggers:
            raise Refused("views.open", "expired_trigger_id")
        self.triggers.discard(trigger_id)
        id = f"V{len(self.views) + 1}"
        self.views[id] = {**self._sound(view), "id": id, "hash": "1"}
        return {"ok": True, "view": self.views[id]}

    def _sound(self, view: dict[str, Any]) -> dict[str, Any]:
        """The view, if Slack takes it."""
        now = self.machine.clock()
        return checked_view(Workspace(self.machine.data, now, BOT, 0, False), view)

    def _update(self, view_id: str, view: dict[str, Any], hash: str = "") -> Answer:
        known = self.views[view_id]
        if hash and hash != known["hash"]:
            raise Refused("views.update", "hash_conflict")
        self.views[view_id] = {**self._sound(view), "id": view_id, "hash": str(int(known["hash"]) + 1)}
        return {"ok": True, "view": self.views[view_id]}

    def _ephemeral(self, channel: str, user: str, **content: Any) -> Answer:
        members = self.machine.data["channels"].get(channel, {}).get("members", ())
        if not {user, self.machine.data["app"]["user_id"]} <= {*members}:
            raise Refused("chat.postEphemeral", "not_in_channel")
        self.aside.append((user, content))
        return {"ok": True, "message_ts": "1.0"}


@dataclass
class Office:
    """See the module."""

    company: Company
    clone: Clone
    slack: Forms
    helper: Helper
    answered: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # at which address, what
    log: list[str] = field(default_factory=list)
    _acts: int = 0

    @classmethod
    def at(cls, folder: Path, settings: str = "", files: Mapping[str, str] | None = None) -> Office:
        """A company whose settings have these lines more."""
        company = Company.at(folder, {"reconciler.yaml": SETTINGS + settings, **(files or {})})
        machine = company.machines["slack"]
        assert isinstance(machine, SlackMachine)
        return cls.beside(company, Forms(machine))

    @classmethod
    def beside(cls, company: Company, slack: Forms, name: str = "office", **around: Any) -> Office:
        """A helper of its own, with a clone of its own."""
        return cls.on(company.clone(name), company, slack, **around)

    @classmethod
    def on(
        cls, clone: Clone, company: Company, slack: Forms, desk: Desk | None = None, **around: Any
    ) -> Office:
        """A helper in a clone that is there; `desk` where commits are made another way than usually."""
        answered: list[tuple[str, dict[str, Any]]] = []
        given = {
            "quick": lambda job: job(),
            "slow": lambda job: job(),
            "respond": lambda url, content: answered.append((url, content)),
            "listeners": AtOnce(),
            "after": lambda seconds, job: lambda: None,
            **around,
        }
        log: list[str] = []
        repo = Repository.open(clone.folder)
        api: Api = slack
        desk = desk or Desk(repo, GitSettings(), company.clock)
        helper = build(repo, desk, api, company.clock, log.append, Surroundings(**given))
        return cls(company, clone, slack, helper, answered, log)

    # what people do

    def types(
        self, who: str, command: str, text: str = "", channel: str = "incidents", act: str = ""
    ) -> dict[str, Any] | None:
        """Type a slash command; the form that opens, if one does. `act` names the delivery."""
        trigger = self._trigger(act)
        before = set(self.slack.views)
        self.dispatch(
            {
                "command": command,
                "text": text,
                "user_id": self.id(who),
                "team_id": self.team,
                "channel_id": self.slack.machine.channel_id(channel),
                "channel_name": channel,
                "trigger_id": trigger,
                "response_url": f"{HOOK}{trigger}",
            }
        )
        return self._opened(before)

    def sends(self, form: dict[str, Any] | None, who: str = "ana", **values: Any) -> dict[str, Any]:
        """Fill a form in and send it; what Slack is answered. What is not given stays as it is shown."""
        assert form is not None
        view = self.slack.views[form["id"]]
        state = {block["block_id"]: {"value": _filled(block, values)} for block in _inputs(view)}
        assert set(values) <= set(state), f"the form has no {set(values) - set(state)}"
        body = {
            "type": "view_submission",
            "user": {"id": self.id(who)},
            "team": {"id": self.team},
            "view": {**view, "state": {"values": state}},
            "trigger_id": self._trigger(""),
        }
        return json.loads(self.dispatch(body).body or "{}") or {}

    def presses(self, verb: str, id: str, who: str = "ana", channel: str = "incidents") -> Any:
        """Press a button of an incident; the form that opens, if one does."""
        trigger = self._trigger("")
        before = set(self.slack.views)
        self.dispatch(
            {
                "type": "block_actions",
                "user": {"id": self.id(who)},
                "team": {"id": self.team},
                "channel": {"id": self.slack.machine.channel_id(channel), "name": channel},
                "trigger_id": trigger,
                "response_url": f"{HOOK}{trigger}",
                "actions": [{"action_id": f"incident:{verb}", "value": id, "type": "button"}],
            }
        )
        return self._opened(before)

    def on_message(self, shortcut: str, who: str, channel: str, ts: str) -> dict[str, Any] | None:
        """Use a message's shortcut; the form that opens, if one does."""
        id, trigger = self.slack.machine.channel_id(channel), self._trigger("")
        before = set(self.slack.views)
        self.dispatch(
            {
                "type": "message_action",
                "callback_id": shortcut,
                "user": {"id": self.id(who)},
                "team": {"id": self.team},
                "channel": {"id": id, "name": channel},
                "message": self.slack.machine.data["channels"][id]["messages"][ts],
                "trigger_id": trigger,
                "response_url": f"{HOOK}{trigger}",
            }
        )
        return self._opened(before)

    def reacts(self, who: str, channel: str, ts: str, emoji: str = "pushpin") -> None:
        """Put an emoji to a message."""
        item = {"type": "message", "channel": self.slack.machine.channel_id(channel), "ts": ts}
        event = {"type": "reaction_added", "user": self.id(who), "reaction": emoji, "item": item}
        self.dispatch({"type": "event_callback", "team_id": self.team, "event": event})

    def dispatch(self, body: dict[str, Any]) -> BoltResponse:
        """Deliver a payload; the acknowledgement."""
        answer = self.helper.app.dispatch(BoltRequest(body=body, mode="socket_mode"))
        assert answer.status == 200, answer.body
        return answer

    # what there is to see

    @property
    def team(self) -> str:
        """The workspace."""
        return str(self.slack.machine.data["team"]["id"])

    def id(self, who: str) -> str:
        """Somebody's member id."""
        return who if who.startswith("U") else self.slack.machine.person(f"{who}@example.com").id

    def messages(self, channel: str) -> list[str]:
        """What stands in a channel, the oldest first."""
        id = self.slack.machine.channel_id(channel)
        return [one["text"] for one in self.slack.machine.data["channels"][id]["messages"].values()]

    @property
    def told(self) -> str:
        """What the one who asked was told last."""
        return str(self.answered[-1][1]["text"])

    @property
    def hub_log(self) -> list[str]:
        """The subjects of the remote's commits, the newest first, without the first one."""
        return self.company.remote.git("log", "--format=%s", "main").splitlines()[:-1]

    def file(self, id: str) -> str:
        """An incident's file at the remote."""
        return self.company.remote.git("show", f"main:incidents/2026/11/{id}.yaml") + "\n"

    def ids(self) -> list[str]:
        """The incidents at the remote."""
        listed = self.company.remote.git("ls-tree", "-r", "--name-only", "main", "incidents/").split()
        return [path.rpartition("/")[2].removesuffix(".yaml") for path in listed]

    def _trigger(self, act: str) -> str:
        self._acts += 1
        trigger = act or f"{self.clone.folder.name}-{self._acts}"
        self.slack.triggers.add(trigger)
        return trigger

    def _opened(self, before: set[str]) -> dict[str, Any] | None:
        return next((view for id, view in self.slack.views.items() if id not in before), None)


def _inputs(view: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [block for block in view["blocks"] if block["type"] == "input"]


def _filled(block: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    element, name = block["element"], block["block_id"]
    kind = element["type"]
    if kind in ("plain_text_input", "url_text_input"):
        return {"type": kind, "value": values.get(name, element.get("initial_value"))}
    if kind == "users_select":
        return {"type": kind, "selected_user": values.get(name, element.get("initial_user"))}
    if kind == "multi_users_select":
        return {"type": kind, "selected_users": values.get(name, element.get("initial_users", []))}
    options = element.get("options") or [o for group in element["option_groups"] for o in group["options"]]
    if kind in ("multi_static_select", "checkboxes"):
        chosen = values.get(name, [one["value"] for one in element.get("initial_options", [])])
        return {"type": kind, "selected_options": [one for one in options if one["value"] in chosen]}
    wanted = values.get(name, (element.get("initial_option") or {}).get("value"))
    return {"type": kind, "selected_option": next((o for o in options if o["value"] == wanted), None)}


def shown(form: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a form shows in its fields: texts and names; what is empty is left out."""
    assert form is not None
    found: dict[str, Any] = {}
    for block in _inputs(form):
        element = block["element"]
        value = element.get("initial_value") or (element.get("initial_option") or {}).get("value")
        value = value or [one["value"] for one in element.get("initial_options", [])]
        found |= {block["block_id"]: value} if value else {}
    return found
