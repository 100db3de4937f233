"""The harness is no friendlier than GitHub, and refuses what it does not know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.actions.expressions import Open, Unknown, holds, text
from tests.support.actions.files import annotated, pairs
from tests.support.actions.site import Run, Site, site

CONTEXTS: dict[str, Any] = {
    "github": {"event_name": "push", "event": Open({"pull": {"number": 7}})},
    "env": Open({"ANY": "true"}),
    "secrets": Open({}),
    "inputs": {"command": "plan"},
    "functions": {"success": lambda: True, "failure": lambda: False, "always": lambda: True},
}

EXPRESSIONS = {
    "${{ github.event_name }}": "push",
    "${{ github.event.pull.number }}-${{ github.event.nothing.at.all }}": "7-",
    "${{ secrets.A != '' || secrets.B != '' }}": "false",
    "${{ github.event_name == 'PUSH' && 'a' || 'b' }}": "a",
    "${{ !(1 == 2) && 'it''s' }}": "it's",
    "${{ env.ANY == 'true' }}": "true",
    "no expression": "no expression",
}


@pytest.mark.parametrize("given", EXPRESSIONS)
def test_an_expression_is_what_github_makes_of_it(given: str) -> None:
    assert text(given, CONTEXTS) == EXPRESSIONS[given]


@pytest.mark.parametrize(
    "given", ["hashFiles('x')", "matrix.a", "inputs.comand", "a b", "github.event[0]", "'x"]
)
def test_what_is_not_known_is_refused(given: str) -> None:
    with pytest.raises(Unknown):
        text(f"${{{{ {given} }}}}", CONTEXTS)


def test_a_condition_waits_for_all_before_it_unless_it_says_otherwise() -> None:
    failed = {**CONTEXTS, "functions": {"success": lambda: False, "always": lambda: True}}
    assert holds("env.ANY == 'true'", CONTEXTS)
    assert not holds("env.ANY == 'true'", failed)
    assert not holds(None, failed)
    assert holds("always() && env.ANY == 'true'", failed)


def test_a_log_holds_annotations_and_no_other_command() -> None:
    log = (
        "a\n::error file=x%2Cy.yaml,line=3,col=1,title=t::one%0Atwo%25\n  ::notice::n\n"
        + "::warning::w\n" * 30
    )
    found = annotated(log)
    assert (found[0].file, found[0].line, found[0].message) == ("x,y.yaml", 3, "one\ntwo%")
    assert [one.level for one in found] == ["error", *["warning"] * 10, "notice"]
    for line in ("::stop-commands::x", " ::add-mask::x", "text ##[add-mask]x"):
        with pytest.raises(Unknown):
            annotated(line)


def test_what_a_step_hands_on(tmp_path: Path) -> None:
    file = tmp_path / "output"
    file.write_text("a=b=c\nlong<<END\none\ntwo\nEND\n")
    assert pairs(file) == {"a": "b=c", "long": "one\ntwo"}


JOB = """\
name: Try
on: {{push: {{branches: [main]}}, pull_request: }}
permissions: {{}}
jobs:
  first:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    permissions: {{contents: {right}}}
    outputs: {{said: "${{{{ steps.say.outputs.word }}}}"}}
    steps:
      - uses: actions/checkout@v4
        with: {{persist-credentials: {keeps}}}
      - id: say
        run: |
          echo "secret=[$TOKEN]"
          echo "word=hello" >> "$GITHUB_OUTPUT"
          false | true
        env: {{TOKEN: "${{{{ secrets.TOKEN != '' }}}}"}}
      - run: |
          git -c user.name=a -c user.email=a@b.c commit --quiet --allow-empty -m x
          git push --quiet origin HEAD:refs/heads/{branch}
  second:
    needs: first
    if: ${{{{ always() }}}}
    runs-on: ubuntu-latest
    timeout-minutes: 5
    permissions: {{}}
    steps:
      - run: echo "${{{{ needs.first.result }}}} ${{{{ needs.first.outputs.said }}}}"
"""


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path, {"README.md": "x\n"}, {}, {"TOKEN": "secret-0123456789"}) as made:
        yield made


def tried(one: Site, right: str = "write", keeps: str = "true", branch: str = "main") -> Run:
    given = JOB.format(right=right, keeps=keeps, branch=branch)
    return one.push({".github/workflows/try.yml": given})["try.yml"]


def test_a_job_pushes_what_its_rights_and_the_branch_s_allow(one: Site) -> None:
    assert tried(one)["first"].outcome == "success"
    assert tried(one)["second"].log.endswith("success hello\n")
    for given in ({"right": "read"}, {"keeps": "false"}):
        run = tried(one, **given)
        assert run["first"].outcome == "failure"
        assert "denied to github-actions[bot]" in run["first"].log
        assert run["second"].log.endswith("failure hello\n")
    one.protect()
    assert "GH006" in tried(one)["first"].log
    assert tried(one, branch="other")["first"].outcome == "success"


def test_a_fork_has_no_secrets_and_may_not_push(one: Site) -> None:
    assert "secret=[true]" in tried(one, branch="made")["first"].log
    one.remote.git("update-ref", "-d", "refs/heads/made")
    number = one.pull({"README.md": "y\n"}, fork=True)
    first = one.runs_of(number, fork=True)["try.yml"]["first"]
    assert "secret=[false]" in first.log
    assert "denied to github-actions[bot]" in first.log
