"""The pages of a public form: which is asked, what stands on it, where it leads. Stores nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, g, render_template, request
from flask import url_for as address
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from casework.calendar import HELSINKI
from forms.base import Step, Surroundings
from forms.registry import FORMS
from forms.spec import FormSpec
from webapp.house import directory
from webapp.i18n import language
from webapp.store.drafts import Draft
from webapp.views import drafting
from webapp.views.public import give_language, take_language
from webapp.wiring import now

Answer = Response | str | tuple[str, int]

#: The name of the field that no person sees; one that programs which fill in forms like.
TRAP = "website"

bp = Blueprint("forms", __name__, url_prefix="/<lang>/forms")
bp.url_value_preprocessor(take_language)
bp.url_defaults(give_language)


@bp.url_value_preprocessor
def take_form(endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values and "slug" in values:
        found = FORMS.get(values.pop("slug"))
        if found is None:
            raise NotFound
        g.spec = found


@bp.url_defaults
def give_form(endpoint: str, values: dict[str, Any]) -> None:
    if g.get("spec"):
        values.setdefault("slug", g.spec.slug)


def spec() -> FormSpec:
    """The form that the address names."""
    found: FormSpec = g.spec
    return found


def is_closed(form: FormSpec) -> bool:
    """Whether the county does not take this form at present. What was begun may still be sent."""
    return form.slug in directory().county.closed_forms


def surroundings() -> Surroundings:
    return Surroundings(directory(), now().astimezone(HELSINKI).date(), language())


def asked_page(slug: str, kept: Draft, around: Surroundings) -> type[Step]:
    """The page of this name; NotFound where the answers so far do not ask it."""
    page = find_page(slug, kept, around)
    if page is None:
        raise NotFound
    return page


def find_page(slug: str, kept: Draft, around: Surroundings) -> type[Step] | None:
    """The same, or None."""
    for page in spec().steps:
        if page.slug == slug and (kept.sent or page.asked(kept.content["answers"], around)):
            return page
    return None


def next_address(kept: Draft, step: str, around: Surroundings) -> str:
    """After a page: back to the check where that was asked for and all is answered, else the page after it."""
    answers = kept.content["answers"]
    if spec().onward(answers):
        return address("forms.onward", draft=kept.id)
    missing = spec().first_unanswered(answers, around)
    if missing is None and (request.args.get("then") == "check"):
        return address("forms.check", draft=kept.id)
    asked = [page.slug for page in spec().asked_steps(answers, around)]
    following = asked[asked.index(step) + 1 :]
    if request.args.get("then") == "check" and missing is not None:
        return address("forms.step", draft=kept.id, step=missing.slug, then="check")
    if not following:
        return address("forms.check", draft=kept.id)
    return address("forms.step", draft=kept.id, step=following[0])


def show_step(form: Step, kept: Draft, around: Surroundings, notice: str = "") -> str:
    """A page of questions, with the answers and errors that the form holds."""
    answers = kept.content.get("answers", {})
    asked = [page.slug for page in spec().asked_steps(answers, around)]
    place = asked.index(form.slug) if form.slug in asked else 0
    returning = request.args.get("then") == "check"
    if returning:
        back = address("forms.check", draft=kept.id)
    elif place:
        back = address("forms.step", draft=kept.id, step=asked[place - 1])
    else:
        back = address("forms.start")
    return render_template(
        form.template,
        spec=spec(),
        form=form,
        draft=kept,
        back=back,
        place=place + 1,
        pages=len(asked) + 1,
        notice=notice,
        may_discard=kept.sent or form.slug in answers,
        ends_soon=drafting.ends_soon(kept),
        action=address(
            "forms.answer", draft=kept.id, step=form.slug, then="check" if returning else None
        ),
    )


def show_check(kept: Draft, around: Surroundings, notice: str = "") -> str:
    """All answers to be checked, or what is to be added to a message that was sent."""
    return render_template(
        "forms/check.html",
        spec=spec(),
        draft=kept,
        sections=list(_sections(kept, around)),
        notice=notice,
        ends_soon=drafting.ends_soon(kept),
        trap=TRAP,
    )


def _sections(kept: Draft, around: Surroundings) -> Iterator[tuple[type[Step], list[Any]]]:
    answers = kept.content["addition"] if kept.sent else kept.content["answers"]
    for page in spec().steps:
        if page.slug in answers and (kept.sent or page.asked(answers, around)):
            form = page(data=answers[page.slug])
            form.prepare(around, answers)
            yield page, list(form.groups())


def gone() -> tuple[str, int]:
    """The draft is over, deleted, or somebody else's: the same page for all three."""
    return render_template("forms/gone.html", spec=spec()), 404
