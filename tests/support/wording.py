"""One incident's life with the same odd text in every field that may hold one, and what must be so all along.

Nothing of it may call anybody, become a link, a heading or a command, or show as a difference for ever.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from io import StringIO
from typing import Any, NamedTuple

from markdown_it import MarkdownIt

from reconciler.incident.settings import Settings
from reconciler.incident.text import one_line
from reconciler.plan.plan import Plan, Report
from reconciler.repo.loader import load_incident, load_settings
from reconciler.run.front import front_page
from reconciler.run.look import Asked, Dossier, Overview
from reconciler.run.revision import Revision
from reconciler.sandbox.notion import content, inline
from reconciler.targets.notion.properties import read
from reconciler.targets.slack.text import unescape
from reconciler.views.changes import Line
from reconciler.views.document import document
from reconciler.views.incident import dossier_json, dossier_lines
from reconciler.views.incidents import overview_json, overview_lines
from reconciler.views.plan import plan_lines
from reconciler.views.report import report_lines
from reconciler.views.terminal import show
from tests.support.hostile import HOSTILE, LINES, controls, texts_in
from tests.support.scene import ID, SETTINGS, START, Scene

PATH = f"incidents/2026/11/{ID}.yaml"
BRIDGE = "https://zoom.us/j/1?a=*b*&c=_d_~e~`f`(g)[h](https://evil.example.com)&lt;!channel&gt;#{{id}}"
CALL = {"at": "2026-11-21T16:57:00Z", "team": "primary", "by": "ana@example.com"}
NOTE = {"at": "2026-11-21T16:56:00Z", "link": BRIDGE}
ODD_PEOPLE = (
    "`*_~{|}!#$&+/=?^.-@example.com",
    "-n@example.com",
    "x.[a](b)@example.com".replace("[a](b)", "a"),
)

#: Texts that fill a field to its last character.
FILLING = {
    "the most letters": "x",
    "the most words": "xy ",
    "the most emoji": "\U0001f525",
    "the most families": "\U0001f469\u200d\U0001f467",
    "the most entities": "&",
    "the most brackets": "<",
    "the most markdown": "*[`_",
    "the most backslashes": "\\",
    "the most marks": "e\u0336",
}
TEXTS = {**HOSTILE, **LINES, **FILLING}
#: A text that means nothing to anybody: what a life looks like then is what it must look like always.
HARMLESS = "Alpha"

#: What may stand in angle brackets in a message of ours.
_OWN = re.compile(r"<#C\w+>|<https://[^<>|]+\|(?:primary|payments|Document|File in Git|Bridge|late)>")


def fitted(name: str, limit: int) -> str:
    """The text of that name, for a field of so many characters."""
    if name in FILLING:
        return (FILLING[name] * limit)[:limit].strip() or "x"
    return TEXTS.get(name, HARMLESS)[:limit].strip()


def settings(name: str) -> Settings:
    """Settings with the text wherever they may hold one."""
    link = {"url": "https://wiki.example.com/a?b=c&d=[e](f)"}
    people = {"ana@example.com": {"name": fitted(name, 60)}, "bo@example.com": {"name": fitted(name, 60)}}
    data = {
        "name": "acme",
        "severities": [
            {
                "name": one.name,
                "description": fitted(name, 200),
                "urgency": one.urgency,
                "priority": one.priority or "P3",
                "page": list(one.page),
                "announce": list(one.announce),
            }
            for one in SETTINGS.severities
        ],
        "teams": {
            "primary": {"pagerduty_service": "PSVC001"},
            "payments": {"pagerduty_service": "PSVC002"},
        },
        "services": {
            "checkout": {"team": "payments", "bookmarks": [{"title": fitted(name, 60), **link}]},
        },
        "slack": {"bookmarks": [{"title": f"2 {fitted(name, 58)}", **link}]},
        "people": people,
        "pagerduty": {"from": "incidents@example.com"},
        "notion": {"database": SETTINGS.notion.database},
    }
    return load_settings(_yaml(data), "reconciler.yaml", name="acme")


def _yaml(data: object) -> bytes:
    """JSON is YAML; characters beyond ASCII stay, since YAML's escapes know no surrogates."""
    return json.dumps(data, ensure_ascii=False).encode()


