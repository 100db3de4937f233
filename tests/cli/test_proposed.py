"""What the shell says of an edit that waits for a review."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.cli.root import cli, run
from tests.support.github import SLUG, TOKEN, serving
from tests.support.reviewing import Reviewed

NEW = ("new", "Checkout fails", "--severity", "sev1", "--author", "Ana <ana@example.com>")


@dataclass
class Shell:
    """Ana's, in front of her clone; `types` gives the exit code, and what is said on both ways out."""

    there: Reviewed
    capture: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __post_init__(self) -> None:
        self.folder = str(self.there.clone().folder)

    def types(self, *words: str) -> tuple[int, str]:
        code = run(cli, ["-C", self.folder, *words])
        said = self.capture.readouterr()
        return code, said.out + said.err

    @contextmanager
    def github(self) -> Iterator[None]:
        with serving(self.there.github) as url:
            for name, value in {"TOKEN": TOKEN, "REPOSITORY": SLUG, "API_URL": url}.items():
                self.monkeypatch.setenv(f"GITHUB_{name}", value)
            yield


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(Reviewed.at(tmp_path), capsys, monkeypatch)


def test_it_names_the_pull_request_and_what_is_done_before(shell: Shell) -> None:
    with shell.github():
        code, said = shell.types(*NEW, "--request-id", "one")
        _, again = shell.types(*NEW, "--request-id", "one")
    [id] = shell.there.branches()
    tip = shell.there.company.remote.tip(f"refs/heads/incident/{id}")
    assert (code, said.splitlines()[2:5]) == (
        0,
        [
            f"  commit {tip[:12]}, pushed to incident/{id}",
            "  pull request #1 waits for review: https://github.com/acme/incidents/pull/1",
            "  until it is merged, the teams that it names are paged, and nothing else is done",
        ],
    )
    assert "this request was carried out before" in again
    assert TOKEN not in said + again


def test_a_token_that_may_not_is_said_and_the_branch_is_there(shell: Shell) -> None:
    shell.there.github.rights.clear()
    with shell.github():
        code, said = shell.types(*NEW)
    assert code == 0
    assert "there is no pull request yet: could not open a pull request for incident/" in said
    assert "`pull requests: write` on acme/incidents" in said
    assert len(shell.there.branches()) == 1


def test_list_and_show_know_what_is_only_proposed(shell: Shell) -> None:
    shell.types(*NEW)
    [id] = shell.there.branches()
    waits = f"{id} is proposed on incident/{id}, and not merged"
    for words in (("list",), ("show", id)):
        code, said = shell.types(*words)
        assert (code, "Checkout fails" in said, waits in said) == (0, True, True)
