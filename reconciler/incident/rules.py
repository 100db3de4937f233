"""How the rules of `transitions` count: what the settings say below `rules:`, with every default."""

from __future__ import annotations

from dataclasses import dataclass

OFF = "off"


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """Each rule is an `error`, a `warning` or `off`."""

    reopen: str = "warning"
    lower_severity: str = "warning"
    close_without_postmortem: str = "warning"
    edit_update: str = "warning"
    remove: str = "error"
    rename: str = "warning"
    one_lead: str = "warning"
