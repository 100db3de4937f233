"""What can befall a repository: how it is broken, how a person mends it, and how a run may end meanwhile."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.support.company import ID, LEASE, PATH, SETTINGS, STATE, Company
from tests.support.repositories import Clone

Act = Callable[[Company, Clone], None]

_GONE = "0123456789abcdef0123456789abcdef01234567"  # an object that nobody has


class Mishap(NamedTuple):
    """`ends` are the exit codes that a run may end with while it lasts; `pages` whether it still pages."""

    breaks: Act
    heals: Act
    ends: frozenset[int] = frozenset({0})
    pages: bool = True


def nothing(company: Company, ana: Clone) -> None:
    """Nobody has to do anything."""


def _file(company: Company, ref: str) -> Path:
    return company.remote.folder / ref


def _moved(company: Company, ana: Clone) -> None:
    company.remote.folder.rename(company.remote.folder.with_name("gone.git"))


def _moved_back(company: Company, ana: Clone) -> None:
    company.remote.folder.with_name("gone.git").rename(company.remote.folder)


def _hook(words: str) -> Act:
    def act(company: Company, ana: Clone) -> None:
        hook = company.remote.folder / "hooks" / "update"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{words}\necho 'protected branch' >&2\nexit 1\n")
        hook.chmod(0o755)

    return act


def _no_hook(company: Company, ana: Clone) -> None:
    shutil.rmtree(company.remote.folder / "hooks")


def _config(*words: str) -> Act:
    def act(company: Company, ana: Clone) -> None:
        ana.git(*(word.replace("URL", company.remote.url) for word in words))

    return act


def _points_nowhere(ref: str) -> Act:
    """The ref at the remote names an object that is not there."""

    def act(company: Company, ana: Clone) -> None:
        company.remote.git("update-ref", "-d", ref)
        _file(company, ref).parent.mkdir(parents=True, exist_ok=True)
        _file(company, ref).write_text(f"{_GONE}\n")

    return act


def _no_file(ref: str) -> Act:
    def act(company: Company, ana: Clone) -> None:
        _file(company, ref).unlink(missing_ok=True)

    return act


def _state_deleted(company: Company, ana: Clone) -> None:
    company.remote.git("update-ref", "-d", STATE)
    ana.git("update-ref", "-d", STATE.replace("heads", "remotes/origin"))


def _state_foreign(company: Company, ana: Clone) -> None:
    """Somebody pushed the branch itself there."""
    company.remote.git("update-ref", STATE, company.remote.tip())


def _state_here(company: Company, ana: Clone) -> None:
    """Somebody has a state branch of their own here, of which nobody knows."""
    ana.git("update-ref", STATE, "refs/remotes/origin/main")


def _lease_of(words: str) -> Act:
    """The lease is a commit that says something else than who holds it."""

    def act(company: Company, ana: Clone) -> None:
        tree = company.remote.git("mktree")
        identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
        made = company.remote.git(*identity, "commit-tree", tree, "-m", words)
        company.remote.git("update-ref", LEASE, made)

    return act


def _lease_blob(company: Company, ana: Clone) -> None:
    company.remote.git("update-ref", LEASE, company.remote.git("hash-object", "-w", "--stdin", input=b"x"))


def _detached(company: Company, ana: Clone) -> None:
    ana.git("checkout", "--quiet", "--detach")


def _attached(company: Company, ana: Clone) -> None:
    here = ana.head
    ana.git("switch", "--quiet", "--force-create", "main", here)


def _no_branch(company: Company, ana: Clone) -> None:
    _detached(company, ana)
    ana.git("branch", "--quiet", "-D", "main")


def _dirty(company: Company, ana: Clone) -> None:
    ana.write({"incidents/2026/11/20261121-not-yet.yaml": "title: [\n", "notes.txt": "x"})
    ana.git("add", "notes.txt")


def _clean(company: Company, ana: Clone) -> None:
    ana.git("reset", "--quiet", "--hard")
    ana.git("clean", "--quiet", "--force", "-d")


def _lock(name: str) -> Act:
    def act(company: Company, ana: Clone) -> None:
        (ana.folder / ".git" / name).parent.mkdir(parents=True, exist_ok=True)
        (ana.folder / ".git" / name).touch()

    return act


def _unlock(name: str) -> Act:
    def act(company: Company, ana: Clone) -> None:
        (ana.folder / ".git" / name).unlink(missing_ok=True)

    return act


def _remote_locks(ref: str) -> Act:
    def act(company: Company, ana: Clone) -> None:
        lock = company.remote.folder / f"{ref}.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()

    return act


def _settings(change: str, to: str) -> Act:
    """The settings say something else, committed here before anything else happens."""

    def act(company: Company, ana: Clone) -> None:
        company.commit(ana, {"reconciler.yaml": SETTINGS.replace(change, to)})

    return act


def _settings_back(company: Company, ana: Clone) -> None:
    company.commit(ana, {"reconciler.yaml": SETTINGS})


def _strange(name: bytes) -> Act:
    """A file of that name lies among the incidents."""

    def act(company: Company, ana: Clone) -> None:
        blob = ana.git("hash-object", "-w", "--stdin", input=b"title: Strange\n")
        entry = f"100644 {blob}\tincidents/".encode() + name + b"\0"
        ana.git("update-index", "--add", "-z", "--index-info", input=entry)
        _committed(company, ana)

    return act


def _committed(company: Company, ana: Clone) -> None:
    ana.commit_index("Something strange", at=company.clock.now())
    ana.push()


def _strange_gone(name: bytes) -> Act:
    def act(company: Company, ana: Clone) -> None:
        entry = b"0 " + b"0" * 40 + b"\tincidents/" + name + b"\0"
        ana.git("update-index", "-z", "--index-info", input=entry)
        _committed(company, ana)

    return act


def _submodule(company: Company, ana: Clone) -> None:
    ana.git("update-index", "--add", "--cacheinfo", f"160000,{ana.head},incidents/elsewhere")
    _committed(company, ana)


def _no_submodule(company: Company, ana: Clone) -> None:
    ana.git("update-index", "--force-remove", "incidents/elsewhere")
    _committed(company, ana)


def _twin(company: Company, ana: Clone) -> None:
    """A second file with the id lies in another folder."""
    twin = "title: The twin\nseverity: sev3\nstatus: closed\ndeclared_at: 2026-11-21T16:45:00Z\n"
    company.commit(ana, {f"incidents/{ID}.yaml": twin})


def _no_twin(company: Company, ana: Clone) -> None:
    company.commit(ana, {f"incidents/{ID}.yaml": None})


def _lost_object(company: Company, ana: Clone) -> None:
    """The settings' blob is not in the clone any more."""
    for pack in sorted((ana.folder / ".git/objects/pack").glob("*")):
        pack.rename(ana.folder / pack.name)
    for pack in sorted(ana.folder.glob("*.pack")):
        ana.git("unpack-objects", "-q", input=pack.read_bytes())
    for pack in sorted(ana.folder.glob("pack-*")):
        pack.unlink()
    blob = ana.git("rev-parse", "HEAD:reconciler.yaml")
    (ana.folder / ".git/objects" / blob[:2] / blob[2:]).rename(ana.folder / ".git/lost")


