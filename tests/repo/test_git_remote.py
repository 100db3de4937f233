"""The remote's branch: what it says, what is said when it cannot be asked, and which tip decides."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reconciler.errors import Failure
from reconciler.repo import remote as remotes
from reconciler.repo.git import Answer, Git, TimedOut
from reconciler.repo.remote import (
    Locked,
    NoRight,
    Nowhere,
    Protected,
    Pushed,
    RemoteTrouble,
    Unanswered,
    Unreachable,
)
from reconciler.repo.repository import Repository
from tests.support import repositories
from tests.support.repositories import Remote

FILES = {"incidents/a.yaml": "title: A\n"}


@pytest.fixture
def hub(tmp_path: Path) -> Remote:
    return repositories.remote(tmp_path, FILES)


def test_a_fetch_brings_what_others_pushed(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    pushed = there.commit({"incidents/b.yaml": "title: B\n"})
    there.push()
    repo = Repository.open(here.folder)
    assert repo.tip("origin", "main").revision == here.head
    repo.fetch("origin", "main")
    assert repo.tip("origin", "main") == (pushed, "")


def test_local_commits_on_top_of_the_remote_decide(hub: Remote) -> None:
    here = hub.clone("here")
    mine = here.commit({"incidents/b.yaml": "title: B\n"})
    repo = Repository.open(here.folder)
    repo.fetch("origin", "main")
    assert repo.tip("origin", "main") == (mine, "")


def test_when_both_moved_on_the_remote_decides_and_it_is_said(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    here.commit({"incidents/mine.yaml": "title: mine\n"})
    theirs = there.commit({"incidents/theirs.yaml": "title: theirs\n"})
    there.push()
    repo = Repository.open(here.folder)
    repo.fetch("origin", "main")
    tip = repo.tip("origin", "main")
    assert tip.revision == theirs
    assert "have diverged" in tip.note
    assert "git pull --rebase" in tip.note


def test_without_a_remote_the_local_branch_decides(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path, FILES)
    repo = Repository.open(here.folder)
    repo.fetch("origin", "main")
    assert repo.tip("origin", "main") == (here.head, "")


def test_on_a_detached_head_the_branch_of_the_remote_decides(hub: Remote) -> None:
    here = hub.clone("here")
    main = here.head
    here.git("checkout", "--quiet", "--detach")
    here.git("branch", "--quiet", "-D", "main")
    here.commit({"incidents/b.yaml": "title: B\n"})
    repo = Repository.open(here.folder)
    assert repo.tip("origin", "main") == (main, "")


def test_an_unreachable_remote_is_told_and_the_last_fetch_is_used(hub: Remote) -> None:
    here = hub.clone("here")
    shutil.rmtree(hub.folder)
    repo = Repository.open(here.folder)
    with pytest.raises(Unreachable, match="out of reach") as caught:
        repo.fetch("origin", "main")
    assert "does not appear to be a git repository" in caught.value.detail
    assert "git remote -v" in caught.value.next
    tip = repo.tip("origin", "main", fetched=False)
    assert tip.revision == here.head
    assert "as it was last fetched" in tip.note


def test_a_lock_that_a_killed_git_left_is_named(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    there.commit({"incidents/b.yaml": "title: B\n"})
    there.push()
    lock = here.folder / ".git/refs/remotes/origin/main.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    repo = Repository.open(here.folder)
    with pytest.raises(Locked, match=r"refs/remotes/origin/main\.lock is in the way") as caught:
        repo.fetch("origin", "main")
    assert "remove that file" in caught.value.next
    lock.unlink()
    repo.fetch("origin", "main")


def test_a_host_that_does_not_exist_is_out_of_reach(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path, FILES)
    here.git("remote", "add", "origin", "http://127.0.0.1:9/incidents.git")
    with pytest.raises(Unreachable, match="could not fetch refs/heads/main from origin"):
        Repository.open(here.folder).fetch("origin", "main")


def test_a_remote_that_does_not_answer_is_given_up(hub: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    here = hub.clone("here")
    here.git("config", "remote.origin.url", "ext::sleep 60")
    here.git("config", "protocol.ext.allow", "always")
    with pytest.raises(Unreachable, match="no answer within"):
        remotes.fetch(Git(here.folder), "origin", "+refs/heads/main:refs/remotes/origin/main", timeout=0.3)


def test_a_branch_that_the_remote_does_not_have_is_told_apart(hub: Remote) -> None:
    here = hub.clone("here")
    with pytest.raises(Nowhere, match="the remote has no such branch"):
        Repository.open(here.folder).fetch("origin", "trunk")


def test_a_branch_that_nobody_has_names_those_that_there_are(hub: Remote) -> None:
    here = hub.clone("here")
    with pytest.raises(Failure, match="there is no branch trunk") as caught:
        Repository.open(here.folder).tip("origin", "trunk")
    assert "main" in caught.value.detail
    assert "git: {branch: …}" in caught.value.next


def test_a_repository_without_a_commit_says_so(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path)
    with pytest.raises(Failure) as caught:
        Repository.open(here.folder).tip("origin", "main")
    assert "no commit yet" in caught.value.detail


@pytest.mark.parametrize(
    "name", ["--upload-pack=touch hacked", "a b", "a..b", "x:y", "*", "", "a.lock", "@{-1}"]
)
def test_a_hostile_branch_name_is_refused_or_just_a_name(hub: Remote, name: str) -> None:
    here = hub.clone("here")
    with pytest.raises(Failure):
        Repository.open(here.folder).fetch("origin", name)
    assert not list(hub.folder.parent.rglob("hacked*"))


@pytest.mark.parametrize("name", ["--upload-pack=touch hacked", "-x", ""])
def test_a_hostile_remote_name_is_no_remote(hub: Remote, name: str) -> None:
    here = hub.clone("here")
    repo = Repository.open(here.folder)
    assert not repo.has_remote(name)
    repo.fetch(name, "main")
    with pytest.raises(RemoteTrouble):
        remotes.listed(repo.git, name, "refs/heads/main")
    assert not list(hub.folder.parent.rglob("hacked*"))


def test_a_shallow_clone_gets_its_history_when_it_is_asked_for(hub: Remote) -> None:
    there = hub.clone("there")
    first = there.head
    for number in range(3):
        there.commit({"incidents/a.yaml": f"title: {number}\n"})
    there.push()
    here = hub.clone("here", depth=1)
    repo = Repository.open(here.folder)
    assert repo.is_shallow
    assert not repo.is_ancestor(first, here.head)
    repo.deepen("origin", "main")
    assert not repo.is_shallow
    assert repo.is_ancestor(first, here.head)
    repo.deepen("origin", "main")  # nothing left to fetch


def test_a_shallow_clone_without_its_remote_says_what_is_missing(hub: Remote) -> None:
    there = hub.clone("there")
    there.commit({"incidents/a.yaml": "title: again\n"})
    there.push()
    here = hub.clone("here", depth=1)
    here.git("remote", "remove", "origin")
    with pytest.raises(Failure, match="there is no remote to fetch the rest from"):
        Repository.open(here.folder).deepen("origin", "main")


def test_a_remote_that_is_shallow_itself_cannot_give_the_history(hub: Remote) -> None:
    there = hub.clone("there")
    there.commit({"incidents/a.yaml": "title: again\n"})
    there.push()
    shallow = hub.clone("shallow", depth=1)
    here = Remote(shallow.folder).clone("here")
    with pytest.raises(Failure, match="did not have the rest"):
        Repository.open(here.folder).deepen("origin", "main")


def test_ancestors_are_known(hub: Remote) -> None:
    here = hub.clone("here")
    first = here.head
    second = here.commit({"incidents/a.yaml": "title: again\n"})
    repo = Repository.open(here.folder)
    assert repo.is_ancestor(first, second)
    assert repo.is_ancestor(first, first)
    assert not repo.is_ancestor(second, first)
    assert not repo.is_ancestor("1" * 40, second)
    assert not repo.is_ancestor("--all", second)


def test_a_push_of_our_own_ref_counts_only_when_it_moved_it(hub: Remote) -> None:
    here = hub.clone("here")
    first = here.head
    second = here.commit({"incidents/a.yaml": "title: again\n"})
    git, ref = Git(here.folder), "refs/reconciler/sample"
    assert remotes.push_own(git, "origin", first, ref, None) is Pushed.NOW
    assert remotes.push_own(git, "origin", first, ref, None) is Pushed.ALREADY
    assert remotes.push_own(git, "origin", second, ref, None) is Pushed.RACED
    assert remotes.push_own(git, "origin", second, ref, second) is Pushed.RACED
    assert hub.tip(ref) == first
    assert remotes.push_own(git, "origin", second, ref, first) is Pushed.NOW
    assert remotes.listed(git, "origin", ref) == second
    assert remotes.push_own(git, "origin", None, ref, first) is Pushed.RACED
    assert remotes.push_own(git, "origin", None, ref, second) is Pushed.NOW
    assert remotes.listed(git, "origin", ref) is None


def test_a_push_of_the_branch_goes_only_forward(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    theirs = there.commit({"incidents/b.yaml": "title: B\n"})
    there.push()
    mine = here.commit({"incidents/c.yaml": "title: C\n"})
    git = Git(here.folder)
    assert remotes.push_branch(git, "origin", mine, "refs/heads/main") is Pushed.RACED  # fetch first
    Repository.open(here.folder).fetch("origin", "main")
    assert remotes.push_branch(git, "origin", mine, "refs/heads/main") is Pushed.RACED  # non-fast-forward
    assert hub.tip() == theirs


def test_a_read_only_remote_is_no_lost_race(hub: Remote) -> None:
    here = hub.clone("here")
    hub.refuse_pushes("you may only read here")
    mine = here.commit({"incidents/c.yaml": "title: C\n"})
    with pytest.raises(NoRight, match="the remote refuses it") as caught:
        remotes.push_branch(Git(here.folder), "origin", mine, "refs/heads/main")
    assert "you may only read here" in caught.value.detail
    assert "contents: write" in caught.value.next


def test_a_push_to_nowhere_is_out_of_reach(hub: Remote) -> None:
    here = hub.clone("here")
    shutil.rmtree(hub.folder)
    with pytest.raises(Unreachable) as caught:
        remotes.push_own(Git(here.folder), "origin", here.head, "refs/reconciler/sample", None)
    assert not isinstance(caught.value, Unanswered)


#: How a push ends without an answer, and whether it may have arrived.
SILENCE: dict[str, tuple[Answer | TimedOut, bool]] = {
    "no answer in time": (TimedOut("git push did not end"), True),
    "hung up": (Answer(128, b"", "fatal: the remote end hung up unexpectedly"), True),
    "no such host": (Answer(128, b"", "fatal: unable to access: Could not resolve host: git"), False),
    "nobody listens": (Answer(128, b"", "ssh: connect to host git port 22: Connection refused"), False),
    "an error of theirs": (Answer(1, b"!\tabc:r\t[remote rejected] (internal server error)", ""), False),
}


@pytest.mark.parametrize("name", SILENCE)
def test_a_push_that_may_have_arrived_is_told_apart(
    hub: Remote, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    said, perhaps = SILENCE[name]

    def answer(*_: object, timeout: float) -> Answer:
        if isinstance(said, TimedOut):
            raise said
        return said

    git = Git(hub.clone("here").folder)
    monkeypatch.setattr(git, "call", answer)
    with pytest.raises(Unreachable) as caught:
        remotes.push_branch(git, "origin", "abc", "refs/heads/main")
    assert isinstance(caught.value, Unanswered) is perhaps


#: What Git and the hosts say, and what it means.
SAID = {
    "! [remote rejected] main -> main (protected branch hook declined)\nerror: GH006": Protected,
    "fatal: Authentication failed for 'https://git.example.com/incidents.git/'": NoRight,
    "fatal: could not read Username for 'https://git.example.com': terminal prompts disabled": NoRight,
    "fatal: unable to access 'https://git.example.com/': The requested URL returned error: 403": NoRight,
    "git@git.example.com: Permission denied (publickey).\nfatal: Could not read from remote.": NoRight,
    "ERROR: Repository not found.\nfatal: Could not read from remote repository.": NoRight,
    "fatal: unable to access 'https://git.example.com/': Could not resolve host": Unreachable,
    "ssh: connect to host git.example.com port 22: Connection timed out": Unreachable,
    "fatal: the remote end hung up unexpectedly": Unreachable,
    "fatal: unable to access 'https://git.example.com/': The requested URL returned error: 503": Unreachable,
    "fatal: couldn't find remote ref refs/heads/trunk": Nowhere,
}


@pytest.mark.parametrize("said", SAID, ids=lambda said: said[:40])
def test_what_a_host_says_is_told_as_what_it_means(said: str) -> None:
    trouble = remotes.trouble("push refs/heads/main to origin", said)
    assert type(trouble) is SAID[said]
    assert trouble.next
