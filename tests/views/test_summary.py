"""A job's summary is what was said: no Markdown of whoever wrote a title comes to life in it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.errors import Failure, Location
from reconciler.repo.errand import Written
from reconciler.views.summary import LIMIT, failure_markdown, fenced, plain, written_markdown

ID = "20261121-honest-rhinoceros"
LINES = [
    "```",
    "````` <b>x</b>",
    "~~~",
    "    ```js",
    "[a](https://example.com) @ana #12",
    "\x1b[2J ::error::x",
]


def rendered(text: str) -> str:
    markdown_it = pytest.importorskip("markdown_it")
    html: str = markdown_it.MarkdownIt("commonmark").render(text)
    return html


@pytest.mark.parametrize("line", LINES)
def test_a_line_stays_in_its_fence(line: str) -> None:
    html = rendered(f"{fenced(['one', line, 'three'])}\nafter")
    assert html.startswith('<pre><code class="language-text">one\n')
    assert html.endswith("three\n</code></pre>\n<p>after</p>\n")


def test_what_is_too_long_is_counted() -> None:
    told = fenced(["x" * 99] * 10_000)
    assert len(told) < LIMIT + 200
    assert told.splitlines()[-2] == f"… and {10_000 - LIMIT // 100:,} more lines, in the job's log"


@given(st.text())
@example("- x")
@example("+ x")
@example("12) x")
@example("1. x")
@example("    x")
@example("---")
def test_a_text_is_nothing_but_text(text: str) -> None:
    html = rendered(f"- {plain(text)} end")
    assert html.count("<") == 4
    assert html.endswith("end</li>\n</ul>\n")


def test_a_web_address_stays_one() -> None:
    assert plain("see https://github.com/acme/incidents/pull/12 *now*") == (
        "see https://github.com/acme/incidents/pull/12 \\*now\\*"
    )


def test_a_declaration_says_where_it_stands() -> None:
    notes = ("committed here only, not pushed: `origin` is <away>",)
    told = written_markdown(
        Written(ID, f"incidents/2026/11/{ID}.yaml", "declare sev1", "c" * 40, False, notes)
    )
    assert told.splitlines() == [
        f"### Incident {ID}",
        "",
        f"- `incidents/2026/11/{ID}.yaml`",
        "- commit cccccccccccc",
        "- committed here only, not pushed: \\`origin\\` is \\<away\\>",
    ]
    again = Written(ID, "x.yaml", "", "c" * 40, False, (), repeated=True)
    assert "had been declared before" in written_markdown(again)


def test_a_failure_says_where_and_what_next() -> None:
    failure = Failure("no", detail="one\ntwo", next="try", location=Location("a.yaml", 3))
    assert failure_markdown(failure) == (
        "### Failed\n\n```text\nerror: no\n  one\n  two\n  a.yaml:3:1\n  next: try\n```\n"
    )