class Words(NamedTuple):
    """An incident's texts at some time."""

    title: str
    summary: str
    updates: tuple[str, ...]


class Life:
    """A scene in which everything is said in one text; `told` is all that was ever printed."""

    def __init__(self, name: str):
        self.name = name
        self.scene = Scene(settings=settings(name))
        self.told: list[str] = []

    def steps(self) -> Iterator[str]:
        """Live, a step at a time; the name of each."""
        title, summary = fitted(self.name, 250), fitted(self.name, 2000)
        update = fitted(self.name, 3000)
        roles = {"commander": "ana@example.com", "x-_1": ODD_PEOPLE[0]}
        first = Words(title, summary, (update,))
        self._edit(first, roles=roles, bridge=BRIDGE, services=["checkout"], responders=list(ODD_PEOPLE))
        yield "declared"
        more = Words(f"! {title[:248]}", f"{summary[:1998]} .", (f"{update[:2990]} edited", update))
        self._edit(more, roles={"commander": "bo@example.com"}, severity="sev2")
        yield "edited"
        self._edit(more, status="resolved", severity="sev2")
        yield "resolved"
        self._edit(first, status="identified", severity="sev1")
        yield "reopened"
        self._edit(first, status="closed", severity="sev1")
        yield "closed"
        self.scene.later(days=8)
        yield "archived"

    def _edit(self, words: Words, **fields: object) -> None:
        self.scene.later(minutes=10)
        updates = [
            {"at": f"2026-11-21T16:5{number}:00Z", "by": "ana@example.com", "text": text}
            for number, text in enumerate(words.updates)
        ]
        data = {
            "title": words.title,
            "severity": "sev1",
            "status": "investigating",
            "declared_at": f"{START:%Y-%m-%dT%H:%M:%SZ}",
            "reporter": "ana@example.com",
            "summary": words.summary,
            "updates": updates,
            "timeline": [
                {"at": "2026-11-21T16:56:00Z", "by": fitted(self.name, 254), "text": words.updates[0]}
            ],
            "escalations": [CALL | {"team": "primary", "why": fitted(self.name, 1000)}],
            **fields,
        }
        made = load_incident(_yaml(data), PATH, self.scene.settings)
        self.scene.edit(**{field: getattr(made, field) for field in made.__dataclass_fields__})

    # one step ----------------------------------------------------------------------------------

    def applied(self) -> None:
        """Plan and apply what the step asks for; afterwards nothing is left, remembered or not."""
        self._plan(self.scene.plan())
        self.scene.forget_calls()
        report = self.scene.apply().report
        self._report(report)
        troubles = [one.trouble for one in report.outcomes if one.trouble]
        assert not troubles, troubles
        for call in self.scene.calls:
            for text in texts_in(call.arguments):
                assert not controls(text), f"{call.method}: {controls(text)} in {text[:200]!a}"
        again = self.scene.plan()
        assert not again.changes, f"planned again: {again.changes}"
        assert self.scene.quiet()
        self._views()

    def forgotten(self) -> None:
        """Nothing differs either for a run that remembers nothing."""
        self.scene.memories.clear()
        assert self.scene.quiet()

    # what is printed ---------------------------------------------------------------------------

    def _plan(self, plan: Plan) -> None:
        self._show(plan_lines(plan))
        self._tell(document(plan.to_json(), readable=True))

    def _report(self, report: Report) -> None:
        self._show(report_lines(report))
        self._tell(document(report.to_json(), readable=True))

    def _views(self) -> None:
        scene, now = self.scene, self.scene.clock.now()
        memory, newest = scene.memories[ID], scene.versions[ID][-1].incident
        assert newest is not None
        dossier = Dossier(newest, now, memory, (), "", scene.settings, now)
        self._show(dossier_lines(dossier))
        self._tell(document(dossier_json(dossier), readable=True))
        overview = Overview([newest], [], scene.settings, now, Asked(everything=True))
        for width in (None, 100):
            self._show(overview_lines(overview, width))
        self._tell(document(overview_json(overview), readable=True))
        self._tell(self.readme())

    def readme(self) -> str:
        """The state's front page."""
        newest = self.scene.versions[ID][-1].incident
        assert newest is not None
        url = f"https://github.com/example/incidents/blob/main/{PATH}"
        revision = Revision("c0ffee", {}, {ID: newest}, {ID: url})
        return front_page(revision, self.scene.memories)

    def _show(self, lines: Iterable[Line]) -> None:
        printed = StringIO()
        show(lines, printed)
        self._tell(printed.getvalue())

    def _tell(self, text: str) -> None:
        for line in text.splitlines():
            assert not controls(line), f"{controls(line)} in {line[:200]!a}"
            assert not re.match(r"\s*::|.*##\[", line), f"a command to GitHub's runner: {line[:200]!a}"
        self.told.append(text)

    # what the services hold --------------------------------------------------------------------

    def seen(self) -> dict[str, Any]:
        """The form of all that the services and the pages show, the words left out."""
        self._slack()
        self._pagerduty()
        return {
            "document": self._document(),
            "README": _form(MarkdownIt("commonmark").enable("table").render(self.readme())),
        }

    def _slack(self) -> None:
        for channel in self.scene.slack.data["channels"].values():
            for line in (channel["topic"]["value"], channel["purpose"]["value"]):
                assert len(line) <= 250
                assert "\n" not in line
            for message in channel["messages"].values():
                if message.get("bot_id"):
                    calls_nobody(message)
            for bookmark in channel["bookmarks"].values():
                assert "\n" not in bookmark["title"]

    def _pagerduty(self) -> None:
        for team in ("primary", "payments"):
            shown = self.scene.page_in_full(team)
            assert "\n" not in shown["title"]
            assert len(shown["title"]) <= 255
            assert len(shown["body"]["details"]) < 10_000
            assert all(note.startswith(f"[acme/{ID}/{team}/links]\n") for note in shown["notes"])

    def _document(self) -> dict[str, Any]:
        found = self.scene.document()
        properties = {name: read(value) for name, value in found["properties"].items()}
        newest = self.scene.versions[ID][-1].incident
        assert newest is not None
        assert properties["Name"] == one_line(newest.title)
        blocks = self.scene.notion.data["pages"][found["id"]]["content"]
        kinds = Counter(content.kind(block["text"]) for block in blocks)
        runs = [one for block in blocks for one in inline.parse(content.parts(block["text"])[-1])]
        return {
            "kinds": {kind: number for kind, number in kinds.items() if kind != "paragraph"},
            "links": sorted({_nameless(one["url"]) for one in runs if one["url"]}),
            "marks": sorted({mark for one in runs for mark in one["marks"]}),
        }


def _nameless(url: str) -> str:
    return re.sub(r"[0-9a-f-]{32,}|C\w{8,}", "ID", url)


def calls_nobody(message: dict[str, Any]) -> None:
    """Nothing in a message of ours is markup but our own links."""
    blocks = message.get("blocks", ())
    for text in (message["text"], *(block["text"]["text"] for block in blocks if block["type"] == "section")):
        rest = _OWN.sub("", text)
        assert not re.search(r"[<>]", rest), rest[:500]
        assert len(text) <= 4000
    assert all(len(unescape(block["text"]["text"])) <= 150 for block in blocks if block["type"] == "header")


#: What a text may make of itself: Slack, and the sandbox's page like it, know no way to say `*` itself.
_STYLES = {"em", "strong", "code"}


class _Form(HTMLParser):
    """The tags of a page, the attributes that could do something, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag} - _STYLES
        for name, value in attrs:
            if name in ("href", "src"):
                self.found.add(_nameless(str(value)).split("#")[0])
            elif name not in ("class", "id", "datetime", "lang", "charset", "name", "content", "scope"):
                self.found.add(f"{tag} {name}={value}")


def _form(html: str) -> list[str]:
    form = _Form()
    form.feed(html)
    return sorted(form.found)
