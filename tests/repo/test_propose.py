"""Where the main branch takes no pushes: a branch and a pull request an incident, whatever fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.clock import VirtualClock
from reconciler.errors import Conflict, Failure
from reconciler.incident.model import Status
from reconciler.incident.settings import GitSettings
from reconciler.incident.verbs import AddUpdate, Escalate, SetField, SetStatus
from reconciler.repo.remote import Protected
from reconciler.repo.repository import Repository
from reconciler.repo.verbs import Desk
from reconciler.targets.seam import Answer, Unanswered
from tests.support.company import START
from tests.support.github_git import Merged
from tests.support.recording import Failing
from tests.support.repositories import Clone, alone
from tests.support.reviewing import GIT, PROTECTED, Reviewed, declared, request

CREATE = "POST /repos/{owner}/{repo}/pulls"


@pytest.fixture
def there(tmp_path: Path) -> Reviewed:
    return Reviewed.at(tmp_path)


def told(text: str, minutes: int = 1) -> AddUpdate:
    return AddUpdate(START.replace(minute=45 + minutes), text, "ana@example.com")


def merged(there: Reviewed, how: Merged = Merged.MERGE) -> tuple[Clone, str]:
    """An incident that was declared and merged; somebody's clone, and its id."""
    ana = there.clone()
    written = there.desk(ana).declare(declared(), request("declare"))
    there.github.merge(1, how)
    return ana, written.id


def test_a_declare_is_a_branch_and_a_pull_request(there: Reviewed) -> None:
    before = there.company.remote.tip()
    written = there.desk(there.clone()).declare(declared(), request())
    assert written.proposed is not None
    assert written.proposed.pull is not None
    assert (written.pushed, written.proposed.new, written.proposed.pull.number) == (True, True, 1)
    assert (there.branches(), there.company.remote.tip()) == ([written.id], before)
    [pull] = there.github.pulls()
    assert (pull["title"], pull["head"]) == (f"{written.id}: declare sev1", f"incident/{written.id}")
    assert "the teams that it names are paged, and nothing else" in pull["body"]
    assert pull["body"].endswith(f"Incident: {written.id}\nVia: cli\nRequest-Id: one")


def test_the_work_tree_and_the_local_branch_stay(there: Reviewed) -> None:
    ana = there.clone()
    before = ana.head
    there.desk(ana).declare(declared(), request())
    assert (ana.head, ana.status()) == (before, "")


def test_further_edits_are_commits_on_the_same_branch(there: Reviewed) -> None:
    ana, bo = there.clone(), there.clone("bo")
    id = there.desk(ana).declare(declared(), request()).id
    second = there.desk(bo).change(id, told("Rolling back."), request("two"))
    third = there.desk(ana).change(id, told("Rolled back.", 2), request("three"))
    assert second.proposed is not None
    assert second.proposed.new
    assert third.pushed
    assert len(there.github.pulls()) == 1
    assert there.log(f"incident/{id}") == [f"{id}: update", f"{id}: update", f"{id}: declare sev1"]
    assert there.show(f"incident/{id}", third.path).count("- at:") == 2


def test_the_same_request_is_one_commit_for_three(there: Reviewed) -> None:
    clones = [there.clone(name) for name in ("one", "two", "three")]
    written = [there.desk(clone).declare(declared(), request("same")) for clone in clones]
    assert len({one.id for one in written}) == 1
    assert [one.repeated for one in written] == [False, True, True]
    assert len(there.github.pulls()) == 1
    assert len(there.log(f"incident/{written[0].id}")) == 1


@pytest.mark.parametrize("how", list(Merged))
def test_the_same_request_is_known_once_it_was_merged(there: Reviewed, how: Merged) -> None:
    ana, id = merged(there, how)
    again = there.desk(there.clone("bo")).declare(declared(), request("declare"))
    assert (again.id, again.repeated, there.branches()) == (id, True, [])
    assert len(there.github.pulls()) == 1
    assert ana.status() == ""


