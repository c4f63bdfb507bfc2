"""Honest answers to any page of any form, read off its own fields: a new form is filled in without new test code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict
from wtforms import FieldList, FormField

from forms.base import Step, Surroundings
from forms.spec import Born, FormSpec

BORN = Born(UUID(int=1), "ABCD-EFGH", "SECR-ETCO-DEOF-TEST")

#: By the name of a field, where its kind does not say enough. `None` leaves it empty.
USUAL: Mapping[str, str | None] = {
    "municipality": "905",
    "other_municipality": None,
    "identity": "named",
    "consent": "yes",
    "way": "call",
    "identity_code": "010594Y9021",
    "email": "testi@example.org",
    "phone": "040 123 4567",
}

Fields = list[tuple[str, str]]


def fields_of(page: Step, answers: Mapping[str, str | None] = USUAL) -> Fields:
    """What a person posts who answers every question of the page."""
    return [
        (field.name, value)
        for field in questions_of(page)
        for value in _answer(field, answers)
        if value
    ]


def questions_of(fields: Any) -> Iterator[Any]:
    """Every question of a page, those of its lists included."""
    for field in fields:
        if isinstance(field, FieldList):
            for entry in field:
                yield from questions_of(entry)
        elif isinstance(field, FormField):
            yield from questions_of(field.form)
        else:
            yield field


def _answer(field: Any, answers: Mapping[str, str | None]) -> list[str | None]:
    if field.short_name in answers:
        return [answers[field.short_name]]
    if field.kind == "checks":
        return [value for value, _ in field.options[:2]]
    if field.options:
        return [field.options[0][0]]
    return [f"Vastaus {field.short_name}"]


def walk(
    spec: FormSpec, around: Surroundings, answers: Mapping[str, str | None] = USUAL
) -> dict[str, Any]:
    """Valid answers of each page that is asked, as they would be stored."""
    stored: dict[str, Any] = {}
    while (page := spec.first_unanswered(stored, around)) is not None:
        blank = page()
        blank.prepare(around, stored)
        form = page(MultiDict(fields_of(blank, answers)))
        form.prepare(around, stored)
        assert form.validate(), (spec.slug, page.slug, form.errors)
        stored = spec.only_asked({**stored, page.slug: form.answers()}, around)
    return stored
