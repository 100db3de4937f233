"""`plan --base --live`: beside what merging does, what the services hold: drift, and what cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.branch import transition
from reconciler.errors import Usage
from reconciler.run.reading import Options
from reconciler.run.transition import Transition
from reconciler.targets.seam import Unanswered
from reconciler.views.fitting import Limit
from reconciler.views.markdown import transition_markdown
from reconciler.views.transition import transition_lines
from tests.support.branching import Lived, declare, put
from tests.support.company import ID
from tests.support.gitlife import plain_git
from tests.support.recording import Failing


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[Lived]:
    """A branch with another title; in Slack somebody has renamed the channel, and Notion does not answer."""
    with plain_git():
        lived = Lived.begun(tmp_path)
        lived.step(declare(roles={"commander": "ana@example.com"}))
        company = lived.company
        company.slack.person("ana@example.com").rename(f"incd-{ID}", "checkout-is-broken")  # type: ignore[attr-defined]
        error = Unanswered("POST /v1/data_sources/{data_source_id}/query", "503", status=503)
        company.wrapped["notion"] = Failing(company.notion, error.method, error)
        lived.commit(put(title="Another title"))
        company.calls.clear()
        yield lived


def seen(lived: Lived) -> Transition:
    options = Options(now=lived.company.clock.now())
    return transition(lived.company.shell(lived.clone), "origin/main", options, live=True)


def test_beside_it_stands_what_only_the_services_know(lived: Lived) -> None:
    found = seen(lived)
    assert found.live is not None
    assert "restore" not in [one.kind for one in found.plan.changes]
    assert [one.address.thing for one in found.live.changes if one.kind == "restore"] == ["channel"]
    assert {one.address.target for one in found.live.unreadable} == {"notion"}
    assert lived.company.writes() == []


def test_what_cannot_be_read_ends_with_3(lived: Lived) -> None:
    assert seen(lived).exit_code() == 3


def test_there_are_two_sections(lived: Lived) -> None:
    found = seen(lived)
    text = transition_markdown(found, Limit())
    first, _, second = text.partition("#### What the services hold now, and apply would do")
    assert "could not be read" not in first
    assert "could not be read" in second
    assert "checkout-is-broken" not in first
    assert "checkout-is-broken" in second
    lines = [line.text for line in transition_lines(found)]
    assert lines.index("What the services hold now, and apply would do") > lines.index(
        next(line for line in lines if line.startswith("Merging this changes"))
    )


def test_pruning_is_no_part_of_a_merge(lived: Lived) -> None:
    with pytest.raises(Usage):
        transition(lived.company.shell(lived.clone), "origin/main", Options(prune=True), live=False)
