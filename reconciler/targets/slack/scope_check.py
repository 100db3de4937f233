"""Which scopes the token has, and what stays undone without one.

Slack names them with each answer to `auth.test`, in a header, and in each refusal for want of one. Where
neither comes through (a proxy may keep headers back), the reads tell of their own scopes, and of the others
nothing can be known without writing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from reconciler.incident.settings import Settings
from reconciler.plan.diagnosis import Diagnosis, bad, good, know
from reconciler.targets.seam import Answer, Api, CallError, Refused, items_of
from reconciler.targets.slack.scopes import HELPER_SCOPES, SCOPES

_ADD = "add it to the app (OAuth & Permissions) and install the app again"

#: scope → a read that needs it and nothing else.
_PROBES: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "channels:read": ("users.conversations", {"types": "public_channel", "limit": 1}),
        "groups:read": ("users.conversations", {"types": "private_channel", "limit": 1}),
        "usergroups:read": ("usergroups.list", {}),
        "users:read.email": ("users.lookupByEmail", {"email": "nobody@example.com"}),
    }
)


def scopes(api: Api, settings: Settings, who: Answer) -> Iterator[Diagnosis]:
    """A line for each scope; `who` is the answer to `auth.test`."""
    told = _told(who)
    if told is None:
        told, known = _probed(api)
        yield know(
            "Slack did not say which scopes the token has: they were tried by reading",
            "" if told is None else "a refusal named them all",
        )
    else:
        known = {}
    for scope, feature in {**SCOPES, **HELPER_SCOPES}.items():
        there = scope in told if told is not None else known.get(scope)
        yield _line(scope, feature, there, _unused(scope, settings))


def _told(who: Answer) -> Collection[str] | None:
    """The scopes as Slack named them; None where it did not."""
    told = who.get("response_metadata")
    if not isinstance(told, Mapping) or not isinstance(told.get("scopes"), list):
        return None
    return [str(one) for one in items_of(told, "scopes")]


def _line(scope: str, feature: str, there: bool | None, unused: str) -> Diagnosis:
    if there:
        return good(f"scope {scope}: {feature}")
    if there is None:
        return know(f"scope {scope}: whether it is there cannot be known without writing ({feature})")
    if unused:
        return know(f"scope {scope} is missing, and not needed: {unused} ({feature})")
    return bad(f"scope {scope} is missing: without it the bot cannot {_cannot(scope, feature)}", _ADD)


def _cannot(scope: str, feature: str) -> str:
    return "be given users:read.email" if scope == "users:read" else feature


def _unused(scope: str, settings: Settings) -> str:
    """Why nothing needs the scope as the settings are; empty where something does."""
    if scope in HELPER_SCOPES:
        return "only the Slack helper does"
    if scope == "groups:write" and not settings.private_allowed:
        return "the settings allow no private incidents"
    invited = [who for severity in settings.severities for who in severity.invite]
    invited += [who for team in settings.teams.values() for who in team.invite]
    if scope == "usergroups:read" and not any(who.startswith("@") for who in invited):
        return "the settings invite no user group"
    return ""


def _probed(api: Api) -> tuple[Collection[str] | None, dict[str, bool]]:
    """All scopes, where a refusal names them; and those of which a read has told."""
    known: dict[str, bool] = {}
    for scope, (method, arguments) in _PROBES.items():
        try:
            api.call(method, **arguments)
        except Refused as refused:
            known[scope] = refused.code != "missing_scope"
            provided = str(refused.answer.get("provided") or "")
            if not known[scope] and provided:
                return provided.split(","), known
        except CallError:
            continue
        else:
            known[scope] = True
    return None, known
