"""`reconciler sandbox`: a Slack, a PagerDuty and a Notion to try things with, and no account anywhere."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import NoReturn

import click


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8181, show_default=True, help="0: any free one."
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=".sandbox",
    show_default=True,
    help="Where its data is kept, and its address in the file `url`.",
)
@click.option("--reset", is_flag=True, help="Forget what was kept, and begin anew.")
@click.pass_obj
def sandbox(root: str, port: int, folder: Path, reset: bool) -> None:
    """Serve a local Slack, PagerDuty and Notion, with a page to look at them.

    Prints the environment with which `plan` and `apply` talk to it. Ctrl-C ends it; its data stays.
    """
    from reconciler.clock import SystemClock
    from reconciler.sandbox import serve
    from reconciler.sandbox.world import World

    folder = Path(root) / folder
    with serve.listening(port) as listener:
        world = World.open(folder, SystemClock().now, reset=reset)
        for warning in world.warnings:
            click.echo(f"warning: {warning}", err=True)
        url = serve.url_of(listener)
        with serve.announced(folder, url):
            click.echo(_hello(url, folder))
            signal.signal(signal.SIGTERM, _stop)
            try:
                serve.server(world).run(sockets=[listener])
            except KeyboardInterrupt:
                click.echo("The sandbox has ended; its data is kept.", err=True)


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _hello(url: str, folder: Path) -> str:
    from reconciler.sandbox.routes import TOKENS

    slack, pagerduty, notion = (TOKENS[service] for service in ("slack", "pagerduty", "notion"))
    return (
        f"Sandbox: {url}/ · its data lies in {folder} · Ctrl-C ends it\n\n"
        f"export SLACK_BOT_TOKEN={slack} SLACK_API_URL={url}/slack/api/\n"
        f"export PAGERDUTY_API_TOKEN={pagerduty} PAGERDUTY_API_URL={url}/pagerduty\n"
        f"export NOTION_TOKEN={notion} NOTION_API_URL={url}/notion\n"
    )
