"""What our messages say. Pure text and blocks, escaped; the same input gives the same content.

Slack: a header holds 150 characters of plain text, a section 3,000 of mrkdwn.
"""

from __future__ import annotations

from typing import Any

from reconciler.incident.history import announced_in, teams_asked
from reconciler.incident.model import Status, Update
from reconciler.incident.text import cut, lines, one_line, person_name, utc
from reconciler.plan.world import World
from reconciler.targets.case import Case
from reconciler.targets.links import PageView, pages, url_of
from reconciler.targets.slack.text import escape

Content = dict[str, Any]
SECTION = 2900


def card(case: Case, world: World) -> Content:
    """The pinned summary: what, how bad, who, who was paged, and every link."""
    incident = case.incident
    head = one_line(f"{_drill(case)}{incident.severity.upper()} · {incident.title}", 148)
    sections = [_facts(case), _roles(case), _paged(case, world), _links(case, world)]
    blocks: list[Content] = [{"type": "header", "text": {"type": "plain_text", "text": head}}]
    blocks += [_section(text) for text in sections if text]
    return {"text": f"{escape(head)} · {incident.status.value}", "blocks": blocks}


def announcement(case: Case, channel: str | None) -> Content:
    """What other channels are told; edited in place while the incident goes on."""
    incident = case.incident
    commander = incident.roles.get("commander")
    first = (
        f"{_drill(case)}*{escape(incident.severity.upper())}* · {_standing(incident.status)} · {_title(case)}"
    )
    second = [f"IC {escape(person_name(commander, case.settings))}" if commander else "no commander yet"]
    second += [f"<#{channel}>"] if channel else []
    summary = escape(lines(incident.summary or "", 600))
    return _plain("\n".join(part for part in (first, " · ".join(second), summary) if part))


def update(case: Case, told: Update) -> Content:
    """One update, with its author and time."""
    by = f" · {escape(person_name(told.by, case.settings))}" if told.by else ""
    return _plain(f"*Update*{by} · {utc(told.at)}\n{escape(lines(told.text, 3500))}")


def turn(case: Case, ending: Status | None) -> Content:
    """What everybody who was told is told at the end, or, without an ending, when it is back."""
    word = f"{_icon(ending)} {_standing(ending).capitalize()}" if ending else ":warning: Open again"
    return _plain(f"*{word}* · {_title(case)}")


def _plain(text: str) -> Content:
    return {"text": text}


def _drill(case: Case) -> str:
    return "[DRILL] " if case.incident.drill else ""


def _title(case: Case) -> str:
    return escape(one_line(case.incident.title, 250))


def _icon(status: Status) -> str:
    return ":no_entry_sign:" if status is Status.CANCELED else ":white_check_mark:"


def _standing(status: Status) -> str:
    return "canceled: a false alarm" if status is Status.CANCELED else status.value


def _section(text: str) -> Content:
    return {"type": "section", "text": {"type": "mrkdwn", "text": cut(text, SECTION)}}


def _facts(case: Case) -> str:
    incident = case.incident
    told = [
        f"*Status:* {_standing(incident.status)}",
        f"*Severity:* {escape(f'{incident.severity} {one_line(case.severity.description, 200)}'.rstrip())}",
        f"*Declared:* {utc(incident.declared_at)}",
        f"*Services:* {escape(', '.join(incident.services))}" if incident.services else "",
        escape(lines(incident.summary or "", 1500)),
    ]
    return "\n".join(line for line in told if line)


def _roles(case: Case) -> str:
    listed = case.incident.roles.items()
    return "\n".join(
        f"*{escape(role.capitalize())}:* {escape(person_name(who, case.settings))}" for role, who in listed
    )


def _paged(case: Case, world: World) -> str:
    teams = list(
        dict.fromkeys([*teams_asked(case.incident, case.settings), *case.history.teams_ever(case.settings)])
    )
    return "\n".join(_page(page) for page in pages(case, world, teams))


def _page(page: PageView) -> str:
    team = escape(page.team)
    if not page.sent:
        return f":x: *{team}* not paged"
    name = f"<{page.url}|{team}>" if page.url else team
    if page.acknowledged:
        return f":pager: *{name}* acknowledged by {escape(page.acknowledged)}"
    return f":pager: *{name}* paged, not acknowledged" if page.live else f":pager: *{name}* resolved"


def _links(case: Case, world: World) -> str:
    listed = [
        ("Document", url_of(case, world, "notion", "page")),
        ("File in Git", case.url),
        ("Bridge", case.incident.bridge),
    ]
    return " · ".join(f"<{escape(url)}|{word}>" for word, url in listed if url)


def places(case: Case) -> list[str]:
    """Every channel that was ever to be told, with whether it is told now first."""
    return list(
        dict.fromkeys(
            [*announced_in(case.incident, case.settings), *case.history.announced_ever(case.settings)]
        )
    )
