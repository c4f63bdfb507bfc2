"""What a worker does on the sender's follow-up page: says set phrases, and gives a new code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from flask import url_for as address
from flask_security import auth_required
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response

from casework import usecases
from casework.commands import Contact
from casework.errors import NotFound
from casework.messages import Queue
from casework.model import CaseHead
from casework.phrases import Phrase
from forms.contact import contact_of
from webapp.house import directory, house
from webapp.views.staff_cases import bp as bp
from webapp.views.staff_cases import is_mine, surroundings_of_act
from webapp.views.staff_door import viewer
from webapp.wiring import now


@bp.post("/<uuid:case_id>/phrases")
@auth_required("session")
def say_phrase(case_id: UUID) -> Response:
    """Say a set phrase on the sender's follow-up page."""
    phrase = request.form.get("phrase", "")
    if phrase not in set(Phrase):
        return redirect(address("staff.cases.show", case_id=case_id, notice="no_phrase"), 303)
    try:
        _seen_by_me(case_id)
        sender = house().desk.case_file(case_id).sender
        usecases.say_phrase(
            case_id, Phrase(phrase), viewer(), _contact(sender), **surroundings_of_act(now())
        )
    except NotFound:
        raise NoSuchPage from None
    house().wake_up.wake(frozenset({Queue.DEFAULT}))
    return redirect(address("staff.cases.show", case_id=case_id, notice="said"), 303)


@bp.post("/<uuid:case_id>/phrases/<uuid:said>/take-back")
@auth_required("session")
def take_back(case_id: UUID, said: UUID) -> Response:
    """The undo of a phrase that was said by mistake."""
    try:
        usecases.take_back_phrase(case_id, said, viewer(), **surroundings_of_act(now()))
    except NotFound:
        raise NoSuchPage from None
    return redirect(address("staff.cases.show", case_id=case_id, notice="taken_back"), 303)


@bp.get("/<uuid:case_id>/new-code")
@auth_required("session")
def ask_new_code(case_id: UUID) -> str:
    """How to be sure who is calling, before a new code is given."""
    return render_template("staff/new_code.html", head=_seen_by_me(case_id), code="")


@bp.post("/<uuid:case_id>/new-code")
@auth_required("session")
def new_code(case_id: UUID) -> str:
    """A new code for the sender, shown this once."""
    head = _seen_by_me(case_id)
    code = usecases.renew_code(case_id, viewer(), **surroundings_of_act(now()))
    return render_template("staff/new_code.html", head=head, code=code)


def _seen_by_me(case_id: UUID) -> CaseHead:
    """The case's head, where the viewer has a relation to it."""
    with house().work() as work:
        head = work.cases.head(case_id)
    if head is None or not is_mine(head, directory()):
        raise NoSuchPage
    return head


def _contact(sender: Mapping[str, Any] | None) -> Contact:
    """The sender's newest choices of contact; nothing where none are known."""
    return contact_of({"contact": sender}) if sender and sender.get("way") else Contact()
