"""Languages of pages: chosen by the address, by the account, or by the browser, in that order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from babel import Locale
from babel.dates import format_date
from babel.support import NullTranslations
from flask import Flask, g, request
from flask_babel import Babel, Domain, gettext

from casework.calendar import HELSINKI
from forms.words import N_, Words
from webapp import catalogues
from webapp.house import house

_DAY_PATTERN, _CLOCK_PATTERN = N_("EEEE d MMMM y"), N_("HH:mm")
assert (_DAY_PATTERN, _CLOCK_PATTERN) == (catalogues.DAY_PATTERN, catalogues.CLOCK_PATTERN)
#: A weight that cannot be read: the language is taken where nothing better was asked for.
_UNREADABLE = 0.0001


class _InMemory(Domain):  # type: ignore[misc]  # Flask-Babel carries no types
    """Flask-Babel's domain, reading our catalogues instead of compiled files."""

    def get_translations(self) -> NullTranslations:
        return catalogues.translations(language())


def language() -> str:
    """The code of the language of this request's page."""
    chosen: str | None = g.get("language")
    return chosen or preferred()


def locale() -> Locale:
    """Babel's idea of that language: of dates, plurals and direction."""
    return catalogues.known()[language()].locale


def offered() -> tuple[str, ...]:
    """The languages that the county offers and that have a catalogue, in the county's order."""
    found: tuple[str, ...] | None = g.get("offered")
    if found is None:
        found = g.offered = _offered()
    return found


def offered_complete() -> tuple[str, ...]:
    """Those of them that have every page: of staff, of errors, and where a partial language ends."""
    known = catalogues.known()
    return tuple(code for code in offered() if known[code].is_complete)


def _offered() -> tuple[str, ...]:
    here, known = house().current.at_hand(), catalogues.known()
    found = tuple(code for code in here.county.languages if code in known) if here else ()
    return found if any(known[code].is_complete for code in found) else catalogues.complete()


def base(code: str) -> str:
    """The complete language for what a language of ours has not: what it is based on, else the county's first."""
    complete = offered_complete()
    found = catalogues.base(code)
    return found if found in complete else complete[0]


def preferred(among: Sequence[str] = ()) -> str:
    """The browser's best language among these, or all complete ones; rubbish in the header is skipped."""
    choices = among or offered_complete()
    # Two languages of one tag differ by their way of writing, which no browser asks for: the first is meant.
    tags = {catalogues.known()[code].tag.lower(): code for code in reversed(choices)}
    for asked in _tags(request.headers.get("Accept-Language", "")[:1000]):
        parts = asked.split("-")
        for length in range(len(parts), 0, -1):
            if code := tags.get("-".join(parts[:length])):
                return code
    return choices[0]


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
        asked = tag.replace("_", "-").strip().lower()
        if asked and quality > 0:  # RFC 9110 12.4.2: 0 means 'not acceptable'
            ranked.append((-quality, place, asked))
    return [asked for _, _, asked in sorted(ranked)]


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
    """'keskiviikko 4. maaliskuuta 2026'."""
    return format_date(day, gettext(_DAY_PATTERN), locale=locale())


def weekday(day: date) -> str:
    """The name of the day as it stands alone: 'keskiviikko'."""
    return format_date(day, "cccc", locale=locale())


def clock(moment: datetime) -> str:
    """'8.00' in Finnish and Swedish, '08:00' in English: never a.m. and p.m., which few here read."""
    return time_of_day(moment.hour, moment.minute)


def time_of_day(hours: int, minutes: int) -> str:
    """The same for an hour of opening, which may be 24.00."""
    pattern = str(gettext(_CLOCK_PATTERN))
    pattern = pattern.replace("HH", f"{hours:02}").replace("H", str(hours))
    return pattern.replace("mm", f"{minutes:02}")


def short_moment(moment: datetime) -> str:
    """For tables: '4.3.2026 10.15'."""
    local = moment.astimezone(HELSINKI)
    return f"{local.day}.{local.month}.{local.year} {clock(local)}"


def init(app: Flask) -> None:
    babel = Babel(
        app,
        default_locale=str(catalogues.known()[catalogues.complete()[0]].locale),
        default_timezone="Europe/Helsinki",
        locale_selector=lambda: str(locale()),
    )
    babel.domain_instance = _InMemory()
    app.jinja_env.filters.update(
        say=say, in_words=in_words, day_in_words=day_in_words, short_moment=short_moment
    )
