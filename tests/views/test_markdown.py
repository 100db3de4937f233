"""A branch as Markdown: hostile words stay words, private incidents are ids, a cut leaves nothing open."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reconciler.errors import Location, Problem
from reconciler.incident.model import Status
from reconciler.incident.settings_changes import SettingChanged
from reconciler.incident.transitions import Step
from reconciler.plan.address import Address
from reconciler.plan.change import Blocked, Cause, Change, FieldChange, Kind, Note, Unreadable
from reconciler.plan.plan import Heading, Plan
from reconciler.run.transition import Transition
from reconciler.views.fitting import SHORTEST, Limit
from reconciler.views.markdown import plan_markdown, transition_markdown
from tests.support.scene import ID, incident

WORD = "zqx"
HOSTILE = (
    f"@team {WORD}",
    f"{WORD} #12 owner/repo#12 GH-12 https://evil.example.com/{WORD}",
    f"`{WORD}` ``{WORD}`` ``` {WORD} ```` \\` {WORD}",
    f"</details></summary><script>{WORD}()</script><!-- {WORD}",
    f"[{WORD}](javascript:{WORD}) ![{WORD}](https://evil.example.com/{WORD}.png)",
    f"~~~ {WORD}\n```\n- {WORD}\n# {WORD}\n> {WORD}\n\n<b>{WORD}</b>",
    f"| {WORD} | \\| {WORD} &lt;b&gt; &commat;team {WORD}",
    f"\u202e{WORD}\u2028::error::{WORD}\n##[group]{WORD}",
    f"   {WORD}\\",
)
#: The only HTML that there may be.
OURS = re.compile(r"<details><summary>\d+ lines?</summary>|</details>|<sub>|</sub>")


def plan(words: str, number: int = 1, private: bool = False) -> Plan:
    """So many incidents whose every text is hostile."""
    ids = [f"2026112{n % 10}-odd-otter-{n}" for n in range(number)]
    place = Location(f"incidents/{words.splitlines()[0]}/x.yaml", 3, 1)
    fields = (FieldChange("text", words, f"{words}!"),)
    changes = [
        one
        for id in ids
        for one in (
            Change(Address("pagerduty", id, "primary"), Kind.CREATE, Cause.EDITED, words),
            Change(Address("slack", id, "topic"), Kind.UPDATE, Cause.EDITED, words, fields, id="C1"),
            Change(Address("slack", id, f"invite/{words}"), Kind.CREATE, Cause.EDITED, words, reason=words),
        )
    ]
    return Plan(
        "c0ffee",
        tuple(Heading(id, "sev1", "closed", words, place.path, private=private) for id in ids),
        tuple(changes),
        tuple(Blocked(Address("slack", id, "channel"), words, words, place) for id in ids),
        (Unreadable(Address("notion", "", "page"), words),),
        tuple(Note(Address("notion", id, "page"), words) for id in ids),
        () if private else (Problem(place, words, words),),
        (words,),
    )


def transition(words: str, number: int = 1) -> Transition:
    made = plan(words, number)
    problem = Problem(Location(words, 1, 1), f"{words} (rule `reopen`)", words)
    setting = SettingChanged(f"people.{words}", [words], words, Location("reconciler.yaml"))
    step = Step(None, replace(incident(), title=words))
    return Transition("ba5e", made, (step,), (problem,), (setting,), live=made)


def tokens(text: str) -> list[Token]:
    """All tokens of the Markdown as GitHub would read it, those within lines too."""
    listed = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(text)
    return [one for token in listed for one in [token, *(token.children or ())]]


def checked(text: str) -> None:
    """Hostile words stand in code alone; whatever is opened is closed."""
    listed = tokens(text)
    for one in listed:
        if one.type in ("html_block", "html_inline"):
            assert not OURS.sub("", one.content).strip(), one.content
        elif one.type not in ("code_inline", "fence", "inline"):
            assert WORD not in one.content, one
        assert one.type not in ("link_open", "image", "code_block"), one
    html = "".join(one.content for one in listed if one.type.startswith("html"))
    assert html.count("<details>") == html.count("</details>")
    fences = [one for one in listed if one.type == "fence"]
    assert all(one.info == "diff" for one in fences)
    assert not any(line.strip() == "</details>" for one in fences for line in one.content.splitlines())
    assert not re.search(r"^\s*::|##\[|[\u202e\u2028]", text, re.M)


@pytest.mark.parametrize("words", HOSTILE)
def test_no_words_of_others_come_to_life(words: str) -> None:
    whole = transition_markdown(transition(words, 2), Limit(1_000_000, words))
    checked(whole)
    checked(plan_markdown(plan(words, 2), Limit(1_000_000, words)))
    assert whole.count(WORD) > 20


def test_at_every_limit_nothing_stays_open_and_what_is_left_out_is_counted() -> None:
    draw = Random(1)
    words = "\n".join(HOSTILE)
    made = transition(words, 12)
    whole = transition_markdown(made, Limit(1_000_000))
    assert "left out" not in whole
    for most in [*range(SHORTEST, 6000, 97), *(draw.randrange(SHORTEST, len(whole)) for _ in range(60))]:
        text = transition_markdown(made, Limit(most, f"the artifact ``` @team {WORD}"))
        assert len(text.encode()) <= most
        checked(text)
        [told] = [line for line in text.splitlines() if line.startswith("… left out here: ")]
        assert "The whole: " in told
        shown = text.count("\n- **`2026112")
        left = re.search(r"(\d+) incidents?[,.]", told)
        assert shown + int(left[1] if left else 0) >= 24, "of the branch, and of the services"


def test_where_the_whole_is_can_be_a_link() -> None:
    made, place = transition("words", 40), "https://github.com/example/incidents/actions/runs/12"
    text = transition_markdown(made, Limit(SHORTEST, f"the artifact of {place}"))
    assert f". The whole: `the artifact of` <{place}>\n" in text


@pytest.mark.parametrize("number", [0, 1, 400])
def test_the_default_is_below_what_github_takes(number: int) -> None:
    text = transition_markdown(transition("é🔥" * 60, number), Limit())
    assert len(text) <= len(text.encode()) <= 65_000
    checked(text)


def test_of_a_private_incident_stands_the_id_alone() -> None:
    words = f"{WORD} is secret"
    secret = plan(words, private=True)
    secret = replace(secret, notices=(), unreadable=())
    step = Step(replace(incident(id=secret.headings[0].id), private=True, title=words), None)
    text = transition_markdown(Transition("ba5e", secret, (step,)), Limit())
    assert "- **`20261120-odd-otter-0`** private: 6 lines, not shown here\n" in text
    assert WORD not in text
    assert "closed" not in text
    assert "primary" not in text


def test_those_that_page_somebody_come_first_and_those_without_effect_last() -> None:
    quiet = replace(incident(id="20261101-aaa"), status=Status.CLOSED)
    page = Change(Address("pagerduty", "20261122-zzz", "primary"), Kind.CREATE, Cause.EDITED, "page primary")
    topic = Change(Address("slack", ID, "topic"), Kind.UPDATE, Cause.EDITED, "topic")
    headings = tuple(Heading(id, "sev1", "identified", "Down", "x.yaml") for id in (ID, "20261122-zzz"))
    made = Plan("c0ffee", headings, (topic, page))
    text = transition_markdown(Transition("ba5e", made, (Step(quiet, quiet),)), Limit())
    assert re.findall(r"^- \**`([^`]+)`", text, re.M) == ["20261122-zzz", ID, "20261101-aaa"]
    assert "pages `primary`" in text
    assert "- `20261101-aaa` `sev1 · closed`: changes nothing outside Git" in text


def test_nothing_to_do_is_said_first() -> None:
    text = transition_markdown(Transition("ba5e", Plan("c0ffee")), Limit())
    assert text.splitlines()[0] == "**Merging this changes nothing in Slack, PagerDuty and Notion.**"
    assert plan_markdown(Plan("c0ffee", in_sync=3), Limit()).startswith("**Applying this changes nothing")


def test_all_are_shown_in_short_before_one_is_shown_whole() -> None:
    made = Transition("ba5e", plan("words", 60))
    whole = transition_markdown(made, Limit(1_000_000))
    short = transition_markdown(made, Limit(len(whole.encode()) * 2 // 3))
    names = re.findall(r"^- \*\*`([^`]+)`", short, re.M)
    assert names == re.findall(r"^- \*\*`([^`]+)`", whole, re.M)
    folds = short.count("<details>")
    assert 10 < folds < 60
    assert f"… left out here: the details of {60 - folds} incidents\n" in short
