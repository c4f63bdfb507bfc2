"""What a machine can judge of a page: each check gives its complaints in words, none when all is well."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.browser.chromium import AXE

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
ERROR_WORDS = {"fi": "Virhe: ", "sv": "Fel: ", "en": "Error: "}

#: Facts about the page as it stands, gathered in one go.
_FACTS = """() => {
  const shown = e => e.checkVisibility({visibilityProperty: true, opacityProperty: false});
  const named = e => e.outerHTML.slice(0, 110);
  const hidden = e => e.classList.contains('skip') || e.getAttribute('aria-hidden') === 'true';
  const all = selector => [...document.querySelectorAll(selector)].filter(e => shown(e) && !hidden(e));
  const box = e => {
    const label = ['radio', 'checkbox'].includes(e.type) && document.querySelector(`label[for="${e.id}"]`);
    const {width, height} = (label || e).getBoundingClientRect();
    return {what: named(e), width, height};
  };
  const references = [...document.querySelectorAll('[aria-describedby],[aria-labelledby],[for],a[href^="#"]')]
    .flatMap(e => [...['aria-describedby', 'aria-labelledby', 'for'].flatMap(
        name => (e.getAttribute(name) || '').split(' ')),
      ...(e.matches('a[href^="#"]') ? [e.hash.slice(1)] : [])].filter(Boolean));
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  const takesFocus = e => e && shown(e) && e.matches('a[href],button,input:not([type=hidden]),select,textarea');
  return {
    language: document.documentElement.lang,
    title: document.title,
    headings: all('h1').length,
    dangling: references.filter(id => !ids.includes(id)),
    doubled: ids.filter((id, place) => ids.indexOf(id) !== place),
    lost: [...document.querySelectorAll('.hds-error-summary__body a')].map(a => a.hash.slice(1))
      .filter(id => !takesFocus(document.getElementById(id))),
    summaries: document.querySelectorAll('.hds-error-summary__body').length,
    untied: [...document.querySelectorAll('[class*="__error-text"]')]
      .filter(e => !document.querySelector(`[aria-describedby~="${e.id}"]`)).map(named),
    silent: [...document.querySelectorAll('[aria-invalid="true"]')]
      .filter(e => !/-error( |$)/.test(e.getAttribute('aria-describedby') || '')).map(named),
    large: all('button, a.hds-button, input:not([type=hidden]), select, textarea').map(box),
    targets: all('a[href]').map(box),
    languages: [...document.querySelectorAll('.lang a')].filter(a => !a.lang || a.lang !== a.hreflang).map(named),
    motion: document.getAnimations().length,
  };
}"""

_OVERFLOW = """() => {
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide <= 0) return [];
  const out = [...document.querySelectorAll('body *')].filter(
    e => e.getBoundingClientRect().right > window.innerWidth + 0.5).map(e => e.outerHTML.slice(0, 110));
  return [`${wide} px too wide`, ...out.slice(0, 4)];
}"""


@cache
def _axe_source() -> str:
    return AXE.read_text("utf-8")


def axe(page: Page) -> dict[str, Any]:
    """axe's answer: `violations`, `passes`, `incomplete`, each a list of rules; only violations list all nodes."""
    page.evaluate(_axe_source())
    answer: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
        list(TAGS),
    )
    return answer


def violations(answer: dict[str, Any]) -> list[str]:
    return [
        f"axe {rule['id']}: {rule['help']}: {node['html'][:160]} {node['failureSummary']}"
        for rule in answer["violations"]
        for node in rule["nodes"]
    ]


def facts(page: Page) -> dict[str, Any]:
    answer: dict[str, Any] = page.evaluate(_FACTS)
    return answer


def status(page: Page) -> int:
    """The HTTP status with which the page came."""
    code: int = page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")
    return code


def structure(known: dict[str, Any]) -> Iterator[str]:
    """One heading of the first rank; ids that are named exist, once; errors hang together."""
    if known["headings"] != 1:
        yield f"{known['headings']} h1"
    for fault, what in {
        "dangling": "an id that is nowhere",
        "doubled": "an id twice",
        "lost": "a link of the error summary to what takes no focus",
        "untied": "an error text that no control names",
        "silent": "a wrong control without its error text",
        "languages": "a language link without lang and hreflang",
    }.items():
        for found in known[fault]:
            yield f"{what}: {found}"


def title(known: dict[str, Any], language: str, *, wrong: bool) -> Iterator[str]:
    """The page's language is the address's; its title begins with 'Error:' if and only if there is one."""
    if known["language"] != language:
        yield f"html lang is {known['language']}, not {language}"
    if known["title"].startswith(ERROR_WORDS[language]) != wrong:
        yield f"title: {known['title']}"
    if bool(known["summaries"]) != wrong:
        yield "an error summary where nothing is wrong" if not wrong else "no error summary"


def targets(known: dict[str, Any]) -> Iterator[str]:
    """24 px at least for every link (WCAG 2.5.8), 44 for what one presses or writes into."""
    for least, kind in ((24, "targets"), (44, "large")):
        for box in known[kind]:
            # Half a pixel of rounding is no fault of the page's.
            if min(box["width"], box["height"]) < least - 0.5:
                yield f"{box['width']:.0f} x {box['height']:.0f} px < {least}: {box['what']}"


def reflow(page: Page) -> Iterator[str]:
    """400 % zoom of a 1280 x 1024 window: no scrolling sideways (WCAG 1.4.10)."""
    before = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 256})
    yield from (f"at 320 px: {found}" for found in page.evaluate(_OVERFLOW))
    if before:
        page.set_viewport_size(before)


def everything(page: Page, language: str, *, wrong: bool) -> list[str]:
    """Every check of one page; all complaints together."""
    known = facts(page)
    return [
        *title(known, language, wrong=wrong),
        *structure(known),
        *targets(known),
        *violations(axe(page)),
        *reflow(page),
    ]
