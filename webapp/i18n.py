"""Languages of pages: chosen by the address, by the account, or by the browser, in that order."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from babel.support import NullTranslations
from flask import Flask, g, request
from flask_babel import Babel, Domain, format_date, gettext

from casework.calendar import HELSINKI
from forms.words import Words
from webapp import catalogues
from webapp.catalogues import LANGUAGES

#: How each language calls itself.
OWN_NAMES = {"fi": "Suomeksi", "sv": "På svenska", "en": "In English"}
#: A weight that cannot be read: the language is taken where nothing better was asked for.
_UNREADABLE = 0.0001


class _InMemory(Domain):  # type: ignore[misc]  # Flask-Babel carries no types
    """Flask-Babel's domain, reading our catalogues instead of compiled files."""

    def get_translations(self) -> NullTranslations:
        return catalogues.translations(language())


def language() -> str:
    """The language of this request's page."""
    chosen: str | None = g.get("language")
    return chosen or preferred()


def preferred() -> str:
    """The browser's best language of ours; rubbish in the header is skipped."""
    for tag in _tags(request.headers.get("Accept-Language", "")[:1000]):
        if tag in LANGUAGES:
            return tag
    return LANGUAGES[0]


def _tags(header: str) -> list[str]:
    ranked = []
    for place, item in enumerate(header.split(",")):
        tag, _, parameters = item.strip().partition(";")
        quality = 1.0
        name, _, value = parameters.partition("=")
        if name.strip() == "q":
            try:
                quality = float(value.split(";")[0])
            except ValueError:
                quality = _UNREADABLE
        primary = tag.replace("_", "-").split("-")[0].strip().lower()
        if primary and quality > 0:  # RFC 9110 12.4.2: 0 means 'not acceptable'
            ranked.append((-quality, place, primary))
    return [primary for _, _, primary in sorted(ranked)]


def say(text: object) -> str:
    """A message id in the page's language; words bring the values that they need."""
    params = text.params if isinstance(text, Words) else {}
    return str(gettext(str(text), **params)) if text else ""


def in_words(moment: datetime) -> str:
    """Date and time as the language writes them, Europe/Helsinki: 'keskiviikko 4. maaliskuuta klo 10.15'."""
    local = moment.astimezone(HELSINKI)
    day, time = day_in_words(local.date()), clock(local)
    return str(gettext("%(day)s at %(time)s", day=day, time=time))


def day_in_words(day: date) -> str:
    formats = {"fi": "cccc d. MMMM y", "sv": "EEEE d MMMM y", "en": "EEEE d MMMM y"}
    return str(format_date(day, formats.get(language(), "full"), rebase=False))


def clock(moment: datetime) -> str:
    """'8.00' in Finnish and Swedish, '08:00' in English: never a.m. and p.m., which few here read."""
    return f"{moment:%H:%M}" if language() == "en" else f"{moment.hour}.{moment.minute:02}"


def short_moment(moment: datetime) -> str:
    """For tables: '4.3.2026 10.15'."""
    local = moment.astimezone(HELSINKI)
    return f"{local.day}.{local.month}.{local.year} {clock(local)}"


def init(app: Flask) -> None:
    babel = Babel(
        app,
        default_locale=LANGUAGES[0],
        default_timezone="Europe/Helsinki",
        locale_selector=language,
    )
    babel.domain_instance = _InMemory()
    app.jinja_env.filters.update(
        say=say, in_words=in_words, day_in_words=day_in_words, short_moment=short_moment
    )
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    return {"language": language(), "languages": LANGUAGES, "own_names": OWN_NAMES}
