"""Tabbing through a page: the order, what lies over the focus, whether it can be seen, whether anything moves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

#: Everything that Tab must reach, in the order of the document: of a group of radios the chosen or first one.
_PREPARE = """() => {
  const stops = [...document.querySelectorAll(
      'a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex]')]
    .filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({visibilityProperty: true}));
  const radios = name => stops.filter(e => e.type === 'radio' && e.name === name);
  window.__stops = stops.filter(e => e.type !== 'radio'
    || e === (radios(e.name).find(r => r.checked) || radios(e.name)[0]));
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
  scrollTo(0, 0);
  return window.__stops.length;
}"""

#: What a focused element must be: marked by an outline, and not covered at the middle of what is in the window.
STOP = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return {place: -1, fault: 'nothing has the focus', kind: '', box: null};
  const named = e => e.outerHTML.replace(/\\s+/g, ' ').slice(0, 110);
  const label = ['radio', 'checkbox'].includes(e.type) && document.querySelector(`label[for="${CSS.escape(e.id)}"]`);
  const native = matchMedia('(forced-colors: active)').matches;
  const mark = label && !native ? getComputedStyle(label, '::before') : getComputedStyle(e);
  const faults = [];
  if (e.id !== 'main' && (mark.outlineStyle === 'none' || parseFloat(mark.outlineWidth) < 2))
    faults.push('no outline: ' + named(e));
  const whole = (label || e).getBoundingClientRect(), {left, right, top, bottom} = (label || e).getClientRects()[0];
  const x = (Math.max(0, left) + Math.min(innerWidth, right)) / 2;
  const y = (Math.max(0, top) + Math.min(innerHeight, bottom)) / 2;
  const above = document.elementFromPoint(x, y);
  if (e.id !== 'main' && !(above && (e.contains(above) || label && label.contains(above))))
    faults.push('covered: ' + named(e) + ' by ' + (above ? named(above) : 'the edge of the window'));
  if (matchMedia('(prefers-reduced-motion: reduce)').matches && document.getAnimations().length)
    faults.push('something moves: ' + named(e));
  return {
    place: (window.__stops || []).indexOf(e), fault: faults.join('; '),
    kind: [e.tagName, e.type || '', ...e.classList, label ? label.className : '', e.closest('[class]').className].join(' '),
    box: {x: whole.x, y: whole.y, width: whole.width, height: whole.height},
  };
}"""

_AT = "() => document.activeElement.outerHTML.slice(0, 110)"
_BLUR = "() => { window.__was = document.activeElement; window.__was.blur(); }"
_AGAIN = "() => window.__was.focus({focusVisible: true, preventScroll: true})"


def walk(page: Page, seen: set[str]) -> Iterator[str]:
    """Tab through the whole page, from top to end. `seen` holds the kinds of control whose focus has been
    looked at in pixels, and grows."""
    page.emulate_media(reduced_motion="reduce")
    expected = page.evaluate(_PREPARE)
    for place in range(expected):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop["fault"]:
            yield stop["fault"]
        if stop["place"] != place:
            yield f"stop {place} of {expected} is number {stop['place']}: {page.evaluate(_AT)}"
            break
        if stop["kind"] not in seen:
            seen.add(stop["kind"])
            yield from _unseen(page, stop["box"])
    page.emulate_media(reduced_motion="no-preference")


def _unseen(page: Page, box: dict[str, Any]) -> Iterator[str]:
    """A complaint where the focused element looks as it does without the focus."""
    assert page.viewport_size is not None
    x, y = max(0, box["x"] - 8), max(0, box["y"] - 8)
    clip: Any = {
        "x": x,
        "y": y,
        "width": min(page.viewport_size["width"], box["x"] + box["width"] + 8) - x,
        "height": min(page.viewport_size["height"], box["y"] + box["height"] + 8) - y,
    }
    focused = page.screenshot(clip=clip, caret="hide")
    page.evaluate(_BLUR)
    plain = page.screenshot(clip=clip, caret="hide")
    page.evaluate(_AGAIN)
    if focused == plain:
        yield f"the focus is not to be seen: {page.evaluate(_AT)}"
