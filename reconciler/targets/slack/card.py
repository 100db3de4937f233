"""What our messages say. Pure text and blocks, escaped; the same input gives the same content.

Slack: a header holds 150 characters of plain text, a section 3,000 of mrkdwn; a message may be edited only
while its text is no longer than 4,000. Escaped text is longer, so each part is cut once it is escaped.
"""

from __future__ import annotations

from typing import Any

from reconciler.incident.history import announced_in
from reconciler.incident.model import Status, Update
from reconciler.incident.text import lines, one_line, person_name, utc
from reconciler.plan.world import World
from reconciler.targets.case import Case
from reconciler.targets.links import PageView, pages, teams, url_of
from reconciler.targets.slack.text import escape, fitted

Content = dict[str, Any]
HEADER, SECTION = 150, 3000
#: The longest name, title, summary and update, as Slack counts them.
NAME, TITLE, SUMMARY, UPDATE = 200, 500, 2200, 3500


def card(case: Case, world: World) -> Content:
    """The pinned summary: what, how bad, who, who was paged, and every link."""
    incident = case.incident
    head = one_line(f"{_drill(case)}{incident.severity.upper()} · {incident.title}", HEADER)
    sections = [_facts(case), _roles(case), _paged(case, world), _links(case, world)]
    blocks: list[Content] = [{"type": "header", "text": {"type": "plain_text", "text": head}}]
    blocks += [_section(parts) for parts in sections if parts]
    return {"text": f"{fitted(head, TITLE)} · {incident.status.value}", "blocks": blocks}


def announcement(case: Case, channel: str | None) -> Content:
    """What other channels are told; edited in place while the incident goes on."""
    incident = case.incident
    commander = incident.roles.get("commander")
    severity = f"*{_name(incident.severity.upper())}*"
    first = f"{_drill(case)}{severity} · {_standing(incident.status)} · {_title(case)}"
    second = [f"IC {_person(case, commander)}" if commander else "no commander yet"]
    second += [f"<#{channel}>"] if channel else []
    summary = fitted(lines(incident.summary or ""), SUMMARY)
    return _plain("\n".join(part for part in (first, " · ".join(second), summary) if part))


def update(case: Case, told: Update) -> Content:
    """One update, with its author and time."""
    by = f" · {_person(case, told.by)}" if told.by else ""
    return _plain(f"*Update*{by} · {utc(told.at)}\n{fitted(lines(told.text), UPDATE)}")


def turn(case: Case, ending: Status | None) -> Content:
    """What everybody who was told is told at the end, or, without an ending, when it is back."""
    if case.removed:
        return _plain(f":wastebasket: *No longer kept* · {_title(case)}\nIts file was removed from Git.")
    word = f"{_icon(ending)} {_standing(ending).capitalize()}" if ending else ":warning: Open again"
    return _plain(f"*{word}* · {_title(case)}")


def _plain(text: str) -> Content:
    return {"text": text}


def _drill(case: Case) -> str:
    return "[DRILL] " if case.incident.drill else ""


def _title(case: Case) -> str:
    return fitted(one_line(case.incident.title), TITLE)


def _name(text: str) -> str:
    return fitted(one_line(text), NAME)


def _person(case: Case, address: str) -> str:
    return _name(person_name(address, case.settings))


def _icon(status: Status) -> str:
    return ":no_entry_sign:" if status is Status.CANCELED else ":white_check_mark:"


def _standing(status: Status) -> str:
    return "canceled: a false alarm" if status is Status.CANCELED else status.value


def _section(parts: list[str]) -> Content:
    """As many of the lines, each whole, as a section holds."""
    text = parts[0]
    for part in parts[1:]:
        if len(text) + len(part) > SECTION - 2:
            text += "\n…"
            break
        text += f"\n{part}"
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _facts(case: Case) -> list[str]:
    incident = case.incident
    told = [
        f"*Status:* {_standing(incident.status)}",
        f"*Severity:* {_name(f'{incident.severity} {case.severity.description}')}",
        f"*Declared:* {utc(incident.declared_at)}",
        f"*Services:* {_name(', '.join(incident.services))}" if incident.services else "",
        fitted(lines(incident.summary or ""), SUMMARY),
    ]
    return [line for line in told if line]


def _roles(case: Case) -> list[str]:
    listed = case.incident.roles.items()
    return [f"*{_name(role.capitalize())}:* {_person(case, who)}" for role, who in listed]


def _paged(case: Case, world: World) -> list[str]:
    return [_page(page) for page in pages(case, world, teams(case))]


def _page(page: PageView) -> str:
    team = _name(page.team)
    if page.sent is None:
        return f":grey_question: *{team}* not known whether paged"
    if not page.sent:
        return f":x: *{team}* not paged"
    name = f"<{page.url}|{team}>" if page.url else team
    if page.acknowledged:
        return f":pager: *{name}* acknowledged by {_name(page.acknowledged)}"
    return f":pager: *{name}* paged, not acknowledged" if page.live else f":pager: *{name}* resolved"


def _links(case: Case, world: World) -> list[str]:
    listed = [
        ("Document", url_of(case, world, "notion", "page")),
        ("File in Git", case.url),
        ("Bridge", case.incident.bridge),
    ]
    return [f"<{escape(url)}|{word}>" for word, url in listed if url and len(escape(url)) < SUMMARY]


def places(case: Case) -> list[str]:
    """Every channel that was ever to be told, those of now first; none once the incident is private."""
    if case.incident.private:
        return []
    return list(
        dict.fromkeys(
            [*announced_in(case.incident, case.settings), *case.history.announced_ever(case.settings)]
        )
    )
