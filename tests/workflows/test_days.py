"""What the workflows do that `init` writes: each step is a process, on a clone as checkout makes it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.starter.render import FORM, SETTINGS, WORKFLOW
from tests.support.actions.company import FILES, ID, Company, company, incident, path_of, scripts, well
from tests.support.actions.job import ROOT, load, parsed
from tests.support.actions.site import Run

RECONCILE, DECLARE = "reconcile.yml", "declare.yml"
MARK = "<!-- incident-reconciler acme/plan -->\n"


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path) as one:
        yield one


def declared(run: Run) -> str:
    """The id of what a run declared."""
    found = re.search(r"^(\d{8}-\w+-\w+):", run["declare"].log, re.M)
    assert found, run["declare"].log
    return found[1]


def test_a_day_of_a_team(ours: Company) -> None:
    """Every `run` of the two workflows runs in it: one that is added and not tried fails this."""
    ran: list[str] = []
    for act in (applied, reviewed, form_filled_in, clock_struck, tokens_gone):
        ran += act(ours)
    assert set(ran) == {*scripts(parsed(FILES[WORKFLOW])), *scripts(parsed(FILES[FORM]))}


def test_what_runs_nowhere_here_are_the_checks_of_this_repository_itself() -> None:
    known = {Path(path).name for path in (WORKFLOW, FORM)}
    others = [path for path in (ROOT / ".github/workflows").glob("*.yml") if path.name not in known]
    lines = [line for path in others for run in scripts(load(path)) for line in run.splitlines()]
    programs = {line.split()[0] for line in lines} - {"read"}
    assert programs == {"script/lint", "script/test", "script/sweep", "python"}


def applied(ours: Company) -> list[str]:
    runs = ours.site.push({path_of(): incident()})
    assert runs.keys() == {RECONCILE}
    (job,) = well(runs[RECONCILE], "apply")
    assert ours.pages() == ["[SEV2] Checkout fails"]
    assert ours.channels() == [f"incd-{ID}"]
    assert job.summary.startswith("### Applied\n\n```text\n")
    assert "+ pagerduty primary       page primary (high)" in job.summary
    assert ours.site.remote.tip("refs/heads/reconciler-state")
    return job.ran


def reviewed(ours: Company) -> list[str]:
    site = ours.site
    number = site.pull({path_of(): incident("sev1")})
    checked, planned = well(site.runs_of(number)[RECONCILE], "validate", "plan")
    assert checked.annotations == []
    [comment] = site.github.comments(number)
    assert comment == MARK + planned.summary
    assert planned.summary.startswith("**Merging this changes")
    assert planned.artifacts == {"plan": planned.summary}
    assert "Checkout fails" in planned.summary
    assert ours.pages() == ["[SEV2] Checkout fails"]
    return checked.ran + planned.ran


def form_filled_in(ours: Company) -> list[str]:
    run = ours.site.form(DECLARE, title="Login fails", severity="sev1", reporter="bo@example.com", page="")
    (job,) = well(run, "declare")
    id = declared(run)
    assert "[SEV1] Login fails" in ours.pages()
    assert f"### Incident {id}" in job.summary
    assert "### Applied" in job.summary
    shown = "--format=%an <%ae>%n%(trailers:key=Via,valueonly)%B"
    log = ours.site.remote.git("log", "-1", shown, "main")
    assert log.startswith(f"ana <12+ana@users.noreply.github.com>\nworkflow\n{id}: declare sev1")
    return job.ran


def clock_struck(ours: Company) -> list[str]:
    """What somebody made of a topic is put right, and nothing else is done."""
    slack = ours.world.machines["slack"]
    (channel,) = [id for id, one in slack.data["channels"].items() if one["name"] == f"incd-{ID}"]
    slack.data["channels"][channel]["topic"]["value"] = "Lunch"
    (job,) = well(ours.site.schedule()[RECONCILE], "apply")
    assert "1 applied. " in job.summary
    assert len(ours.pages()) == 2
    return job.ran


def tokens_gone(ours: Company) -> list[str]:
    ours.site.secrets = {"PAGERDUTY_API_TOKEN": "no-such-token"}
    job = ours.site.schedule()[RECONCILE]["apply"]
    assert job.outcome == "failure"
    [error] = job.annotations
    assert "unreadable" in error.message
    ours.site.secrets = {}
    (job,) = well(ours.site.form_by_api(RECONCILE), "apply")
    assert [one.level for one in job.annotations] == ["notice"]
    assert job.summary == ""
    return job.ran


def test_a_fork_is_told_in_the_summary_and_on_the_lines_and_gets_no_comment(ours: Company) -> None:
    site = ours.site
    number = site.pull(
        {path_of(): incident("sev1"), path_of("20261121-calm-fox"): incident("sev9")}, fork=True
    )
    run = site.runs_of(number, fork=True)[RECONCILE]
    assert (run["validate"].outcome, run["plan"].outcome) == ("failure", "success")
    [wrong] = run["validate"].annotations
    assert (wrong.level, wrong.file, wrong.line) == ("error", path_of("20261121-calm-fox"), 2)
    assert run["plan"].summary.startswith("**Merging this sends 1 page")
    assert site.github.comments(number) == []
    assert "it comes from a fork" in run["plan"].log


def test_a_plan_that_is_too_long_is_cut_and_of_what_is_private_stands_the_id(tmp_path: Path) -> None:
    with company(tmp_path, {SETTINGS: FILES[SETTINGS] + "private: {allow: true}\n"}) as ours:
        hidden = incident("sev1", "Payroll leaked", private="true", summary="By mail")
        files = {path_of(f"20261120-calm-fox-{number}"): incident("sev1") for number in range(100)}
        number = ours.site.pull({**files, path_of(): hidden})
        checked, planned = well(ours.site.runs_of(number)[RECONCILE], "validate", "plan")
        [comment] = ours.site.github.comments(number)
        whole = planned.artifacts["plan"]
        assert len(comment) <= 65_536
        assert f"https://github.com/acme/incidents/actions/runs/{ours.site.runs}" in comment
        assert whole.count("+ slack channel") == 100
        assert len(whole) > len(comment)
        assert f"`{ID}`" in whole
        told = [checked.log, planned.log, planned.summary, whole, comment]
        assert not re.search("payroll|by mail", "\n".join(told), re.IGNORECASE)


HOSTILE = (
    "\"; touch pwned; '$(touch pwned)`touch pwned`${{ secrets.NOTION_TOKEN }}\n"
    "::stop-commands::x\n##[add-mask]a <!channel>"
)


def test_what_is_sent_is_data_and_each_key_declares_once_also_in_runs_at_once(ours: Company) -> None:
    done: list[Run] = []

    def send(key: str, title: str) -> None:
        sent: dict[str, Any] = {
            "title": title,
            "severity": "sev3",
            "summary": title,
            "page": ["primary"],
            "key": key,
        }
        done.append(ours.site.dispatch(**sent)[DECLARE])

    sends = (("alert 1", "Alert 1"), (HOSTILE, HOSTILE), (HOSTILE, f"{HOSTILE} again"))
    threads = [threading.Thread(target=send, args=given) for given in sends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    summaries = "".join(well(run, "declare")[0].summary for run in done)
    assert summaries.count("had been declared before") == 1
    assert len({declared(run) for run in done}) == len(ours.pages()) == len(ours.channels()) == 2
    assert list(ours.site.folder.rglob("pwned")) == []
    files = ours.site.remote.git("grep", "-h", "title:", "main", "--", "incidents/2*").splitlines()
    assert len(files) == 2
    assert any("$(touch pwned)" in line and "secrets.NOTION_TOKEN" in line for line in files)


def test_where_main_is_protected_it_pages_and_opens_a_pull_request_and_says_so(ours: Company) -> None:
    site = ours.site
    site.protect()
    before = site.remote.tip()
    (job,) = well(site.form(DECLARE, title="Checkout fails", severity="sev1"), "declare")
    [pull] = site.github.pulls()
    id = declared({"declare": job})
    assert (pull["state"], pull["head"], site.remote.tip()) == ("open", f"incident/{id}", before)
    assert f"https://github.com/acme/incidents/pull/{pull['number']}" in job.summary
    assert (ours.pages(), ours.channels()) == (["[SEV1] Checkout fails"], [])
    site.github.merge(pull["number"])
    well(site.schedule()[RECONCILE], "apply")
    assert (ours.pages(), ours.channels()) == (["[SEV1] Checkout fails"], [f"incd-{id}"])


def test_what_waits_for_its_review_is_paged_for_and_ends_when_it_is_closed(ours: Company) -> None:
    site = ours.site
    site.protect()
    runs = site.propose(f"incident/{ID}", {path_of(): incident("sev1")})
    well(runs[RECONCILE], "apply")
    assert (ours.pages(), ours.channels()) == (["[SEV1] Checkout fails"], [])
    opened = {"title": "Checkout fails", "head": f"incident/{ID}", "base": "main"}
    pull = site.github.call("POST /repos/{owner}/{repo}/pulls", owner="acme", repo="incidents", **opened)
    well(site.runs_of(pull["number"])[RECONCILE], "validate", "plan")
    closed = site.close(pull["number"])[RECONCILE]
    (job,) = well(closed, "apply")
    assert {name: one.outcome for name, one in closed.items() if name != "apply"} == {
        "validate": "skipped",
        "plan": "skipped",
    }
    assert "its pages are resolved" in job.log
    assert ours.statuses() == ["resolved"]


def test_what_does_not_fit_is_an_annotation_and_nothing_is_done(ours: Company) -> None:
    run = ours.site.dispatch(title="x", severity="sev9", privat=True)[DECLARE]
    assert run["declare"].outcome == "failure"
    [wrong] = run["declare"].annotations
    assert "`privat`: is not known; write private" in wrong.message
    assert "nothing was declared" in run["declare"].summary
    assert ours.site.dispatch("deploy", title="x") == {}
    assert (ours.pages(), ours.channels()) == ([], [])
