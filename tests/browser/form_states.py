"""The pages of the public forms in every state."""

from __future__ import annotations

from collections.abc import Iterator

from forms.additional import AdditionalStep
from forms.base import Step
from forms.guidance import GUIDANCE
from forms.lists import ListStep
from forms.professional_notification import CarriedAdditionalStep, CarriedNeedsStep
from forms.registry import FORMS
from forms.telling import ToldStep
from tests.browser.any_form import form_answered, form_at, form_sent, spoil
from tests.browser.reaching import (
    ABROAD,
    BY_PHONE,
    TWO,
    added_receipt,
    answered,
    at_step,
    both,
    fill,
    go_on,
    press,
    receipt,
    receipt_from,
    saved_receipt,
    there,
    unfinished,
)
from tests.browser.site import CLOSED, CLOSED_FORM, OPEN
from tests.browser.state import State

#: Asked only where another form was carried over; there they look as they did.
CARRIED = {CarriedAdditionalStep, CarriedNeedsStep}


def _beginning() -> Iterator[State]:
    yield State("form", "new", there("/forms/guidance"))
    yield State("form", "unfinished", unfinished)


def _steps() -> Iterator[State]:
    """Each page of the form: not answered, wrongly answered, answered."""
    for step in (page.slug for page in GUIDANCE.steps):
        answers = ABROAD if step == "elsewhere" else BY_PHONE
        yield State(step, "empty", at_step(step, answers))
        yield State(step, "error", at_step(step, answers), go_on, wrong=True)
        yield State(step, "filled", answered(step, answers))


def _other_forms() -> Iterator[State]:
    """Every other form: its start, its check, and each page that no form before it has."""
    seen: set[type[Step]] = set(GUIDANCE.steps)
    for spec in FORMS.values():
        if spec is GUIDANCE or not spec.listed:
            continue
        yield State(f"{spec.slug}", "new", there(f"/forms/{spec.slug}"))
        for step in spec.steps:
            if step not in seen and step not in CARRIED:
                seen.add(step)
                yield from _page(spec.slug, step)
        yield State(f"{spec.slug}/check", "shown", form_at(spec.slug, "check"))


def _page(slug: str, step: type[Step]) -> Iterator[State]:
    page = f"{slug}/{step.slug}"
    yield State(page, "empty", form_at(slug, step.slug))
    yield State(page, "filled", form_answered(slug, step.slug))
    if issubclass(step, ListStep) and step.may_be_none:
        wrong = both(spoil, go_on)
        yield State(page, "error", form_at(slug, step.slug), wrong, wrong=True)
        if step().entries.max_entries > 1:
            yield State(page, "two of them", form_at(slug, step.slug), press("add"))
    elif step not in {AdditionalStep, ToldStep}:  # where nothing must be answered
        yield State(page, "error", form_at(slug, step.slug), go_on, wrong=True)


def _ways() -> Iterator[State]:
    yield State("onward", "shown", form_at("joint-contact", "onward", consent="no"))
    yield State("notification/receipt", "shown", form_sent("notification"))
    closed = there(f"/forms/{CLOSED_FORM}")
    yield State("closed", "shown", closed, without_database=True)


def _children() -> Iterator[State]:
    wrong_place = fill("children-0-other_municipality", "Eiolekunta")
    yield State("children", "one added", at_step("children"), press("add"))
    yield State("children", "one removed", answered("children", TWO), press("remove-0"))
    yield State("children", "another municipality", answered("children", ABROAD))
    yield State(
        "children",
        "unknown name",
        answered("children", ABROAD),
        both(wrong_place, go_on),
        wrong=True,
    )
    yield State(
        "children", "two errors", at_step("children"), both(press("add"), go_on), wrong=True
    )


def _end() -> Iterator[State]:
    yield State("check", "shown", at_step("check", BY_PHONE))
    yield State("check", "another county", at_step("check", ABROAD))
    yield State("receipt", "with its code", receipt)
    yield State("receipt", "code saved", saved_receipt)
    yield State("receipt", "added to", added_receipt)
    yield State("receipt", "by day", receipt_from(OPEN, "yes"))
    yield State("receipt", "by day, cannot wait", receipt_from(OPEN, "no"))
    yield State("receipt", "at night", receipt_from(CLOSED, "yes"))
    yield State("receipt", "at night, cannot wait", receipt_from(CLOSED, "no"))


STATES = (*_beginning(), *_steps(), *_other_forms(), *_ways(), *_children(), *_end())
