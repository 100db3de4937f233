"""What was typed, as a wish; what Slack writes for people, links and everybody, as words."""

from __future__ import annotations

import pytest

from reconciler.errors import Usage
from reconciler.helper import said
from reconciler.helper.said import Mention
from reconciler.helper.verbs import Wish
from reconciler.helper.words import wish_of

HERE = "20261121-honest-rhinoceros"
OTHER = "20261120-calm-otter"


@pytest.mark.parametrize(
    ("typed", "here", "wish"),
    [
        ("", "", Wish("new")),
        ("", HERE, Wish("show", HERE)),
        ("new", HERE, Wish("new")),
        ("new Checkout is &lt;down&gt;", "", Wish("new", values={"title": "Checkout is <down>"})),
        ("Checkout is down", "", Wish("new", values={"title": "Checkout is down"})),
        (OTHER, HERE, Wish("show", OTHER)),
        ("resolve", HERE, Wish("resolve", HERE)),
        ("RESOLVE", HERE, Wish("resolve", HERE)),
        (f"resolve {OTHER}", HERE, Wish("resolve", OTHER)),
        (f"update {OTHER} It is back", "", Wish("update", OTHER, {"text": "It is back"})),
        ("update", HERE, Wish("update", HERE)),
        (
            "role commander <@U1|ana>",
            HERE,
            Wish("role", HERE, {"role": "commander", "person": Mention("U1")}),
        ),
        ("escalate payments  why not", HERE, Wish("escalate", HERE, {"team": "payments", "why": "why not"})),
        ("list", "", Wish("list")),
    ],
)
def test_what_is_typed(typed: str, here: str, wish: Wish) -> None:
    assert wish_of("/incident", typed, here) == wish


@pytest.mark.parametrize("typed", ["resolve it now", "role commander ana", "statsu resolved"])
def test_what_is_not_understood_is_said(typed: str) -> None:
    with pytest.raises(Usage):
        wish_of("/incident", typed, HERE)


def test_aliases_work_once_they_are_switched_on() -> None:
    assert wish_of("/resolve-incident", "", HERE, ["/resolve-incident"]) == Wish("resolve", HERE)
    assert wish_of("/closeincident", "", HERE, ["/closeincident"]) == Wish("close", HERE)
    assert wish_of("/assemble", "All is down", "", ["/assemble"]) == Wish(
        "new", values={"title": "All is down"}
    )
    with pytest.raises(Usage, match="not switched on"):
        wish_of("/assemble", "", "")


@pytest.mark.parametrize(
    ("slack", "words"),
    [
        ("a &amp;lt; b", "a &lt; b"),
        ("a\x07b\r\nc\u2028d", "ab\nc\nd"),
        ("<!channel> look", "@channel look"),
        ("<!subteam^S1|@leads> look", "@leads look"),
        ("<!subteam^S1> look", "@subteam look"),
        ("<@U1> and <@U2|bo>", "@Ana and @bo"),
        ("in <#C1|general>", "in #general"),
        ("see <https://example.com/a?b=1&amp;c=2>", "see https://example.com/a?b=1&c=2"),
        ("see <https://example.com|the page>", "see the page (https://example.com)"),
        ("<mailto:ana@example.com|ana@example.com>", "ana@example.com"),
    ],
)
def test_what_slack_writes_is_read_as_it_was_meant(slack: str, words: str) -> None:
    assert said.words(slack, {"U1": "Ana"}) == words


def test_our_lines_call_nobody() -> None:
    assert said.line("<!channel> & <@U1>\nmore") == "&lt;!channel&gt; &amp; &lt;@U1&gt; more"
    assert said.link("https://example.com/?a=1&b=2", "<!here>|x") == (
        "<https://example.com/?a=1&amp;b=2|&lt;!here&gt;¦x>"
    )
