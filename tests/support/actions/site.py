"""A repository at GitHub: people push, open pull requests and fill in forms, and its workflows run."""

from __future__ import annotations

import fnmatch
import itertools
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support import github as hub
from tests.support.actions import expressions
from tests.support.actions.expressions import Open, Unknown
from tests.support.actions.job import Ended, Runner, parsed
from tests.support.repositories import Clone, Content, Remote, dated, remote

TOKEN = "ghs_0123456789abcdef"
WORKFLOWS = ".github/workflows"
_JOB_KEYS = {
    *("name", "if", "runs-on", "timeout-minutes", "permissions", "concurrency", "env", "steps"),
    *("needs", "outputs"),
}
#: Who may push: nobody whose job has no such right, and to a protected branch no job at all.
_HOOK = """\
#!/bin/sh
rights=$(cat rights)
while read -r old new ref; do
  if [ "$rights" = none ]; then
    echo "Permission to acme/incidents.git denied to github-actions[bot]." >&2
    exit 1
  fi
  if [ "$rights" = write ] && [ "$ref" = refs/heads/main ] && [ -e protected ]; then
    echo "error: GH006: Protected branch update failed for refs/heads/main." >&2
    echo "error: Changes must be made through a pull request." >&2
    exit 1
  fi
done
"""

_PEOPLE = {"contents": "admin", "pull-requests": "write"}

Run = dict[str, Ended]


@dataclass
class Event:
    """What happened, as a run is told it."""

    name: str
    payload: dict[str, Any]
    ref: str = "refs/heads/main"
    sha: str = ""
    fork: bool = False
    inputs: Mapping[str, Any] = field(default_factory=dict)
    head: str = ""  # the branch of a pull request
    only: str = ""  # the one workflow that is meant
    changed: list[str] = field(default_factory=list)


