"""Who may ask the page: this machine's browser; and who may change something: the page itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.page import Visitor, visiting
from tests.support.worlds import declared, world

POST = {"as": "ana@example.com", "do": "slack.post", "with": {"channel": "C00000001", "text": "hello"}}
READS = ["/", "/page/feed", "/page/live", "/page/calls", "/page/object/slack/C00000001", "/world.json"]


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    with visiting(world()) as one:
        yield one


def said(visitor: Visitor) -> int:
    return len(visitor.object("slack", "C00000001")["messages"])


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize(
    "host", ["evil.example.com", "127.0.0.1.evil.example.com:80", "localhost.", "[::2]:1"]
)
def test_a_name_that_is_not_of_this_machine_is_answered_nothing(
    visitor: Visitor, path: str, host: str
) -> None:
    answer = visitor.get(path, host=host)
    assert (answer.status, list(answer.json)) == (403, ["error"])


@pytest.mark.parametrize("host", ["localhost:80", "localhost", "127.0.0.1", "[::1]:8181"])
def test_any_name_of_this_machine_is_answered(visitor: Visitor, host: str) -> None:
    assert visitor.get("/page/feed", host=host).status == 200


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example.com", "http://127.0.0.1", "http://127.0.0.1:1"]
)
@pytest.mark.parametrize("path", ["/page/act", "/page/apply"])
def test_another_pages_request_changes_nothing(visitor: Visitor, origin: str | None, path: str) -> None:
    assert visitor.post(path, POST, {"origin": origin}).status == 403
    assert said(visitor) == 0


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_what_a_form_can_send_changes_nothing(visitor: Visitor, kind: str | None) -> None:
    assert visitor.post("/page/act", POST, {"content-type": kind}).status == 403
    assert said(visitor) == 0


def test_the_page_itself_may(visitor: Visitor) -> None:
    assert visitor.post("/page/act", POST).status == 200
    assert said(visitor) == 1


def test_nothing_is_changed_by_asking_for_it(visitor: Visitor) -> None:
    assert visitor.get("/page/act").status == 405
    assert visitor.get("/page/apply").status == 405


@pytest.mark.parametrize("path", ["/", "/page/static/app.js", "/page/feed", "/page/static/none.js"])
def test_every_answer_forbids_what_the_page_does_not_need(visitor: Visitor, path: str) -> None:
    headers = {name.lower(): value for name, value in visitor.get(path).headers.items()}
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["..%2f__init__.py", "../web.py", "%2e%2e%2fweb.py", "none.js", ""])
def test_only_the_pages_own_files_are_given_out(visitor: Visitor, name: str) -> None:
    assert visitor.get(f"/page/static/{name}").status == 404


def test_a_look_leaves_no_trace_in_the_calls_or_in_what_is_held() -> None:
    made = world()
    declared(made)
    before, calls = made.snapshot(), made.lately()
    with visiting(made) as visitor:
        for path in ["/", "/page/feed", "/page/calls", "/page/object/slack/C00000003", "/world.json"]:
            assert visitor.get(path).status == 200
    assert (made.snapshot(), made.lately()) == (before, calls)
