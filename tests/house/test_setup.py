"""The README's set-up, word for word: from an empty folder and an empty environment to a live incident.

A person's part is played here: what is done in a browser, and what is the reader's own, which stands in the
tables `TOKEN_LINES` and `ANSWERS`, in `ID` and `WHO`. All the rest is what the README says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.cli.root import cli, run
from reconciler.sandbox.routes import TOKENS
from reconciler.targets.slack.scopes import SCOPES
from tests.support.newcomer import NEW_DATABASE, SERVICE, Accounts, Desk
from tests.support.server import serving
from tests.support.terminal import terminal

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
(SETUP,) = re.findall(r"^## Use it for real\n(.*?)^## ", README, re.MULTILINE | re.DOTALL)

#: What is the reader's own: as the README writes it, and what this reader has in its place.
TOKEN_LINES = {
    "SLACK_BOT_TOKEN=xoxb-…": f"SLACK_BOT_TOKEN={TOKENS['slack']}",
    "PAGERDUTY_API_TOKEN=…": f"PAGERDUTY_API_TOKEN={TOKENS['pagerduty']}",
    "NOTION_TOKEN=ntn_…": f"NOTION_TOKEN={TOKENS['notion']}",
}
ID = "20261121-honest-rhinoceros"
WHO = ("user.name Ana", "user.email ana@example.com")  # this reader is Ana

#: What `init` asks for, by words of its questions that are the README's too, and what this reader answers.
ANSWERS = {
    "PagerDuty service": f"https://example.pagerduty.com/service-directory/{SERVICE}",
    "PagerDuty user": "ana@example.com",
    "Notion database": f"https://www.notion.so/example/{NEW_DATABASE.replace('-', '')}?v={'2c' * 16}",
}


def blocks(kind: str) -> list[str]:
    """What stands in the fences of one kind, in order, without the indentation of the list."""
    found = re.findall(rf"^ *```{kind}\n(.*?)^ *```$", SETUP, re.MULTILINE | re.DOTALL)
    return [re.sub(r"^   ", "", block, flags=re.MULTILINE).rstrip("\n") for block in found]


def unwrapped(text: str) -> str:
    return " ".join(text.split())


def invited() -> tuple[str, str]:
    """Which bot the README has invited, and where."""
    (found,) = re.findall(r"at first `(#[a-z]+)`, type `/invite @([a-z]+)`", unwrapped(SETUP))
    return found[1], found[0]


# what the text says ----------------------------------------------------------------------------


def test_what_is_the_reader_s_own_still_stands_in_the_readme() -> None:
    assert [theirs for theirs in (*TOKEN_LINES, ID, *WHO, *ANSWERS) if theirs not in unwrapped(SETUP)] == []
    assert "by the id that `new` printed" in unwrapped(SETUP)


def test_the_readme_counts_what_is_to_be_pasted() -> None:
    assert "seven things to paste: three answers, one manifest, three tokens" in unwrapped(SETUP)
    assert "asks for three things" in SETUP
    assert (len(ANSWERS), len(TOKEN_LINES)) == (3, 3)
    assert blocks("sh").count("cat slack-app.yaml") == 1


def test_the_readme_says_of_each_scope_what_the_program_says() -> None:
    rows = re.findall(r"^ *\| `([a-z.]+:[a-z.]+)` \| (.+) \|$", SETUP, re.MULTILINE)
    assert rows == list(SCOPES.items())


@pytest.mark.parametrize("page", ["README.md", "reconciler/starter/templates/README.md"])
def test_every_line_can_be_pasted_into_any_shell(page: str) -> None:
    """zsh takes a `#` that is typed for a word of the command."""
    fences = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    assert [line for fence in fences for line in fence.splitlines() if "#" in line] == []


# word for word ---------------------------------------------------------------------------------


def test_followed_word_for_word_it_ends_with_a_live_incident(tmp_path: Path) -> None:
    begin, manifest, write, read, who, share, examine, declare, end = blocks("sh")
    (tokens,) = blocks("ini")
    accounts, desk = Accounts(), Desk(tmp_path)
    with serving(accounts.world) as url, terminal(tmp_path / "work", desk.environ(url)) as shell:
        told = shell.paste(begin, ANSWERS)
        assert_the_readme_goes_on_as(told)
        accounts.install(shell.paste(manifest))
        accounts.invite(*invited())
        accounts.connect()
        desk.will_type(owned(tokens))
        for block in (write, read, who, share):
            shell.paste(block)
        assert (tmp_path / "home/.incident-tokens").stat().st_mode & 0o077 == 0

        assert re.search(r"^\d+ in order\. 2 worth knowing\.$", shell.paste(examine), re.MULTILINE)
        id = re.findall(r"^(\d{8}-[a-z]+-[a-z]+): ", shell.paste(declare), re.MULTILINE)[0]
        title = "[SEV1] Trying out the reconciler"
        assert accounts.pages() == {title: "triggered"}
        assert (accounts.channels(), accounts.documents()) == ([f"incd-{id}"], 1)
        assert desk.workflow(url).startswith("Nothing was written. All ")

        shell.paste(end.replace(ID, id))
        desk.workflow(url)
        assert accounts.pages() == {title: "resolved"}


def owned(text: str) -> str:
    for theirs, ours in TOKEN_LINES.items():
        text = text.replace(theirs, ours)
    return text + "\n"


def assert_the_readme_goes_on_as(told: str) -> None:
    """Every line that `init` says is to be typed stands in the README, in the same order."""
    lines = re.findall(r"^   (\S.*)$", told, re.MULTILINE)
    assert len(lines) == 11
    places = [SETUP.find(line) for line in lines]
    assert -1 not in places, lines[places.index(-1)]
    assert places == sorted(places)


# what somebody may leave out -------------------------------------------------------------------

LEFT_OUT: dict[str, tuple[str, Callable[[Accounts], None], str]] = {
    "the app's scopes": (
        "chat:write is missing: without it the bot cannot post the card, the announcements and the updates",
        lambda accounts: accounts.slack.data.update(scopes=[]),
        "add it to the app (OAuth & Permissions) and install the app again",
    ),
    "the invitation": (
        "the bot is not in #incidents",
        lambda accounts: accounts.slack.person("ana@example.com").kick_bot("#incidents"),
        "type `/invite @incidents` in #incidents",
    ),
    "the connection": (
        "the database is not there, or not shared with the connection",
        lambda accounts: accounts.disconnect(),
        "in Notion open it, ••• › Connections, and add Incident Reconciler",
    ),
    "the Notion properties": (
        "property Incident ID is missing: no document can be made",
        lambda accounts: None,
        "`reconciler doctor --fix` adds it",
    ),
}


@pytest.mark.parametrize("what", LEFT_OUT)
def test_what_was_left_out_is_named_with_what_to_do(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, leave_out, remedy = LEFT_OUT[what]
    accounts, desk = Accounts(), Desk(tmp_path)
    accounts.slack.data["scopes"] = list(SCOPES)
    accounts.invite(*invited())
    accounts.connect()
    leave_out(accounts)
    with serving(accounts.world) as url:
        tokens = dict(line.split("=") for line in TOKEN_LINES.values())
        for name, value in (desk.environ(url) | tokens).items():
            monkeypatch.setenv(name, value)
        answers = zip(
            ("--pagerduty-service", "--pagerduty-from", "--notion-database"), ANSWERS.values(), strict=True
        )
        run(cli, ["-C", str(tmp_path / "work"), "init", *(word for pair in answers for word in pair)])
        capsys.readouterr()
        assert run(cli, ["-C", str(tmp_path / "work"), "doctor"]) == 1
    said = capsys.readouterr().out.splitlines()
    at = next(number for number, line in enumerate(said) if text in line)
    assert said[at].startswith("  ✘ ")
    assert remedy in said[at + 1]