@dataclass
class Site:
    """See the module. `services` are the addresses of Slack and the others."""

    folder: Path
    remote: Remote
    github: hub.GitHub
    api_url: str
    services: Mapping[str, str]
    secrets: Mapping[str, str]
    desk: Clone
    actor: str = "ana"
    runs: int = 100
    count: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # what people do

    def push(self, files: Mapping[str, Content], message: str = "Edit") -> dict[str, Run]:
        """Commit on main and push."""
        self.desk.pull()
        self.desk.commit(files, message, at=datetime.now(UTC))
        self.desk.push()
        payload = {"ref": "refs/heads/main", "head_commit": {"message": message}}
        return self.happen(Event("push", payload, sha=self.desk.head, changed=list(files)))

    def pull(self, files: Mapping[str, Content], *, title: str = "Edit", fork: bool = False) -> int:
        """Open a pull request; its number. `runs_of` runs what that starts."""
        number = self.github.data["next"]
        branch = f"edit-{number}"
        self.desk.pull()
        self.desk.git("switch", "--quiet", "--create", branch, "main")
        self.edit(number, files, fork=fork)
        if fork:
            self.github.data["next"] += 1
            known = {"number": number, "title": title, "head": branch, "base": "main", "state": "open"}
            times = dict.fromkeys(("created_at", "closed_at", "merged_at", "merge_commit"))
            self.github.data["pulls"][str(number)] = {**known, **times, "body": "", "commit": self.desk.head}
        else:
            owner, _, repo = self.github.slug.partition("/")
            asked = {"title": title, "head": branch, "base": "main"}
            self.github.call("POST /repos/{owner}/{repo}/pulls", owner=owner, repo=repo, **asked)
        self.desk.git("switch", "--quiet", "main")
        return int(number)

    def edit(self, number: int, files: Mapping[str, Content], *, fork: bool = False) -> None:
        """Push to a pull request's branch, which in a fork is not here."""
        branch = f"edit-{number}"
        self.desk.git("switch", "--quiet", branch)
        self.desk.commit(files, at=datetime.now(UTC))
        refs = [f"refs/pull/{number}/head", *([] if fork else [f"refs/heads/{branch}"])]
        self.desk.git("push", "--quiet", "origin", *(f"+{branch}:{ref}" for ref in refs))
        self.desk.git("switch", "--quiet", "main")

    def runs_of(self, number: int, *, fork: bool = False, action: str = "synchronize") -> dict[str, Run]:
        """What a pull request starts, on the merge as GitHub tries it."""
        git, branch = self.remote.git, str(self.github.data["pulls"][str(number)]["head"])
        self._keep_head(number, branch)
        base, head = self.remote.tip(), git("rev-parse", f"refs/pull/{number}/head")
        tree = git("merge-tree", "--write-tree", base, head)
        words = ("commit-tree", tree, "-p", base, "-p", head, "-m", f"Merge {head} into {base}")
        merge = git(*words, env=dated(datetime.now(UTC)))
        git("update-ref", f"refs/pull/{number}/merge", merge)
        full = "mallory/incidents" if fork else self.github.slug
        sides = {"head": {"sha": head, "repo": {"full_name": full}}, "base": {"sha": base, "ref": "main"}}
        payload = {"action": action, "number": number, "pull_request": {"number": number, **sides}}
        return self.happen(
            Event("pull_request", payload, f"refs/pull/{number}/merge", merge, fork, head=branch)
        )

    def propose(self, branch: str, files: Mapping[str, Content]) -> dict[str, Run]:
        """Push a branch on top of main, as somebody whose main is protected."""
        self.desk.pull()
        self.desk.git("switch", "--quiet", "--create", branch, "main")
        self.desk.commit(files, at=datetime.now(UTC))
        self.desk.push(branch)
        sha = self.desk.head
        self.desk.git("switch", "--quiet", "main")
        return self.happen(Event("push", {}, f"refs/heads/{branch}", sha, changed=list(files)))

    def close(self, number: int) -> dict[str, Run]:
        """Close a pull request without merging it; its branch stays."""
        self.github.close(number)
        return self.runs_of(number, action="closed")

    def _keep_head(self, number: int, branch: str) -> None:
        """A pull request's own ref, of one that was not opened by `pull`."""
        tip = self.remote.tip(f"refs/heads/{branch}")
        if tip:
            self.remote.git("update-ref", f"refs/pull/{number}/head", tip)

    def schedule(self) -> dict[str, Run]:
        """The clock of the default branch strikes."""
        return self.happen(Event("schedule", {"schedule": "23 * * * *"}, sha=self.remote.tip()))

    def form(self, workflow: str, **inputs: str) -> Run:
        """Fill in a workflow's form; what its page would not take, is refused."""
        known = self._workflow(workflow, self.remote.tip())["on"]["workflow_dispatch"] or {}
        fields = known.get("inputs", {})
        assert inputs.keys() <= fields.keys(), inputs
        for name, about in fields.items():
            assert name in inputs or not about.get("required"), f"{name} is required"
            assert about["type"] != "choice" or inputs[name] in about["options"], inputs[name]
        empty = {name: "false" if about["type"] == "boolean" else "" for name, about in fields.items()}
        return self.form_by_api(workflow, **{**empty, **inputs})

    def form_by_api(self, workflow: str, **inputs: Any) -> Run:
        """The same by GitHub's API, which looks at nothing but what is required."""
        event = Event("workflow_dispatch", {"inputs": inputs}, sha=self.remote.tip(), inputs=inputs)
        event.only = workflow
        return self.happen(event)[workflow]

    def dispatch(self, kind: str = "incident", **payload: Any) -> dict[str, Run]:
        """Another system sends an event."""
        assert len(payload) <= 10, "GitHub takes ten top-level keys"
        assert len(json.dumps(payload)) < 64 * 1024, "GitHub takes 64 KB"
        told = {"action": kind, "client_payload": payload}
        return self.happen(Event("repository_dispatch", told, sha=self.remote.tip()))

    def protect(self) -> None:
        """From now on main takes changes by pull request alone."""
        (self.remote.folder / "protected").touch()

    # what GitHub does

    def happen(self, event: Event) -> dict[str, Run]:
        """Run the workflows of the commit that are meant."""
        found = {}
        names = self.remote.git("ls-tree", "--name-only", event.sha, f"{WORKFLOWS}/").splitlines()
        for name in [one.rpartition("/")[2] for one in names]:
            workflow = self._workflow(name, event.sha)
            if event.only in ("", name) and _meant(workflow["on"], event):
                self.runs += 1
                found[name] = self._run(workflow, event, self.runs)
        return found

    def _workflow(self, name: str, revision: str) -> Any:
        return parsed(self.remote.git("show", f"{revision}:{WORKFLOWS}/{name}"))

    def _run(self, workflow: Mapping[str, Any], event: Event, number: int) -> Run:
        done: Run = {}
        waiting = dict(workflow["jobs"])
        while waiting:
            ready = [name for name, job in waiting.items() if set(_needs(job)) <= done.keys()]
            assert ready, f"jobs that wait for each other: {sorted(waiting)}"
            for name in ready:
                done[name] = self._job(workflow, name, waiting.pop(name), event, number, done)
        return done

    def _job(
        self,
        workflow: Mapping[str, Any],
        name: str,
        job: Mapping[str, Any],
        event: Event,
        run: int,
        done: Run,
    ) -> Ended:
        if strange := job.keys() - _JOB_KEYS:
            raise Unknown(f"of a job: {sorted(strange)}")
        needs = {
            one: {"result": done[one].outcome, "outputs": Open(done[one].outputs)} for one in _needs(job)
        }
        context = self._context(workflow, name, event, run)
        well = all(one["result"] == "success" for one in needs.values())
        seen = {"github": {**context, "event": Open(event.payload)}, "needs": needs}
        seen["functions"] = {"success": lambda: well, "always": lambda: True, "startsWith": _begins}
        if not expressions.holds(job.get("if"), seen):
            return Ended(name, "skipped")
        rights = job.get("permissions", workflow.get("permissions"))
        if rights is None:
            raise Unknown("rights that the repository's settings decide")
        if event.fork:
            rights = dict.fromkeys(rights, "read")
        secrets = {} if event.fork else self.secrets
        runner = Runner(
            self.folder / f"runner-{next(self.count)}",
            context,
            {**secrets, "GITHUB_TOKEN": TOKEN},
            self.services,
            lambda place, given: self._checkout(place, given, event, rights),
            Ended(name),
            needs,
        )
        self._grant(rights)
        began = time.monotonic()
        try:
            ended = runner.run(job, workflow.get("env", {}), event.inputs)
        finally:
            self._grant(_PEOPLE)
        ended.seconds = time.monotonic() - began
        assert ended.seconds < job["timeout-minutes"] * 60
        return ended

    def _context(self, workflow: Mapping[str, Any], name: str, event: Event, run: int) -> dict[str, Any]:
        return {
            "event_name": event.name,
            "event": event.payload,
            "ref": event.ref,
            "ref_name": event.ref.removeprefix("refs/heads/").removeprefix("refs/pull/"),
            "sha": event.sha,
            "repository": self.github.slug,
            "actor": self.actor,
            "actor_id": "12",
            "token": TOKEN,
            "api_url": self.api_url,
            "server_url": "https://github.com",
            "run_id": str(run),
            "workflow": workflow["name"],
            "job": name,
            "head_ref": event.head,
            "base_ref": "main" if event.name == "pull_request" else "",
        }

    def _grant(self, rights: Mapping[str, str]) -> None:
        """What the token of the job that runs now may do."""
        pulls = rights.get("pull-requests", "none")
        self.github.rights = {"pulls", "comments"} if pulls == "write" else set()
        self.github.sees = pulls != "none"
        self.github.login = "github-actions[bot]"
        self._pushes(rights.get("contents", "none"))

    def _pushes(self, right: str) -> None:
        known = {"write": "write", "admin": "admin"}
        (self.remote.folder / "rights").write_text(known.get(right, "none"), encoding="utf-8")

    def _checkout(
        self, place: Path, given: Mapping[str, str], event: Event, rights: Mapping[str, str]
    ) -> None:
        """actions/checkout: the ref of the event, or the one that is named; the history only if asked for."""
        if strange := given.keys() - {"ref", "fetch-depth", "persist-credentials"}:
            raise Unknown(f"of actions/checkout: {sorted(strange)}")
        assert rights.get("contents") in ("read", "write"), "the token may not even read"
        clone = Clone(place)
        clone.git("init", "--quiet", "--template=", "--initial-branch=main")
        clone.git("remote", "add", "origin", self.remote.url)
        ref = f"refs/heads/{given['ref']}" if given.get("ref") else event.ref
        ours = ref.replace("refs/heads/", "refs/remotes/origin/").replace("refs/pull/", "refs/remotes/pull/")
        whole = given.get("fetch-depth") == "0"
        wanted = ["+refs/heads/*:refs/remotes/origin/*"] if whole else ["--depth=1"]
        clone.git("fetch", "--quiet", "--no-tags", "origin", *wanted[::-1], f"+{ref}:{ours}")
        branch = ["-B", ref.removeprefix("refs/heads/")] if ref.startswith("refs/heads/") else ["--detach"]
        clone.git("checkout", "--quiet", "--force", *branch, ours)
        if given.get("persist-credentials") == "false":
            self._pushes("none")


