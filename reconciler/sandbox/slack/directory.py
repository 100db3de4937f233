"""Who there is: the app itself, users, user groups."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.slack import shapes
from reconciler.sandbox.slack.workspace import No, Record, Workspace


def auth_test(slack: Workspace) -> Record:
    """Who the token belongs to; its scopes, which Slack sends in a header, stand where the seam has them."""
    team, app = slack.data["team"], slack.data["app"]
    return {
        "response_metadata": {"scopes": list(slack.data["scopes"])},
        "url": team["url"],
        "team": team["name"],
        "team_id": team["id"],
        "user": slack.data["users"][app["user_id"]]["name"],
        "user_id": app["user_id"],
        "bot_id": app["bot_id"],
        "is_enterprise_install": False,
    }


def lookup_by_email(slack: Workspace, email: str) -> Record:
    """The user with an e-mail address; one who has left is not found."""
    wanted = email.strip().lower()
    for record in slack.data["users"].values():
        if wanted and record["email"].lower() == wanted and not record["deleted"]:
            return {"user": shapes.user(slack, record)}
    raise No("users_not_found")


def user_info(slack: Workspace, user: str, **_: Any) -> Record:
    """One user, gone or not."""
    if user not in slack.data["users"]:
        raise No("user_not_found")
    return {"user": shapes.user(slack, slack.data["users"][user])}


def usergroups(
    slack: Workspace,
    include_count: bool = False,
    include_disabled: bool = False,
    include_users: bool = False,
) -> Record:
    """The user groups, disabled ones only when asked for."""
    groups = slack.data["usergroups"].values()
    wanted = [group for group in groups if include_disabled or not group["date_delete"]]
    return {"usergroups": [shapes.usergroup(slack, group, include_users, include_count) for group in wanted]}


def usergroup_users(slack: Workspace, usergroup: str, include_disabled: bool = False) -> Record:
    """The ids of a user group's people."""
    group = slack.data["usergroups"].get(usergroup)
    if group is None or (group["date_delete"] and not include_disabled):
        raise No("no_such_subteam")
    return {"users": group["users"]}