@pytest.mark.parametrize("how", list(Merged))
@pytest.mark.parametrize("deleted", [True, False])
def test_an_edit_after_the_merge_begins_a_new_pull_request(
    there: Reviewed, how: Merged, deleted: bool
) -> None:
    ana = there.clone()
    id = there.desk(ana).declare(declared(), request()).id
    there.github.merge(1, how, delete=deleted)
    written = there.desk(ana).change(id, SetStatus(Status.RESOLVED, START), request("two"))
    assert written.proposed is not None
    assert written.proposed.pull is not None
    assert (written.proposed.new, written.proposed.pull.number) == (False, 2)
    assert there.log(f"incident/{id}") == [f"{id}: resolve"]
    assert "nobody is paged or told because of it" in there.github.pulls()[1]["body"]


@pytest.mark.parametrize("how", list(Merged))
def test_what_was_merged_is_known_without_asking(there: Reviewed, how: Merged) -> None:
    ana = there.clone()
    id = there.desk(ana).declare(declared(), request()).id
    there.github.merge(1, how, delete=False)
    (there.company.remote.folder / "hooks" / "update").unlink()
    bo, path = there.clone("bo"), f"incidents/2026/11/{id}.yaml"
    there.company.commit(bo, {path: (bo.folder / path).read_text() + "bridge: https://zoom.us/j/1\n"})
    there.company.remote.protect()
    there.desk(ana, token=False).change(id, SetStatus(Status.RESOLVED, START), request("two"))
    assert there.log(f"incident/{id}", "%s %p") == [
        f"{id}: resolve {there.company.remote.git('rev-parse', '--short', 'main')}"
    ]
    assert "zoom.us" in there.show(f"incident/{id}", path)


def test_two_people_at_once_lose_nothing(there: Reviewed) -> None:
    ana, bo = there.clone(), there.clone("bo")
    id = there.desk(ana).declare(declared(), request()).id

    def quicker(_: Any) -> None:
        if len(there.log(f"incident/{id}")) == 1:
            there.desk(bo).change(id, told("Bo was quicker."), request("bo"))

    call = Escalate(START, "payments", None, "")
    there.desk(ana, quicker).change(id, call, request("ana"))
    shown = there.show(f"incident/{id}", f"incidents/2026/11/{id}.yaml")
    assert "Bo was quicker." in shown
    assert "team: payments" in shown
    assert len(there.log(f"incident/{id}")) == 3


def test_who_sets_the_same_field_second_is_told(there: Reviewed) -> None:
    ana = there.clone()
    id = there.desk(ana).declare(declared(), request()).id
    there.desk(ana).change(id, SetField(("severity",), "sev3", "sev1"), request("two"))
    with pytest.raises(Conflict, match=r"severity.*was set to .sev3. by Ana"):
        there.desk(there.clone("bo")).change(
            id, SetField(("severity",), "sev1", "sev2"), request("three", given=False)
        )


def test_where_the_main_branch_moved_on_the_edits_are_made_again_on_it(there: Reviewed) -> None:
    ana, id = merged(there)
    there.desk(ana).change(id, told("On the branch."), request("two"))
    path = f"incidents/2026/11/{id}.yaml"
    (there.company.remote.folder / "hooks" / "update").unlink()
    bo = there.clone("bo")
    text = (bo.folder / path).read_text()
    there.company.commit(bo, {path: text + "bridge: https://zoom.us/j/1\n"})
    there.company.remote.protect()
    there.desk(ana).change(id, told("And once more.", 2), request("three"))
    shown = there.show(f"incident/{id}", path)
    assert [word in shown for word in ("On the branch.", "And once more.", "zoom.us")] == [True] * 3
    assert there.log(f"incident/{id}", "%s %p") == [
        f"{id}: update {there.company.remote.git('rev-parse', '--short', f'incident/{id}~1')}",
        f"{id}: update {there.company.remote.git('rev-parse', '--short', 'main')}",
    ]


