"""Small words for templates: what Jinja itself does not know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import phonenumbers
from flask import Flask, request
from flask import url_for as address
from werkzeug.routing import BuildError
from wtforms import FieldList, FormField

from casework.calendar import HELSINKI
from casework.directory import Directory
from forms.base import Typed
from webapp import catalogues, i18n
from webapp.catalogues import Language
from webapp.house import house
from webapp.i18n import language, offered, offered_complete, say

_A_MONDAY = date(2024, 1, 1)
#: Around what is read from left to right in whatever text (Unicode's isolates, UAX 9).
_AS_WRITTEN = "\N{LEFT-TO-RIGHT ISOLATE}%s\N{POP DIRECTIONAL ISOLATE}"


def readable_phone(number: str) -> str:
    """'+358500000100' as it is read aloud, '050 0000100'; what is no number stays as it is.

    In a text from right to left its groups of digits would else come in the other order.
    """
    read = _readable(number)
    return _AS_WRITTEN % read if this_language().direction == "rtl" else read


def _readable(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number, "FI")
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    home = parsed.country_code == phonenumbers.country_code_for_region("FI")
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, style.NATIONAL if home else style.INTERNATIONAL)


def show_answer(value: object) -> str:
    """What a person typed stays; what was chosen is said in the page's language."""
    return str(value) if isinstance(value, Typed) else say(value)


def all_errors(form: Any) -> list[tuple[str, object]]:
    """(id of the control to go to, words) for each wrong field, in the order of the page."""
    return list(_errors(form))


def _errors(fields: Any) -> Iterator[tuple[str, object]]:
    for field in fields:
        if isinstance(field, FieldList):
            yield from _errors_of_entries(field, fields)
        elif isinstance(field, FormField):
            yield from _errors(field.form)
        elif field.errors:
            group = getattr(field, "kind", "") in {"radios", "checks"}
            yield (f"{field.id}-0" if group else field.id), field.errors[0]


def _errors_of_entries(entries: Any, step: Any) -> Iterator[tuple[str, object]]:
    """With several entries each error says whose it is: else two lines of a list would read alike."""
    for number, entry in enumerate(entries, start=1):
        for id_, error in _errors(entry.form):
            whose = say(step.heading(number))
            yield id_, error if len(entries) == 1 else f"{whose}: {say(error)}"


def local_day(moment: datetime) -> date:
    return moment.astimezone(HELSINKI).date()


def weekday(index: int) -> str:
    """Monday is 0; the name of the day in the page's language."""
    return i18n.weekday(_A_MONDAY.replace(day=1 + index))


#: What stands behind the question mark and belongs to the page.
_ASKED = ("municipality", "by", "place", "among", "then")


def same_page(language: str) -> str:
    """This page in another language: same step, same draft."""
    endpoint = _this_page()
    known = {name: request.args[name] for name in _ASKED if name in request.args}
    try:
        values = request.view_args or {} if endpoint != "public.start" else {}
        return address(endpoint, **{**values, **known, "lang": language})
    except BuildError:  # an address that named a form which does not exist
        return address("public.start", lang=language)


#: Pages that a POST may answer with, and the address under which they are shown.
_SHOWN_BY_GET = {
    "forms.answer": "forms.step",
    "forms.begin": "forms.start",
    "forms.send": "forms.check",
    "forms.saved": "forms.receipt",
    "forms.delete": "forms.start",
    "public.open_follow_up": "public.follow_up",
    "public.leave_follow_up": "public.follow_up",
    "public.add_more": "public.add",
    "public.choose_contact": "public.contact_choices",
    "public.withdraw_now": "public.withdraw",
    "forms.carry": "forms.onward",
    "public.root": "public.start",
    "public.leave": "public.start",
}


def _this_page() -> str:
    """The endpoint of this page; of the start page where a page has no address in each language."""
    endpoint = request.endpoint or ""
    found = _SHOWN_BY_GET.get(endpoint, endpoint)
    return found if found.startswith(("public.", "forms.")) else "public.start"


def has_page(code: str, endpoint: str) -> bool:
    """Whether a known language has the page of this endpoint, or the page on which its answer is shown."""
    return catalogues.known()[code].has(_SHOWN_BY_GET.get(endpoint, endpoint))


def languages_of(endpoint: str) -> tuple[str, ...]:
    """The languages that the county offers for a page."""
    return tuple(code for code in offered() if has_page(code, endpoint))


def this_language() -> Language:
    return catalogues.known()[language()]


def alternates() -> list[tuple[str, str]]:
    """(tag, whole address) of this page in each language, once a tag, for search engines."""
    found: dict[str, str] = {}
    for code in languages_of(_this_page()):
        tag = catalogues.known()[code].tag
        found.setdefault(tag, house().settings.origin + same_page(code))
    return list(found.items())


def _languages() -> dict[str, Any]:
    """What a page knows of its own language, and of those in which it can be read."""
    staff = (request.endpoint or "").startswith("staff.")
    codes = offered_complete() if staff else languages_of(_this_page())
    here = this_language()
    return {
        "language": here.code,
        "tag": here.tag,
        "direction": here.direction,
        "languages": codes,
        "known_languages": catalogues.known(),
        "own_names": {code: catalogues.own_name(code) for code in codes},
        "alternates": alternates,
    }


def _directory() -> Directory:
    known = house().current.last_known()
    assert known is not None
    return known


def init(app: Flask) -> None:
    app.jinja_env.filters.update(
        readable_phone=readable_phone,
        show_answer=show_answer,
        all_errors=all_errors,
        local_day=local_day,
        weekday=weekday,
    )
    app.jinja_env.globals.update(same_page=same_page, county_directory=_directory)
    app.context_processor(_languages)
