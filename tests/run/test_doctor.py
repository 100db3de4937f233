"""The whole examination of a repository with its services: Git, each target, and nothing left behind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import Failure
from reconciler.plan.diagnosis import Diagnosis, Sign, good
from reconciler.repo import doctor as repo_doctor
from reconciler.repo.repository import Repository
from reconciler.run.doctor import Checkup, Doctor, Patient
from reconciler.targets.seam import Answer, Api, RateLimited, Unanswered, is_read
from reconciler.views.doctor import checkup_json, checkup_lines, summary
from tests.support.company import SETTINGS, Company
from tests.support.repositories import Clone, alone

KNOWN = 2  # what of PagerDuty and Notion nobody can know


def examine(company: Company, clone: Clone, **more: Any) -> Checkup:
    return Doctor(
        Repository.open(clone.folder), company.environ, company.clock, company.connect, company.told.append
    ).examine(**more)


def of(checkup: Checkup, name: str) -> dict[str, Diagnosis]:
    """The lines of one group by their texts."""
    return {one.text: one for group in checkup.groups if group.name == name for one in group.found}


def wrong(checkup: Checkup) -> dict[str, str]:
    return {one.text: one.remedy for group in checkup.groups for one in group.found if one.sign is Sign.BAD}


def test_where_all_is_well_nothing_is_left_anywhere(company: Company) -> None:
    clone = company.clone()
    before = (company.remote.git("for-each-ref"), clone.git("for-each-ref"), company.snapshot())
    checkup = examine(company, clone)
    assert (checkup.exit_code, wrong(checkup), checkup.count(Sign.KNOW)) == (0, {}, KNOWN)
    assert list(of(checkup, "git")) == [
        "reconciler.yaml is valid",
        "origin can be fetched",
        "the branch main is there",
        "main can be pushed (tried dry: a rule that protects it would show only later)",
        "the state ref reconciler-state can be pushed (one beside it was made and removed)",
        "the lease ref refs/reconciler/lease can be pushed (one beside it was made and removed)",
    ]
    assert (company.remote.git("for-each-ref"), clone.git("for-each-ref"), company.snapshot()) == before
    assert all(is_read(method) for _, method in company.calls)


def test_fix_writes_in_notion_alone(company: Company) -> None:
    columns = next(iter(company.machines["notion"].data["data_sources"].values()))["properties"]
    del columns["Slack"]
    clone = company.clone()
    assert wrong(examine(company, clone)) == {
        "property Slack is missing: the slack is left out": "`reconciler doctor --fix` adds it, as url"
    }
    assert wrong(examine(company, clone, fix=True)) == {}
    assert company.writes() == [("notion", "PATCH /v1/data_sources/{data_source_id}")]


def test_without_fix_every_client_refuses_to_write(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(api: Api, settings: object, **_: object) -> Iterator[Diagnosis]:
        yield good(str(api.call("POST /v1/pages")))

    for name in ("slack", "pagerduty", "notion"):
        monkeypatch.setattr(f"reconciler.targets.{name}.doctor.diagnoses", careless)
    checkup = examine(company, company.clone())
    assert company.writes() == []
    assert checkup.count(Sign.BAD) == 3
    assert all("this is a defect in the reconciler" in text for text in wrong(checkup))


def test_settings_that_are_wrong_name_file_line_and_column_and_older_ones_are_gone_by(
    company: Company,
) -> None:
    clone = company.clone()
    clone.write({"reconciler.yaml": SETTINGS.replace("urgency: high", "urgency: huge", 1)})
    checkup = examine(company, clone)
    [line] = [one for one in of(checkup, "git").values() if one.sign is Sign.BAD]
    assert str(line.place) == "reconciler.yaml:3:27"
    assert any("are used instead" in text for text in of(checkup, "git"))
    assert "team primary: Primary (PSVC001)" in of(checkup, "pagerduty")


def test_without_settings_the_tokens_are_looked_at_all_the_same(tmp_path: Path) -> None:
    company = Company.at(tmp_path)
    clone = company.clone()
    company.commit(clone, {"reconciler.yaml": None})
    checkup = examine(company, clone)
    assert wrong(checkup) == {"there is no reconciler.yaml": "`reconciler init` writes one"}
    assert "the token is valid" in of(checkup, "pagerduty")


def test_a_repository_without_a_commit_and_without_a_remote(tmp_path: Path) -> None:
    company = Company.at(tmp_path)
    checkup = examine(company, alone(tmp_path / "new"))
    assert wrong(checkup) == {
        "there is no reconciler.yaml": "`reconciler init` writes one",
        "there is no branch main": "commit something on main, or name another branch: `git: {branch: …}`",
    }
    assert any(text.startswith("there is no remote origin") for text in of(checkup, "git"))


def test_where_git_does_not_know_who_is_at_the_keyboard(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = company.clone()
    clone.git("config", "--unset", "user.email")
    monkeypatch.delenv("GIT_AUTHOR_EMAIL", raising=False)
    text = "Git does not know who you are: no incident can be declared from here"
    assert of(examine(company, clone), "git")[text].remedy == (
        "`git config --global user.email …` and `git config --global user.name …`"
    )
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "ana@example.com")
    assert text not in of(examine(company, clone), "git")


def test_outside_of_git_it_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no Git repository"):
        Repository.open(tmp_path)


def test_a_shallow_clone_says_so(company: Company) -> None:
    company.commit(company.clone("bo"), {"more": "x"})
    checkup = examine(company, company.clone("ci", depth=1))
    line = of(checkup, "git")["the history here is cut off (a shallow clone): each run fetches the rest"]
    assert line.sign is Sign.KNOW
    assert "fetch-depth: 0" in line.remedy


def test_a_branch_that_the_remote_does_not_have(company: Company) -> None:
    clone = company.clone()
    clone.write({"reconciler.yaml": SETTINGS.replace("git: {", "git: {branch: trunk, ")})
    assert wrong(examine(company, clone)) == {
        "origin has no branch trunk": "`git push -u origin trunk`, or name another branch: `git: {branch: …}`"
    }
    assert not company.remote.tip("refs/heads/trunk"), "tried dry"


def test_a_remote_out_of_reach_is_one_line_and_holds_up_no_target(company: Company) -> None:
    clone = company.clone()
    clone.git("remote", "set-url", "origin", "file:///nonexistent.git")
    checkup = examine(company, clone)
    [(text, remedy)] = wrong(checkup).items()
    start = "could not look up refs/heads/main at origin: the remote is out of reach: fatal: "
    assert re.fullmatch(start + r"'\S+' does not appear to be a git repository", text)
    assert remedy == "check the network and the address that `git remote -v` shows"
    assert "the token is valid" in of(checkup, "pagerduty")


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        (
            "Warning: Permanently added 'github.com' to the list of known hosts.\n"
            "git@github.com: Permission denied (publickey).\n"
            "fatal: Could not read from remote repository.\n\n"
            "Please make sure you have the correct access rights\nand the repository exists.",
            ["git@github.com: Permission denied (publickey)."],
        ),
        (
            "remote: Repository not found.\nfatal: repository 'https://github.com/a/b/' not found",
            ["remote: Repository not found."],
        ),
        ("fatal: Could not read from remote repository.", ["fatal: Could not read from remote repository."]),
        ("", []),
    ],
)
def test_of_what_git_said_the_line_is_told_that_says_why(detail: str, told: list[str]) -> None:
    assert repo_doctor.telling(detail) == told


def test_a_host_that_refuses_odd_refs_is_found_out(company: Company) -> None:
    """A dry run would not meet the hook."""
    clone = company.clone()
    hook = company.remote.folder / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        '#!/bin/sh\ncase "$1" in refs/heads/*) exit 0;; esac\necho "deny updating $1" >&2\nexit 1\n'
    )
    hook.chmod(0o755)
    [(text, remedy)] = wrong(examine(company, clone)).items()
    assert text.startswith("could not push refs/reconciler/lease-doctor-")
    assert "the remote refuses it" in text
    assert remedy.startswith("give this user or token that right")


def test_a_probe_that_cannot_be_removed_is_named_with_what_removes_it(company: Company) -> None:
    clone = company.clone()
    company.remote.git("config", "receive.denyDeletes", "true")
    [(text, remedy)] = wrong(examine(company, clone)).items()
    probe = text.split(" ")[0]
    assert probe.startswith("refs/heads/reconciler-state-doctor-")
    assert "may be left at origin" in text
    assert "the remote refuses it" in text
    assert remedy == f"`git push origin :{probe}` removes it"
    assert company.remote.tip(probe)


def test_a_target_without_a_token_is_off_and_says_so(company: Company) -> None:
    del company.environ["PAGERDUTY_API_TOKEN"]
    checkup = examine(company, company.clone())
    lines = [line.text for line in checkup_lines(checkup)]
    assert "PagerDuty is off: PAGERDUTY_API_TOKEN is not set" in lines
    assert checkup.exit_code == 0
    company.environ.clear()
    checkup = examine(company, company.clone("bo"))
    assert summary(checkup).endswith("No service is on: set the token of at least one.")
    assert (wrong(checkup), checkup.exit_code) == ({}, 1)


class Down:
    """A service that is not there, or one that makes the code stumble."""

    def __init__(self, error: Exception):
        self.error = error

    def call(self, method: str, /, **_: Any) -> Answer:
        raise self.error


@pytest.mark.parametrize("target", ["slack", "pagerduty", "notion"])
@pytest.mark.parametrize(
    "error", [Unanswered("auth.test", "503", 503), RuntimeError("xoxb-sample, sample-key")]
)
def test_a_target_that_fails_holds_up_no_other_and_shows_no_token(
    company: Company, target: str, error: Exception
) -> None:
    company.wrapped[target] = Down(error)
    checkup = examine(company, company.clone())
    assert checkup.exit_code == 1
    assert len(of(checkup, target)) == 1
    for other in {"slack", "pagerduty", "notion", "git"} - {target}:
        assert {one.sign for one in of(checkup, other).values()} <= {Sign.GOOD, Sign.KNOW}
    assert "xoxb-sample" not in str(checkup)


def test_a_token_that_cannot_be_one_is_a_line(company: Company) -> None:
    def connect(environ: Mapping[str, str], settings: object, **_: object) -> dict[str, Api]:
        if "NOTION_TOKEN" in environ:
            raise Failure("the Notion token is empty", next="copy it again from Notion")
        return company.connect(environ, settings)

    clone = company.clone()
    doctor = Doctor(Repository.open(clone.folder), company.environ, company.clock, connect)
    assert wrong(doctor.examine()) == {
        "the Notion token is empty": "copy it again from Notion (NOTION_TOKEN, NOTION_API_URL)"
    }


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, "there is no template ours.md in this repository"),
        (b"\xff\xfe", "the template ours.md is not UTF-8"),
        ("{{title}}", ""),
    ],
)
def test_the_template_can_be_read(company: Company, content: bytes | None, text: str) -> None:
    clone = company.clone()
    clone.write({"reconciler.yaml": SETTINGS.replace("notion: {", "notion: {template: ours.md, ")})
    if content is not None:
        clone.write({"ours.md": content})
    checkup = examine(company, clone)
    assert list(wrong(checkup)) == ([text] if text else [])
    assert text or of(checkup, "notion")["the template ours.md can be read"].sign is Sign.GOOD


def test_a_placeholder_that_stands_for_nothing_is_worth_knowing(company: Company) -> None:
    clone = company.clone()
    clone.write({"reconciler.yaml": SETTINGS.replace("notion: {", "notion: {template: ours.md, ")})
    clone.write({"ours.md": "{{title}} {{tittle}}"})
    assert "{{tittle}} in ours.md stands for nothing and stays as it is" in of(
        examine(company, clone), "notion"
    )


def test_rate_limits_are_waited_for_within_bounds(company: Company) -> None:
    class Limited:
        left = 2

        def call(self, method: str, /, **_: Any) -> Answer:
            self.left -= 1
            if self.left >= 0:
                raise RateLimited(method, 30)
            return {"ok": True}

    began = company.clock.now()
    assert Patient(Limited(), company.clock).call("auth.test") == {"ok": True}
    assert (company.clock.now() - began).total_seconds() == 60
    with pytest.raises(RateLimited):
        Patient(Down(RateLimited("auth.test", 3600)), company.clock).call("auth.test")


def test_as_data_it_says_the_same(company: Company) -> None:
    clone = company.clone()
    made = checkup_json(examine(company, clone))
    assert (made["ok"], made["counts"]["bad"]) == (True, 0)
    assert [group["name"] for group in made["groups"]] == ["git", "slack", "pagerduty", "notion"]
    assert made["groups"][0]["found"][0] == {
        "sign": "good",
        "text": "reconciler.yaml is valid",
        "remedy": None,
        "place": None,
    }


def test_the_text_has_the_remedy_and_the_place_below_the_line(company: Company) -> None:
    clone = company.clone()
    clone.write({"reconciler.yaml": SETTINGS.replace('"#incidents"', '"#fires"', 1)})
    lines = [line.text for line in checkup_lines(examine(company, clone))]
    at = lines.index("  ✘ Slack shows the bot no channel #fires")
    assert lines[at + 1 : at + 3] == [
        "      make it, or correct the name; if it is private, type `/invite @incidents` in #fires",
        "      reconciler.yaml:3:75",
    ]
    assert lines[-1].endswith("1 to mend. 2 worth knowing.")
