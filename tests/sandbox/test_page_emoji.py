"""An emoji that our own messages have is drawn on the page, and does not stand there as a word."""

from __future__ import annotations

import re
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "reconciler"
SPEAKING = ("helper", "targets/slack")


def test_the_page_draws_every_emoji_that_we_write() -> None:
    texts = [
        file.read_text(encoding="utf-8") for place in SPEAKING for file in (PACKAGE / place).glob("*.py")
    ]
    written = {name for text in texts for name in re.findall(r":([a-z]\w+):", text)}
    drawing = (PACKAGE / "sandbox/page/static/mrkdwn.js").read_text(encoding="utf-8")
    assert len(written) > 9
    assert {name for name in written if not re.search(rf"\b{name}: ", drawing)} == set()
