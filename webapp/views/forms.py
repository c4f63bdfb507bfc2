"""The public forms: start, one page a step, check, receipt. GET shows, POST stores and redirects.

Whatever arrives, nothing typed is lost: a wrong answer, a lost session and a stale token all give the page
back with the text in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, g, redirect, render_template, request
from flask import url_for as address
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from casework import usecases
from casework.calendar import HELSINKI
from casework.commands import AddInformation
from casework.errors import AlreadySubmitted
from casework.messages import Queue
from forms.base import Born, FormSpec, Step, Surroundings
from forms.registry import FORMS
from webapp.house import directory, house
from webapp.i18n import language
from webapp.limits import BEGINNINGS, limiter
from webapp.store.drafts import Draft
from webapp.views import drafting
from webapp.views.public import give_language, take_language, team_card
from webapp.wiring import now

log = structlog.get_logger()
bp = Blueprint("forms", __name__, url_prefix="/<lang>/forms")
bp.url_value_preprocessor(take_language)
bp.url_defaults(give_language)

Answer = Response | str | tuple[str, int]


@bp.url_value_preprocessor
def take_form(endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values and "slug" in values:
        spec = FORMS.get(values.pop("slug"))
        if spec is None:
            raise NotFound
        g.spec = spec


@bp.url_defaults
def give_form(endpoint: str, values: dict[str, Any]) -> None:
    if g.get("spec"):
        values.setdefault("slug", g.spec.slug)


def _spec() -> FormSpec:
    spec: FormSpec = g.spec
    return spec


def surroundings() -> Surroundings:
    return Surroundings(directory(), now().astimezone(HELSINKI).date(), language())


@bp.get("/<slug>")
def start() -> str:
    """Says what the form is for, and offers to go on with what was left unfinished."""
    unfinished = []
    mine = drafting.visitor()
    if mine.exists:
        unfinished = house().drafts.unfinished(mine.id_hash(), _spec().slug, now())
    return render_template("forms/start.html", spec=_spec(), unfinished=unfinished)


@bp.post("/<slug>")
@limiter.limit(BEGINNINGS)
def begin() -> Response:
    draft = drafting.begin(_spec(), shared_device=bool(request.form.get("shared_device")))
    return redirect(address("forms.step", draft=draft.id, step=_spec().steps[0].slug), 303)


@bp.get("/<slug>/<uuid:draft>/<step>")
def step(draft: UUID, step: str) -> Answer:
    kept, around = drafting.load(draft, _spec()), surroundings()
    if kept is None:
        return _gone()
    if kept.sent and drafting.shown(kept, step) is None:
        return redirect(address("forms.receipt", draft=draft), 303)
    page = _page(step, kept, around)
    form = page(data=drafting.shown(kept, step))
    form.prepare(around, kept.content.get("answers", {}))
    return _show(form, kept, around)


@bp.post("/<slug>/<uuid:draft>/<step>")
def answer(draft: UUID, step: str) -> Answer:
    kept, around = drafting.load(draft, _spec()), surroundings()
    if kept is None:
        return give_back(step)
    page = _page(step, kept, around)
    form = page(request.form)
    form.prepare(around, kept.content.get("answers", {}))
    if drafting.change_children(form, request.form.get("action", "next")):
        return _show(form, kept, around)
    if not form.validate():
        return _show(form, kept, around), 422
    if kept.sent:
        return _keep_for_addition(kept, form)
    stored = drafting.keep(kept, form, _spec(), around)
    if stored is None:
        # Sent from another tab while this page was being stored: what it says is added instead.
        sent = drafting.load(draft, _spec())
        return _keep_for_addition(sent, form) if sent and sent.sent else give_back(step)
    return redirect(_next_address(stored, step, around), 303)


def _page(slug: str, kept: Draft, around: Surroundings) -> type[Step]:
    page = _asked_page(slug, kept, around)
    if page is None:
        raise NotFound
    return page


def _asked_page(slug: str, kept: Draft, around: Surroundings) -> type[Step] | None:
    for page in _spec().steps:
        if page.slug == slug and (kept.sent or page.asked(kept.content["answers"], around)):
            return page
    return None


def _next_address(kept: Draft, step: str, around: Surroundings) -> str:
    """After a page: back to the check where that was asked for and all is answered, else the page after it."""
    answers = kept.content["answers"]
    missing = _spec().first_unanswered(answers, around)
    if missing is None and (request.args.get("then") == "check"):
        return address("forms.check", draft=kept.id)
    asked = [page.slug for page in _spec().asked_steps(answers, around)]
    following = asked[asked.index(step) + 1 :]
    if request.args.get("then") == "check" and missing is not None:
        return address("forms.step", draft=kept.id, step=missing.slug, then="check")
    if not following:
        return address("forms.check", draft=kept.id)
    return address("forms.step", draft=kept.id, step=following[0])


def _show(form: Step, kept: Draft, around: Surroundings, notice: str = "") -> str:
    answers = kept.content.get("answers", {})
    asked = [page.slug for page in _spec().asked_steps(answers, around)]
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
        spec=_spec(),
        form=form,
        draft=kept,
        back=back,
        place=place + 1,
        pages=len(asked) + 1,
        notice=notice,
        action=address(
            "forms.answer", draft=kept.id, step=form.slug, then="check" if returning else None
        ),
    )


@bp.get("/<slug>/<uuid:draft>/check")
def check(draft: UUID) -> Answer:
    kept, around = drafting.load(draft, _spec()), surroundings()
    if kept is None:
        return _gone()
    if kept.sent and not kept.content.get("addition"):
        return redirect(address("forms.receipt", draft=draft), 303)
    if not kept.sent:
        missing = _spec().first_unanswered(kept.content["answers"], around)
        if missing is not None:
            return redirect(address("forms.step", draft=draft, step=missing.slug), 303)
    return _show_check(kept, around)


def _show_check(kept: Draft, around: Surroundings, notice: str = "") -> str:
    return render_template(
        "forms/check.html",
        spec=_spec(),
        draft=kept,
        sections=list(_sections(kept, around)),
        notice=notice,
    )


def _sections(kept: Draft, around: Surroundings) -> Iterator[tuple[type[Step], list[Any]]]:
    answers = kept.content["addition"] if kept.sent else kept.content["answers"]
    for page in _spec().steps:
        if page.slug in answers and (kept.sent or page.asked(answers, around)):
            form = page(data=answers[page.slug])
            form.prepare(around, answers)
            yield page, list(form.rows())


@bp.post("/<slug>/<uuid:draft>/check")
def send(draft: UUID) -> Answer:
    kept, around = drafting.load(draft, _spec()), surroundings()
    if kept is None:
        return _gone()
    if kept.sent:
        return _send_addition(kept)
    answers = kept.content["answers"]
    missing = _spec().first_unanswered(answers, around)
    if missing is not None:
        return redirect(address("forms.step", draft=draft, step=missing.slug), 303)
    born = Born(kept.submission_id, kept.content["reference"], kept.content["code"])
    at, the_house = now(), house()
    work = the_house.work()
    the_house.drafts.mark_sent(work, kept.id, drafting.sent_content(kept, at))
    try:
        taken_in = usecases.submit(
            _spec().to_command(born, answers, around),
            directory=around.directory,
            now=at,
            ids=the_house.ids,
            work=work,
        )
    except AlreadySubmitted:
        return redirect(address("forms.receipt", draft=draft), 303)
    if taken_in.alarm:
        log.error("routing_alarm", submission=str(taken_in.submission_id))
    the_house.wake_up.wake(frozenset({Queue.URGENT, Queue.DEFAULT}))
    return redirect(address("forms.receipt", draft=draft), 303)


def _keep_for_addition(kept: Draft, form: Step) -> Response:
    """A page of a message that is sent already: nothing new is said, or it becomes an addition."""
    if not drafting.keep_addition(kept, form):
        return redirect(address("forms.receipt", draft=kept.id), 303)
    return redirect(address("forms.check", draft=kept.id), 303)


def _send_addition(kept: Draft) -> Response:
    addition = kept.content.get("addition")
    if addition:
        usecases.add_information(
            AddInformation(
                kept.submission_id,
                UUID(kept.content["addition_id"]),
                _spec().by_scope(addition),
            ),
            directory=directory(),
            now=now(),
            ids=house().ids,
            work=house().work(),
        )
        drafting.addition_sent(kept)
        house().wake_up.wake(frozenset({Queue.DEFAULT}))
    return redirect(address("forms.receipt", draft=kept.id), 303)


@bp.get("/<slug>/<uuid:draft>/receipt")
def receipt(draft: UUID) -> Answer:
    kept = drafting.load(draft, _spec())
    if kept is None:
        return _gone()
    if not kept.sent:
        return redirect(address("forms.check", draft=draft), 303)
    with house().work() as work:
        followed = work.submissions.follow_up_by_id(kept.submission_id)
    if followed is None:
        return _gone()
    here = directory()
    return render_template(
        "forms/receipt.html",
        spec=_spec(),
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
    kept = drafting.load(draft, _spec())
    if kept is None:
        return _gone()
    if kept.sent:
        drafting.forget_code(kept)
    return redirect(address("forms.receipt", draft=draft), 303)


@bp.post("/<slug>/<uuid:draft>/delete")
def delete(draft: UUID) -> Response:
    """Delete what was written and not sent."""
    house().drafts.delete(draft, drafting.visitor().id_hash())
    return redirect(address("forms.start"), 303)


def _gone() -> tuple[str, int]:
    return render_template("forms/gone.html", spec=_spec()), 404


def give_back(step: str, notice: str = "lost") -> Answer:
    """The session or its token is gone: the same page again, with the text, in a message of its own."""
    around = surroundings()
    page = next((page for page in _spec().steps if page.slug == step), None)
    if page is None:
        return _gone()
    kept = drafting.begin(_spec(), shared_device=False)
    form = page(request.form)
    form.prepare(around, {})
    return _show(form, kept, around, notice=notice), 400


def token_failed() -> Answer:
    """What `views.errors` answers for a form page whose token is missing or stale."""
    values = request.view_args or {}
    draft, step = values.get("draft"), values.get("step")
    kept = drafting.load(draft, _spec()) if draft else None
    around = surroundings()
    if kept is None:
        return give_back(step) if step else _start_again()
    if step:
        page = _asked_page(step, kept, around)
        if page is None:
            return _gone()
        form = page(request.form)
        form.prepare(around, kept.content.get("answers", {}))
        return _show(form, kept, around, notice="token"), 400
    if request.endpoint == "forms.send" and not kept.sent:
        return _show_check(kept, around, notice="token"), 400
    return redirect(address("forms.receipt" if kept.sent else "forms.check", draft=draft), 303)


def _start_again() -> tuple[str, int]:
    if request.endpoint == "forms.begin":
        return (
            render_template("forms/start.html", spec=_spec(), unfinished=[], notice="token"),
            400,
        )
    return _gone()
