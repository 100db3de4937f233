"""The command line: a file a group of commands, each imported only when it is called."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper


def main() -> None:
    """Run `reconciler`."""
    from reconciler.cli.root import STOPPED, cli, run

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without our letters shows others
    code = run(cli)
    if code == STOPPED:  # at once: a call that is under way is not waited for
        sys.stdout.flush()
        os._exit(code)
    sys.exit(code)
