"""The Tab key, in the real shells where they are: commands, incidents, and the names that the files say."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.cli import candidates
from reconciler.cli.root import COMPLETE, cli, run
from tests.house.test_startup import HEAVY
from tests.support.pseudo import typed

SETTINGS = """\
severities: [{name: sev1, description: All down}, {name: sev2}]
teams: {primary: {pagerduty_service: P1}, payments: {pagerduty_service: P2}}
services: {checkout: {}, search: {}}
people: {zoe@example.com: {name: Zoe}}
"""


def file(title: str, status: str, more: str = "") -> str:
    return (
        f"title: {title}\nseverity: sev1\nstatus: {status}  # now\ndeclared_at: 2026-11-21T16:45:00Z\n{more}"
    )


FILES = {
    "2026/11/20261121-new-one": file("Down: all, of it", "identified", "reporter: ana@example.com\n"),
    "2026/11/20261120-closed-one": file("Over", "closed"),
    "2026/10/20261001-old-one": file("Old", "investigating"),
    "2026/11/20261119-secret-one": file("Breach", "resolved", "private: true\nreporter: eve@example.com\n"),
}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    (tmp_path / "reconciler.yaml").write_text(SETTINGS, encoding="utf-8")
    for name, text in FILES.items():
        path = tmp_path / "incidents" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def offered(
    folder: Path, line: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> list[str]:
    """What bash is offered for a line, the cursor at its end."""
    monkeypatch.chdir(folder)
    for name, value in (("LINE", line), ("POINT", str(len(line.encode()))), ("BREAKS", " \"'@><=;|&(:")):
        monkeypatch.setenv(f"COMP_{name}", value)
    monkeypatch.setenv(COMPLETE, "bash_complete")
    with pytest.raises(SystemExit):
        run(cli, [])
    out, error = capfd.readouterr()
    assert error == ""
    return [one.partition(",")[2] for one in out.splitlines() if one]


OFFERS = {
    "reconciler sh": "show",
    "reconciler re": "resolve reopen report",
    "reconciler show ": "20261121-new-one 20261001-old-one 20261120-closed-one 20261119-secret-one",
    "reconciler log 202610": "20261001-old-one",
    "reconciler resolve ": "20261121-new-one 20261001-old-one",
    "reconciler update 20261": "20261121-new-one 20261001-old-one 20261119-secret-one",
    "reconciler reopen ": "20261120-closed-one 20261119-secret-one",
    "reconciler plan --incident 20261121": "20261121-new-one",
    "reconciler status 20261121-new-one i": "investigating identified",
    "reconciler new x --severity ": "sev1 sev2",
    "reconciler new x --service ": "checkout search",
    "reconciler new x --page p": "primary payments",
    "reconciler new x --role co": "commander= communications=",
    "reconciler new x --role commander=": "zoe@example.com ana@example.com",
    "reconciler new x --responder ana@ex": "example.com",  # bash has the rest already
    "reconciler list --status cl": "closed",
    "reconciler list --person z": "zoe@example.com",
    "reconciler completion ": "bash zsh fish",
    "reconciler show 支払い": "",
    "reconciler nonsense z": "",
}


@pytest.mark.parametrize("line", OFFERS)
def test_what_is_offered(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], line: str
) -> None:
    found = offered(repo, line, monkeypatch, capfd)
    assert found == OFFERS[line].split()


def test_of_many_incidents_only_the_young_are_read_and_the_old_are_offered_when_none_of_these_fits(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(candidates, "READ", 2)
    assert offered(repo, "reconciler resolve ", monkeypatch, capfd) == ["20261121-new-one"]
    assert offered(repo, "reconciler resolve 202610", monkeypatch, capfd) == ["20261001-old-one"]
    (repo / "incidents/2026/11/20261121-new-one.yaml").unlink()
    monkeypatch.setattr(candidates, "READ", 1)
    unread = ["20261119-secret-one", "20261001-old-one"]
    assert offered(repo, "reconciler resolve ", monkeypatch, capfd) == unread


@pytest.mark.parametrize("settings", ["", "severities: 7\n", "[", "a: &a [*a]\n", "\x00"])
def test_what_cannot_be_read_is_not_offered_and_nothing_is_said(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], settings: str
) -> None:
    (repo / "reconciler.yaml").write_text(settings, encoding="utf-8")
    assert offered(repo, "reconciler new x --severity ", monkeypatch, capfd) == []
    assert len(offered(repo, "reconciler show ", monkeypatch, capfd)) == 4
    (repo / "reconciler.yaml").unlink()
    assert offered(repo, "reconciler show ", monkeypatch, capfd) == []


def environment(**more: str) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, **more}


def said(folder: Path, *command: str, **environ: str) -> str:
    """What a command prints, and after it what it says on standard error."""
    surroundings = environment(**environ)
    ended = subprocess.run(
        command, cwd=folder, env=surroundings, capture_output=True, text=True, timeout=60, check=False
    )
    return ended.stdout + ended.stderr


def test_nothing_heavy_is_imported_for_it(repo: Path) -> None:
    probe = """
import atexit, sys
atexit.register(lambda: print(*{name.split(".")[0] for name in sys.modules}, file=sys.stderr))
from reconciler.cli.root import cli, run
run(cli, [])
"""
    line = "reconciler show "
    asked = {COMPLETE: "bash_complete", "COMP_LINE": line, "COMP_POINT": str(len(line))}
    words = said(repo, sys.executable, "-c", probe, **asked)
    assert "20261121-new-one" in words
    assert set(words.split()) & (HEAVY - {"yaml"}) == set()


def test_in_a_real_bash_an_address_is_completed_behind_its_role(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo)
    keys = {
        "ready> ": 'eval "$(reconciler completion bash)"; echo no""w\r',
        "now\r\n": "reconciler new x --role comman\tan\t",
        "commander=ana@example.com ": "\x15reconciler show 20261121\t",
        "show 20261121-new-one ": "\x15exit\r",
    }
    bash = ["bash", "--norc", "--noprofile", "-i"]
    ended = typed(
        bash, environ=environment(PS1="ready> ", HISTFILE="/dev/null", INPUTRC="/dev/null"), keys=keys
    )
    assert "show 20261121-new-one " in ended.seen
    assert "Traceback" not in ended.seen


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish here")
@pytest.mark.parametrize("line", ["reconciler show 20261121", "reconciler new x --role commander=an"])
def test_in_a_real_fish(repo: Path, line: str) -> None:
    script = f"reconciler completion fish | source; complete -C '{line}'"
    first = said(repo, "fish", "-N", "-c", script, HOME=str(repo)).split()[0]
    assert first in ("20261121-new-one", "commander=ana@example.com")


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_every_shell_gets_its_script(shell: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["completion", shell]) == 0
    assert f"{COMPLETE}={shell}_complete" in capfd.readouterr().out


def test_a_private_incident_is_offered_by_its_id_alone(repo: Path) -> None:
    asked = {COMPLETE: "fish_complete", "COMP_WORDS": "reconciler show ", "COMP_CWORD": ""}
    words = said(repo, sys.executable, "-m", "reconciler", **asked)
    assert "20261121-new-one\tsev1 · identified · Down: all, of it" in words
    assert "20261119-secret-one\tsev1 · resolved · private" in words
    assert "Breach" not in words
    assert "eve@" not in words
