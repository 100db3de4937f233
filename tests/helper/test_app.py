"""Bolt in threads and over HTTP: acknowledged in time whatever Git does, and only what Slack has signed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from reconciler.helper import clerk, door
from reconciler.incident.verbs import Declare, Intention
from reconciler.repo.errand import Request, Written
from tests.support.company import ID, PATH, incident
from tests.support.helping import Office

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


class Stuck:
    """A desk whose Git does not answer until it is let go."""

    def __init__(self, office: Office):
        self._desk = office.helper.clerk.desk
        self.free = threading.Event()
        self.waiting = 0

    def declare(self, said: Declare, request: Request) -> Written:
        self.waiting += 1
        assert self.free.wait(20)
        return self._desk.declare(said, request)

    def change(self, id: str, intention: Intention, request: Request) -> Written:
        self.waiting += 1
        assert self.free.wait(20)
        return self._desk.change(id, intention, request)


@contextmanager
def in_threads(folder: Path) -> Iterator[tuple[Office, Stuck]]:
    """An office as it runs, whose Git is stuck."""
    first = Office.at(folder, "", {PATH: incident()})
    office = Office.beside(first.company, first.slack, "threads", quick=None, slow=None, listeners=None)
    office.helper.start()
    desk = office.helper.clerk.desk = Stuck(office)
    try:
        yield office, desk
    finally:
        desk.free.set()
        office.helper.close()


def soon(condition: object, seconds: float = 30.0) -> bool:
    """Wait until it holds."""
    assert callable(condition)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        threading.Event().wait(0.01)
    return False


def test_it_answers_at_once_while_git_is_stuck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clerk, "_TURN", 60.0)
    with in_threads(tmp_path) as (office, desk):
        for number in range(10):  # more than there are threads
            begun = time.monotonic()
            office.types("ana", "/incident", f"update {ID} {number}")
            assert time.monotonic() - begun < 2.5
        office.types("ana", "/incident", "new Checkout is down")
        assert soon(lambda: office.slack.views)
        (form,) = office.slack.views.values()
        begun = time.monotonic()
        assert office.sends(form, severity="sev1") == {}
        assert time.monotonic() - begun < 2.5
        desk.free.set()
        assert soon(lambda: len(office.hub_log) == 11, 60)


def test_nobody_waits_long_for_a_commit_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clerk, "_TURN", 0.01)
    with in_threads(tmp_path) as (office, desk):
        office.types("ana", "/incident", f"update {ID} This one hangs")
        assert soon(lambda: desk.waiting == 1)
        office.types("bo", "/incident", f"update {ID} This one too")
        assert soon(lambda: desk.waiting == 2)


def test_ending_finishes_what_is_in_hand(tmp_path: Path) -> None:
    with in_threads(tmp_path) as (office, desk):
        office.types("ana", "/incident", f"update {ID} Rolling back")
        desk.free.set()
    assert office.hub_log == [f"{ID}: update"]


def signed(body: str, at: float, secret: str = SECRET) -> dict[str, str]:
    said = hmac.new(secret.encode(), f"v0:{int(at)}:{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": str(int(at)),
        "X-Slack-Signature": f"v0={said}",
        "Content-Type": "application/x-www-form-urlencoded",
    }


@pytest.fixture
def office(tmp_path: Path) -> Office:
    first = Office.at(tmp_path, "", {PATH: incident()})
    return Office.beside(first.company, first.slack, "http", signing_secret=SECRET)


def command(office: Office, text: str) -> str:
    return urlencode(
        {
            "command": "/incident",
            "text": text,
            "user_id": office.id("ana"),
            "team_id": office.team,
            "channel_id": "C1",
            "channel_name": "general",
            "trigger_id": "T1",
            "response_url": "https://hooks.example.com/T1",
        }
    )


def post(office: Office, body: str, headers: dict[str, str]) -> int:
    """Post to the door; the status of the answer."""

    async def sent() -> int:
        transport = httpx.ASGITransport(app=door.http(office.helper))
        async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
            return (await client.post("/slack/events", content=body, headers=headers)).status_code

    return asyncio.run(sent())


def test_http_takes_what_slack_has_signed(office: Office) -> None:
    body = command(office, f"update {ID} Rolling back")
    assert post(office, body, signed(body, time.time())) == 200
    assert office.hub_log == [f"{ID}: update"]


def test_http_refuses_everything_else(office: Office) -> None:
    body = command(office, f"update {ID} Rolling back")
    for headers in (
        {},
        signed(body, time.time(), "another secret"),
        signed(body + "x", time.time()),
        signed(body, time.time() - 600),
    ):
        assert post(office, body, headers) == 401
    assert office.hub_log == []


def test_what_is_none_of_ours_is_let_be(office: Office) -> None:
    body = json.dumps({"type": "event_callback", "event": {"type": "message", "text": "hi"}})
    headers = signed(body, time.time()) | {"Content-Type": "application/json"}
    assert post(office, body, headers) in (200, 404)
