"""What is left to do by hand, in order: each step a sentence, and lines that can be pasted."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from reconciler.starter.answers import Answers
from reconciler.starter.decide import Item, Step
from reconciler.starter.folder import Folder
from reconciler.starter.known import to_fill_in
from reconciler.starter.render import APP, SETTINGS, WORKFLOW
from reconciler.targets.connect import VARIABLES

#: Where the tokens of whoever sets this up lie: never in the repository.
TOKENS = "~/.incident-tokens"
_OTHER_HOSTS = ("gitlab", "bitbucket", "codeberg", "dev.azure", "gitea", "sr.ht")


class Todo(NamedTuple):
    """One step: what it is about, and what to type."""

    words: str
    lines: tuple[str, ...]


class Now(NamedTuple):
    """What the steps depend on."""

    answers: Answers
    written: frozenset[str] = frozenset()
    to_fill_in: Sequence[int] = ()  # lines of the settings
    uncommitted: Sequence[str] = ()
    alone: bool = False  # nothing else is to be committed
    away: str = ""  # the repository's root, where one does not stand in it
    web: str = ""
    has_remote: bool = False


def now(folder: Folder, answers: Answers, items: Sequence[Item]) -> Now:
    """How things are after the files were written."""
    there = [item.path for item in items if item.step is not Step.REMOVED]
    uncommitted = folder.uncommitted(there)
    return Now(
        answers,
        frozenset(item.path for item in items if item.step is Step.WRITE),
        to_fill_in(folder),
        uncommitted,
        uncommitted == folder.uncommitted(()),
        "" if os.path.samefile(folder.root, os.curdir) else str(folder.root),
        folder.web(answers),
        folder.has_remote(answers.remote),
    )


def steps(now: Now) -> list[Todo]:
    """The way from here to an incident repository that is live."""
    told = [*_services(now), *_commit(now), *_github(now), *_push(now)]
    return (
        [Todo("The files lie there", (f"cd {shlex.quote(now.away)}",)), *told] if now.away and told else told
    )


def _services(now: Now) -> Iterator[Todo]:
    if now.to_fill_in:
        where = _lines(now.to_fill_in)
        words = (
            f"Your own ids, where the sandbox's stand ({where}; with these, `reconciler sandbox` is enough)"
        )
        yield Todo(words, (f"${{EDITOR:-vi}} {SETTINGS}",))
    if APP in now.written:
        words = 'On https://api.slack.com/apps "Create New App" from this manifest, as YAML; then install it'
        yield Todo(words, (f"cat {APP}",))
        words = f"In Slack, in {now.answers.channel}: the bot has to be where it announces"
        yield Todo(words, ("/invite @incidents",))
    if SETTINGS in now.written:
        yield _tokens()


def _tokens() -> Todo:
    names = ", ".join(names.token for names in VARIABLES.values())
    words = f"For each service that you use a line `export NAME=token`, in a file outside of Git ({names})"
    return Todo(words, (f"(umask 077; ${{EDITOR:-vi}} {TOKENS})", f". {TOKENS}"))


def _commit(now: Now) -> Iterator[Todo]:
    if not now.uncommitted:
        return
    yield Todo("Is all well? It asks nobody", ("reconciler validate",))
    first = SETTINGS in now.uncommitted
    message = "Set up the incident reconciler" if first else "What `reconciler init` writes today"
    what = "--all" if first and now.alone else shlex.join(now.uncommitted)
    yield Todo("Commit", (f"git add {what}", f"git commit -m {shlex.quote(message)}"))


def _github(now: Now) -> Iterator[Todo]:
    if not now.has_remote and now.uncommitted:
        line = f"gh repo create {now.answers.name} --private --source . --remote {now.answers.remote}"
        yield Todo("A private repository on GitHub: whoever reads it reads the incidents", (line,))
    if WORKFLOW in now.written:
        yield _secrets(now.web)


def _secrets(web: str) -> Todo:
    host = urlsplit(web).hostname or ""
    if any(name in host for name in _OTHER_HOSTS):
        words = (
            "The workflow is GitHub's: here, let this run at each push, with the tokens in its environment"
        )
        return Todo(words, ("reconciler apply",))
    where = f" (or by hand on {web}/settings/secrets/actions)" if "github" in host else ""
    return Todo(f"The tokens as secrets on GitHub{where}", (f"gh secret set --env-file {TOKENS}",))


def _push(now: Now) -> Iterator[Todo]:
    if not now.uncommitted:
        return
    push = f"git push --set-upstream {now.answers.remote} HEAD"
    yield Todo(f"Push: what is on {now.answers.branch} is applied", (push,))
    words = (
        "Is everything there? It asks the services, and adds the properties that the Notion database lacks"
    )
    yield Todo(words, ("reconciler doctor --fix",))


def _lines(numbers: Sequence[int]) -> str:
    told = ", ".join(map(str, numbers))
    return f"line {told}" if len(numbers) == 1 else f"lines {told}"
