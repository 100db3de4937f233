"""`--job-summary FILE`: what a command did, and what went wrong, as Markdown at the end of a file.

In GitHub Actions that file is `$GITHUB_STEP_SUMMARY`, which people read instead of a log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from reconciler.errors import Failure
from reconciler.incident.shown import inert

JOB_SUMMARY = click.option(
    "--job-summary",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help='Append what came of it to FILE, as Markdown: "$GITHUB_STEP_SUMMARY" in GitHub Actions.',
)


@contextmanager
def summarised(file: str | None) -> Iterator[Callable[[str], None]]:
    """What is told goes to the end of the file, and so does a Failure, on its way."""
    from reconciler.views.summary import failure_markdown

    def tell(text: str) -> None:
        if file is not None:
            _append(file, text)

    try:
        yield tell
    except Failure as failure:
        tell(failure_markdown(failure))
        raise


def _append(file: str, text: str) -> None:
    """What was done is done: a summary that cannot be written fails nothing."""
    try:
        with open(file, "a", encoding="utf-8") as out:
            out.write(f"{text}\n")
    except OSError as error:
        click.echo(inert(f"the job's summary could not be written: {error.strerror}"), err=True)
