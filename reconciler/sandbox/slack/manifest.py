"""What the app's manifest registers (`slack-app.yaml`): Slack sends nothing of what is not in it."""

from __future__ import annotations

from typing import NamedTuple

#: The slash commands: the helper's own, and the names that people know from elsewhere.
COMMANDS = ("/incident", "/resolve-incident", "/closeincident", "/assemble")


class Shortcut(NamedTuple):
    """An entry of the shortcuts menu, or of a message's."""

    name: str
    of_message: bool


SHORTCUTS = {
    "declare": Shortcut("Declare an incident", False),
    "declare_from_message": Shortcut("Declare an incident", True),
    "add_to_timeline": Shortcut("Add to timeline", True),
}

EVENTS = ("reaction_added",)
