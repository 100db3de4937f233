"""Pull requests: one for a branch, found before it is made, so that a lost answer never makes two."""

from __future__ import annotations

from typing import NamedTuple

from reconciler.forge.hub import Hub, HubFailure
from reconciler.targets.seam import Answer, items_of, text_of

LIST, CREATE = "GET /pulls", "POST /pulls"
_BODY = 60_000  # characters; GitHub takes 65,536


class Pull(NamedTuple):
    """A pull request. `commit` is the tip of its branch as GitHub saw it last."""

    number: int
    url: str
    open: bool
    merged: bool
    head: str
    commit: str


def latest(hub: Hub, head: str, base: str) -> Pull | None:
    """The open pull request of a branch of this repository, else its newest one. Raises HubFailure."""
    found = _found(hub, head, base)
    return next((one for one in found if one.open), found[0] if found else None)


def newest(hub: Hub, base: str) -> list[Pull]:
    """The hundred pull requests into a branch that were opened last, the newest first. Raises HubFailure."""
    asked = {"state": "all", "base": base, "sort": "created", "direction": "desc", "per_page": 100}
    return hub.take("list the pull requests", LIST, _pulls, **asked)


def read(hub: Hub, number: int) -> Pull:
    """One pull request as it is now. Raises HubFailure."""
    method = "GET /pulls/{pull_number}"
    return hub.take(f"look at pull request #{number}", method, _pull, pull_number=number)


def ensure(hub: Hub, head: str, base: str, title: str, body: str) -> Pull:
    """The open pull request of a branch, made where there is none. Raises HubFailure.

    GitHub refuses a second one for the same branch, so a create may be sent again once a look has found none.
    """
    known = latest(hub, head, base)
    if known is not None and known.open:
        return known
    try:
        return _created(hub, head, base, title, body)
    except HubFailure as failure:
        found = _after(hub, failure, head, base)
        if found is not None:
            return found
        if not failure.uncertain:
            raise
    return _created(hub, head, base, title, body)


def _after(hub: Hub, failure: HubFailure, head: str, base: str) -> Pull | None:
    """What a create that failed has made all the same, or what somebody else made before it."""
    if not failure.uncertain and "already exists" not in failure.message:
        return None
    found = latest(hub, head, base)
    return found if found is not None and found.open else None


def _created(hub: Hub, head: str, base: str, title: str, body: str) -> Pull:
    told = {"title": title, "body": body[:_BODY], "head": head, "base": base}
    return hub.take(f"open a pull request for {head}", CREATE, _pull, **told)


def _found(hub: Hub, head: str, base: str) -> list[Pull]:
    asked = {"state": "all", "head": f"{hub.owner}:{head}", "base": base, "sort": "created"}
    attempted = f"look for the pull request of {head}"
    listed = hub.take(attempted, LIST, _pulls, **asked, direction="desc", per_page=30)
    return [one for one in listed if one.head == head]


def _pulls(answer: Answer) -> list[Pull]:
    return [_pull(one) for one in items_of(answer, "items")]


def _pull(answer: Answer) -> Pull:
    head = answer["head"]
    return Pull(
        number=int(answer["number"]),
        url=text_of(answer, "html_url"),
        open=text_of(answer, "state") == "open",
        merged=bool(answer.get("merged_at")),
        head=text_of(head, "ref"),
        commit=text_of(head, "sha"),
    )