def _begins(found: Any, with_: Any) -> bool:
    """`startsWith`: whatever the case."""
    return expressions.shown(found).casefold().startswith(expressions.shown(with_).casefold())


def _needs(job: Mapping[str, Any]) -> list[str]:
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else list(needs)


def _meant(on: Mapping[str, Any], event: Event) -> bool:
    """Whether a workflow is started by an event."""
    if event.name not in on:
        return False
    about = on[event.name] or {}
    if event.name == "push":
        if strange := about.keys() - {"branches", "paths"}:
            raise Unknown(f"of a push: {sorted(strange)}")
        branch, paths = event.ref.removeprefix("refs/heads/"), about.get("paths", ["**"])
        touched = any(fnmatch.fnmatch(one, path) for one in event.changed for path in paths)
        wanted = any(fnmatch.fnmatch(branch, one) for one in about.get("branches", [branch]))
        return wanted and touched
    if event.name == "repository_dispatch":
        return event.payload["action"] in about.get("types", [event.payload["action"]])
    if event.name == "pull_request":
        if strange := about.keys() - {"types"}:
            raise Unknown(f"of a pull request: {sorted(strange)}")
        return event.payload["action"] in about.get("types", ["opened", "synchronize", "reopened"])
    return True


@contextmanager
def site(
    folder: Path, files: Mapping[str, Content], services: Mapping[str, str], secrets: Mapping[str, str]
) -> Iterator[Site]:
    """A repository with these files on main, and GitHub's API, while the context lasts."""
    made = remote(folder, files)
    (made.folder / "hooks").mkdir()
    hook = made.folder / "hooks/pre-receive"
    hook.write_text(_HOOK, encoding="utf-8")
    hook.chmod(0o755)
    github = hub.GitHub(lambda: datetime.now(UTC), made)
    with hub.serving(github, TOKEN) as url:
        one = Site(folder, made, github, url, services, secrets, made.clone("desk"))
        one._grant(_PEOPLE)
        yield one