def _found_object(company: Company, ana: Clone) -> None:
    blob = ana.git("rev-parse", "HEAD:reconciler.yaml")
    place = ana.folder / ".git/objects" / blob[:2] / blob[2:]
    place.parent.mkdir(exist_ok=True)
    (ana.folder / ".git/lost").rename(place)


def _moved_file(company: Company, ana: Clone) -> None:
    """The incident lies in another folder; where there is none yet, nothing."""
    if (ana.folder / PATH).exists():
        ana.git("mv", PATH, f"incidents/{ID}.yaml")
        _committed(company, ana)


def _moved_file_back(company: Company, ana: Clone) -> None:
    if (ana.folder / f"incidents/{ID}.yaml").exists():
        (ana.folder / PATH).unlink(missing_ok=True)
        ana.git("rm", "--quiet", "--cached", f"incidents/{ID}.yaml")
        (ana.folder / f"incidents/{ID}.yaml").unlink()
        _committed(company, ana)


SOME = frozenset({3})
ERROR = frozenset({1})

MISHAPS: dict[str, Mishap] = {
    "nothing": Mishap(nothing, nothing),
    "the remote out of reach": Mishap(_moved, _moved_back),
    "an address that leads nowhere": Mishap(
        _config("remote", "set-url", "origin", "file:///nowhere/at/all.git"),
        _config("remote", "set-url", "origin", "URL"),
    ),
    "the remote renamed": Mishap(
        _config("remote", "rename", "origin", "upstream"), _config("remote", "rename", "upstream", "origin")
    ),
    "the remote removed": Mishap(
        _config("remote", "remove", "origin"), _config("remote", "add", "origin", "URL")
    ),
    "no right to push": Mishap(_hook(""), _no_hook),
    "a protected branch": Mishap(_hook("[ $1 = refs/heads/main ] || exit 0"), _no_hook),
    "no right to push the state": Mishap(_hook(f"[ $1 = {STATE} ] || exit 0"), _no_hook),
    "no right to take the lease": Mishap(_hook(f"[ $1 = {LEASE} ] || exit 0"), _no_hook),
    "the state deleted": Mishap(_state_deleted, nothing),
    "the state ref names nothing": Mishap(_points_nowhere(STATE), _no_file(STATE)),
    "the state is the branch": Mishap(_state_foreign, nothing),
    "a state of one's own": Mishap(_state_here, nothing),
    "the lease ref names nothing": Mishap(_points_nowhere(LEASE), _no_file(LEASE)),
    "the lease says nothing": Mishap(_lease_of("hello"), nothing),
    "the lease says nonsense": Mishap(_lease_of('{"holder": 5, "since": [], "until": "soon"}'), nothing),
    "the lease is a file": Mishap(_lease_blob, nothing),
    "a detached HEAD": Mishap(_detached, _attached),
    "no branch of one's own": Mishap(_no_branch, _attached),
    "a dirty tree": Mishap(_dirty, _clean),
    "the index locked": Mishap(_lock("index.lock"), _unlock("index.lock"), pages=False),
    "the tracking branch locked": Mishap(
        _lock("refs/remotes/origin/main.lock"), _unlock("refs/remotes/origin/main.lock")
    ),
    "the state locked at the remote": Mishap(_remote_locks(STATE), _no_file(f"{STATE}.lock")),
    "the lease locked at the remote": Mishap(_remote_locks(LEASE), _no_file(f"{LEASE}.lock")),
    "a branch that is nowhere": Mishap(
        _settings("git: {", "git: {branch: nowhere, "), _settings_back, ERROR, pages=False
    ),
    "a remote that is nowhere": Mishap(_settings("git: {", "git: {remote: nowhere, "), _settings_back),
    "a state ref that is no name": Mishap(
        _settings("git: {", 'git: {state: "a..b", '), _settings_back, frozenset({0, 1}), pages=False
    ),
    "bytes that are no text": Mishap(_strange(b"caf\xe9.yaml"), _strange_gone(b"caf\xe9.yaml"), SOME),
    "a line end in a name": Mishap(_strange(b"a\nb.yaml"), _strange_gone(b"a\nb.yaml"), SOME),
    "upper case": Mishap(_strange(b"Upper.yaml"), _strange_gone(b"Upper.yaml"), SOME),
    "a submodule": Mishap(_submodule, _no_submodule, SOME),
    "the id in two folders": Mishap(_twin, _no_twin, SOME, pages=False),
    "an object lost": Mishap(_lost_object, _found_object, ERROR, pages=False),
    "the file moved": Mishap(_moved_file, _moved_file_back, frozenset({0, 3})),
}
