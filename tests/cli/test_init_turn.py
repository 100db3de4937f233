"""From nothing to a live incident: init, commit, declare, plan, apply, with the sandbox behind the seam.

The answers that nobody gave are the sandbox's own ids, so that this works before anybody has an account.
"""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from reconciler.cli.root import cli, run
from reconciler.plan.change import Kind
from reconciler.targets.seam import is_read
from tests.support.company import Company
from tests.support.repositories import Clone, remote
from tests.support.starting import FILES, Shell

ANA = "Ana <ana@example.com>"
NOW = "2026-11-21T16:45:00Z"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Somebody's accounts, and a repository with a remote and nothing in it."""
    made = Company.at(tmp_path, remote=False)
    made.hub = remote(tmp_path, {"README.md": "Ours\n"})
    return made


@pytest.fixture
def clone(company: Company, capsys: pytest.CaptureFixture[str]) -> Clone:
    """A clone in which `init` has run, committed and pushed as it says."""
    here = company.clone("ana")
    Shell(here.folder, capsys).init("--yes")
    here.git("add", *sorted(FILES))
    here.commit_index("Set up the incident reconciler", at=company.clock.now())
    here.push()
    return here


def writes(company: Company) -> list[str]:
    return [method for _, method in company.calls if not is_read(method)]


def test_what_was_set_up_wakes_nobody_until_something_is_declared(company: Company, clone: Clone) -> None:
    report = company.apply(clone)
    assert report.exit_code == 0
    assert writes(company) == []
    assert company.plan(clone).changes == ()


def test_declared_planned_and_applied_it_is_live_and_quiet_again(
    company: Company, clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["new", "Checkout fails", "--severity", "sev1", "--author", ANA, "--now", NOW]
    assert run(cli, ["-C", str(clone.folder), *words]) == 0
    id = capsys.readouterr().out.split(":")[0]
    planned = {str(change.address) for change in company.plan(clone).changes if change.kind is Kind.CREATE}
    assert planned >= {f"pagerduty:{id}/primary", f"slack:{id}/channel", f"notion:{id}/page"}
    assert company.apply(clone).exit_code == 0
    assert {"POST /incidents", "conversations.create", "POST /v1/pages"} <= set(writes(company))
    assert company.plan(clone).changes == ()


def test_the_file_that_new_writes_finds_its_schema(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    run(cli, ["-C", str(clone.folder), "new", "Down", "--severity", "sev2", "--author", ANA, "--now", NOW])
    path = capsys.readouterr().out.splitlines()[1].strip()
    found = re.search(r"\$schema=(\S+)", (clone.folder / path).read_text(encoding="utf-8"))
    assert found
    assert (clone.folder / path).parent.joinpath(found[1]).resolve().is_file()


def test_the_pre_commit_hook_stops_a_mistake(clone: Clone) -> None:
    (repo,) = yaml.safe_load((clone.folder / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    command = [sys.executable, "-m", *repo["hooks"][0]["entry"].split()]
    for text, code in (("", 0), ("severity: sev9\n", 1)):
        path = clone.folder / "incidents/20261121-a-b.yaml"
        path.write_text(f"title: x\nstatus: resolved\ndeclared_at: {NOW}\n{text or 'severity: sev1'}\n")
        ended = subprocess.run(command, cwd=clone.folder, capture_output=True, timeout=60, check=False)
        assert ended.returncode == code, ended.stdout


# at a terminal ---------------------------------------------------------------------------------


def typed(folder: Path, *answers: str, words: tuple[str, ...] = ()) -> tuple[int, str]:
    """`reconciler init` at a terminal where somebody types the answers; exit code, and what was shown."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "reconciler", "-C", str(folder), "init", *words]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=os.environ | {"TERM": "dumb"}
    )
    os.close(theirs)
    os.write(ours, "".join(answers).encode())
    shown, until = b"", time.monotonic() + 60
    while select.select([ours], [], [], max(until - time.monotonic(), 0))[0]:
        try:
            shown += os.read(ours, 65536)
        except OSError:  # the terminal is closed on the other side
            break
    os.close(ours)
    return process.wait(timeout=10), shown.decode()


def test_at_a_terminal_it_asks_what_nobody_can_guess_and_asks_again_for_what_cannot_be(
    tmp_path: Path,
) -> None:
    code, shown = typed(
        tmp_path, "nope!\n", "https://a.pagerduty.com/services/PMINE01\n", "ops@a.example\n", "\n"
    )
    assert code == 0
    assert "PagerDuty's ids have capital letters and digits only" in shown
    text = (tmp_path / "reconciler.yaml").read_text(encoding="utf-8")
    assert "{pagerduty_service: PMINE01}" in text
    assert "{from: ops@a.example}" in text
    assert "where the sandbox's stand (line 43;" in shown
    assert typed(tmp_path)[0] == 0  # what was answered is not asked again


def test_who_goes_away_in_the_middle_has_nothing_written(tmp_path: Path) -> None:
    code, shown = typed(tmp_path, "\n", "\x04")  # Ctrl-D
    assert (code, list(tmp_path.iterdir())) == (130, [])
    assert "Traceback" not in shown


def test_yes_asks_nothing_at_a_terminal_either(tmp_path: Path) -> None:
    code, shown = typed(tmp_path, words=("--yes",))
    assert code == 0
    assert "What nobody can guess" not in shown
