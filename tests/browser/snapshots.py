"""What a page says to programs that read it aloud: roles, names, states and descriptions, as text that can be kept.

Roles and names are Playwright's aria snapshot; it leaves out descriptions and errors, which are added.
"""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page

FOLDER = Path(__file__).parent / "snapshots"

#: What is another one each time: ids in addresses, references and codes, days, times.
_PASSING = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\b[A-Z0-9]{4}(-[A-Z0-9]{4})+\b"), "<code>"),
    (re.compile(r"\bklo \d{1,2}([.:]\d{2})?"), "klo <time>"),
    (re.compile(r"\b\d{1,2}\.\d{1,2}\.(\d{4})?"), "<day>"),
    (re.compile(r"\b\d{1,2}\. [a-z]+kuuta( \d{4})?"), "<day>"),
    (re.compile(r"\b(maanan|tiis|tors|perjan|lauan|sunnun)tai\w*|\bkeskiviikko\w*"), "<weekday>"),
)

_DESCRIPTIONS = """() => [...document.querySelectorAll('[aria-describedby], [aria-invalid]')]
  .filter(e => e.checkVisibility()).map(e => {
    const words = (e.getAttribute('aria-describedby') || '').split(' ').filter(Boolean)
      .map(id => document.getElementById(id).textContent.replace(/\\s+/g, ' ').trim());
    return `# ${e.id || e.tagName.toLowerCase() + ' of ' + (e.querySelector('input')?.name || '')}: `
      + [e.getAttribute('aria-invalid') === 'true' ? 'invalid' : '', ...words].filter(Boolean).join(' | ');
  })"""


def taken(page: Page, part: str) -> str:
    """A part of the page (a selector) as text, with what passes replaced."""
    told = page.locator(part).aria_snapshot()
    lines = [f"# {page.title()}", told, *page.evaluate(_DESCRIPTIONS)]
    text = "\n".join(lines)
    for pattern, instead in _PASSING:
        text = pattern.sub(instead, text)
    return text + "\n"


def path_of(state: str, language: str) -> Path:
    """Where a state's snapshot is kept."""
    return FOLDER / f"{re.sub(r'[^a-z0-9]+', '-', state.lower())}.{language}.yaml"
