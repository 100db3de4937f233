"""Who is at the keyboard, and where the remote is, as Git's configuration says.

GitPython reads that configuration, includes and all; it is imported only here, when somebody asks.
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
        reader = opened.config_reader()
        return str(reader.get_value(section, key, default="")).strip()
