"""What may be done on the follow-up page: add information, choose another way of contact, or none at all."""

from __future__ import annotations

from typing import Any
from uuid import uuid5

from flask import redirect, render_template, request
from flask import url_for as address

from casework import usecases
from casework.commands import AddInformation, ChangeContact, ContactWay, Scope
from casework.messages import Queue
from casework.model import FollowUp
from forms.base import Step
from forms.following import MoreStep, NewContactStep
from webapp.house import directory, house
from webapp.limits import BEGINNINGS, limiter
from webapp.views.follow_up import Answer, code_page, followed_now, form_page, once_given
from webapp.views.form_pages import surroundings
from webapp.views.public import bp
from webapp.wiring import now


@bp.get("/<lang>/follow-up/add")
def add() -> Answer:
    return _show(MoreStep()) if followed_now() else code_page()


@bp.post("/<lang>/follow-up/add")
@limiter.limit(BEGINNINGS)
def add_more() -> Answer:
    followed, form = followed_now(), _posted(MoreStep)
    if followed is None:
        # Closed meanwhile: the code is asked for again, and what was written waits on the same page.
        return code_page(kept=request.form.get("more", "")), 400
    once = once_given()
    if once is None:
        return _show(form, notice="kept")
    if not form.validate():
        return _show(form), 422
    given = form.answers()
    usecases.add_information(
        AddInformation(
            followed.submission_id,
            uuid5(followed.submission_id, f"more {once}"),
            {Scope.SHARED.value: {form.slug: given}},
            cannot_wait=given["can_wait"] == "no",
        ),
        **_rooms(),
    )
    house().wake_up.wake(frozenset({Queue.URGENT, Queue.DEFAULT}))
    return redirect(address("public.follow_up", done="added"), 303)


@bp.get("/<lang>/follow-up/contact")
def contact_choices() -> Answer:
    followed = followed_now()
    if followed is None:
        return code_page()
    if not followed.has_contact:
        return render_template("public/follow_up_nameless.html")
    return _show(NewContactStep())


@bp.post("/<lang>/follow-up/contact")
@limiter.limit(BEGINNINGS)
def choose_contact() -> Answer:
    followed, form = followed_now(), _posted(NewContactStep)
    if followed is None or not followed.has_contact:
        return code_page(), 400
    if not form.validate():
        return _show(form), 422
    _change(followed, ContactWay(form.answers()["way"]), form.answers())
    return redirect(address("public.follow_up", done="changed"), 303)


@bp.get("/<lang>/follow-up/withdraw")
def withdraw() -> Answer:
    followed = followed_now()
    if followed is None:
        return code_page()
    if not followed.has_contact:
        return render_template("public/follow_up_nameless.html")
    return render_template("public/follow_up_withdraw.html", once=house().ids.row())


@bp.post("/<lang>/follow-up/withdraw")
@limiter.limit(BEGINNINGS)
def withdraw_now() -> Answer:
    followed = followed_now()
    if followed is None or not followed.has_contact:
        return code_page(), 400
    nothing = NewContactStep(data={"way": ContactWay.NONE.value})
    _change(followed, ContactWay.NONE, nothing.answers())
    return redirect(address("public.follow_up", done="withdrawn"), 303)


def _change(followed: FollowUp, way: ContactWay, given: dict[str, Any]) -> None:
    change = uuid5(followed.submission_id, f"contact {once_given() or house().ids.row()}")
    answers = {Scope.SENDER.value: {NewContactStep.slug: given}}
    usecases.change_contact(ChangeContact(followed.submission_id, change, way, answers), **_rooms())


def _rooms() -> dict[str, Any]:
    rooms = house()
    return {"directory": directory(), "now": now(), "ids": rooms.ids, "work": rooms.work()}


def _posted(page: type[Step]) -> Any:
    form = page(request.form)
    form.prepare(surroundings(), {})
    return form


def _show(form: Step, notice: str = "") -> str:
    to = "public.add_more" if isinstance(form, MoreStep) else "public.choose_contact"
    return form_page(form, address(to), notice)
