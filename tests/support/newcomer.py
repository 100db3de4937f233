"""What somebody has who begins: accounts in which nothing is set up, an empty HOME, GitHub and an editor.

The accounts are the sandbox's machines with everything taken out that the set-up is to bring; what a person
does in a browser is done to them directly. GitHub is a bare repository and a file of secrets behind a `gh`.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import yaml

from reconciler.clock import SystemClock
from reconciler.sandbox.notion.example import DATABASE
from reconciler.sandbox.notion.machine import NotionMachine
from reconciler.sandbox.notion.people import People
from reconciler.sandbox.pagerduty.machine import PagerDutyMachine
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.sandbox.slack.workspace import BOT
from reconciler.sandbox.world import World

SERVICE, NEW_DATABASE = "PMINE01", "1b2c3d4e-5f60-4718-8293-a4b5c6d7e8f9"

_GH = """\
#!/bin/sh
case "$*" in
  "repo create incidents --private --source . --remote origin")
    git init --quiet --bare --initial-branch=main {hub} && git remote add origin {hub} ;;
  "secret set --env-file "*)
    cp "$4" {secrets} ;;
  *)
    echo "gh: this stand-in does not know: $*" >&2; exit 1 ;;
esac
"""


class Accounts:
    """Slack, PagerDuty and Notion of a company in which no incident reconciler has ever been."""

    def __init__(self) -> None:
        now = SystemClock().now
        self.slack = SlackMachine.example(now)
        self.slack.data["scopes"] = []
        for channel in self.slack.data["channels"].values():
            channel["members"].remove(BOT)
        self.pagerduty = PagerDutyMachine.example(now)
        self.pagerduty.data = _renamed(self.pagerduty.data, "PSVC001", SERVICE)
        self.notion = NotionMachine(now, _renamed(NotionMachine.example(now).data, DATABASE, NEW_DATABASE))
        for source in self.notion.data["data_sources"].values():
            source["properties"] = {"Name": source["properties"]["Name"]}
        self.disconnect()
        machines = {"slack": self.slack, "pagerduty": self.pagerduty, "notion": self.notion}
        self.world = World(machines, now)

    # what a person does in the browser

    def install(self, manifest: str) -> None:
        """Make the Slack app of a manifest and install it."""
        app = yaml.safe_load(manifest)
        self.slack.data["scopes"] = list(app["oauth_config"]["scopes"]["bot"])
        self.slack.data["users"][BOT]["name"] = app["features"]["bot_user"]["display_name"]

    def invite(self, bot: str, channel: str) -> None:
        """Type `/invite @bot` in a channel."""
        assert bot == self.slack.data["users"][BOT]["name"], "Slack knows no such bot"
        self.slack.person("ana@example.com").invite_bot(channel)

    def connect(self) -> None:
        """Add the connection to the database."""
        People(self.notion).share(NEW_DATABASE, True)

    def disconnect(self) -> None:
        """Take the connection off the database again."""
        People(self.notion).share(NEW_DATABASE, False)

    # what is there

    def pages(self) -> dict[str, str]:
        """The pages, by title, with their status."""
        listed = self.pagerduty.call("GET /incidents", date_range="all")["incidents"]
        return {one["title"]: one["status"] for one in listed}

    def channels(self) -> list[str]:
        """The channels of incidents."""
        names = [one["name"] for one in self.slack.data["channels"].values()]
        return [name for name in names if name.startswith("incd-")]

    def documents(self) -> int:
        return len(self.notion.data["pages"])

    def columns(self) -> set[str]:
        """The properties of the database."""
        (source,) = self.notion.data["data_sources"].values()
        return set(source["properties"])


def _renamed(data: Any, old: str, new: str) -> Any:
    return json.loads(json.dumps(data).replace(old, new))


@dataclass(frozen=True)
class Desk:
    """The machine of somebody who begins: all of it lies below one empty folder."""

    root: Path

    def __post_init__(self) -> None:
        for name in ("home", "bin", "work"):
            (self.root / name).mkdir()
        gh = _GH.format(hub=shlex.quote(str(self.hub)), secrets=shlex.quote(str(self.secrets)))
        self._program("gh", gh)
        self._program("editor", f'#!/bin/sh\nexec cp {shlex.quote(str(self.root / "typed"))} "$1"\n')

    def _program(self, name: str, text: str) -> None:
        whole = self.root / "bin" / name
        whole.write_text(text, encoding="utf-8")
        whole.chmod(0o755)

    @property
    def hub(self) -> Path:
        return self.root / "github.git"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    def environ(self, url: str) -> dict[str, str]:
        """All that is set; the services' addresses are the sandbox's. No package is fetched from anywhere."""
        return {
            "PATH": f"{self.root / 'bin'}:{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.root / "home"),
            "EDITOR": "editor",
            "TERM": "dumb",
            "PIP_NO_INDEX": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "SLACK_API_URL": f"{url}/slack/api/",
            "PAGERDUTY_API_URL": f"{url}/pagerduty",
            "NOTION_API_URL": f"{url}/notion",
            "GITHUB_STEP_SUMMARY": str(self.root / "summary.md"),
        }

    def will_type(self, text: str) -> None:
        """What is in the file when the editor is closed."""
        (self.root / "typed").write_text(text, encoding="utf-8")

    def workflow(self, url: str) -> str:
        """GitHub's turn after a push: what the apply job runs of ours, in a clone, with the secrets."""
        clone = Path(mkdtemp(dir=self.root))
        subprocess.run(["git", "clone", "--quiet", str(self.hub), str(clone)], check=True)
        job = yaml.safe_load((clone / ".github/workflows/reconcile.yml").read_text(encoding="utf-8"))
        steps = [one for one in job["jobs"]["apply"]["steps"] if one.get("run", "").startswith("reconciler ")]
        assert steps
        return "".join(self._step(one, clone, url) for one in steps)

    def _step(self, step: dict[str, Any], clone: Path, url: str) -> str:
        secrets = dict(re.findall(r"^export (\w+)=(.*)$", self.secrets.read_text(encoding="utf-8"), re.M))
        own = {name: _filled(value, secrets) for name, value in step.get("env", {}).items()}
        ended = subprocess.run(
            ["bash", "-e", "-c", step["run"]],
            cwd=clone,
            env=self.environ(url) | {"HOME": str(clone)} | own,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 0, f"{step['run']}:\n{ended.stdout}"
        return ended.stdout


def _filled(value: str, secrets: dict[str, str]) -> str:
    found = re.fullmatch(r"\$\{\{ (?:secrets|github)\.(\w+) \}\}", value)
    return secrets.get(found[1], "") if found else value
