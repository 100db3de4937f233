"""Socket Mode as apps have it: Slack's own client and Bolt's own handler, over a real WebSocket."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from queue import Queue
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from reconciler.sandbox.slack import SlackMachine
from reconciler.sandbox.world import World
from tests.support.modals import form
from tests.support.server import serving

PATIENCE = 10.0


@contextmanager
def served() -> Iterator[tuple[SlackMachine, str]]:
    """The example's Slack over HTTP in real time, and its address."""
    world = World.example(lambda: datetime.now(UTC))
    slack = world.machines["slack"]
    assert isinstance(slack, SlackMachine)
    with serving(world) as url:
        yield slack, f"{url}/slack/api/"


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so. Fails after a while."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.02)):
        if true():
            return
        pause.wait(0.02)
    raise AssertionError("it did not become so")


@contextmanager
def client(
    url: str, hear: Callable[[SocketModeRequest], dict[str, Any] | None]
) -> Iterator[SocketModeClient]:
    """Slack's own client, which acknowledges with what `hear` returns."""
    made = SocketModeClient("xapp-sandbox", web_client=WebClient(base_url=url), ping_interval=0.5)

    def listen(one: Any, request: SocketModeRequest) -> None:
        payload = hear(request)
        one.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))

    made.socket_mode_request_listeners.append(listen)
    made.connect()
    try:
        yield made
    finally:
        threading.Thread(target=made.close).start()  # it takes three seconds, for which no test waits


def test_slacks_own_client_hears_and_acknowledges() -> None:
    heard: Queue[SocketModeRequest] = Queue()

    def hear(request: SocketModeRequest) -> dict[str, Any]:
        heard.put(request)
        return {"text": "noted"}

    with served() as (slack, url), client(url, hear):
        until(lambda: slack.link.connections == 1)
        ana = slack.person("ana@example.com")
        assert slack.link.wait(ana.command("general", "/incident list")) == {}
        request = heard.get(timeout=PATIENCE)
        assert (request.type, request.payload["text"]) == ("slash_commands", "list")
        assert [one["text"] for one in ana.whispers("general")] == ["noted"]


def test_three_clients_share_what_people_do() -> None:
    heard: list[list[str]] = [[], [], []]

    def hearing(mine: list[str]) -> Callable[[SocketModeRequest], None]:
        return lambda request: mine.append(request.payload["text"])

    with served() as (slack, url), ExitStack() as stack:
        for number, mine in enumerate(heard, 1):
            stack.enter_context(client(url, hearing(mine)))
            until(lambda number=number: slack.link.connections == number)  # type: ignore[misc]
        ana = slack.person("ana@example.com")
        for number in range(6):
            assert slack.link.wait(ana.command("general", f"/incident {number}")) == {}
    assert sorted(text for mine in heard for text in mine) == list("012345")
    assert [len(mine) for mine in heard] == [2, 2, 2]


def test_the_client_comes_again_when_it_is_asked_to() -> None:
    with served() as (slack, url), client(url, lambda _: None):
        until(lambda: slack.link.connections == 1)
        slack.link.refresh()
        assert slack.link.wait(slack.person("ana@example.com").command("general", "/incident")) == {}
        assert slack.link.connections == 1


@pytest.mark.parametrize(
    ("token", "method", "code"),
    [
        ("xoxb-sandbox", "apps.connections.open", "not_allowed_token_type"),
        ("xapp-sandbox", "auth.test", "not_allowed_token_type"),
        ("xapp-other", "apps.connections.open", "invalid_auth"),
    ],
)
def test_each_token_is_for_its_own(token: str, method: str, code: str) -> None:
    with served() as (_, url), pytest.raises(SlackApiError) as no:
        WebClient(token, base_url=url).api_call(method)
    assert no.value.response["error"] == code


def test_a_ticket_that_is_none_opens_no_connection() -> None:
    key = {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    with served() as (slack, url):
        host = url.removeprefix("http://").partition("/")[0]
        with closing(HTTPConnection(host, timeout=PATIENCE)) as asked:
            upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", **key}
            asked.request("GET", "/slack/link?ticket=x", headers=upgrade)
            assert asked.getresponse().status == 403
        assert slack.link.connections == 0


@contextmanager
def bolt(url: str) -> Iterator[App]:
    """A tiny app that opens a form, finds fault with it once, and pins down what is pinned."""
    app = App(client=WebClient("xoxb-sandbox", base_url=url))
    app.client.base_url = url
    handler = SocketModeHandler(app, "xapp-sandbox")

    @app.command("/incident")
    def command(ack: Any, body: Any, client: Any, respond: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=form())
        respond("a form is open")

    @app.view("f")
    def sent(ack: Any, view: Any) -> None:
        title = view["state"]["values"]["title"]["v"]["value"]
        ack(response_action="errors", errors={"title": "longer, please"}) if len(title) < 3 else ack()

    @app.event("reaction_added")
    def pinned(event: Any, say: Any) -> None:
        say(text=f"noted {event['reaction']}", channel=event["item"]["channel"])

    @app.shortcut("add_to_timeline")
    def kept(ack: Any, shortcut: Any, respond: Any) -> None:
        ack()
        respond(f"kept: {shortcut['message']['text']}")

    handler.connect()  # type: ignore[no-untyped-call]
    try:
        yield app
    finally:
        threading.Thread(target=handler.close).start()


def test_a_bolt_app_goes_the_whole_way() -> None:
    with served() as (slack, url), bolt(url):
        until(lambda: slack.link.connections == 1)
        ana, wait = slack.person("ana@example.com"), slack.link.wait
        assert wait(ana.command("general", "/incident")) == {}
        until(lambda: len(ana.views()) == 1 and len(ana.whispers("general")) == 1)
        [view] = ana.views()
        assert wait(ana.submit(view["id"], {"title": {"v": "x"}})) == {"errors": {"title": "longer, please"}}
        assert wait(ana.submit(view["id"], {"title": {"v": "It is down"}})) == {}
        assert ana.views() == []
        ts = ana.post("general", "it began at nine")
        ana.react("general", ts, "pushpin")
        until(
            lambda: any(
                "noted" in one["text"]
                for one in slack.call("conversations.history", channel="C00000001")["messages"]
            )
        )
        assert wait(ana.shortcut("add_to_timeline", "general", ts)) == {}
        until(lambda: "kept: it began at nine" in [one["text"] for one in ana.whispers("general")])
