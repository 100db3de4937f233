"""The command line: a file a group of commands, each imported only when it is called."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `reconciler`."""
    from reconciler.cli.root import cli, run

    sys.exit(run(cli))
