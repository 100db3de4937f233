"""What `plan` shows in its several forms, and what it finds with `--base`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.errors import Usage

if TYPE_CHECKING:
    from reconciler.plan.plan import Plan
    from reconciler.run.shell import Options, Shell
    from reconciler.run.transition import Transition


def transition(shell: Shell, base: str, options: Options, *, live: bool) -> Transition:
    """What the branch that is checked out changes. Raises Usage for options that do not fit."""
    from dataclasses import replace

    from reconciler.run.transition import Branch
    from reconciler.sandbox.ideal import Ideal

    if options.prune:
        raise Usage(
            "--prune and --base do not go together", next="leave --prune out: merging retires nothing"
        )
    found = Branch(shell.repo, shell.clock, Ideal, options).transition(base)
    return replace(found, live=shell.plan(options)) if live else found


def show(made: Plan | Transition, form: str, most: int, whole: str) -> None:
    """Print a plan, or what a branch changes."""
    if form == "json":
        from reconciler.views.document import document

        click.echo(document(made.to_json()))
    elif form == "markdown":
        click.echo(_markdown(made, most, whole), nl=False)
    else:
        from reconciler.views.terminal import show as show_lines

        show_lines(_lines(made))


def _markdown(made: Plan | Transition, most: int, whole: str) -> str:
    from reconciler.plan.plan import Plan
    from reconciler.views.fitting import Limit
    from reconciler.views.markdown import plan_markdown, transition_markdown

    limit = Limit(most, whole)
    return plan_markdown(made, limit) if isinstance(made, Plan) else transition_markdown(made, limit)


def _lines(made: Plan | Transition) -> Any:
    from reconciler.plan.plan import Plan

    if isinstance(made, Plan):
        from reconciler.views.plan import plan_lines

        return plan_lines(made)
    from reconciler.views.transition import transition_lines

    return transition_lines(made)
