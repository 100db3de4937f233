"""What the account has beside incidents: services, escalation policies, users, priorities and abilities."""

from __future__ import annotations

from reconciler.sandbox.pagerduty.account import Account, Json
from reconciler.sandbox.pagerduty.paging import page
from reconciler.sandbox.pagerduty.refusals import refused
from reconciler.targets.seam import Answer


def list_services(account: Account, arguments: Json) -> Answer:
    """Services whose name holds `query`, or is `name`."""
    found = _search(account.data["services"], arguments)
    if arguments.get("name"):
        found = [one for one in found if one["name"] == arguments["name"]]
    return page(account, "services", found, arguments)


def get_service(account: Account, arguments: Json) -> Answer:
    """One service."""
    service = account.find("service", arguments.get("id"))
    if service is None:
        raise account.not_found()
    return {"service": service}


def get_policy(account: Account, arguments: Json) -> Answer:
    """One escalation policy."""
    policy = account.find("escalation_policy", arguments.get("id"))
    if policy is None:
        raise account.not_found()
    return {"escalation_policy": policy}


def list_policies(account: Account, arguments: Json) -> Answer:
    """Escalation policies whose name holds `query`."""
    found = _search(account.data["escalation_policies"], arguments)
    return page(account, "escalation_policies", found, arguments)


def list_users(account: Account, arguments: Json) -> Answer:
    """Users whose name or address holds `query`: a search, not a lookup."""
    return page(account, "users", _search(account.data["users"], arguments), arguments)


def list_priorities(account: Account, arguments: Json) -> Answer:
    """The priorities, the most severe first; 402 where the plan has none."""
    if "priorities" not in account.data["abilities"]:
        message = "Account does not have the abilities to perform the action."
        raise refused(
            account.method, 402, None, "Priorities are not part of the account's plan", message=message
        )
    return page(account, "priorities", list(account.data["priorities"].values()), arguments)


def list_abilities(account: Account, arguments: Json) -> Answer:
    """What the account's plan can do."""
    return {"abilities": account.data["abilities"]}


def _search(things: Json, arguments: Json) -> list[Json]:
    words = str(arguments.get("query") or "").lower()
    return [one for one in things.values() if words in f"{one['name']}\n{one.get('email', '')}".lower()]
