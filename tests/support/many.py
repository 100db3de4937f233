"""A world with as many incidents and messages as a large company leaves in a quarter."""

from __future__ import annotations

from reconciler.sandbox.notion.example import SOURCE
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.sandbox.world import World
from tests.support.worlds import call, world

INCIDENTS, MESSAGES = 400, 1000


def many(incidents: int = INCIDENTS, messages: int = MESSAGES) -> World:
    """Incidents `20261121-incident-0000` and on, each in all three services, and messages in #general."""
    made = world()
    for number in range(incidents):
        _incident(made, f"20261121-incident-{number:04d}", f"Something is wrong with {number}")
    slack = made.machines["slack"]
    assert isinstance(slack, SlackMachine)
    ana = slack.person("ana@example.com")
    for number in range(messages):
        ana.post("general", f"message {number} is *about* <https://example.com/{number}|this>")
    return made


def _incident(made: World, id: str, words: str) -> None:
    channel = str(call(made, "slack", "conversations.create", name=f"incd-{id}")["channel"]["id"])
    call(made, "slack", "conversations.setTopic", channel=channel, topic=words)
    call(made, "slack", "conversations.setPurpose", channel=channel, purpose=f"[acme/{id}]")
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": f"*Status:* open\n{words}"}}] * 4
    call(made, "slack", "chat.postMessage", channel=channel, text=words, blocks=blocks)
    payload = {"instance": "acme", "incident": id, "thing": "announcement", "digest": "x"}
    metadata = {"event_type": "incident_reconciler", "event_payload": payload}
    call(made, "slack", "chat.postMessage", channel="incidents", text=words, metadata=metadata)
    service = {"id": "PSVC001", "type": "service_reference"}
    incident = {"type": "incident", "title": words, "service": service, "incident_key": f"acme/{id}/primary"}
    call(made, "pagerduty", "POST /incidents", incident=incident)
    properties = {
        "Name": {"title": [{"text": {"content": words}}]},
        "Incident ID": {"rich_text": [{"text": {"content": id}}]},
    }
    markdown = f"## Impact\n{words}\n## Timeline\n- first\n- second\n"
    parent = {"data_source_id": SOURCE}
    call(made, "notion", "POST /v1/pages", parent=parent, properties=properties, markdown=markdown)