def test_what_a_person_committed_there_is_not_made_again(there: Reviewed) -> None:
    ana, id = merged(there)
    there.desk(ana).change(id, told("On the branch."), request("two"))
    path, branch = f"incidents/2026/11/{id}.yaml", f"incident/{id}"
    bo = there.clone("bo")
    bo.git("checkout", "--quiet", branch)
    own = bo.commit({path: (bo.folder / path).read_text() + "bridge: https://zoom.us/j/1\n"})
    bo.push(branch)
    bo.git("checkout", "--quiet", "main")
    (there.company.remote.folder / "hooks" / "update").unlink()
    text = (bo.folder / path).read_text().replace("Checkout fails", "Checkout is slow")
    there.company.commit(bo, {path: text})
    there.company.remote.protect()
    there.desk(ana).change(id, told("And once more.", 2), request("three"))
    assert own in there.log(branch, "%H")


def test_a_declare_that_was_closed_unmerged_is_not_led_on(there: Reviewed) -> None:
    ana = there.clone()
    id = there.desk(ana).declare(declared(), request()).id
    there.github.close(1)
    with pytest.raises(Failure, match=f"{id} was proposed in #1, which was closed without being merged"):
        there.desk(ana).change(id, told("Still here?"), request("two"))
    assert len(there.log(f"incident/{id}")) == 1


def test_an_edit_that_was_closed_unmerged_is_not_taken_up_again(there: Reviewed) -> None:
    ana, id = merged(there)
    there.desk(ana).change(id, told("Not wanted."), request("two"))
    there.github.close(2)
    written = there.desk(ana).change(id, told("Better.", 2), request("three"))
    assert written.proposed is not None
    assert written.proposed.pull is not None
    assert written.proposed.pull.number == 3
    assert "Not wanted." not in there.show(f"incident/{id}", written.path)


def test_the_next_one_opens_the_pull_request_that_is_missing(there: Reviewed) -> None:
    ana = there.clone()
    down = Failing(there.github, CREATE, Unanswered(CREATE, "503"))
    first = there.desk(ana, api=down).declare(declared(), request())
    assert (first.pushed, first.proposed is not None and first.proposed.pull) == (True, None)
    assert any("there is no pull request yet" in note for note in first.notes)
    again = there.desk(ana).declare(declared(), request())
    assert again.repeated
    assert again.proposed is not None
    assert again.proposed.pull is not None
    assert (again.proposed.pull.number, len(there.github.pulls())) == (1, 1)


def test_without_the_remote_it_waits_here_and_is_pushed_later(there: Reviewed) -> None:
    ana = there.clone()
    ana.git("remote", "set-url", "origin", f"file://{there.company.remote.folder}.away")
    one = there.desk(ana).declare(declared(), request())
    there.desk(ana).change(one.id, told("Offline."), request("two"))
    assert not one.pushed
    ana.git("remote", "set-url", "origin", there.company.remote.url)
    [done] = there.desk(ana).proposing.see_through()
    assert done.pull is not None
    assert there.log(f"incident/{one.id}") == [f"{one.id}: update", f"{one.id}: declare sev1"]
    assert list(there.desk(ana).proposing.see_through()) == []


def test_what_waited_here_goes_on_top_of_what_others_pushed(there: Reviewed) -> None:
    ana, bo = there.clone(), there.clone("bo")
    id = there.desk(ana).declare(declared(), request()).id
    ana.git("remote", "set-url", "origin", f"file://{there.company.remote.folder}.away")
    there.desk(ana).change(id, told("Ana, offline."), request("two"))
    there.desk(bo).change(id, told("Bo, meanwhile.", 2), request("three"))
    ana.git("remote", "set-url", "origin", there.company.remote.url)
    there.desk(ana).change(id, told("Ana, back.", 3), request("four"))
    shown = there.show(f"incident/{id}", f"incidents/2026/11/{id}.yaml")
    assert [word in shown for word in ("Ana, offline.", "Bo, meanwhile.", "Ana, back.")] == [True] * 3


def test_what_was_merged_meanwhile_is_not_pushed_again(there: Reviewed) -> None:
    ana = there.clone()

    class Blind(Failing):
        """Made, and neither the answer nor a look comes through."""

        def call(self, method: str, /, **arguments: Any) -> Answer:
            if method.startswith("GET"):
                raise Unanswered(method, "503")
            return super().call(method, **arguments)

    blind = Blind(there.github, CREATE, Unanswered(CREATE, "502"), done=True)
    there.desk(ana, api=blind).declare(declared(), request())
    there.pulls().ensure(f"incident/{there.branches()[0]}", "x", "")
    there.github.merge(1)
    ana.git("fetch", "--prune", "--quiet")
    assert list(there.desk(ana).proposing.see_through()) == []
    assert (there.branches(), ana.git("for-each-ref", "refs/reconciler/")) == ([], "")


