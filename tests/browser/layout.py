"""What a small window, a large zoom and a reader's own spacing do to a page."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page

#: A 1280 x 1024 window as it is, at 200 % and at 400 % zoom; a phone. CSS pixels.
PLAIN, ZOOMED, ZOOMED_MORE, PHONE = (1280, 800), (640, 512), (320, 256), (360, 740)

#: WCAG 1.4.12: what a reader may set, and must lose nothing by. A constructed sheet is no inline style.
_SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""
_NO_SPACING = "() => { document.adoptedStyleSheets = []; }"

#: Sideways scrolling, words that do not fit into their element, and what lies off the page.
_LOST = """() => {
  const named = e => e.outerHTML.replace(/\\s+/g, ' ').slice(0, 120);
  const out = [], wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) out.push(`${wide} px too wide`);
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!e.checkVisibility() || e.closest('.vh, .skip, .first-button, select, svg')) continue;
    const {clientWidth, clientHeight, scrollWidth, scrollHeight} = e;
    const clips = own && getComputedStyle(e).overflow !== 'visible' && !e.matches('textarea');
    if (clips && (scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1))
      out.push('clipped: ' + named(e));
    const {left, right} = e.getBoundingClientRect();
    if (!e.closest('.hds-table-container > *') && (right > innerWidth + 1 || left < -1))
      out.push('off the page: ' + named(e));
  }
  return out.slice(0, 5);
}"""


def resize(page: Page, size: tuple[int, int]) -> None:
    wanted = {"width": size[0], "height": size[1]}
    if page.viewport_size != wanted:
        page.set_viewport_size({"width": size[0], "height": size[1]})


def lost(page: Page) -> Iterator[str]:
    """What does not fit into the window as it is (WCAG 1.4.4, 1.4.10)."""
    assert page.viewport_size is not None
    width = page.viewport_size["width"]
    yield from (f"at {width} px: {found}" for found in page.evaluate(_LOST))


def lost_by_spacing(page: Page) -> Iterator[str]:
    """What does not fit with the widest spacing of WCAG 1.4.12."""
    page.evaluate(_SPACING)
    yield from (f"spaced, {found}" for found in lost(page))
    page.evaluate(_NO_SPACING)
