"""Answers in the shapes that GitHub's description asks for, mostly made of what nobody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.github import GitHub


_LINKS = "self html issue comments review_comments review_comment commits statuses"
_COUNTED = "additions changed_files comments commits deletions review_comments"


def user_of(login: str) -> dict[str, Any]:
    """Somebody at GitHub."""
    url = f"https://api.github.com/users/{login}"
    names = [
        "followers",
        "gists",
        "starred",
        "subscriptions",
        "orgs",
        "repos",
        "received_events",
        "following",
        "events",
    ]
    kind = "Bot" if login.endswith("[bot]") else "User"
    return {
        "login": login,
        "id": 1,
        "node_id": "U_1",
        "avatar_url": "https://avatars.example.com/1",
        "gravatar_id": "",
        "url": url,
        "html_url": f"https://github.com/{login}",
        **{("organizations_url" if name == "orgs" else f"{name}_url"): f"{url}/{name}" for name in names},
        "type": kind,
        "site_admin": False,
    }


def comment_of(github: GitHub, one: dict[str, Any]) -> dict[str, Any]:
    """A comment."""
    api, page = _places(github)
    return {
        "id": one["id"],
        "node_id": f"IC_{one['id']}",
        "url": f"{api}/issues/comments/{one['id']}",
        "html_url": f"{page}/pull/{one['number']}#issuecomment-{one['id']}",
        "issue_url": f"{api}/issues/{one['number']}",
        "body": one["body"],
        "user": user_of(one["login"]),
        "created_at": one["created_at"],
        "updated_at": one["updated_at"],
        "author_association": "NONE",
    }


def pull_of(github: GitHub, one: dict[str, Any], *, whole: bool = False) -> dict[str, Any]:
    """A pull request; `whole` as it is when it is asked for alone."""
    api, page = _places(github)
    number, owner = one["number"], github.slug.partition("/")[0]
    at, merged = f"{api}/pulls/{number}", bool(one["merged_at"])
    shown: dict[str, Any] = {
        "url": at,
        "id": 5000 + number,
        "node_id": f"PR_{number}",
        "html_url": f"{page}/pull/{number}",
        "diff_url": f"{page}/pull/{number}.diff",
        "patch_url": f"{page}/pull/{number}.patch",
        "issue_url": f"{api}/issues/{number}",
        "commits_url": f"{at}/commits",
        "review_comments_url": f"{at}/comments",
        "review_comment_url": f"{api}/pulls/comments{{/number}}",
        "comments_url": f"{api}/issues/{number}/comments",
        "statuses_url": f"{api}/statuses/{one['commit']}",
        "number": number,
        "state": one["state"],
        "locked": False,
        "title": one["title"],
        "user": user_of(github.login),
        "body": one["body"],
        "labels": [],
        "milestone": None,
        "created_at": one["created_at"],
        "updated_at": one["created_at"],
        "closed_at": one["closed_at"],
        "merged_at": one["merged_at"],
        "merge_commit_sha": one["merge_commit"],
        "assignee": None,
        "head": _side(github, owner, one["head"], one["commit"]),
        "base": _side(github, owner, one["base"], github.branches.tip(one["base"])),
        "_links": {name: {"href": at} for name in _LINKS.split()},
        "author_association": "NONE",
        "auto_merge": None,
        "draft": False,
    }
    if not whole:
        return shown
    return {
        **shown,
        **dict.fromkeys(_COUNTED.split(), 0),
        "merged": merged,
        "mergeable": None if one["state"] == "closed" else True,
        "mergeable_state": "unknown",
        "merged_by": user_of("reviewer") if merged else None,
        "maintainer_can_modify": False,
    }


def _places(github: GitHub) -> tuple[str, str]:
    return f"https://api.github.com/repos/{github.slug}", f"https://github.com/{github.slug}"


def _side(github: GitHub, owner: str, ref: str, commit: str) -> dict[str, Any]:
    repo = _repository(github, owner)
    return {"label": f"{owner}:{ref}", "ref": ref, "sha": commit, "user": user_of(owner), "repo": repo}


_ADDRESSES = """
archive assignees blobs branches collaborators comments commits compare contents contributors deployments
downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels
languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags
teams trees clone git ssh svn
"""
_COUNTS = "forks forks_count open_issues open_issues_count size stargazers_count watchers watchers_count"
_SWITCHES = "private fork has_downloads has_issues has_projects has_wiki has_pages archived disabled"


def _repository(github: GitHub, owner: str) -> dict[str, Any]:
    api, page = _places(github)
    times = dict.fromkeys(("pushed_at", "created_at", "updated_at"), "2026-01-01T00:00:00Z")
    return {
        **{f"{name}_url": f"{api}/{name}" for name in _ADDRESSES.split()},
        **dict.fromkeys(_COUNTS.split(), 0),
        **dict.fromkeys(_SWITCHES.split(), False),
        **dict.fromkeys(("description", "homepage", "language", "mirror_url", "license")),
        **times,
        "id": 1,
        "node_id": "R_1",
        "name": github.slug.partition("/")[2],
        "full_name": github.slug,
        "owner": user_of(owner),
        "url": api,
        "html_url": page,
        "default_branch": "main",
    }
