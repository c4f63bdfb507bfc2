"""Small words for templates: what Jinja itself does not know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import phonenumbers
from flask import Flask, request
from flask import url_for as address
from flask_babel import format_date
from werkzeug.routing import BuildError
from wtforms import FieldList, FormField

from casework.calendar import HELSINKI
from casework.directory import Directory
from forms.base import Typed
from forms.words import N_, Words
from webapp.house import house
from webapp.i18n import say

_A_MONDAY = date(2024, 1, 1)


def readable_phone(number: str) -> str:
    """'+358500000100' as it is read aloud, '050 0000100'; what is no number stays as it is."""
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
            yield from _errors_of_children(field)
        elif isinstance(field, FormField):
            yield from _errors(field.form)
        elif field.errors:
            group = getattr(field, "kind", "") in {"radios", "checks"}
            yield (f"{field.id}-0" if group else field.id), field.errors[0]


def _errors_of_children(children: Any) -> Iterator[tuple[str, object]]:
    """With several children each error says whose it is: else two lines of a list would read alike."""
    for number, child in enumerate(children, start=1):
        for id_, error in _errors(child.form):
            whose = say(Words(N_("Child %(number)s"), number=number))
            yield id_, error if len(children) == 1 else f"{whose}: {say(error)}"


def local_day(moment: datetime) -> date:
    return moment.astimezone(HELSINKI).date()


def weekday(index: int) -> str:
    """Monday is 0; the name of the day in the page's language."""
    return str(format_date(_A_MONDAY.replace(day=1 + index), "cccc", rebase=False))


def same_page(language: str) -> str:
    """This page in another language: same step, same draft."""
    if request.endpoint is None:
        return address("public.start", lang=language)
    endpoint = _SHOWN_BY_GET.get(request.endpoint, request.endpoint)
    if not endpoint.startswith(("public.", "forms.")):
        return address("public.start", lang=language)
    known = {name: request.args[name] for name in ("municipality", "then") if name in request.args}
    try:
        return address(endpoint, **{**(request.view_args or {}), **known, "lang": language})
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
    "public.root": "public.start",
    "public.leave": "public.start",
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
