"""What a page in a made-up language must show: its direction, and no text that was left in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests import pseudo
from webapp import catalogues

#: English words that stand in no Finnish, Swedish or made-up text.
_ENGLISH = re.compile(
    r"\b(the|you|your|please|with|this|that|of|and|must|not|valid|field|required|choose|back)\b",
    re.I,
)
#: Every text that somebody reads or hears: but what says of itself that it is in another language, what people
#: typed, and what is a code.
_TEXTS = """() => {
  const here = document.documentElement.lang;
  const foreign = e => e.closest('[lang]').lang !== here || e.closest('script, style, .typed, .code, .reference');
  const found = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.replace(/\\s+/g, ' ').trim();
    if (text && !foreign(walker.currentNode.parentElement)) found.push(text);
  }
  for (const e of document.querySelectorAll('*'))
    for (const name of ['aria-label', 'alt', 'title', 'placeholder', 'data-left', 'data-over'])
      if (e.hasAttribute(name) && !foreign(e)) found.push(e.getAttribute(name));
  return found;
}"""
_DIRECTION = "() => [document.documentElement.dir, getComputedStyle(document.body).direction]"
#: Phone numbers and codes whose digits would be read in another order than they were written.
_TURNED = """() => [...document.querySelectorAll('a[href^="tel:"], .code, .reference')].filter(e => {
  const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
  const places = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    for (let i = 0; i < node.length; i++) {
      if (!/[0-9A-Z+]/.test(node.data[i])) continue;
      const range = document.createRange();
      range.setStart(node, i); range.setEnd(node, i + 1);
      const box = range.getBoundingClientRect();
      if (box.width) places.push({x: box.left, y: Math.round(box.top)});
    }
  }
  return places.some((at, n) => n && at.y === places[n - 1].y && at.x < places[n - 1].x);
}).map(e => e.outerHTML)"""


@cache
def _texts() -> frozenset[str]:
    """Every text of the house in English, that has two letters at least."""
    return frozenset(text for text in pseudo.texts() if re.search("[A-Za-z]{2}", text))


def faults(page: Page, code: str) -> Iterator[str]:
    """Complaints about a page in the language of this code, in words."""
    wanted = catalogues.known()[code].direction
    shown: Any = page.evaluate(_DIRECTION)
    if shown != [wanted, wanted]:
        yield f"direction {shown}, not {wanted}"
    if wanted == "rtl":
        yield from (f"read from the wrong end: {found}" for found in page.evaluate(_TURNED))
    if code == pseudo.CODE:
        texts: Any = page.evaluate(_TEXTS)
        left = [text for text in texts if text in _texts() or _ENGLISH.search(text)]
        yield from (f"left in English: {text[:120]}" for text in left)
