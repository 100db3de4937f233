"""The account that the sandbox starts with: services, whoever is on call for them, and priorities."""

from __future__ import annotations

from reconciler.sandbox.pagerduty.account import Json, identified, reference

FROM = "incidents@example.com"

_USERS = {
    "PUSR000": ("Incident Reconciler", FROM),
    "PUSR001": ("Ana", "ana@example.com"),
    "PUSR002": ("Bo", "bo@example.com"),
    "PUSR003": ("Chen", "chen@example.com"),
    "PUSR004": ("Dee", "dee@example.com"),
}
#: service → its name, its escalation policy, who is on call at the first and the second level
_SERVICES = {
    "PSVC001": ("Primary", "PESC001", "PUSR001", "PUSR002"),
    "PSVC002": ("Payments", "PESC002", "PUSR002", "PUSR003"),
    "PSVC003": ("Customer Experience", "PESC003", "PUSR003", "PUSR004"),
}
_PRIORITIES = ("Critical", "Severe", "Moderate", "Minor", "Cosmetic")


def blank() -> Json:
    """An account with nothing in it."""
    return {
        "identities": 0,
        "abilities": ["priorities", "teams", "urgencies"],
        "users": {},
        "services": {},
        "escalation_policies": {},
        "priorities": {},
        "incidents": {},
    }


def example() -> Json:
    """An account that can be paged."""
    data = blank()
    data["users"] = {identity: _user(identity, *words) for identity, words in _USERS.items()}
    for identity, (name, policy, *levels) in _SERVICES.items():
        data["escalation_policies"][policy] = _policy(policy, name, [data["users"][u] for u in levels])
        data["services"][identity] = _service(identity, name, data["escalation_policies"][policy])
        data["escalation_policies"][policy]["services"].append(reference(data["services"][identity]))
    for rank, description in enumerate(_PRIORITIES, start=1):
        name = f"P{rank}"
        about = {"name": name, "description": description}
        data["priorities"][f"PPRI00{rank}"] = identified("priority", f"PPRI00{rank}", name) | about
    return data


def _user(identity: str, name: str, email: str) -> Json:
    about = {"name": name, "email": email, "time_zone": "UTC", "role": "user", "teams": []}
    return identified("user", identity, name) | about


def _policy(identity: str, name: str, levels: list[Json]) -> Json:
    rules = [
        {"id": f"{identity}L{level}", "escalation_delay_in_minutes": 30, "targets": [reference(user)]}
        for level, user in enumerate(levels, start=1)
    ]
    about = {
        "name": f"{name} on call",
        "escalation_rules": rules,
        "num_loops": 0,
        "services": [],
        "teams": [],
    }
    return identified("escalation_policy", identity, f"{name} on call") | about


def _service(identity: str, name: str, policy: Json) -> Json:
    return identified("service", identity, name) | {
        "name": name,
        "description": f"Where {name} is paged",
        "status": "active",
        "auto_resolve_timeout": None,
        "acknowledgement_timeout": None,
        "created_at": "2026-01-05T09:00:00Z",
        "escalation_policy": reference(policy),
        "teams": [],
        "integrations": [],
        "alert_creation": "create_alerts_and_incidents",
    }
