"""Where the templates lie: in the package, and what this repository uses itself where it uses it."""

from __future__ import annotations

from pathlib import Path

from reconciler.repo.schema import schema_text
from reconciler.starter.render import Sources

_OWN = Path(__file__).parent / "templates"
#: In a checkout the workflows are the repository's own; the wheel carries copies among the templates.
_CHECKOUT = Path(__file__).parents[2] / ".github/workflows"
_WORKFLOWS = ("reconcile.yml", "declare.yml")


def templates() -> Sources:
    """Every template by its name."""
    found = {file.name: file.read_text(encoding="utf-8") for file in _OWN.iterdir() if file.is_file()}
    schemas = {f"{kind}.schema.json": schema_text(kind) for kind in ("incident", "settings")}
    for name in _WORKFLOWS:
        if name not in found:
            found[name] = (_CHECKOUT / name).read_text(encoding="utf-8")
    return found | schemas
