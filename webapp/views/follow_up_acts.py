"""What may be done on the follow-up page: add information, choose another way of contact, or none at all."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from uuid import UUID, uuid5

from flask import redirect, render_template, request
from flask import url_for as address

from casework import usecases
from casework.commands import AddInformation, ChangeContact, ContactWay, Scope
from casework.messages import Queue
from casework.model import FollowUp
from forms.contact import contact_of
from forms.following import MoreStep, NewContactStep
from webapp.house import directory, house
from webapp.ids import derived_key
from webapp.limits import BEGINNINGS, limiter
from webapp.views.follow_up import (
    PAGES,
    Answer,
    code_page,
    followed_now,
    form_page,
    kept_now,
    once,
    posted,
)
from webapp.views.form_pages import surroundings
from webapp.views.public import bp
from webapp.wiring import now


@bp.get("/<lang>/follow-up/add")
def add() -> Answer:
    return _asked(MoreStep()) if followed_now() else code_page()


@bp.post("/<lang>/follow-up/add")
@limiter.limit(BEGINNINGS)
def add_more() -> Answer:
    followed, form = followed_now(), posted(MoreStep)
    if followed is None:
        return _closed()
    if not form.validate():
        return form_page(form), 422
    given = form.answers()
    usecases.add_information(
        AddInformation(
            followed.submission_id,
            _act_id(followed, given),
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
    return _asked(NewContactStep()) if followed.has_contact else _nameless()


@bp.post("/<lang>/follow-up/contact")
@limiter.limit(BEGINNINGS)
def choose_contact() -> Answer:
    followed, form = followed_now(), posted(NewContactStep)
    if followed is None:
        return _closed()
    if not followed.has_contact:
        return _nameless(), 400
    if not form.validate():
        return form_page(form), 422
    given = form.answers()
    way = ContactWay(given["way"])
    _change(followed, way, given)
    done = "withdrawn" if way is ContactWay.NONE else "changed"
    return redirect(address("public.follow_up", done=done), 303)


@bp.get("/<lang>/follow-up/withdraw")
def withdraw() -> Answer:
    followed = followed_now()
    if followed is None:
        return code_page()
    return _withdraw_page() if followed.has_contact else _nameless()


@bp.post("/<lang>/follow-up/withdraw")
@limiter.limit(BEGINNINGS)
def withdraw_now() -> Answer:
    followed = followed_now()
    if followed is None:
        return _closed()
    if not followed.has_contact:
        return _nameless(), 400
    nothing = NewContactStep(data={"way": ContactWay.NONE.value})
    _change(followed, ContactWay.NONE, nothing.answers())
    return redirect(address("public.follow_up", done="withdrawn"), 303)


def token_failed() -> Answer:
    """What `views.errors` answers here when a token is missing or stale: what was typed comes back."""
    followed = followed_now()
    if followed is None or request.endpoint == "public.open_follow_up":
        return _closed()
    if request.endpoint == "public.withdraw_now":
        return (_withdraw_page("token") if followed.has_contact else _nameless()), 400
    page = next(asked.page for asked in PAGES.values() if asked.endpoint == request.endpoint)
    return form_page(posted(page), notice="token"), 400


def _asked(form: MoreStep | NewContactStep) -> str:
    form.prepare(surroundings(), {})
    return form_page(form)


def _closed() -> tuple[str, int]:
    """Closed meanwhile: the code is asked for again, and what was written waits on the same page."""
    return code_page(kept=kept_now()), 400


def _nameless() -> str:
    return render_template("public/follow_up_nameless.html")


def _withdraw_page(notice: str = "") -> str:
    return render_template("public/follow_up_withdraw.html", once=once(), notice=notice)


def _change(followed: FollowUp, way: ContactWay, given: dict[str, Any]) -> None:
    answers = {Scope.SENDER.value: {NewContactStep.slug: given}}
    contact = contact_of({NewContactStep.slug: given})
    command = ChangeContact(followed.submission_id, _act_id(followed, given), way, answers, contact)
    usecases.change_contact(command, **_rooms())


def _act_id(followed: FollowUp, given: dict[str, Any]) -> UUID:
    """The same for a repeated press of one page; another one for other words, which must not be lost."""
    key = derived_key(house().settings.secret_key.get_secret_value(), "repeat")
    said = json.dumps([str(once()), given], sort_keys=True, ensure_ascii=False)
    return uuid5(followed.submission_id, hmac.digest(key, said.encode(), hashlib.sha256).hex())


def _rooms() -> dict[str, Any]:
    rooms = house()
    return {"directory": directory(), "now": now(), "ids": rooms.ids, "work": rooms.work()}
