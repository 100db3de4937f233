"""Who is at the keyboard, as Git's configuration says.

GitPython asks Git itself: its own reader overlooks `GIT_CONFIG_GLOBAL`. It is imported when somebody asks.
"""

from __future__ import annotations

import os

from reconciler.repo.repository import Repository


def person(repo: Repository) -> tuple[str, str]:
    """The name and address that a commit made here would carry; empty where nobody has set them."""
    return (
        os.environ.get("GIT_AUTHOR_NAME") or configured(repo, "user", "name"),
        os.environ.get("GIT_AUTHOR_EMAIL") or configured(repo, "user", "email"),
    )


def configured(repo: Repository, section: str, key: str) -> str:
    """One value of Git's configuration, from the repository's, the person's or the machine's file."""
    from git import Repo

    with Repo(repo.folder) as opened:
        return str(opened.git.config("--get", f"{section}.{key}", with_exceptions=False)).strip()
