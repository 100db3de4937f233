"""By its stamp a file tells whether somebody has edited it, and whether we would write it otherwise now."""

from __future__ import annotations

import json

import pytest

from reconciler.starter import stamp
from reconciler.starter.answers import EXAMPLES
from reconciler.starter.render import render
from reconciler.starter.sources import templates
from reconciler.starter.stamp import State, is_stamped, judge, stamped, unstamped

FILES = {file.path: file for file in render(EXAMPLES, templates())}
OLD, NEW = "one: 1\ntwo: 2\n", "one: 1\ntwo: 3\n"
PATH = "some.yaml"


@pytest.mark.parametrize("path", FILES)
def test_what_was_written_is_up_to_date_until_somebody_edits_it(path: str) -> None:
    file = FILES[path]
    written = stamped(path, file.text, file.edition)
    assert written != file.text
    assert is_stamped(written.encode())
    assert unstamped(written) == file.text
    assert judge(written, file.text, file.edition) is State.CURRENT
    line = file.text.splitlines()[2]
    assert judge(written.replace(line, f"{line} ", 1), file.text, file.edition) is State.EDITED
    assert judge(file.text, file.text, file.edition) is State.CURRENT


def test_json_stays_json() -> None:
    file = FILES["schemas/incident.schema.json"]
    written = json.loads(stamped(file.path, file.text, file.edition))
    assert "reconciler init" in written.pop("$comment")
    assert written == json.loads(file.text)


CASES = {
    "as written, and so today": (stamped(PATH, OLD, OLD), OLD, OLD, State.CURRENT),
    "as written, other today": (stamped(PATH, OLD, OLD), NEW, NEW, State.OUTDATED),
    "as written, another answer": (stamped(PATH, OLD, OLD), NEW, OLD, State.OUTDATED),
    "edited, ours as then": (stamped(PATH, OLD, OLD) + "three: 3\n", OLD, OLD, State.EDITED),
    "edited, another answer": (stamped(PATH, OLD, OLD) + "three: 3\n", NEW, OLD, State.EDITED),
    "edited, ours is other": (stamped(PATH, OLD, OLD) + "three: 3\n", NEW, NEW, State.BEHIND),
    "edited to what it is today": (stamped(PATH, OLD, OLD).replace("2", "3", 1), NEW, NEW, State.CURRENT),
    "the stamp taken off": (OLD, OLD, OLD, State.CURRENT),
    "the stamp taken off, edited": (OLD + "three: 3\n", OLD, OLD, State.FOREIGN),
    "empty": ("", OLD, OLD, State.FOREIGN),
    "Windows line ends": (stamped(PATH, OLD, OLD).replace("\n", "\r\n"), OLD, OLD, State.CURRENT),
    "Windows line ends, outdated": (stamped(PATH, OLD, OLD).replace("\n", "\r\n"), NEW, NEW, State.OUTDATED),
    "a byte order mark": ("\ufeff" + stamped(PATH, OLD, OLD), NEW, NEW, State.OUTDATED),
    "no last line end": (stamped(PATH, OLD, OLD).rstrip("\n"), NEW, NEW, State.OUTDATED),
    "the stamp moved up": (stamped(PATH, "", "a: 1\n") + "a: 1\n", NEW, NEW, State.BEHIND),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_an_edit_is_told_from_what_an_editor_or_a_checkout_changes_unasked(case: str) -> None:
    found, text, edition, state = CASES[case]
    assert judge(found, text, edition) is state


def test_what_a_later_version_wrote_is_not_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    for version, state in (("9.1.0", State.NEWER), ("0.0.9", State.OUTDATED), ("0.10.0rc1", State.NEWER)):
        monkeypatch.setattr(stamp, "__version__", version)
        written = stamped(PATH, OLD, OLD)
        monkeypatch.setattr(stamp, "__version__", "0.9.0")
        assert judge(written, NEW, NEW) is state
