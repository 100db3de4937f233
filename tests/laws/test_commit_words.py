"""What people type goes into commits as words: no trailer, no option, no command comes of it."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest

from reconciler.errors import Failure
from reconciler.incident.verbs import AddUpdate, Declare
from reconciler.repo.errand import Request
from reconciler.repo.verbs import Desk
from reconciler.run.story import story
from reconciler.views.story import story_lines
from reconciler.views.terminal import show
from tests.support.company import SETTINGS, START, STATE, Company, incident
from tests.support.hostile import HOSTILE, LINES, controls
from tests.support.repositories import Clone

#: Also as the name and the address of whoever asks, and as what the run is called.
TEXTS = {**HOSTILE, **LINES, "ends": "a\n\nIncident: owned\nRevision: owned\n\n---\nVia: owned\x00\r\n"}
OURS = ["Incident", "Via", "Request-Id"]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return Company.at(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def clone(company: Company) -> Clone:
    return company.clone()


def keys(clone: Clone, commit: str) -> list[str]:
    """The trailers that Git finds in a commit's message."""
    told = clone.git("log", "-1", "--format=%(trailers:only,unfold,keyonly)", commit)
    return told.splitlines()


@pytest.mark.parametrize("name", list(TEXTS))
def test_a_text_adds_no_trailer_runs_nothing_and_is_shown_as_words(
    company: Company, clone: Clone, name: str
) -> None:
    text = TEXTS[name]
    shell = company.shell(clone)
    desk = Desk(shell.repo, shell.git_settings(), company.clock)
    asked = Request((text[:60], text[:60]), f"r-{name}", via="cli", push=False)
    title = text.replace("\x00", "").replace("\r", "")[:240]
    made = desk.declare(Declare(title, "sev3", START, reporter="ana@example.com", summary=title), asked)
    company.later(minutes=1)
    said = AddUpdate(START + timedelta(minutes=5), title, "ana@example.com")
    told = desk.change(made.id, said, Request(asked.author, f"{asked.id} 2", push=False))
    for written in (made, told):
        assert written.commit is not None
        assert keys(clone, written.commit) == OURS
        assert clone.git("log", "-1", "--format=%s", written.commit).startswith(f"{made.id}: ")
    printed = StringIO()
    show(story_lines(story(shell.repo, made.id)[1]), printed)
    assert not [found for line in printed.getvalue().split("\n") if (found := controls(line))]
    assert not [path.name for path in clone.folder.rglob("owned*")]


def test_the_states_commits_have_their_own_trailers_whatever_the_settings_say(company: Company) -> None:
    odd = "x\\n\\nRevision: owned\\nRun: owned\\n---\\n"
    link = 'url: "https://wiki.example.com/"'
    bookmarks = f'slack: {{bookmarks: [{{title: "{odd}", {link}}}]}}\n'
    clone = company.clone("bo")
    company.commit(clone, {"reconciler.yaml": SETTINGS + bookmarks})
    file = incident('"x\\n\\nRun: owned"', severity="sev3")
    company.commit(clone, {"incidents/2026/11/20261121-odd-owl.yaml": file})
    company.apply(clone, only=frozenset({"20261121-odd-owl"}), run="x\n\nRevision: owned\n--- $(touch owned)")
    newest = company.remote.git("log", "-1", "--format=%(trailers:only,unfold)", STATE).splitlines()
    assert [line.partition(": ")[0] for line in newest] == ["Revision", "Run"]
    assert newest[0] == f"Revision: {clone.head}"
    assert "[skip ci]" in company.remote.git("log", "-1", "--format=%B", STATE)


@pytest.mark.parametrize(
    "git",
    [
        'remote: "--upload-pack=touch owned"',
        'remote: "ext::sh -c touch% owned"',
        'branch: "--all"',
        'branch: "main:refs/heads/owned"',
        'branch: "../../owned"',
        'branch: "a..b"',
        'branch: "x.lock"',
        'state: "-d"',
        'state: "refs/heads/main"',
        'state: "refs/heads/a b"',
        'state: "@{-1}"',
    ],
)
def test_names_for_git_that_are_options_or_more_than_a_name_are_refused(tmp_path: Path, git: str) -> None:
    company = Company.at(tmp_path)
    clone = company.clone()
    clone.commit({"reconciler.yaml": f"{SETTINGS}".replace("git: {", f"git: {{{git}, ")})
    before = company.snapshot(), clone.git("for-each-ref"), company.remote.git("for-each-ref")
    try:
        report = company.apply(clone)
        told = " ".join(report.notices)
    except Failure as failure:
        told = f"{failure.message} {failure.detail} {failure.location}"
    assert "reconciler.yaml" in told or "git" in told.lower(), told
    refs = [line.split("\t")[1] for line in company.remote.git("for-each-ref").splitlines()]
    assert [ref for ref in refs if "owned" in ref] == []
    assert company.remote.git("for-each-ref").count("refs/heads/main") == before[2].count("refs/heads/main")
    assert not list(tmp_path.rglob("owned*"))


@pytest.mark.parametrize("id", ["--all", "-n", "../../etc/passwd", "a/b", "HEAD", "*", "\x1b[31m", ""])
def test_an_id_that_is_none_is_refused_by_its_name(company: Company, id: str) -> None:
    clone = company.clone(f"c{abs(hash(id))}")
    with pytest.raises(Failure, match="there is no incident"):
        company.apply(clone, only=frozenset({id}))
