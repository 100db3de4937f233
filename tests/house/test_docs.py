"""What the documents point at is there: the tests behind the laws, the records in their index, every link."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LAWS = re.split(r"^## ", (DOCS / "laws.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]


def title(path: Path) -> str:
    return path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


def test_there_are_sixteen_laws_in_order() -> None:
    assert [law.split(".")[0] for law in LAWS] == [str(number) for number in range(1, 17)]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: str(law.splitlines()[0]))
def test_a_law_names_tests_that_exist_or_says_that_none_holds_it_yet(law: str) -> None:
    tests = re.findall(r"`(tests/[\w/]+\.py)`", law)
    assert bool(tests) != ("Not yet held by a test." in law)
    assert [test for test in tests if not (ROOT / test).is_file()] == []


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_a_decision_is_short_complete_and_in_the_index(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 40
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["Question", "Decision", "Why", "What it costs", "Instead of"]
    index = (DOCS / "decisions/README.md").read_text(encoding="utf-8")
    assert f"- [{title(path)}]({path.name})" in index.splitlines()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_between_our_pages_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    ours = [link for link in links if "://" not in link]
    assert [link for link in ours if not (page.parent / link).exists()] == []
