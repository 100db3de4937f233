"""Which repository at GitHub it is: what Actions say, else what the remote's address tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.clock import VirtualClock
from reconciler.forge import pulls
from reconciler.forge.hub import PATIENCE, Hub, HubFailure, hub, slug
from reconciler.forge.requests import requests_of
from reconciler.incident.settings import GitSettings
from reconciler.repo.repository import Repository
from reconciler.targets.seam import Answer, RateLimited
from tests.support.company import START
from tests.support.github import GitHub
from tests.support.repositories import Clone, alone


@pytest.fixture
def here(tmp_path: Path) -> Clone:
    return alone(tmp_path / "here", {"a.txt": "a"})


def found(here: Clone, url: str = "", **environ: str) -> str:
    if url:
        here.git("remote", "add", "origin", url)
    return slug(Repository.open(here.folder), GitSettings(), environ)


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/incidents.git",
        "https://github.com/acme/incidents/",
        "https://x-access-token:secret@github.com/acme/incidents",
        "git@github.com:acme/incidents.git",
        "ssh://git@github.com:22/acme/incidents.git",
    ],
)
def test_the_remotes_address_names_it(here: Clone, url: str) -> None:
    assert found(here, url) == "acme/incidents"


@pytest.mark.parametrize(
    "url",
    [
        "https://gitlab.example.com/acme/incidents",
        "https://github.com/acme",
        "https://github.com/acme/deeper/incidents",
        "https://github.com.example.com/acme/incidents",
        "/srv/incidents.git",
        "",
    ],
)
def test_what_is_elsewhere_is_none(here: Clone, url: str) -> None:
    assert found(here, url) == ""


def test_actions_name_it(here: Clone) -> None:
    assert found(here, "/srv/incidents.git", GITHUB_REPOSITORY="acme/incidents") == "acme/incidents"


def test_a_server_of_ones_own_counts_where_it_is_named(here: Clone) -> None:
    own = {"GITHUB_SERVER_URL": "https://git.example.com"}
    assert found(here, "git@git.example.com:acme/incidents.git", **own) == "acme/incidents"


def test_who_looks_in_haste_waits_for_nothing(here: Clone) -> None:
    class Busy:
        def call(self, method: str, /, **arguments: object) -> Answer:
            raise RateLimited(method, 7)

    clock = VirtualClock(START)
    hub = Hub(Busy(), "acme/incidents", clock, patience=0)
    with pytest.raises(HubFailure, match="for 7 s"):
        pulls.newest(hub, "main")
    assert clock.now() == START


def test_looks_of_those_who_commit_are_hasty(here: Clone) -> None:
    environ = {"GITHUB_REPOSITORY": "acme/incidents", "GITHUB_TOKEN": "github_pat_sample"}
    found = requests_of(Repository.open(here.folder), GitSettings(), environ, VirtualClock(START))
    assert found is not None
    assert found.quick is not None
    assert (found.quick.patience, found.hub.patience) == (0, PATIENCE)


def test_without_a_token_there_is_none(here: Clone) -> None:
    def made(**environ: str) -> Hub | None:
        clock = VirtualClock(START)
        repo, named = Repository.open(here.folder), {"GITHUB_REPOSITORY": "acme/incidents", **environ}
        return hub(repo, GitSettings(), named, clock, lambda _, clock: GitHub(clock.now))

    assert made() is None
    assert made(GITHUB_TOKEN=" ") is None
    with_token = made(GITHUB_TOKEN="github_pat_sample")
    assert with_token is not None
    assert (with_token.slug, with_token.owner) == ("acme/incidents", "acme")
