"""`reconciler init` as a person types it, with what it said and what it left in the folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.cli.root import cli, run

FILES = {
    *("reconciler.yaml", "incidents/README.md", "incidents/example.yaml"),
    *("schemas/incident.schema.json", "schemas/settings.schema.json"),
    *(".github/workflows/reconcile.yml", ".github/workflows/declare.yml"),
    ".github/pull_request_template.md",
    *(".pre-commit-config.yaml", "slack-app.yaml"),
}
_ITEM = re.compile(r"  (to write|to update|[a-z]+|up to date) +(\S+\.\w+)(?:  (.*))?")


@dataclass
class Shell:
    """A person in front of a folder."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    code: int = 0
    said: str = ""
    error: str = ""

    def init(self, *words: str) -> dict[str, str]:
        """Run it; each file and what became of it."""
        self.code = run(cli, ["-C", str(self.folder), "init", *words])
        self.said, self.error = self.capture.readouterr()
        assert "Traceback" not in self.error
        return {found[2]: found[1] for found in map(_ITEM.fullmatch, self.said.splitlines()) if found}

    def read(self, path: str) -> str:
        return (self.folder / path).read_bytes().decode()

    def write(self, path: str, content: str | bytes) -> None:
        whole = self.folder / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_bytes(content if isinstance(content, bytes) else content.encode())

    def all(self) -> dict[str, bytes]:
        """Every file but Git's own."""
        files = (file for file in sorted(self.folder.rglob("*")) if file.is_file())
        paths = {file.relative_to(self.folder).as_posix(): file.read_bytes() for file in files}
        return {path: content for path, content in paths.items() if not path.startswith(".git/")}

    def validate(self) -> int:
        code = run(cli, ["-C", str(self.folder), "validate"])
        self.said, self.error = self.capture.readouterr()
        return code