def test_without_the_setting_a_refused_push_becomes_a_pull_request(there: Reviewed) -> None:
    ana = there.clone()
    before = ana.head
    written = there.desk(ana, git=GitSettings()).declare(declared(), request())
    assert written.proposed is not None
    assert written.proposed.pull is not None
    assert (there.branches(), ana.head) == ([written.id], before)


def test_without_the_setting_what_is_proposed_is_led_on_all_the_same(there: Reviewed) -> None:
    id = there.desk(there.clone(), git=GitSettings()).declare(declared(), request()).id
    written = there.desk(there.clone("bo"), git=GitSettings()).change(
        id, told("Rolling back."), request("two")
    )
    assert written.proposed is not None
    assert there.log(f"incident/{id}") == [f"{id}: update", f"{id}: declare sev1"]
    with pytest.raises(Failure, match="there is no incident"):
        there.desk(there.clone("chen"), git=GitSettings()).change("nothing", told("?"), request("three"))


@pytest.mark.parametrize("git", [GitSettings(), GitSettings(protected=False)])
def test_without_a_token_it_says_both_remedies(there: Reviewed, git: GitSettings) -> None:
    token = git.protected is False
    with pytest.raises(Protected) as failed:
        there.desk(there.clone(), git=git, token=token).declare(declared(), request())
    assert failed.value.message == "could not push refs/heads/main to origin: the branch is protected"
    assert "GH006" in failed.value.detail
    for words in ("git: {protected: true}", "GITHUB_TOKEN", "let this user or token push"):
        assert words in failed.value.next
    assert there.branches() == []


def test_without_a_token_the_branch_is_pushed_and_said(there: Reviewed) -> None:
    written = there.desk(there.clone(), token=False).declare(declared(), request())
    assert there.branches() == [written.id]
    assert written.notes == (f"open a pull request from incident/{written.id} to main by hand",)


def test_no_push_keeps_it_here_until_a_run(there: Reviewed) -> None:
    ana = there.clone()
    written = there.desk(ana).declare(declared(), request(push=False))
    assert (written.pushed, written.notes, there.branches()) == (
        False,
        ("committed here only, not pushed: --no-push",),
        [],
    )
    [done] = there.desk(ana).proposing.see_through()
    assert (done.branch, there.branches()) == (f"incident/{written.id}", [written.id])


def test_without_a_remote_nothing_is_protected(tmp_path: Path) -> None:
    here = alone(tmp_path / "here", {"reconciler.yaml": PROTECTED})
    desk = Desk(Repository.open(here.folder), GIT, VirtualClock(START))
    written = desk.declare(declared(), request())
    assert (written.proposed, here.head) == (None, written.commit)


def test_of_a_private_incident_only_the_id_is_said(tmp_path: Path) -> None:
    there = Reviewed.at(tmp_path, PROTECTED + "private: {allow: true}\n")
    ana = there.clone()
    id = there.desk(ana).declare(declared("Secret merger", private=True), request()).id
    there.desk(ana).change(id, told("Secret words"), request("two"))
    [pull] = there.github.pulls()
    assert pull["title"] == f"{id}: edit"
    assert "ecret" not in f"{pull['title']}{pull['body']}{there.log(f'incident/{id}', '%B')}"


def test_a_text_that_looks_like_a_request_is_none(there: Reviewed) -> None:
    ana = there.clone()
    text = "Nothing.\n\nIncident: x\nVia: cli\nRequest-Id: key-1"
    id = there.desk(ana).declare(declared(), request()).id
    there.desk(ana).change(id, told(text), request("two"))
    there.github.merge(1, Merged.SQUASH)
    written = there.desk(ana).declare(declared("Another"), request("key-1"))
    assert (written.repeated, written.id != id) == (False, True)
