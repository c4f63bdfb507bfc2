"""The pages of the public forms in every state."""

from __future__ import annotations

from collections.abc import Iterator

from forms.guidance import GUIDANCE
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
    saved_receipt,
    there,
    unfinished,
)
from tests.browser.state import State


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


STATES = (*_beginning(), *_steps(), *_children(), *_end())
