"""The command group: it knows each command's name and one line, and imports it only when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

import click

from reconciler import __version__
from reconciler.errors import Failure, Usage, defect
from reconciler.incident.shown import inert

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: Set in the environment, what nobody expected ends in Python's own traceback.
TRACEBACK = "RECONCILER_TRACEBACK"

#: The exit code of what was stopped by Ctrl-C, as shells have it.
STOPPED = 130

#: Set by a shell that wants to know how a word may go on.
COMPLETE = "_RECONCILER_COMPLETE"

#: name → (module below reconciler.cli, its function, the line in --help); in the order of --help
COMMANDS: dict[str, tuple[str, str, str]] = {
    "validate": ("validate", "validate", "Check incident files and settings, offline."),
    "plan": ("reconcile", "plan", "Show what apply would do; writes nothing."),
    "comment": ("comment", "comment", "Keep one comment on a pull request up to date."),
    "apply": ("reconcile", "apply", "Bring Slack, PagerDuty and Notion in line with a commit."),
    "loop": ("reconcile", "loop", "Apply on every new commit and every interval."),
    "serve": ("serve", "serve", "The loop and the Slack helper in one process."),
    "new": ("new", "new", "Declare an incident: one commit."),
    "update": ("verbs", "update", "Tell everybody who was told: one commit."),
    "status": ("verbs", "status", "Set the status: one commit."),
    "severity": ("verbs", "severity", "Set the severity: one commit."),
    "role": ("verbs", "role", "Give somebody a role: one commit."),
    "title": ("verbs", "title", "Say in other words what is broken: one commit."),
    "escalate": ("verbs", "escalate", "Page a team, or notify it again: one commit."),
    "note": ("verbs", "note", "Add a line to the timeline: one commit."),
    "resolve": ("verbs", "resolve", "All clear: one commit."),
    "close": ("verbs", "close", "The review is done: one commit."),
    "cancel": ("verbs", "cancel", "A false alarm: one commit."),
    "reopen": ("verbs", "reopen", "It is back: one commit."),
    "list": ("look", "list_", "The open incidents."),
    "show": ("look", "show", "One incident: state, people, links."),
    "log": ("story", "log", "Who did what when, and what it caused."),
    "report": ("story", "report", "The incidents of a period, counted, and how long they took."),
    "init": ("init", "init", "Make a repository an incident repository."),
    "doctor": ("doctor", "doctor", "Check tokens, scopes and settings against the live services."),
    "demo": ("demo", "demo", "Walk through an incident against the sandbox."),
    "sandbox": ("sandbox", "sandbox", "Serve a local Slack, PagerDuty and Notion."),
    "completion": ("completion", "completion", "What a shell needs to complete commands and incidents."),
    "unlock": ("reconcile", "unlock", "End a lease whose holder is gone."),
}


class Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, function, _ = COMMANDS[cmd_name]
        command = getattr(import_module(f"reconciler.cli.{module}"), function)
        assert isinstance(command, click.Command)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Commands with their lines, none of them imported."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        fitting = (name for name in COMMANDS if name.startswith(incomplete))
        return [CompletionItem(name, help=COMMANDS[name][2]) for name in fitting]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


def _folders(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """The shell knows its folders."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="dir")]


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="reconciler")
@click.option(
    "-C", "folder", metavar="DIR", default=".", help="Work as if started in DIR.", shell_complete=_folders
)
@click.pass_context
def cli(ctx: click.Context, folder: str) -> None:
    """Incidents as YAML in Git, brought in line with Slack, PagerDuty and Notion.

    Exit codes: 0 done or in sync, 1 error, 2 changes pending (plan --detailed-exitcode), 3 applied in part,
    4 refused by a guard, 5 another reconciler is at work, 64 wrong usage.
    """
    ctx.obj = folder


def run(command: click.Command, arguments: Sequence[str] | None = None) -> int:
    """Run the command and turn whatever ends it into an exit code; no traceback reaches a user."""
    if COMPLETE in os.environ:
        from reconciler.cli.completion import register

        register()
    try:
        result = command.main(args=arguments, prog_name="reconciler", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as wrong:
        wrong.show(file=sys.stderr)
        return Usage.exit_code
    except (click.Abort, KeyboardInterrupt) as stopped:
        click.echo(str(stopped.__cause__ or stopped) or "stopped", err=True)
        return STOPPED
    except Failure as failure:
        return fail(failure)
    except Exception as error:
        if os.environ.get(TRACEBACK):
            _tell(traceback(error))
            return Failure.exit_code
        return fail(defect(error))


def fail(failure: Failure) -> int:
    """Tell a failure on standard error, in a job of GitHub Actions as an annotation; its exit code."""
    from reconciler.forge.actions import inside

    if inside(os.environ):
        from reconciler.views.problems import failure_annotation

        _tell(failure_annotation(failure))
    else:
        _tell(words(failure))
    return failure.exit_code


def _tell(text: str) -> None:
    """Say on standard error what went wrong; no token of ours is in it, whoever made up its words."""
    from reconciler.targets.connect import secrets
    from reconciler.targets.discreet import without

    click.echo(without(text, secrets(os.environ)), err=True)


def traceback(error: Exception) -> str:
    """Python's own words for what nobody expected."""
    from traceback import format_exception

    return "\n".join(inert(line) for part in format_exception(error) for line in part.splitlines())


def words(failure: Failure) -> str:
    """What went wrong, with its place and what to do; nothing in it steers a terminal."""
    lines = [f"error: {failure.message}"]
    lines += [f"  {line}" for line in failure.detail.splitlines()]
    if failure.location:
        lines.append(f"  {failure.location}")
    if failure.next:
        lines.append(f"  next: {failure.next}")
    return "\n".join(map(inert, lines))
