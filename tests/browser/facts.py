"""Facts about a page as it stands, gathered in one go by a script that changes nothing."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

_FACTS = """() => {
  const shown = e => e.checkVisibility({visibilityProperty: true, opacityProperty: false});
  const named = e => e.outerHTML.replace(/\\s+/g, ' ').slice(0, 110);
  const hidden = e => e.matches('.skip') || e.closest('[aria-hidden="true"]');
  const every = selector => [...document.querySelectorAll(selector)];
  const all = selector => every(selector).filter(e => shown(e) && !hidden(e));
  const words = e => e.textContent.replace(/\\s+/g, ' ').trim();
  const described = e => (e.getAttribute('aria-describedby') || '').split(' ').filter(Boolean)
    .map(id => words(document.getElementById(id) || new Text(''))).join(' ');
  const controls = 'input:not([type=hidden]),select,textarea';
  const choice = e => ['radio', 'checkbox'].includes(e.type);
  const question = e => e.closest('.hds-selection-group, .hds-text-input, fieldset');
  const box = e => {
    const label = choice(e) && document.querySelector(`label[for="${CSS.escape(e.id)}"]`);
    const {width, height} = (label || e).getBoundingClientRect();
    return {what: named(e), width, height};
  };
  const references = every('[aria-describedby],[aria-labelledby],[for],a[href^="#"]')
    .flatMap(e => [...['aria-describedby', 'aria-labelledby', 'for'].flatMap(
        name => (e.getAttribute(name) || '').split(' ')),
      ...(e.matches('a[href^="#"]') ? [e.hash.slice(1)] : [])].filter(Boolean));
  const ids = every('[id]').map(e => e.id);
  const takesFocus = e => e && shown(e) && e.matches(`a[href],button,${controls}`);
  // Where an error's link must lead: the first wrong control of its question, else its first control.
  const first = e => {
    const group = question(e);
    return group && (group.querySelector('[aria-invalid="true"]:not([type=hidden])')
      || group.querySelector(controls));
  };
  const links = every('.hds-error-summary__body a').map(a => document.getElementById(a.hash.slice(1)));
  const groups = all(controls).filter(e => choice(e) && all(`[name="${CSS.escape(e.name)}"]`).length > 1);
  const ranks = all('h1,h2,h3,h4,h5,h6').map(e => +e.tagName[1]);
  const [navigation] = performance.getEntriesByType('navigation');
  const loaded = performance.getEntriesByType('resource').filter(e => !e.name.startsWith('data:'));
  return {
    language: document.documentElement.lang,
    title: document.title,
    path: location.pathname,
    status: navigation.responseStatus,
    headings: all('h1').length,
    skipped: ranks.filter((rank, place) => rank > (ranks[place - 1] || 1) + 1).map(rank => 'h' + rank),
    dangling: references.filter(id => !ids.includes(id)),
    doubled: ids.filter((id, place) => ids.indexOf(id) !== place),
    landmarks: ['header', 'main', 'footer'].filter(name => every(`body > ${name}`).length !== 1),
    alone: groups.filter(e => !e.closest('fieldset')).map(named),
    legendless: every('fieldset').filter(
      e => e.firstElementChild?.tagName !== 'LEGEND' || !words(e.firstElementChild)).map(named),
    mislabelled: every('label').filter(e => !e.control).map(named),
    unlabelled: all(controls).filter(e => !(e.labels.length || e.ariaLabel || e.ariaLabelledByElements?.length))
      .map(named),
    misnamed: all('a[href], button, summary').filter(e => e.ariaLabel && words(e)
      && !e.ariaLabel.toLowerCase().includes(words(e).toLowerCase())).map(named),
    lost: links.filter(e => !takesFocus(e)).map(e => e ? named(e) : 'nothing'),
    // A button that was refused is no question; it is led to as it is.
    misled: links.filter(e => takesFocus(e) && (question(e) || !e.matches('button')) && first(e) !== e).map(named),
    summaries: every('.hds-error-summary__body').length,
    errors: every('[class*="__error-text"]').map(e => ({what: named(e), id: e.id,
      tied: every(`[aria-describedby~="${e.id}"]`).length,
      marked: Boolean(question(e)?.querySelector(':is(input,select,textarea)[aria-invalid="true"]')
        || question(e)?.querySelector('[type=radio]')),
      linked: links.some(target => target && question(e)?.contains(target))})),
    wrong: every('[aria-invalid="true"]').map(e => ({what: named(e), described: described(e)})),
    wrongGroups: every('fieldset:has(> [class*="__error-text"])').map(
      e => ({what: named(e), described: described(e)})),
    backless: every('.toolbar').filter(e => e.querySelector('.exit') && !e.querySelector('a.back')).map(named),
    large: all('button, a.hds-button, input:not([type=hidden]), select, textarea').map(box),
    targets: all('a[href], summary').map(box),
    languages: every('.lang a').filter(a => !a.lang || a.lang !== a.hreflang).map(named),
    traps: [...all('[placeholder], [title], [maxlength], [required], :disabled, dialog, canvas, iframe, '
        + 'video, audio, object, map, [type=date], [accesskey], [draggable=true], [role=tooltip], '
        + '[tabindex]:not([tabindex="0"]):not([tabindex="-1"])').map(named),
      ...all('form[novalidate] details').map(named),
      ...all('label, legend').filter(e => e.textContent.includes('*')).map(named)],
    pictures: every('img:not([alt]), svg:not([aria-hidden="true"]):not([role="img"])').map(named),
    requests: 1 + loaded.length,
    bytes: [navigation, ...loaded].reduce((sum, e) => sum + e.encodedBodySize, 0),
  };
}"""


def of(page: Page) -> dict[str, Any]:
    """What `checks` judges, by name. Sizes are CSS pixels, `bytes` the bodies as they came over the wire."""
    answer: dict[str, Any] = page.evaluate(_FACTS)
    return answer
