"""What the real SDKs make of a service, a network or a proxy that misbehaves: fault × adapter → error."""

from __future__ import annotations

import socket
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from reconciler.clock import VirtualClock
from reconciler.errors import Failure
from reconciler.targets.notion import api as notion
from reconciler.targets.pagerduty import api as pagerduty
from reconciler.targets.retry import Retrying
from reconciler.targets.seam import Api, CallError, RateLimited, Refused, Unanswered, Unreachable
from reconciler.targets.slack import api as slack
from tests.support import faulty
from tests.support.faulty import Behaviour

TOKEN = "token-that-nobody-may-see"

Call = tuple[str, dict[str, Any]]


class Adapter(NamedTuple):
    connect: Callable[..., Api]
    read: Call
    create: Call


ADAPTERS = {
    "slack": Adapter(
        slack.connect,
        ("conversations.info", {"channel": "C1"}),
        ("chat.postMessage", {"channel": "C1", "text": "Hello"}),
    ),
    "pagerduty": Adapter(
        pagerduty.connect,
        ("GET /incidents", {"statuses": ["triggered"]}),
        ("POST /incidents", {"incident": {"type": "incident", "title": "Down"}}),
    ),
    "notion": Adapter(
        notion.connect,
        ("POST /v1/data_sources/{data_source_id}/query", {"data_source_id": "d1", "page_size": 1}),
        ("POST /v1/pages", {"properties": {}}),
    ),
}
every_adapter = pytest.mark.parametrize("name", ADAPTERS)
read_and_create = pytest.mark.parametrize("kind", ["read", "create"])


def failing(name: str, kind: str, url: str, timeout: float = 5) -> CallError:
    """The error that a call to this address ends with; nobody who prints it sees the token."""
    adapter = ADAPTERS[name]
    method, arguments = adapter.read if kind == "read" else adapter.create
    with pytest.raises(CallError) as caught:
        adapter.connect(TOKEN, url=url, timeout=timeout).call(method, **arguments)
    told = "".join([str(caught.value), repr(caught.value), *traceback.format_exception(caught.value)])
    assert TOKEN not in told
    assert TOKEN[-4:] not in told, "pdpyras tells the end of the token"
    assert caught.value.method == method
    return caught.value


FAULTS: dict[str, tuple[Behaviour, type[CallError], dict[str, Any]]] = {
    "hangs up unread": (faulty.drop_unread, Unanswered, {"status": 0}),
    "hangs up after reading": (faulty.drop_read, Unanswered, {"status": 0}),
    "hangs up in the answer": (faulty.drop_in_answer, Unanswered, {}),
    "babbles": (faulty.babble, Unanswered, {"status": 0}),
    "429": (faulty.status(429, Retry_After="7"), RateLimited, {"retry_after": 7}),
    "429 without a time": (faulty.status(429), RateLimited, {"retry_after": 1}),
    "429 with nonsense": (faulty.status(429, Retry_After="nan"), RateLimited, {"retry_after": 1}),
    "500": (faulty.status(500), Unanswered, {"status": 500}),
    "502": (faulty.page(502), Unanswered, {"status": 502}),
    "503": (faulty.status(503, Retry_After="9"), Unanswered, {"status": 503, "retry_after": 9}),
    "504": (faulty.page(504), Unanswered, {"status": 504}),
    "529": (faulty.status(529), Unanswered, {"status": 529}),
    "408": (faulty.status(408), Unanswered, {"status": 408}),
    "a page instead of JSON": (faulty.page(200), Unanswered, {}),
    "a list instead of an object": (faulty.status(200, "[1]"), Unanswered, {}),
    "an empty answer": (faulty.status(200, ""), Unanswered, {}),
    "a proxy's refusal": (faulty.page(403), Refused, {"code": "403", "status": 403}),
}


@every_adapter
@read_and_create
@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_its_kind(name: str, kind: str, fault: str) -> None:
    behave, expected, facts = FAULTS[fault]
    with faulty.faulty(behave) as server:
        error = failing(name, kind, server.url)
    assert type(error) is expected, error
    assert {fact: getattr(error, fact) for fact in facts} == facts
    assert server.connections == 1, "a call is sent once, whatever becomes of it"


@every_adapter
@read_and_create
def test_a_service_that_never_answers_is_given_up_after_the_timeout(name: str, kind: str) -> None:
    with faulty.faulty(faulty.hang) as server:
        error = failing(name, kind, server.url, timeout=0.2)
    assert type(error) is Unanswered
    assert "timed out" in error.message
    assert len(server.requests) == 1


@every_adapter
@read_and_create
def test_a_closed_port_means_not_reached(name: str, kind: str) -> None:
    address = faulty.closed_port()
    error = failing(name, kind, f"http://{address}")
    assert type(error) is Unreachable
    assert error.message == f"connection refused ({address})"


