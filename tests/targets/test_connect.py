"""From the environment to the targets: what is on, where it is called, and what is imported for it."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from reconciler.clock import VirtualClock
from reconciler.errors import Failure
from reconciler.incident.settings import PagerDutySettings, Settings
from reconciler.targets.connect import VARIABLES, connect_all, secrets
from reconciler.targets.discreet import without
from reconciler.targets.seam import RateLimited, Unanswered
from tests.support import faulty

SENDER = "incidents@example.com"
SETTINGS = Settings(name="acme", severities=(), pagerduty=PagerDutySettings(from_address=SENDER))
READS = {"slack": "auth.test", "pagerduty": "GET /priorities", "notion": "GET /v1/users/me"}


def environment(url: str, *names: str) -> dict[str, str]:
    """Tokens and addresses for these targets."""
    tokens = {VARIABLES[name].token: f"{name}-token" for name in names}
    return tokens | {VARIABLES[name].url: url for name in names}


def test_a_target_without_a_token_is_off() -> None:
    assert connect_all({}, SETTINGS) == {}
    assert connect_all({"SLACK_BOT_TOKEN": " \n", "NOTION_API_URL": "http://127.0.0.1"}, SETTINGS) == {}


@pytest.mark.parametrize("name", READS)
def test_a_target_with_a_token_is_called_where_the_environment_says(name: str) -> None:
    with faulty.faulty(faulty.echo()) as server:
        apis = connect_all(environment(f"{server.url}/here", name), SETTINGS)
        assert list(apis) == [name]
        apis[name].call(READS[name])
    received = server.requests[0]
    assert received.target.startswith("/here/")
    assert received.headers["authorization"].endswith(f"{name}-token")


def test_pagerduty_is_written_to_in_the_name_that_the_settings_give() -> None:
    with faulty.faulty(faulty.echo()) as server:
        apis = connect_all(environment(server.url, "pagerduty"), SETTINGS)
        apis["pagerduty"].call("POST /incidents", incident={"title": "Down"})
    assert server.requests[0].headers["from"] == SENDER


@pytest.mark.parametrize("name", READS)
def test_every_target_tries_again_and_tells_so(name: str) -> None:
    told: list[tuple[str, float, str]] = []
    clock = VirtualClock(datetime(2026, 11, 21, tzinfo=UTC))
    with faulty.faulty(faulty.status(503)) as server:
        apis = connect_all(
            environment(server.url, name), SETTINGS, clock=clock, on_wait=lambda *wait: told.append(wait)
        )
        with pytest.raises(Unanswered, match="after 4 attempts"):
            apis[name].call(READS[name])
    assert server.connections == 4
    assert [method for method, _, _ in told] == [READS[name]] * 3


@pytest.mark.parametrize("name", READS)
def test_no_target_is_asked_again_before_the_time_that_it_names(name: str) -> None:
    clock = VirtualClock(datetime(2026, 11, 21, tzinfo=UTC))
    with faulty.faulty(faulty.status(429, Retry_After="20")) as server:
        api = connect_all(environment(server.url, name), SETTINGS, clock=clock)[name]
        for seconds in (0, 19, 4):
            clock.sleep(seconds)
            with pytest.raises(RateLimited):
                api.call(READS[name])
    assert server.connections == 2


@pytest.mark.parametrize("name", READS)
def test_a_token_that_can_be_none_is_a_failure_that_does_not_show_it(name: str) -> None:
    with pytest.raises(Failure) as caught:
        connect_all({VARIABLES[name].token: "two words"}, SETTINGS)
    assert "two words" not in str(vars(caught.value))


def test_only_the_sdk_of_a_target_that_is_on_is_imported() -> None:
    script = (
        "import sys\n"
        "from reconciler.targets.connect import connect_all\n"
        "from reconciler.incident.settings import Settings\n"
        "settings = Settings(name='acme', severities=())\n"
        "sdks = {'slack_sdk', 'pdpyras', 'notion_client', 'requests', 'httpx'}\n"
        "assert not sdks & set(sys.modules), 'before any is on'\n"
        "connect_all({'SLACK_BOT_TOKEN': 'xoxb-sample'}, settings)\n"
        "assert sdks & set(sys.modules) == {'slack_sdk'}, sdks & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_warning_of_pdpyras_is_silenced_and_no_other() -> None:
    script = (
        "import warnings\n"
        "from reconciler.targets.pagerduty.api import connect\n"
        "connect('token')\n"
        "try:\n"
        "    warnings.warn('another')\n"
        "except UserWarning:\n"
        "    print('heard')\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], check=True, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("heard\n", "")


def test_the_helpers_secrets_are_hidden_as_the_targets_tokens_are() -> None:
    environ = {"SLACK_APP_TOKEN": "xapp-sample-token", "NOTION_TOKEN": "short", "PATH": "/usr/local/bin"}
    assert without("it said xapp-sample-token", secrets(environ)) == "it said (token)"
    assert secrets(environ) == ["xapp-sample-token"]
