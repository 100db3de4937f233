"""Where the branch is protected: a branch of an incident is tried, and pull requests are looked at."""

from __future__ import annotations

from pathlib import Path

from reconciler.plan.diagnosis import Diagnosis, Sign
from reconciler.repo.repository import Repository
from reconciler.run.doctor import Doctor
from tests.support.reviewing import Reviewed


def lines(there: Reviewed) -> dict[str, Diagnosis]:
    company, repo = there.company, Repository.open(there.clone().folder)
    doctor = Doctor(
        repo, company.environ, company.clock, company.connect, forge=lambda _environ, _clock: there.github
    )
    return {one.text: one for group in doctor.examine().groups if group.name == "git" for one in group.found}


def test_all_is_well(tmp_path: Path) -> None:
    there = Reviewed.at(tmp_path)
    found = lines(there)
    assert "a branch of an incident can be pushed (one beside it was made and removed)" in found
    assert any(text.startswith("pull requests of acme/incidents can be read") for text in found)
    assert not any(text.startswith("main can be pushed") for text in found)
    assert {one.sign for one in found.values()} == {Sign.GOOD}
    assert there.branches() == []


def test_without_a_token_it_says_what_that_means(tmp_path: Path) -> None:
    there = Reviewed.at(tmp_path)
    del there.company.environ["GITHUB_TOKEN"]
    [found] = [one for text, one in lines(there).items() if text.startswith("GITHUB_TOKEN is not set")]
    assert found.sign is Sign.KNOW
    assert "rights: contents and pull requests, write" in found.remedy


def test_a_token_that_sees_nothing_is_wrong(tmp_path: Path) -> None:
    there = Reviewed.at(tmp_path)
    there.github.sees = False
    [found] = [one for text, one in lines(there).items() if "GitHub refuses it: 404" in text]
    assert (found.sign, found.place is not None and found.place.path) == (Sign.BAD, "reconciler.yaml")


def test_a_remote_that_is_not_github_is_said(tmp_path: Path) -> None:
    there = Reviewed.at(tmp_path)
    del there.company.environ["GITHUB_REPOSITORY"]
    assert any("the remote is not known as GitHub's" in text for text in lines(there))
