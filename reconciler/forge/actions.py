"""What GitHub Actions says of the run that this is: who began it, by which event, for which pull request.

It stands in the environment and in a file. Whatever is in that file comes from anyone: it is data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reconciler.errors import Failure
from reconciler.repo.objects import Person

#: Larger than anything that GitHub sends.
_LARGEST = 32 * 1024 * 1024
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(?:\[bot\])?")
_NOREPLY = "@users.noreply."
_FORMS = {"workflow_dispatch": "inputs", "repository_dispatch": "client_payload"}


def inside(environ: Mapping[str, str]) -> bool:
    """True in a job of GitHub Actions."""
    return environ.get("GITHUB_ACTIONS") == "true"


def actor(environ: Mapping[str, str]) -> Person | None:
    """Who began this run, by name and by the address that GitHub keeps for them; None outside of a job."""
    login = environ.get("GITHUB_ACTOR", "")
    if not inside(environ) or not _LOGIN.fullmatch(login):
        return None
    number = environ.get("GITHUB_ACTOR_ID", "")
    host = urlsplit(environ.get("GITHUB_SERVER_URL", "")).hostname or "github.com"
    return login, f"{f'{number}+' if number.isdigit() else ''}{login}{_NOREPLY}{host}"


def is_noreply(address: str) -> bool:
    """True for the address behind which GitHub hides somebody: no other service knows it."""
    return _NOREPLY in address


def run(environ: Mapping[str, str]) -> str:
    """A name for this run, the same when it is run again; empty outside of a job."""
    number = environ.get("GITHUB_RUN_ID", "")
    return f"run-{number}" if inside(environ) and number.isdigit() else ""


def form(environ: Mapping[str, str]) -> dict[str, Any]:
    """What was sent with the event: a form's inputs, or the payload of a dispatch. Raises Failure."""
    name = environ.get("GITHUB_EVENT_NAME", "")
    if name not in _FORMS:
        raise Failure(
            f"this event carries no incident: {name or 'none'}",
            next="it takes workflow_dispatch with inputs, or repository_dispatch with a client_payload",
        )
    sent = event(environ).get(_FORMS[name])
    if not isinstance(sent, dict):
        raise Failure(
            f"nothing was declared: the event has no {_FORMS[name]}",
            next=f"send them as {_FORMS[name]}, an object with a title and a severity",
        )
    return sent


def pull(environ: Mapping[str, str]) -> int | None:
    """The number of the pull request that this run is for; None where it is for none. Raises Failure."""
    if not environ.get("GITHUB_EVENT_PATH"):
        return None
    about = event(environ).get("pull_request")
    number = about.get("number") if isinstance(about, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) and number > 0 else None


def from_fork(environ: Mapping[str, str]) -> bool:
    """True where the pull request comes from a fork: its run has no secrets and may write nothing."""
    about = event(environ).get("pull_request") if environ.get("GITHUB_EVENT_PATH") else None
    if not isinstance(about, dict):
        return False
    head = about.get("head")
    repo = head.get("repo") if isinstance(head, dict) else None
    return not isinstance(repo, dict) or repo.get("full_name") != environ.get("GITHUB_REPOSITORY")


def event(environ: Mapping[str, str]) -> dict[str, Any]:
    """The event that began this run. Raises Failure."""
    path = environ.get("GITHUB_EVENT_PATH", "")
    if not path:
        raise Failure(
            "there is no event: GITHUB_EVENT_PATH is not set", next="this is for jobs of GitHub Actions"
        )
    try:
        with Path(path).open("rb") as file:
            content = file.read(_LARGEST + 1)
        found = json.loads(content) if len(content) <= _LARGEST else None
    except OSError as error:
        raise Failure(f"the event cannot be read: {error.strerror}", detail=path) from None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Failure("the event is no JSON object", detail=path)
    return found
