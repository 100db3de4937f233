"""`reconciler init`: one command makes an incident repository, or brings an older one up to date."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from reconciler.errors import Usage
from reconciler.incident.shown import inert
from reconciler.starter.answers import EXAMPLES, QUESTIONS, Answers, Question, with_answer

if TYPE_CHECKING:
    from reconciler.starter.decide import Item
    from reconciler.starter.folder import Folder

Given = Mapping[str, str | None]
Refusal = Callable[[Answers], str]


def _questions(command: Callable[..., int]) -> Callable[..., int]:
    for question in reversed(QUESTIONS):
        option = click.option(
            question.option, question.answer, metavar="TEXT", help=f"{question.words}: {question.where}."
        )
        command = option(command)
    return command


@click.command()
@click.option(
    "-y", "--yes", is_flag=True, help="Ask nothing; where there is no terminal, nothing is asked anyway."
)
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@_questions
@click.pass_obj
def init(root: str, /, yes: bool, dry_run: bool, **given: str | None) -> int:
    """Make a Git repository, or an empty folder, an incident repository.

    Writes settings, an example, schemas for editors, workflows, a pull-request template, a pre-commit hook
    and the Slack app's manifest. Nothing is overwritten; run again, it updates what nobody has edited.
    """
    from reconciler.starter import known
    from reconciler.starter.decide import decide, is_first
    from reconciler.starter.folder import find
    from reconciler.starter.render import render
    from reconciler.starter.sources import templates

    folder, sources = find(root), templates()

    def refusal(answers: Answers) -> str:
        return known.refusal(answers, sources)

    answers = _given(given, known.known(folder, sources), refusal)
    items = decide(folder, render(answers, sources))
    _refuse_to_forget(given, items)
    if is_first(items) and not (yes or dry_run) and _terminal():
        answers = _asked(given, answers, refusal)
        items = decide(folder, render(answers, sources))
    return _look(folder, answers, items) if dry_run else _write(folder, answers, items)


# answers ---------------------------------------------------------------------------------------


def _given(given: Given, answers: Answers, refusal: Refusal) -> Answers:
    """The answers with those of the options. Raises Usage for one that cannot be."""
    for question in QUESTIONS:
        value = given[question.answer]
        if value is None:
            continue
        wrong = refusal(with_answer(EXAMPLES, question.answer, value))
        if wrong:
            raise Usage(f"{question.option}: {wrong}", next=f"give {question.where}")
        answers = with_answer(answers, question.answer, value)
    return answers


def _refuse_to_forget(given: Given, items: Sequence[Item]) -> None:
    """Raise Usage for options whose answers would go into a file that is left as it is."""
    from reconciler.starter.render import SETTINGS

    options = [question.option for question in QUESTIONS if given[question.answer] is not None]
    if options and any(item.path == SETTINGS and item.left for item in items):
        raise Usage(
            f"{SETTINGS} is there and yours, so {options[0]} would change nothing", next="edit it there"
        )


def _asked(given: Given, answers: Answers, refusal: Refusal) -> Answers:
    """The answers with those that somebody types; Enter leaves the sandbox's, to be replaced later."""
    click.echo("What nobody can guess. Enter leaves the sandbox's own, for trying it out first.\n")
    for question in QUESTIONS:
        if given[question.answer] is None:
            answers = _ask(question, answers, refusal)
    click.echo()
    return answers


def _ask(question: Question, answers: Answers, refusal: Refusal) -> Answers:
    while True:
        words, example = f"{question.words} ({question.where})", getattr(EXAMPLES, question.answer)
        typed = click.prompt(words, default=example)
        wrong = refusal(with_answer(EXAMPLES, question.answer, typed))
        if not wrong:
            return with_answer(answers, question.answer, typed)
        click.echo(f"  {inert(wrong)}")


def _terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


# files -----------------------------------------------------------------------------------------


def _look(folder: Folder, answers: Answers, items: Sequence[Item]) -> int:
    from reconciler.views.starter import heading, item_lines
    from reconciler.views.terminal import show

    show([heading(folder, answers), *item_lines(items, dry=True)])
    return 0


def _write(folder: Folder, answers: Answers, items: Sequence[Item]) -> int:
    from reconciler.starter.steps import now, steps
    from reconciler.starter.write import carry_out, exit_code
    from reconciler.views.starter import heading, item_lines, todo_lines
    from reconciler.views.terminal import show

    done = list(carry_out(folder, answers.branch, items))
    show([heading(folder, answers), *item_lines(done, dry=False)])
    show(todo_lines(steps(now(folder, answers, done))))
    return exit_code(done)
