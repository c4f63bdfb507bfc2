"""The public forms: start, one page a step, check, receipt. GET shows, POST stores and redirects.

Whatever arrives, nothing typed is lost: a wrong answer, a lost session and a stale token all give the page
back with the text in it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, g, redirect, render_template, request
from flask import url_for as address
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from casework import usecases
from casework.commands import AddInformation
from casework.errors import AlreadySubmitted
from casework.messages import Queue
from forms.base import Born, Step, Surroundings
from forms.registry import FORMS
from webapp.house import directory, house
from webapp.limits import BEGINNINGS, limiter
from webapp.store.drafts import Draft, DraftChanged
from webapp.views import drafting
from webapp.views.contact import team_card
from webapp.views.form_pages import (
    Answer,
    asked_page,
    gone,
    next_address,
    show_check,
    show_step,
    spec,
    surroundings,
)
from webapp.views.public import give_language, take_language
from webapp.views.recovery import give_back
from webapp.wiring import now

log = structlog.get_logger()
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


@bp.get("/<slug>")
def start() -> str:
    """Says what the form is for, and offers to go on with what was left unfinished."""
    unfinished = []
    mine = drafting.visitor()
    if mine.exists:
        unfinished = house().drafts.unfinished(mine.id_hash(), spec().slug, now())
    return render_template("forms/start.html", spec=spec(), unfinished=unfinished)


@bp.post("/<slug>")
@limiter.limit(BEGINNINGS)
def begin() -> Response:
    draft = drafting.begin(spec(), shared_device=bool(request.form.get("shared_device")))
    return redirect(address("forms.step", draft=draft.id, step=spec().steps[0].slug), 303)


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
    return show_step(form, kept, around)


@bp.post("/<slug>/<uuid:draft>/<step>")
def answer(draft: UUID, step: str) -> Answer:
    kept, around = drafting.load(draft, spec()), surroundings()
    if kept is None:
        return give_back(step)
    page = asked_page(step, kept, around)
    form = page(request.form)
    form.prepare(around, kept.content.get("answers", {}))
    if drafting.change_children(form, request.form.get("action", "next")):
        return show_step(form, kept, around)
    if not form.validate():
        return show_step(form, kept, around), 422
    if kept.sent:
        return _keep_for_addition(kept, form)
    stored = drafting.keep(kept, form, spec(), around)
    if stored is None:
        # Sent from another tab while this page was being stored: what it says is added instead.
        sent = drafting.load(draft, spec())
        return _keep_for_addition(sent, form) if sent and sent.sent else give_back(step)
    return redirect(next_address(stored, step, around), 303)


@bp.get("/<slug>/<uuid:draft>/check")
def check(draft: UUID) -> Answer:
    kept, around = drafting.load(draft, spec()), surroundings()
    if kept is None:
        return gone()
    if kept.sent and not kept.content.get("addition"):
        return redirect(address("forms.receipt", draft=draft), 303)
    if not kept.sent:
        missing = spec().first_unanswered(kept.content["answers"], around)
        if missing is not None:
            return redirect(address("forms.step", draft=draft, step=missing.slug), 303)
    return show_check(kept, around)


@bp.post("/<slug>/<uuid:draft>/check")
def send(draft: UUID) -> Answer:
    kept, around = drafting.load(draft, spec()), surroundings()
    if kept is None:
        return gone()
    if kept.sent:
        return _send_addition(kept)
    answers = kept.content["answers"]
    missing = spec().first_unanswered(answers, around)
    if missing is not None:
        return redirect(address("forms.step", draft=draft, step=missing.slug), 303)
    born = Born(kept.submission_id, kept.content["reference"], kept.content["code"])
    at, the_house = now(), house()
    work = the_house.work()
    try:
        with the_house.drafts.sending(work, kept, drafting.sent_content(kept, at)):
            taken_in = usecases.submit(
                spec().to_command(born, answers, around),
                directory=around.directory,
                now=at,
                ids=the_house.ids,
                work=work,
            )
    except (AlreadySubmitted, DraftChanged):
        return _after_another_tab(draft, around)
    if taken_in.alarm:
        log.error("routing_alarm", submission=str(taken_in.submission_id))
    the_house.wake_up.wake(frozenset({Queue.URGENT, Queue.DEFAULT}))
    return redirect(address("forms.receipt", draft=draft), 303)


def _after_another_tab(draft: UUID, around: Surroundings) -> Answer:
    """Another tab or press was faster: it sent the message, or it stored an answer, which is to be checked."""
    newest = drafting.load(draft, spec())
    if newest is None:
        return gone()
    if newest.sent:
        return redirect(address("forms.receipt", draft=draft), 303)
    missing = spec().first_unanswered(newest.content["answers"], around)
    if missing is not None:
        return redirect(address("forms.step", draft=draft, step=missing.slug), 303)
    return show_check(newest, around, notice="changed"), 409


def _keep_for_addition(kept: Draft, form: Step) -> Answer:
    """A page of a message that is sent already: nothing new is said, or it becomes an addition."""
    if not drafting.says_more(kept, form):
        return redirect(address("forms.receipt", draft=kept.id), 303)
    if not drafting.keep_addition(kept, form, spec()):
        return give_back(form.slug)
    return redirect(address("forms.check", draft=kept.id), 303)


def _send_addition(kept: Draft) -> Response:
    addition, left = kept.content.get("addition"), False
    if addition:
        usecases.add_information(
            AddInformation(
                kept.submission_id,
                drafting.addition_id(kept),
                spec().by_scope(addition),
                cannot_wait=spec().cannot_wait(addition),
            ),
            directory=directory(),
            now=now(),
            ids=house().ids,
            work=house().work(),
        )
        newest = drafting.addition_sent(kept, spec())
        left = newest is not None and "addition" in newest.content
        house().wake_up.wake(frozenset({Queue.URGENT, Queue.DEFAULT}))
    return redirect(address("forms.check" if left else "forms.receipt", draft=kept.id), 303)


@bp.get("/<slug>/<uuid:draft>/receipt")
def receipt(draft: UUID) -> Answer:
    kept = drafting.load(draft, spec())
    if kept is None:
        return gone()
    if not kept.sent:
        return redirect(address("forms.check", draft=draft), 303)
    with house().work() as work:
        followed = work.submissions.follow_up_by_id(kept.submission_id)
    if followed is None:
        return gone()
    here = directory()
    return render_template(
        "forms/receipt.html",
        spec=spec(),
        draft=kept,
        followed=followed,
        code=drafting.code_to_show(kept, now()),
        added=bool(kept.content.get("added")),
        cards=[
            team_card(here.teams.get(key) or here.teams[here.fallback_team], here)
            for key in dict.fromkeys(case.team for case in followed.cases)
        ],
    )


@bp.post("/<slug>/<uuid:draft>/receipt")
def saved(draft: UUID) -> Answer:
    """'I have saved it': from now on the code is nowhere but with the person."""
    kept = drafting.load(draft, spec())
    if kept is None:
        return gone()
    if kept.sent:
        drafting.forget_code(kept, spec())
    return redirect(address("forms.receipt", draft=draft), 303)


@bp.post("/<slug>/<uuid:draft>/delete")
def delete(draft: UUID) -> Response:
    """Delete what was written and not sent; a page left open deletes no receipt."""
    if not house().drafts.delete(draft, drafting.visitor().id_hash()):
        kept = drafting.load(draft, spec())
        if kept is not None and kept.sent:
            return redirect(address("forms.receipt", draft=draft), 303)
    return redirect(address("forms.start"), 303)
