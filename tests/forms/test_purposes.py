"""WCAG 1.3.5: what is asked of the writer says so to the browser, what is asked of others does not."""

from __future__ import annotations

from collections.abc import Iterator

from casework.commands import Scope
from forms.base import Step, Surroundings
from forms.registry import FORMS
from tests.forms.filling import questions_of

#: Names of fields that ask what HTML has a word for.
WRITERS = {
    "name": "name",
    "phone": "tel",
    "email": "email",
    "last_name": "family-name",
    "first_names": "given-name",
    "street_address": "address-line1",
    "postal_code": "postal-code",
    "post_office": "address-level2",
    "job_title": "organization-title",
    "organisation": "organization",
}


def fields(around: Surroundings, *, of_the_writer: bool) -> Iterator[tuple[str, str]]:
    """(short name, what the browser is told) of every field of these pages."""
    pages: set[type[Step]] = {step for spec in FORMS.values() for step in spec.steps}
    for page in pages:
        if (page.scope is Scope.SENDER) is of_the_writer:
            form = page()
            form.prepare(around, {})
            for field in questions_of(form):
                yield field.short_name, field.autocomplete


def test_a_browser_may_fill_in_what_it_knows_of_its_user(around: Surroundings) -> None:
    told = [(name, kind) for name, kind in fields(around, of_the_writer=True) if name in WRITERS]
    assert len(told) > 10
    assert [(name, kind) for name, kind in told if WRITERS[name] != kind] == []


def test_a_browser_fills_in_nothing_about_anybody_else(around: Surroundings) -> None:
    told = list(fields(around, of_the_writer=False))
    assert len(told) > 30
    assert {name for name, kind in told if kind != "off"} == set()
