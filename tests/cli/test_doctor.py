"""`reconciler doctor` as it is typed: over HTTP against the sandbox, exit codes, JSON, and wrong usage."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.root import cli, run
from reconciler.sandbox.routes import TOKENS
from tests.support.company import Company
from tests.support.repositories import Clone
from tests.support.server import serving
from tests.support.worlds import world


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clone]:
    """A clone in an environment that leads to the sandbox."""
    with serving(world()) as url:
        for name, target, below in (
            ("SLACK_BOT_TOKEN", "slack", "/slack/api/"),
            ("PAGERDUTY_API_TOKEN", "pagerduty", "/pagerduty"),
            ("NOTION_TOKEN", "notion", "/notion"),
        ):
            monkeypatch.setenv(name, TOKENS[target])
            monkeypatch.setenv(f"{name.split('_')[0]}_API_URL", f"{url}{below}")
        yield Company.at(tmp_path).clone()


def test_against_the_sandbox_all_is_well(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["-C", str(clone.folder), "doctor"]) == 0
    out, err = capsys.readouterr()
    assert (err, "✘" in out) == ("", False)
    assert "  ✔ scope chat:write: post the card, the announcements and the updates, and edit its own\n" in out
    assert "  ✔ team primary: Primary (PSVC001)\n" in out
    assert "  ✔ property Status is there (status)\n" in out


def test_json_is_one_document_and_a_wrong_token_is_never_shown(
    clone: Clone, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTION_TOKEN", "ntn_wrong_and_secret")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb wrong and secret")
    assert run(cli, ["-C", str(clone.folder), "doctor", "--json"]) == 1
    out, err = capsys.readouterr()
    made = json.loads(out)
    bad = {
        group["name"]: [one["text"] for one in group["found"] if one["sign"] == "bad"]
        for group in made["groups"]
    }
    assert bad["notion"] == [
        "who the token belongs to could not be read: Notion answered unauthorized: the token is not valid"
    ]
    assert bad["slack"] == ["the Slack token is empty or holds characters that no token has"]
    assert (made["ok"], bad["pagerduty"], bad["git"]) == (False, [], [])
    assert "secret" not in out + err


def test_wrong_usage_and_no_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["doctor", "--mend"]) == 64
    assert run(cli, ["-C", str(tmp_path), "doctor"]) == 1
    assert "there is no Git repository" in capsys.readouterr().err


def test_help_loads_no_service() -> None:
    script = (
        "import sys\n"
        "from reconciler.cli.root import cli, run\n"
        "run(cli, ['doctor', '--help'])\n"
        "heavy = {'slack_sdk', 'pdpyras', 'httpx', 'rich', 'yaml', 'reconciler.run.doctor'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "--fix" in done.stdout
