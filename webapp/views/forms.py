"""The public forms, from their start to the last question. GET shows, POST stores and redirects.

Whatever arrives, nothing typed is lost: a wrong answer, a lost session and a stale token all give the page
back with the text in it. Checking, sending and the receipt stand in `form_sending`.
"""

from __future__ import annotations

import re
from uuid import UUID

from flask import redirect, render_template, request
from flask import url_for as address
from werkzeug.wrappers import Response

from forms.base import Step
from forms.registry import FORMS
from forms.spec import FormSpec
from webapp.house import house
from webapp.i18n import offered
from webapp.limits import BEGINNINGS, limiter
from webapp.store.drafts import Draft
from webapp.views import drafting
from webapp.views.form_pages import (
    Answer,
    asked_page,
    bp,
    gone,
    is_closed,
    next_address,
    show_step,
    spec,
    surroundings,
)
from webapp.views.recovery import give_back
from webapp.wiring import now

#: The button that goes to another language and takes along what stands on the page.
_OTHER_LANGUAGE = re.compile("language-([a-z0-9-]+)")


@bp.get("/<slug>")
def start() -> str:
    """Says what the form is for, and offers to go on with what was left unfinished."""
    if is_closed(spec()):
        return render_template("forms/closed.html", spec=spec(), others=_open_forms())
    unfinished = []
    mine = drafting.visitor()
    if mine.exists:
        unfinished = house().drafts.unfinished(mine.id_hash(), spec().slug, now())
    return render_template("forms/start.html", spec=spec(), unfinished=unfinished)


@bp.post("/<slug>")
@limiter.limit(BEGINNINGS)
def begin() -> Response:
    if is_closed(spec()):
        return redirect(address("forms.start"), 303)
    draft = drafting.begin(spec(), shared_device=bool(request.form.get("shared_device")))
    first = spec().asked_steps({}, surroundings())[0]
    return redirect(address("forms.step", draft=draft.id, step=first.slug), 303)


def _open_forms() -> list[FormSpec]:
    return [other for other in FORMS.values() if other.listed and not is_closed(other)]


@bp.get("/<slug>/<uuid:draft>/<step>")
def step(draft: UUID, step: str) -> Answer:
    kept, around = drafting.load(draft, spec()), surroundings()
    if kept is None:
        return gone()
    if kept.sent and drafting.shown(kept, step) is None:
        return redirect(address("forms.receipt", draft=draft), 303)
    page = asked_page(step, kept, around)
    form = page(data=drafting.shown(kept, step))
    form.prepare(around, kept.content.get("answers", {}))
    half_done = "unsaved" if drafting.unsaved(kept, spec()) == step else ""
    return show_step(form, kept, around, notice=half_done)


@bp.post("/<slug>/<uuid:draft>/<step>")
def answer(draft: UUID, step: str) -> Answer:
    kept, around = drafting.load(draft, spec()), surroundings()
    if kept is None:
        return give_back(step)
    if kept.sent and step not in kept.content["digests"]:
        # Never asked of this message: of somebody who stayed unknown nothing is kept afterwards either.
        return redirect(address("forms.receipt", draft=draft), 303)
    page = asked_page(step, kept, around)
    form = page(request.form)
    form.prepare(around, kept.content.get("answers", {}))
    action = request.form.get("action", "next")
    if drafting.change_entries(form, action, sent=kept.sent):
        return show_step(form, kept, around)
    if action == "discard":
        drafting.drop_partial(kept, step, spec())
        return redirect(address("forms.check", draft=draft), 303)
    other = _OTHER_LANGUAGE.fullmatch(action)
    if other and other.group(1) in offered():
        drafting.keep_partial(kept, form, spec())
        return redirect(_same_step(kept, step, other.group(1)), 303)
    if not form.validate():
        drafting.keep_partial(kept, form, spec())
        return show_step(form, kept, around), 422
    if kept.sent:
        return _keep_for_addition(kept, form)
    stored = drafting.keep(kept, form, spec(), around)
    if stored is None:
        # Sent from another tab while this page was being stored: what it says is added instead.
        sent = drafting.load(draft, spec())
        return _keep_for_addition(sent, form) if sent and sent.sent else give_back(step)
    return redirect(next_address(stored, step, around), 303)


def _same_step(kept: Draft, step: str, chosen: str) -> str:
    """The same page in another language."""
    return address(
        "forms.step",
        draft=kept.id,
        step=step,
        lang=chosen,
        then=request.args.get("then"),
    )


def _keep_for_addition(kept: Draft, form: Step) -> Answer:
    """A page of a message that is sent already: nothing new is said, or it becomes an addition."""
    if not drafting.says_more(kept, form):
        return redirect(address("forms.receipt", draft=kept.id), 303)
    if not drafting.keep_addition(kept, form, spec()):
        return give_back(form.slug)
    return redirect(address("forms.check", draft=kept.id), 303)


@bp.post("/<slug>/<uuid:draft>/delete")
def delete(draft: UUID) -> Response:
    """Delete what was written and not sent; a page left open deletes no receipt."""
    if not house().drafts.delete(draft, drafting.visitor().id_hash()):
        kept = drafting.load(draft, spec())
        if kept is not None and kept.sent:
            return redirect(address("forms.receipt", draft=draft), 303)
    return redirect(address("forms.start"), 303)
