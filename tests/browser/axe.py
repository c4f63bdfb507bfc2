"""axe-core (https://github.com/dequelabs/axe-core), run in the page."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.browser.chromium import AXE

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

#: Its best practices count too, and rules that axe itself leaves to those who ask for them. What it would load
#: beforehand is for sound and video, of which there is none.
_RUN = """tags => axe.run(document, {
  runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], preload: false,
  rules: {'label-content-name-mismatch': {enabled: true}},
})"""


@cache
def _source() -> str:
    return AXE.read_text("utf-8")


def run(page: Page) -> dict[str, Any]:
    """axe's answer: `violations`, `passes`, `incomplete`, each a list of rules; only violations list all nodes."""
    page.evaluate(_source())
    # What lies under the bar that stays in the window could not be judged.
    page.evaluate("scrollTo(0, 0)")
    answer: dict[str, Any] = page.evaluate(_RUN, list(TAGS))
    return answer


def violations(answer: dict[str, Any]) -> Iterator[str]:
    for rule in answer["violations"]:
        for node in rule["nodes"]:
            yield f"{rule['id']}: {rule['help']}: {node['html'][:160]} {node['failureSummary']}"