@every_adapter
def test_a_host_that_no_name_server_knows_means_not_reached(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = failing(name, "create", "http://nowhere.example.com")
    assert type(error) is Unreachable
    assert error.message == "no such host (nowhere.example.com)"


@every_adapter
@pytest.mark.parametrize("behave", [faulty.babble, faulty.drop_read])
def test_a_failed_handshake_means_not_reached_since_nothing_was_sent(name: str, behave: Behaviour) -> None:
    with faulty.faulty(behave) as server:
        error = failing(name, "create", f"https://{server.address}")
    assert type(error) is Unreachable, error


@every_adapter
def test_a_connection_that_is_never_accepted_means_not_reached(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_slow(*_: Any, **__: Any) -> None:
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket.socket, "connect", too_slow)
    error = failing(name, "create", "http://127.0.0.1:9")
    assert type(error) is Unreachable
    assert error.message == "timed out (127.0.0.1:9)"


@every_adapter
def test_a_call_made_while_another_error_is_handled_is_judged_by_itself(name: str) -> None:
    with faulty.faulty(faulty.drop_read) as server:
        try:
            socket.create_connection(("127.0.0.1", int(faulty.closed_port().split(":")[1])))
        except ConnectionRefusedError:
            error = failing(name, "create", server.url)
    assert type(error) is Unanswered, "the failure to connect was somebody else's"


@every_adapter
@pytest.mark.parametrize(
    "behave", [faulty.drop_unread, faulty.drop_read, faulty.drop_in_answer, faulty.page(503)]
)
def test_what_must_not_happen_twice_is_sent_exactly_once(name: str, behave: Behaviour) -> None:
    clock = VirtualClock(datetime(2026, 11, 21, tzinfo=UTC))
    with faulty.faulty(behave) as server:
        api = Retrying(ADAPTERS[name].connect(TOKEN, url=server.url), clock)
        method, arguments = ADAPTERS[name].create
        with pytest.raises(Unanswered):
            api.call(method, **arguments)
    assert server.connections == 1


def test_a_page_with_a_key_is_sent_again_until_it_is_answered() -> None:
    clock = VirtualClock(datetime(2026, 11, 21, tzinfo=UTC))
    with faulty.faulty(faulty.drop_read) as server:
        api = Retrying(pagerduty.connect(TOKEN, url=server.url), clock)
        with pytest.raises(Unanswered, match="after 4 attempts"):
            api.call("POST /incidents", incident={"incident_key": "acme/20261121-honest-rhinoceros/primary"})
    assert [received.target for received in server.requests] == ["/incidents"] * 4


@every_adapter
def test_eight_threads_call_at_once_and_each_gets_its_own_answer(name: str) -> None:
    adapter, rounds = ADAPTERS[name], 3
    with faulty.faulty(faulty.echo(together=8)) as server, ThreadPoolExecutor(8) as pool:
        api = adapter.connect(TOKEN, url=server.url)

        def said(number: int) -> str:
            method, arguments = adapter.create
            return str(api.call(method, **arguments, extra=f"<{number}>")["said"])

        answers = list(pool.map(said, range(8 * rounds)))
    for number, answer in enumerate(answers):
        assert f'"<{number}>"' in answer


@every_adapter
def test_a_token_that_the_service_refuses_was_sent_and_is_not_told(name: str) -> None:
    with faulty.faulty(faulty.status(401, '{"error": "bad_token", "code": "bad_token"}')) as server:
        error = failing(name, "create", server.url)
    assert isinstance(error, Refused)
    assert server.requests[0].headers["authorization"].endswith(TOKEN)


@every_adapter
@pytest.mark.parametrize("behave", [faulty.drop_read, faulty.page(503), faulty.page(200), faulty.status(429)])
def test_the_sdk_writes_nothing_to_any_stream_or_log(
    name: str, behave: Behaviour, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with faulty.faulty(behave) as server:
        failing(name, "create", server.url)
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.levelname != "INFO"] == []


@every_adapter
@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "gänsefüßchen"])
def test_a_token_that_can_be_none_is_refused_unseen(name: str, token: str) -> None:
    with pytest.raises(Failure) as caught:
        ADAPTERS[name].connect(token)
    assert not token or token not in f"{caught.value.message}{caught.value.next}"


@every_adapter
def test_blanks_around_a_token_do_not_matter(name: str) -> None:
    with faulty.faulty(faulty.echo()) as server:
        method, arguments = ADAPTERS[name].read
        ADAPTERS[name].connect(f" {TOKEN}\n", url=f"{server.url}/ ").call(method, **arguments)
    assert server.requests[0].headers["authorization"].endswith(TOKEN)


@every_adapter
@pytest.mark.parametrize("url", ["localhost:8181", "ftp://example.com", "https://", "nonsense"])
def test_an_address_that_is_none_is_refused(name: str, url: str) -> None:
    with pytest.raises(Failure, match="address for"):
        ADAPTERS[name].connect(TOKEN, url=url)


@every_adapter
def test_the_proxy_of_the_environment_is_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty.faulty(faulty.echo()) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        called(name, "http://service.example.com/base")
    assert proxy.requests[0].target.startswith("http://service.example.com/base/")


@every_adapter
def test_a_host_in_no_proxy_is_called_directly(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty.faulty(faulty.echo()) as proxy, faulty.faulty(faulty.echo()) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        called(name, server.url)
    assert (proxy.connections, server.connections) == (0, 1)


@every_adapter
def test_a_proxy_for_http_does_not_get_what_goes_over_https(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with faulty.faulty(faulty.echo()) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        failing(name, "read", f"https://{faulty.closed_port()}")
    assert proxy.connections == 0


@every_adapter
def test_a_proxy_that_lets_nothing_through_means_not_reached(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with faulty.faulty(faulty.page(403)) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        error = failing(name, "create", "https://service.example.com")
    assert type(error) is Unreachable, error
    assert proxy.requests[0].verb == "CONNECT"


def called(name: str, url: str) -> None:
    method, arguments = ADAPTERS[name].read
    ADAPTERS[name].connect(TOKEN, url=url, timeout=5).call(method, **arguments)
