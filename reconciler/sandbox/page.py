"""The page at `/`: what the three services hold, for people; one look, no script, nothing loaded."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from reconciler.sandbox import page_notion, page_pagerduty, page_slack
from reconciler.sandbox.markup import Html, Shown, joined, link, tag
from reconciler.sandbox.world import World

Sections = Mapping[str, list[Shown]]


def page(world: World) -> str:
    """The whole page as HTML."""
    machines = world.machines
    sections = {
        "Slack": list(page_slack.channels(machines["slack"])),
        "PagerDuty": list(page_pagerduty.incidents(machines["pagerduty"])),
        "Notion": list(page_notion.pages(machines["notion"])),
    }
    main = [_incidents(sections), *(_section(name, found) for name, found in sections.items()), _calls(world)]
    body = tag("body", _header(sections), tag("main", *main))
    return f"<!doctype html>{tag('html', _head(), body, lang='en')}"


def _head() -> Html:
    style = files("reconciler.sandbox").joinpath("page.css").read_text(encoding="utf-8")
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", "Sandbox · Slack, PagerDuty and Notion"),
        tag("style", Html(style)),
    )


def _header(sections: Sections) -> Html:
    names = ["Incidents", *sections, "Calls"]
    menu = tag("nav", *(link(f"#{name.lower()}", name) for name in names), link("/world.json", "Data"))
    return tag("header", tag("h1", "Sandbox"), menu)


def _section(name: str, found: list[Shown]) -> Html:
    things = [one.html for one in found] or [tag("p", "Nothing here yet.", class_="dim")]
    return tag("section", tag("h2", f"{name} ({len(found)})"), *things, id=name.lower())


def _incidents(sections: Sections) -> Html:
    """A row an incident, with links to all that bears its mark."""
    found: dict[str, list[Shown]] = {}
    for shown in (one for things in sections.values() for one in things):
        if shown.incident:
            found.setdefault(shown.incident, []).append(shown)
    rows = [tag("li", tag("b", id), " ", _links(found[id]), id=id) for id in sorted(found, reverse=True)]
    listed = tag("ul", *rows) if rows else tag("p", "No incident has left a trace here yet.", class_="dim")
    return tag("section", tag("h2", f"Incidents ({len(rows)})"), listed, id="incidents")


def _links(things: list[Shown]) -> Html:
    return joined([link(f"#{one.anchor}", one.title) for one in things], " · ")


def _calls(world: World) -> Html:
    """The calls of late, the last one first."""
    rows = [
        tag(
            "tr",
            tag("td", tag("time", f"{one.at:%H:%M:%S}", datetime=one.at.isoformat())),
            tag("td", one.service),
            tag("td", tag("code", one.method)),
            tag("td", one.error or "ok", class_="failed" if one.error else "dim"),
        )
        for one in reversed(list(world.calls))
    ]
    head = tag("tr", *(tag("th", name, scope="col") for name in ("At (UTC)", "Service", "Call", "Answer")))
    table = tag("table", tag("thead", head), tag("tbody", *rows))
    return tag("section", tag("h2", f"The last {len(rows)} calls"), table, id="calls")
