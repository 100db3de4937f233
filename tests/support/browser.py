"""The sandbox's page in the system's own Chromium, without a window; what must never happen is watched for.

Where there is no Chromium the tests are skipped and say so; with RECONCILER_BROWSER=required they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")

_LOOKS = Path(__file__).with_name("looks.js").read_text(encoding="utf-8")


def executable() -> str:
    """The system's Chromium; the test is skipped where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), "")
    if not found and os.environ.get("RECONCILER_BROWSER") == "required":
        pytest.fail(f"a browser is required here, and none of {', '.join(NAMES)} is on PATH")
    if not found:
        pytest.skip("no Chromium on PATH (Debian: apt install chromium)")
    return found


@dataclass
class Shown:
    """The page, opened; `wrong` is what went wrong in it."""

    page: Any
    url: str
    wrong: list[str] = field(default_factory=list)

    def open(self, incident: str = "") -> None:
        """Open it, at an incident, and wait until it is live."""
        self.page.goto(f"{self.url}/#{incident}" if incident else f"{self.url}/")
        self.page.wait_for_selector("#live[data-state=live]")

    def text(self, selector: str) -> str:
        """What can be read in an element."""
        return str(self.page.inner_text(selector))

    def sees(self, selector: str, words: str) -> None:
        """Wait until an element can be seen that has these words."""
        self.page.locator(selector).filter(has_text=words).first.wait_for(state="visible")

    def misses(self, selector: str, words: str) -> None:
        """Wait until no such element is there."""
        self.page.wait_for_function(
            "([s, w]) => ![...document.querySelectorAll(s)].some((one) => one.innerText.includes(w))",
            arg=[selector, words],
        )

    def button(self, words: str, within: str = "body") -> Any:
        """A button by its name."""
        return self.page.locator(within).get_by_role("button", name=words, exact=True).first

    def look(self, question: str) -> list[Any]:
        """What `looks.js` finds: `weak` texts, what is `unnamed`, what is `focused`, what is `active`."""
        return list(self.page.evaluate(f"() => ({_LOOKS}).{question}()"))

    def overflows(self) -> bool:
        """True when the page is wider than its window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@contextmanager
def showing(
    chromium: Any, url: str, *, width: int = 1440, height: int = 900, dark: bool = False
) -> Iterator[Shown]:
    """A fresh window at the page; fails when anything ran or loaded that should not."""
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    shown = Shown(page, url)
    page.on("pageerror", lambda error: shown.wrong.append(f"error: {error}"))
    page.on("dialog", lambda dialog: shown.wrong.append(f"dialog: {dialog.message}"))
    page.on("console", lambda said: shown.wrong.extend(_wrong(said)))
    page.on("request", lambda asked: shown.wrong.extend([] if asked.url.startswith(url) else [asked.url]))
    try:
        yield shown
        assert shown.wrong == []
    finally:
        context.close()


def _wrong(said: Any) -> list[str]:
    """What the console tells of errors, but not that a request was refused: that is an answer."""
    told = said.type == "error" and not said.text.startswith("Failed to load resource")
    return [said.text] if told else []


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a window."""
    path = executable()
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()
