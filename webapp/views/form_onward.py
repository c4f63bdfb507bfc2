"""From one form to another that fits better, with everything that was typed."""

from __future__ import annotations

from uuid import UUID, uuid5

from flask import redirect, render_template
from flask import url_for as address
from werkzeug.wrappers import Response

from forms.registry import FORMS
from forms.spec import FormSpec, Onward
from webapp.house import house
from webapp.store.drafts import Draft
from webapp.views import drafting
from webapp.views.form_pages import Answer, bp, gone, is_closed, spec, surroundings


@bp.get("/<slug>/<uuid:draft>/onward")
def onward(draft: UUID) -> Answer:
    """Says why another form is the right one, and offers to go there with all that was written."""
    kept = drafting.load(draft, spec())
    if kept is None:
        return gone()
    found = _onward(kept)
    if found is None:
        return redirect(address("forms.check", draft=draft), 303)
    other = FORMS[found.slug]
    return render_template(
        "forms/onward.html",
        spec=spec(),
        draft=kept,
        first=spec().steps[0].slug,
        closed=is_closed(other),
    )


@bp.post("/<slug>/<uuid:draft>/onward")
def carry(draft: UUID) -> Answer:
    """Make the other form's draft, then delete this one. A second press finds what the first one made."""
    carried_id = uuid5(draft, "onward")
    kept = drafting.load(draft, spec())
    found = _onward(kept) if kept else None
    if kept is None or found is None:
        return _carried_before(carried_id) or gone()
    other = FORMS[found.slug]
    if is_closed(other):
        return redirect(address("forms.onward", draft=draft), 303)
    if drafting.load(carried_id, other) is None:
        drafting.begin(
            other,
            shared_device=kept.shared_device,
            draft_id=carried_id,
            carried=_content(kept, found, other),
        )
    house().drafts.delete(draft, drafting.visitor().id_hash())
    return redirect(_next(carried_id, other), 303)


def _onward(kept: Draft) -> Onward | None:
    return None if kept.sent else spec().onward(kept.content["answers"])


def _content(kept: Draft, found: Onward, other: FormSpec) -> dict[str, object]:
    """The answers of pages that both forms have, and what was typed on such pages and not accepted yet."""
    slugs = {step.slug for step in other.steps}
    loose: dict[str, object] = {
        place: {slug: kept.content[place][slug] for slug in kept.content[place] if slug in slugs}
        for place in ("partial", "earlier")
        if place in kept.content
    }
    return {**loose, "answers": other.only_asked(found.carried, surroundings())}


def _carried_before(carried_id: UUID) -> Response | None:
    for other in FORMS.values():
        if drafting.load(carried_id, other) is not None:
            return redirect(_next(carried_id, other), 303)
    return None


def _next(carried_id: UUID, other: FormSpec) -> str:
    """The first page of the other form that is not answered yet, else its check."""
    kept = drafting.load(carried_id, other)
    answers = kept.content.get("answers", {}) if kept else {}
    missing = other.first_unanswered(answers, surroundings())
    if missing is None:
        return address("forms.check", slug=other.slug, draft=carried_id)
    return address("forms.step", slug=other.slug, draft=carried_id, step=missing.slug)
