"""`reconciler completion`: what a shell is told once, so that the Tab key knows commands and incidents."""

from __future__ import annotations

import os
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

SHELLS = ("bash", "zsh", "fish")

_BASH = """\
%(complete_func)s() {
    local kind value
    COMPREPLY=()
    while IFS=, read -r kind value; do
        case $kind in
            dir) compopt -o dirnames 2>/dev/null ;;
            file) compopt -o default 2>/dev/null ;;
            plain)
                [[ $value == *= ]] && compopt -o nospace 2>/dev/null
                printf -v value %%q "$value"
                COMPREPLY+=("$value") ;;
        esac
    done < <(COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" COMP_BREAKS="$COMP_WORDBREAKS" \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
}
complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null ||
    complete -F %(complete_func)s %(prog_name)s
"""


class Bash(BashComplete):
    """Bash takes `=`, `:` and `@` for ends of words: an address is completed as a whole all the same."""

    source_template = _BASH

    def source(self) -> str:
        """The script; it does with any version of bash."""
        return self.source_template % self.source_vars()

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, and the one that it is in."""
        point = int(os.environ["COMP_POINT"])
        line = os.environ["COMP_LINE"].encode()[:point].decode(errors="ignore")
        words = split_arg_string(line)
        self._word = "" if line[-1:].isspace() or len(words) < 2 else words.pop()
        return words[1:], self._word

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Without the part that bash takes for an earlier word."""
        last = max((self._word.rfind(char) for char in os.environ.get("COMP_BREAKS", "")), default=-1)
        return f"{item.type},{str(item.value).removeprefix(self._word[: last + 1])}"


def register() -> None:
    """Take our bash for click's own."""
    add_completion_class(Bash)


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print what makes the Tab key complete commands, incidents, severities, services and people.

    \b
    bash   eval "$(reconciler completion bash)"                in ~/.bashrc
    zsh    eval "$(reconciler completion zsh)"                 in ~/.zshrc, after compinit
    fish   reconciler completion fish > ~/.config/fish/completions/reconciler.fish
    """
    from reconciler.cli.root import COMPLETE, cli

    register()
    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(cli, {}, "reconciler", COMPLETE).source(), nl=False)
