"""Tokens are in no output, no error and no ref: whatever a service or a remote sends back, and in a crash."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import click
import pytest

from reconciler.cli.root import TRACEBACK, run, words
from reconciler.clock import VirtualClock
from reconciler.errors import Failure
from reconciler.plan.plan import Plan, Report
from reconciler.targets.connect import connect_all
from reconciler.views.document import document
from reconciler.views.plan import plan_lines
from reconciler.views.report import report_lines
from reconciler.views.terminal import show
from tests.support import faulty
from tests.support.company import PATH, START, Company, incident
from tests.support.faulty import Behaviour, Connection
from tests.support.repositories import Clone

TOKENS = {
    "SLACK_BOT_TOKEN": "xoxb-51aCkT0keN0fThisTest",
    "PAGERDUTY_API_TOKEN": "u+pAgErDuTyT0keNtEst",
    "NOTION_TOKEN": "ntn_N0t10nT0keN0fThisTest",
}
REMOTE = "ghs_G1tT0keN0fThisTest"


def echo(status: int, kind: str = "application/json") -> Behaviour:
    """Send the request's token back in every place that an answer has."""

    def behave(connection: Connection) -> None:
        token = connection.read().headers.get("authorization", "none").split("=")[-1].split()[-1]
        said = f"we do not like Authorization: Bearer {token}"
        error = {"message": said, "code": token, "errors": [said, token]}
        answer = {
            "ok": False,
            "error": token,
            "needed": token,
            "code": token,
            "message": said,
            "results": [said],
        }
        if connection.server.faulty.requests[-1].target.startswith("/pagerduty"):
            answer |= {"error": error}
        if status == 200 and kind == "application/json":
            answer |= {"ok": True, "channels": [{"id": token, "name": token}], "incidents": [{"id": token}]}
            answer |= {"user_id": token, "data_sources": [{"id": token, "name": said}]}
        body = json.dumps(answer) if kind == "application/json" else f"<h1>{said}</h1>"
        connection.answer(status, body, kind, Location=f"/elsewhere?{token}", Retry_After=token)

    return behave


BEHAVIOURS: dict[str, Behaviour] = {
    **{f"{status}": echo(status) for status in (200, 302, 400, 401, 404, 500)},
    "ok false": echo(201),
    "a page": echo(403, "text/html"),
    "a page as success": echo(200, "text/html"),
    "hung up": faulty.drop_read,
    "babble": faulty.babble,
}


def said_by(company: Company, clone: Clone) -> str:
    """All that a plan and an apply say and keep."""
    out = StringIO()
    acts: list[Callable[[], Plan | Report]] = [lambda: company.plan(clone), lambda: company.apply(clone)]
    for act in acts:
        try:
            done = act()
        except Failure as failure:
            out.write(words(failure))
            continue
        show(plan_lines(done) if isinstance(done, Plan) else report_lines(done), out)
        out.write(document(done.to_json()))
    kept = clone.git("cat-file", "--batch", "--batch-all-objects")
    return out.getvalue() + "\n".join(company.told) + kept


def tokens_in(text: str) -> list[str]:
    """The tokens that a text holds, or enough of them to be used."""
    return [token for token in (*TOKENS.values(), REMOTE) if token in text or token[-8:] in text]


@pytest.fixture
def company(tmp_path: Path) -> Company:
    made = Company.at(tmp_path, {PATH: incident(more="services: [checkout]\nreporter: ana@example.com\n")})
    made.environ = dict(TOKENS)
    return made


class Real(Company):
    """A company whose runs talk to real addresses through the real SDKs."""

    def connect(self, environ, settings, **more):  # type: ignore[no-untyped-def]
        return connect_all(environ, settings, **{**more, "clock": VirtualClock(START), "timeout": 5})


def real(company: Company) -> Real:
    return Real(company.hub, company.machines, company.clock, environ=company.environ)


@pytest.mark.parametrize("name", list(BEHAVIOURS))
def test_a_service_that_sends_the_token_back_does_not_make_us_tell_it(company: Company, name: str) -> None:
    with faulty.faulty(BEHAVIOURS[name]) as server:
        for service in ("slack", "pagerduty", "notion"):
            company.environ[f"{service.upper()}_API_URL"] = f"{server.url}/{service}/"
        told = said_by(real(company), company.clone())
        assert len(server.requests) >= 3 or name == "babble"
    assert tokens_in(told) == []
    assert "could not be read" in told


@pytest.mark.parametrize(
    "address",
    ["ftp://{0}@example.com/{0}", "{0}", "http://user:{0}@127.0.0.1:1/{0}?t={0}", "http://{0}@[::1]:1/#{0}"],
)
def test_an_address_with_a_token_in_it_is_not_told(company: Company, address: str) -> None:
    for name, token in TOKENS.items():
        service = name.split("_")[0]
        company.environ[f"{service}_API_URL"] = address.format(token.replace("+", ""))
    told = said_by(real(company), company.clone())
    assert tokens_in(told.replace("pAgErDuTyT0keNtEst", "")) == []
    assert "pAgErDuTy" not in told


@pytest.mark.parametrize("status", [401, 403, 404, 500, None])
def test_a_token_in_the_remotes_address_is_not_told(company: Company, status: int | None) -> None:
    clone = company.clone()

    def attempt(url: str) -> str:
        clone.git("remote", "set-url", "origin", url)
        return said_by(company, clone)

    if status is None:
        told = attempt(f"http://user:{REMOTE}@{faulty.closed_port()}/acme/incidents.git")
    else:
        with faulty.faulty(faulty.status(status, f"no, {REMOTE}")) as server:
            told = attempt(f"http://x@y:{REMOTE}@{server.address}/acme/incidents.git")
    assert tokens_in(told) == []
    assert "remote" in told


@pytest.mark.parametrize("traceback", ["", "1"])
def test_a_crash_whose_words_hold_a_token_is_told_without_it(
    traceback: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, token in TOKENS.items():
        monkeypatch.setenv(name, token)
    monkeypatch.setenv(TRACEBACK, traceback)

    @click.command()
    def crash() -> None:
        raise RuntimeError(f"header 'Bearer {' '.join(TOKENS.values())}' is odd")

    assert run(crash, []) == 1
    told = capsys.readouterr().err
    assert "is odd" in told
    assert tokens_in(told) == []
    assert ("Traceback" in told) is bool(traceback)
