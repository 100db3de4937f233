"""Comments of a pull request: ours is one a purpose, known by a mark nobody sees, and kept up to date."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from reconciler.errors import Failure
from reconciler.forge.hub import Hub, HubFailure
from reconciler.targets.seam import Answer, CallError, Unusable, items_of

#: What GitHub takes in one comment, in characters.
LIMIT = 65_536
_PAGE, _PAGES = 100, 30
#: How the tokens of people begin.
_PERSONAL = ("ghp_", "github_pat_")


class Comment(NamedTuple):
    """A comment on a pull request (GitHub counts these among an issue's)."""

    id: int
    url: str
    body: str
    login: str
    bot: bool


class Did(Enum):
    """What became of a comment."""

    CREATED = "created"
    UPDATED = "updated"
    SAME = "the same already"


class Posted(NamedTuple):
    """The comment as it stands, and what was done to it."""

    comment: Comment
    did: Did


def mark(name: str, key: str) -> str:
    """The first line of our comment for a purpose: the instance's name, and the purpose's."""
    inside = "/".join("".join(char if char.isalnum() else "-" for char in one) for one in (name, key))
    return f"<!-- incident-reconciler {inside} -->"


def author(hub: Hub, token: str) -> str:
    """Who writes with a token; empty where it is a workflow's or an app's. Raises HubFailure.

    Those may not ask, and write as bots. Whoever else puts our mark into a comment has not made it ours.
    """
    if not token.startswith(_PERSONAL):
        return ""
    attempted = "ask whose token this is"
    try:
        return str(hub.api.call("GET /user")["login"])
    except CallError as error:
        raise hub.failure(attempted, error) from None
    except Unusable.SIGNS as error:
        raise hub.failure(attempted, Unusable.by("GET /user", error)) from None


def sticky(hub: Hub, number: int, mark: str, text: str, by: str = "") -> Posted:
    """Make our comment with this mark say this, where it does not yet. Raises HubFailure, and Failure."""
    body = f"{mark}\n{text.strip()}\n"
    if len(body) > LIMIT:
        raise Failure(
            f"the comment is {len(body):,} characters long, and GitHub takes no more than {LIMIT:,}",
            next="shorten it",
        )
    known = find(hub, number, mark, by)
    if known is None:
        return Posted(_created(hub, number, mark, body, by), Did.CREATED)
    if _same(known.body, body):
        return Posted(known, Did.SAME)
    return Posted(update(hub, known.id, body), Did.UPDATED)


def find(hub: Hub, number: int, mark: str, by: str = "") -> Comment | None:
    """The oldest comment of ours (see `author`) that begins with the mark. Raises HubFailure."""
    marked = (one for one in listed(hub, number) if one.body.startswith(mark))
    return next((one for one in marked if (one.login == by if by else one.bot)), None)


def listed(hub: Hub, number: int) -> Iterator[Comment]:
    """The comments of a pull request, the oldest first. Raises HubFailure."""
    method, attempted = "GET /issues/{issue_number}/comments", f"read the comments of #{number}"
    for page in range(1, _PAGES + 1):
        asked = {"issue_number": number, "per_page": _PAGE, "page": page}
        found = hub.take(attempted, method, _comments, **asked)
        yield from found
        if len(found) < _PAGE:
            return


def create(hub: Hub, number: int, body: str) -> Comment:
    """Write a new comment. Raises HubFailure; `uncertain` where it may be there."""
    method = "POST /issues/{issue_number}/comments"
    return hub.take(f"comment on #{number}", method, _comment, issue_number=number, body=body)


def update(hub: Hub, id: int, body: str) -> Comment:
    """Set the text of a comment. Raises HubFailure."""
    method = "PATCH /issues/comments/{comment_id}"
    return hub.take("update the comment", method, _comment, comment_id=id, body=body)


def _created(hub: Hub, number: int, mark: str, body: str, by: str) -> Comment:
    """A new comment; one whose answer was lost is looked for before it is written again."""
    try:
        return create(hub, number, body)
    except HubFailure as failure:
        if not failure.uncertain:
            raise
    return find(hub, number, mark, by) or create(hub, number, body)


def _same(one: str, other: str) -> bool:
    return one.replace("\r\n", "\n").strip() == other.strip()


def _comments(answer: Answer) -> list[Comment]:
    return [_comment(one) for one in items_of(answer, "items")]


def _comment(answer: Answer) -> Comment:
    user = answer.get("user") or {}  # nobody: an account that is gone
    login, bot = str(user.get("login", "")), user.get("type") == "Bot"
    return Comment(int(answer["id"]), str(answer["html_url"]), str(answer["body"] or ""), login, bot)
