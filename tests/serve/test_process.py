"""`reconciler serve` as a real process: it reconciles, tells how it is, and ends in time."""

from __future__ import annotations

import json
import re
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.sandbox.routes import TOKENS
from tests.support import repositories
from tests.support.company import LEASE, PATH, SETTINGS
from tests.support.repositories import Clone, Remote
from tests.support.resident import resident
from tests.support.sabotage import Front

NOW = datetime.now(UTC).replace(microsecond=0)
FILE = f"""\
title: Checkout fails
severity: sev1
status: investigating
declared_at: {NOW:%Y-%m-%dT%H:%M:%SZ}
roles: {{commander: ana@example.com}}
"""


@pytest.fixture
def hub(tmp_path: Path) -> Remote:
    return repositories.remote(tmp_path, {"reconciler.yaml": SETTINGS}, at=NOW - timedelta(days=30))


def pages(front: Front) -> int:
    return front.made["POST /incidents"]


def test_it_reconciles_says_how_it_is_and_ends_at_once(front: Front, hub: Remote, clone: Clone) -> None:
    ana = hub.clone("ana")
    ana.commit({PATH: FILE}, at=NOW)
    ana.push()
    with resident(front, clone.folder) as one:
        one.until(lambda: one.turns)
        assert one.named("turn")[0]["exit_code"] == 0, one.events
        assert (pages(front), front.made["conversations.create"]) == (1, 1)
        status, health = one.asked("healthz")
        assert (status, json.loads(health)["helper"]) == (200, "off")
        assert one.asked("readyz")[0] == 200
        metrics = one.asked("metrics")[1]
        assert one.asked("nothing")[0] == 404
        code, seconds = one.stop()
        assert (code, hub.tip(LEASE)) == (0, "")
        assert seconds < 10
    assert 'reconciler_changes_total{kind="create",outcome="applied",target="pagerduty"} ' in metrics
    assert 'reconciler_attempts_total{result="done"} 1.0' in metrics
    assert re.search(r"^reconciler_last_success_timestamp_seconds 1\.\d+e\+09$", metrics, re.M)
    assert "reconciler_lease_held 0.0" in metrics
    assert "SLACK_APP_TOKEN" in one.named("helper off")[0]["message"]
    told = json.dumps(one.events) + metrics
    assert not any(token in told for token in TOKENS.values())
    assert [line for line in one.said if "Traceback" in line] == []


def test_the_page_of_a_commit_that_somebody_pushes_goes_out_while_it_runs(
    front: Front, hub: Remote, clone: Clone
) -> None:
    with resident(front, clone.folder, "--interval", "15") as one:
        one.until(lambda: one.turns)
        ana = hub.clone("ana")
        ana.commit({PATH: FILE}, at=datetime.now(UTC))
        ana.push()
        one.until(lambda: pages(front))
        one.until(lambda: len(one.named("change")) > 5)
        assert "reconciler_commit_to_page_seconds_count 1.0" in one.asked("metrics")[1]
        assert one.stop(signal.SIGINT)[0] == 0
    assert one.named("ended") == [one.named("ended")[0] | {"in_time": True}]


def test_a_helper_that_slack_does_not_answer_holds_up_no_page(
    front: Front, hub: Remote, clone: Clone
) -> None:
    ana = hub.clone("ana")
    ana.commit({PATH: FILE}, at=NOW)
    ana.push()
    with resident(front, clone.folder, env={"SLACK_APP_TOKEN": "xapp-sample-token"}) as one:
        one.until(lambda: one.turns and one.named("part failed"))
        assert pages(front) == 1
        assert json.loads(one.asked("healthz")[1])["helper"] == "not connected"
        assert "reconciler_helper_connected 0.0" in one.asked("metrics")[1]
        assert one.asked("readyz")[0] == 200
        code, seconds = one.stop()
    assert (code, seconds < 10) == (0, True)
    assert not any("xapp-sample-token" in json.dumps(event) for event in one.events)
    assert [line for line in one.said if "Traceback" in line] == []
