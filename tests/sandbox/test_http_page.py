"""The page: it shows what the services hold, links what belongs together, and runs nothing of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from reconciler.sandbox.markup import link, markdown, slack_text, tag
from reconciler.sandbox.page import page
from reconciler.sandbox.slack.machine import SlackMachine
from tests.support.worlds import INCIDENT, call, declared, world

EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "<javascript:alert(1)|click>",
    '<!channel> <https://example.com/" onmouseover="alert(1)|x>',
    "' onclick='alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]


class Read(HTMLParser):
    """The elements, the text and the mistakes of a page."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "hr", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "elements end in the order in which they began"

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _, attributes in self.tags if "id" in attributes]

    @property
    def links(self) -> list[str]:
        return [str(attributes["href"]) for tag, attributes in self.tags if tag == "a"]


def test_everything_of_an_incident_is_shown() -> None:
    made = world()
    declared(made, "Checkout fails")
    read = Read(page(made))
    channel = [f"#incd-{INCIDENT}", "1 members: Incidents", "📌 pinned", "Reply: Checkout fails"]
    for words in [*channel, "triggered", "high", "Primary", "Notes (1)", "Identified", "Impact"]:
        assert words in read.text, words
    assert "https://wiki.example.com/checkout" in read.links


def test_an_incident_is_an_anchor_that_leads_to_its_channel_its_page_and_its_document() -> None:
    made = world()
    channel = declared(made)
    read = Read(page(made))
    assert INCIDENT in read.ids
    inside = [address[1:] for address in read.links if address.startswith("#")]
    assert set(inside) <= set(read.ids), "no link leads nowhere"
    assert f"slack-{channel}" in inside
    assert {anchor.partition("-")[0] for anchor in inside if "-" in anchor} == {
        "slack",
        "pagerduty",
        "notion",
    }


def test_no_two_things_have_the_same_anchor() -> None:
    made = world()
    declared(made)
    ids = Read(page(made)).ids
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("words", EVIL)
def test_whatever_anybody_writes_is_text(words: str) -> None:
    made = world()
    declared(made, words)
    html = page(made)
    read = Read(html)
    assert {tag for tag, _ in read.tags}.isdisjoint({"script", "img", "iframe", "object", "form"})
    assert len([tag for tag, _ in read.tags if tag == "style"]) == 1
    assert not [name for _, attributes in read.tags for name in attributes if name.startswith("on")]
    assert all(re.match(r"https?://|[#/]", address) for address in read.links), read.links


def test_words_that_look_like_html_can_be_read_as_they_were_written() -> None:
    made = world()
    declared(made, "a <b> & c")
    assert Read(page(made)).text.count("a <b> & c") >= 8


def test_a_reply_stands_below_its_message_and_only_there() -> None:
    made = world()
    declared(made, "Checkout fails")
    html = page(made)
    assert html.count("Reply: Checkout fails") == 1
    thread = html[html.index('<li class="pinned">') :]
    assert thread.index("<ol>") < thread.index("Reply: Checkout fails") < thread.index("</ol>")


def test_an_archived_channel_and_a_resolved_page_say_so() -> None:
    made = world()
    channel = declared(made)
    call(made, "slack", "conversations.archive", channel=channel)
    resolved = {"type": "incident_reference", "status": "resolved"}
    id = next(iter(made.machines["pagerduty"].data["incidents"]))
    call(made, "pagerduty", "PUT /incidents/{id}", id=id, incident=resolved)
    html = page(made)
    assert f'#incd-{INCIDENT}<span class="flag">archived</span>' in html
    assert '<span class="flag resolved">resolved</span>' in html


def test_the_page_shows_the_calls_with_the_last_one_first() -> None:
    made = world()
    made.note("slack", "auth.test")
    made.note("notion", "GET /v1/users/me")
    table = page(made).partition('id="calls"')[2]
    assert table.index("GET /v1/users/me") < table.index("auth.test")


def test_an_untouched_sandbox_says_that_nothing_is_there_yet() -> None:
    read = Read(page(world()))
    assert "No incident has left a trace here yet." in read.text
    assert "Nothing here yet." in read.text


def test_the_page_shows_a_document_that_the_integration_may_not_see() -> None:
    made = world()
    declared(made, "Checkout fails")
    for document in made.machines["notion"].data["pages"].values():
        document["shared"] = False
    assert "Impact" in Read(page(made)).text


def test_the_page_is_read_without_a_trace_in_the_calls_or_the_limits() -> None:
    made = world()
    before = made.snapshot()
    slack = made.machines["slack"]
    assert isinstance(slack, SlackMachine)
    page(made)
    assert (made.snapshot(), list(made.calls), list(slack.log)) == (before, [], [])


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* and _so_ and `x < y`", "<strong>bold</strong> and <em>so</em> and <code>x &lt; y</code>"),
        ("2 * 3 * 4, snake_case_name", "2 * 3 * 4, snake_case_name"),
        ("&lt;b&gt; &amp; &amp;lt;", "&lt;b&gt; &amp; &amp;lt;"),
        ("<@U1> in <#C1> and <#C2|other>", "<b>@Ana</b> in <b>#general</b> and <b>#other</b>"),
        ("<!channel> <!subteam^S1|@leads>", "<b>@channel</b> <b>@leads</b>"),
        ("<https://example.com/?a=1&amp;b=2|it>", '<a href="https://example.com/?a=1&amp;b=2">it</a>'),
        ("<javascript:alert(1)|it>", "it"),
    ],
)
def test_slacks_markup_is_shown_as_slack_shows_it(text: str, html: str) -> None:
    names = {"U1": "Ana", "C1": "general"}
    assert slack_text(text, lambda id: names.get(id, id)) == html


def test_headings_of_a_document_lie_below_those_of_the_page() -> None:
    assert markdown("# One\n\n##### Five", deeper=2) == "<h3>One</h3>\n<h6>Five</h6>\n"


def test_what_is_built_is_escaped_unless_it_was_built() -> None:
    assert tag("p", "<", tag("b", "&"), title='"') == '<p title="&quot;">&lt;<b>&amp;</b></p>'
    assert link("javascript:x", "<x>") == "&lt;x&gt;"


def test_plain_text_of_a_message_is_no_markup() -> None:
    made = world()
    text = "<https://evil.example.com|click> <!channel> *x*"
    header = {"type": "header", "text": {"type": "plain_text", "text": text}}
    call(made, "slack", "chat.postMessage", channel="general", text="x", blocks=[header])
    read = Read(page(made))
    assert "https://evil.example.com" not in read.links
    assert text in read.text
