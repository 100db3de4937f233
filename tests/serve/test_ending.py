"""SIGTERM ends a resident process within seconds, whatever it waits for; nothing else stops its pages."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server

import pytest

from tests.support import repositories
from tests.support.company import PATH, SETTINGS
from tests.support.faulty import Connection, faulty
from tests.support.repositories import Clone, Remote
from tests.support.resident import resident
from tests.support.sabotage import Front

NOW = datetime.now(UTC).replace(microsecond=0)
FILE = f"title: Down\nseverity: sev1\nstatus: investigating\ndeclared_at: {NOW:%Y-%m-%dT%H:%M:%SZ}\n"
#: Seconds in which it has to be over, on a machine that has much to do.
SHORTLY = 20.0


@pytest.fixture
def hub(tmp_path: Path) -> Remote:
    return repositories.remote(tmp_path, {"reconciler.yaml": SETTINGS, PATH: FILE}, at=NOW)


def later(connection: Connection) -> None:
    """Say that one may come again in almost two minutes."""
    connection.read()
    connection.answer(503, "not now", kind="text/plain", Retry_After="110")


def test_it_does_not_wait_for_a_service_that_wants_to_be_left_alone(front: Front, clone: Clone) -> None:
    with faulty(later) as busy:
        env = {"NOTION_API_URL": busy.url}
        with resident(front, clone.folder, env=env) as one:
            one.until(lambda: busy.requests and front.made["POST /incidents"])
            one.until(lambda: one.named("waiting"))
            code, seconds = one.stop()
    assert (code, seconds < SHORTLY) == (0, True), (seconds, one.events)
    assert len(busy.requests) <= 2, "asked again before its time"


def test_a_git_host_that_hangs_holds_up_neither_the_page_nor_the_end(front: Front, clone: Clone) -> None:
    clone.git("remote", "set-url", "origin", "ssh://git.example.com/incidents.git")
    with resident(front, clone.folder, env={"GIT_SSH_COMMAND": "sleep 300 #"}) as one:
        one.until(lambda: front.made["POST /incidents"], patience=120)
        code, seconds = one.stop()
    assert (code, seconds < SHORTLY) == (0, True), (seconds, one.events)


def test_with_slack_down_a_file_still_pages(front: Front, clone: Clone) -> None:
    with create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    env = {"SLACK_API_URL": f"http://127.0.0.1:{port}/api/", "SLACK_APP_TOKEN": "xapp-sandbox"}
    with resident(front, clone.folder, env=env) as one:
        one.until(lambda: front.made["POST /incidents"] and front.made["POST /v1/pages"])
        code, seconds = one.stop()
    assert (code, seconds < SHORTLY) == (0, True), (seconds, one.events)
    assert front.made["conversations.create"] == 0


def signed(body: str, secret: str) -> dict[str, str]:
    """The headers with which Slack sends it."""
    at = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    kind = "application/x-www-form-urlencoded"
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}", "Content-Type": kind}


def test_over_http_only_what_slack_has_signed_is_heard(front: Front, clone: Clone) -> None:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = {
        "command": "/incident",
        "text": "help",
        "user_id": "U0ANA",
        "team_id": "T1",
        "channel_id": "C1",
    }
    command |= {"trigger_id": "1.2.3", "response_url": f"http://127.0.0.1:{port}/nowhere"}
    body = urllib.parse.urlencode(command)

    def posted(secret: str) -> int:
        url = f"http://127.0.0.1:{port}/slack/events"
        request = urllib.request.Request(url, body.encode(), signed(body, secret))
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code

    env = {"SLACK_SIGNING_SECRET": "the signing secret"}
    with resident(front, clone.folder, "--http", str(port), env=env) as one:
        one.until(lambda: json.loads(one.asked("healthz")[1])["helper"] == "connected")
        assert posted("the signing secret") == 200
        assert posted("somebody else's secret") == 401
        assert one.stop()[0] == 0
    assert "the signing secret" not in json.dumps(one.events)


def test_a_port_that_is_taken_is_told_in_words(front: Front, clone: Clone) -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = front.run(clone.folder, "serve", "--health", f"127.0.0.1:{port}")
    assert ended.code == 1
    assert f"error: 127.0.0.1:{port} is taken" in ended.error
    ended = front.run(clone.folder, "serve", "--http", "0")
    assert (ended.code, "error: SLACK_SIGNING_SECRET is not set" in ended.error) == (64, True)
    ended = front.run(clone.folder, "serve", "--health", "nowhere")
    assert (ended.code, "is no address with a port" in ended.error) == (64, True)


def silent(connection: Connection) -> None:
    """Never answer."""
    connection.server.faulty.ending.wait(60)


def test_a_second_signal_ends_it_at_once(front: Front, clone: Clone) -> None:
    with faulty(silent) as notion, resident(front, clone.folder, env={"NOTION_API_URL": notion.url}) as one:
        one.until(lambda: notion.connections)
        one.process.terminate()
        one.until(lambda: any("stopping" in line for line in one.said))
        code, seconds = one.stop()
        assert (code, seconds < SHORTLY) == (130, True), (one.events, one.said, seconds)


def test_what_is_told_is_dated(front: Front, clone: Clone) -> None:
    with resident(front, clone.folder) as one:
        one.until(lambda: one.turns)
        one.stop()
    times = [datetime.fromisoformat(event["at"]) for event in one.events]
    assert times == sorted(times)
    assert times[0] - NOW < timedelta(hours=1)
