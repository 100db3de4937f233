"""GitHub as far as pull requests and their comments go: a machine at the seam, and over loopback HTTP.

    github = GitHub(clock.now, remote)       a real bare repository, with the pull requests' branches
    github.merge(12)                         what a reviewer does: "merge", "squash" or "rebase"
    github.close(12)
    with serving(github, token="ghp_sample") as url: …          GITHUB_API_URL

Without a remote any branch exists and nothing is merged in Git.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from reconciler.sandbox.machine import Machine, Now
from reconciler.targets.seam import Answer, CallError, RateLimited, Refused
from tests.support.github_git import Branches, Merged
from tests.support.github_shapes import comment_of, pull_of, user_of
from tests.support.repositories import Remote

SLUG = "acme/incidents"
TOKEN = "github_pat_sample"

_CALLS = (
    "GET /repos/{owner}/{repo}/pulls",
    "POST /repos/{owner}/{repo}/pulls",
    "GET /repos/{owner}/{repo}/pulls/{pull_number}",
    "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
    "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
    "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
    "GET /user",
)


class GitHub(Machine):
    """See the module. `rights` is what the token may write; without `sees` it finds no such place."""

    def __init__(self, clock: Now, remote: Remote | None = None, slug: str = SLUG):
        super().__init__(clock)
        self.slug, self.branches = slug, Branches(remote)
        self.rights = {"pulls", "comments"}
        self.sees = True
        self.login = "github-actions[bot]"

    def blank(self) -> dict[str, Any]:
        return {"pulls": {}, "comments": {}, "next": 1}

    def answer(self, method: str, arguments: dict[str, Any]) -> Answer:
        if method not in _CALLS:
            raise AssertionError(f"GitHub here knows no {method}")
        if method == "GET /user":
            return user_of(self.login)
        if not self.sees or f"{arguments.pop('owner')}/{arguments.pop('repo')}" != self.slug:
            raise _says(method, 404, "Not Found")
        self._look()
        verb, *words = re.findall(r"[A-Z]+|[a-z]+(?=/|$)|\{\w+\}", method)
        right = "comments" if "comments" in words else "pulls"
        if verb != "GET" and right not in self.rights:
            raise _says(method, 403, "Resource not accessible by integration")
        if right == "comments":
            return self._comments(verb, method, arguments)
        if verb == "POST":
            return self._create(method, arguments)
        if "pull_number" in arguments:
            return pull_of(self, self._pull(method, arguments["pull_number"]), whole=True)
        return {"items": self._listed(arguments)}

    # pull requests

    def _create(self, method: str, given: dict[str, Any]) -> Answer:
        head, base = given["head"].rpartition(":")[2], given["base"]
        known = [one for one in self._open() if (one["head"], one["base"]) == (head, base)]
        if known:
            said = f"A pull request already exists for {self.slug.partition('/')[0]}:{head}."
            raise _says(method, 422, "Validation Failed", said)
        for side, name in (("head", head), ("base", base)):
            if not self.branches.tip(name):
                raise _says(method, 422, "Validation Failed", f"{side} is invalid")
        if not self.branches.ahead(head, base):
            said = f"No commits between {base} and {head}"
            raise _says(method, 422, "Validation Failed", said)
        number, now = self._number(), self._now()
        self.data["pulls"][str(number)] = {
            "number": number,
            "title": given["title"],
            "body": given.get("body") or "",
            "head": head,
            "base": base,
            "commit": self.branches.tip(head),
            "state": "open",
            "created_at": now,
            "closed_at": None,
            "merged_at": None,
            "merge_commit": None,
        }
        return pull_of(self, self.data["pulls"][str(number)], whole=True)

    def _listed(self, asked: dict[str, Any]) -> list[Answer]:
        state, head, base = asked.get("state", "open"), asked.get("head"), asked.get("base")
        owner = self.slug.partition("/")[0]
        found = [
            one
            for one in self.data["pulls"].values()
            if state in ("all", one["state"])
            and head in (None, f"{owner}:{one['head']}")
            and base in (None, one["base"])
        ]
        found.sort(
            key=lambda one: -one["number"] if asked.get("direction", "desc") == "desc" else one["number"]
        )
        return [pull_of(self, one) for one in _paged(found, asked)]

    def _pull(self, method: str, number: Any) -> dict[str, Any]:
        found: dict[str, Any] | None = self.data["pulls"].get(str(number))
        if found is None:
            raise _says(method, 404, "Not Found")
        return found

    def _open(self) -> list[dict[str, Any]]:
        return [one for one in self.data["pulls"].values() if one["state"] == "open"]

    def _look(self) -> None:
        """What pushes do to pull requests: a branch that is gone closes one, one that is merged merges it."""
        for one in self._open():
            tip = self.branches.tip(one["head"])
            if not tip:
                self._end(one)
                continue
            one["commit"] = tip
            if not self.branches.ahead(one["head"], one["base"]):
                self._end(one, merged=tip)

    def _end(self, one: dict[str, Any], merged: str | None = None) -> None:
        now = self._now()
        one |= {
            "state": "closed",
            "closed_at": now,
            "merged_at": now if merged else None,
            "merge_commit": merged,
        }

    # what people do

    def pulls(self) -> list[dict[str, Any]]:
        """All pull requests, the oldest first."""
        with self.lock:
            self._look()
            return list(self.data["pulls"].values())

    def merge(self, number: int, how: Merged = Merged.MERGE, *, delete: bool = True) -> None:
        """A reviewer merges it; GitHub then removes its branch where the repository says so."""
        with self.lock:
            self._look()
            one = self.data["pulls"][str(number)]
            assert one["state"] == "open", one
            title = f"{one['title']} (#{number})"
            made = self.branches.merge(one["head"], one["base"], how, number, title, self.clock())
            self._end(one, merged=made)
            if delete:
                self.branches.delete(one["head"])

    def close(self, number: int, *, delete: bool = False) -> None:
        """A reviewer closes it unmerged."""
        with self.lock:
            one = self.data["pulls"][str(number)]
            self._end(one)
            if delete:
                self.branches.delete(one["head"])

    def reopen(self, number: int) -> None:
        """Somebody opens it again."""
        with self.lock:
            self.data["pulls"][str(number)] |= {"state": "open", "closed_at": None}

    # comments

    def _comments(self, verb: str, method: str, given: dict[str, Any]) -> Answer:
        comments = self.data["comments"]
        if "body" in given and len(given["body"]) > 65_536:
            raise _says(method, 422, "Validation Failed", "body is too long (maximum is 65536 characters)")
        if verb == "PATCH":
            found = comments.get(str(given["comment_id"]))
            if found is None:
                raise _says(method, 404, "Not Found")
            found |= {"body": given["body"], "updated_at": self._now()}
            return comment_of(self, found)
        number = int(given["issue_number"])
        self._pull(method, number)
        if verb == "POST":
            return comment_of(self, self.comment(number, given["body"], self.login))
        listed = [one for one in comments.values() if one["number"] == number]
        return {"items": [comment_of(self, one) for one in _paged(listed, {"per_page": 30, **given})]}

    def comment(self, number: int, body: str, login: str = "ana") -> dict[str, Any]:
        """Somebody comments."""
        id, now = 1000 + self._number(), self._now()
        made = {
            "id": id,
            "number": number,
            "body": body,
            "login": login,
            "created_at": now,
            "updated_at": now,
        }
        self.data["comments"][str(id)] = made
        return made

    def comments(self, number: int) -> list[str]:
        """The texts below a pull request, the oldest first."""
        return [one["body"] for one in self.data["comments"].values() if one["number"] == number]

    def _number(self) -> int:
        self.data["next"] += 1
        return int(self.data["next"]) - 1

    def _now(self) -> str:
        return self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")


def _paged(found: list[Any], asked: dict[str, Any]) -> list[Any]:
    size, page = min(int(asked.get("per_page", 30)), 100), int(asked.get("page", 1))
    return found[(page - 1) * size : page * size]


def _says(method: str, status: int, message: str, *errors: str) -> Refused:
    body: dict[str, Any] = {"message": message, "documentation_url": "https://docs.github.com/rest"}
    if errors:
        listed = [{"resource": "PullRequest", "code": "custom", "message": error} for error in errors]
        body["errors"] = listed
    words = "; ".join((message, *errors))
    return Refused(method, str(status), words, answer=body, status=status)


# over HTTP --------------------------------------------------------------------------------------


@contextmanager
def serving(github: GitHub, token: str = TOKEN) -> Iterator[str]:
    """GitHub's API on 127.0.0.1, for one token."""

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else {}
            status, answer, headers = self._answered(body)
            sent = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(sent))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PATCH = _serve

        def _answered(self, body: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
            if self.headers.get("Authorization") != f"Bearer {token}":
                return 401, {"message": "Bad credentials"}, {}
            parts = urlsplit(self.path)
            found = _routed(self.command, parts.path)
            if found is None:
                return 404, {"message": "Not Found"}, {}
            method, named = found
            try:
                answer = github.call(method, **named, **body, **dict(parse_qsl(parts.query)))
            except CallError as error:
                return _denied(error)
            created = 201 if self.command == "POST" else 200
            return created, answer.get("items", answer), {}

        def log_message(self, format: str, *args: Any) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def _routed(verb: str, path: str) -> tuple[str, dict[str, Any]] | None:
    for method in _CALLS:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", method)
        if found := re.fullmatch(pattern, f"{verb} {path}"):
            named = {name: unquote(value) for name, value in found.groupdict().items()}
            return method, named
    return None


def _denied(error: CallError) -> tuple[int, Any, dict[str, str]]:
    if isinstance(error, RateLimited):
        headers = {"Retry-After": f"{error.retry_after:.0f}", "X-RateLimit-Remaining": "0"}
        return 403, {"message": "You have exceeded a secondary rate limit"}, headers
    assert isinstance(error, Refused), error
    return error.status, dict(error.answer), {}
