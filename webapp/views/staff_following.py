"""What a worker does on the sender's follow-up page: says set phrases, and gives a new code."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, session
from flask import url_for as address
from flask_security import auth_required
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response

from casework import usecases
from casework.commands import SayPhrases
from casework.errors import NotFound
from casework.messages import Queue
from casework.model import CaseHead
from casework.phrases import Phrase
from webapp.house import directory, house
from webapp.views.staff_cases import bp as bp
from webapp.views.staff_cases import is_mine, show_case, surroundings_of_act
from webapp.views.staff_door import viewer
from webapp.views.staff_planned import newest_contact
from webapp.views.staff_words import NO_PHRASE
from webapp.wiring import now

#: In the session: the press of the button that gave the last code.
_GIVEN = "code_given"


@bp.post("/<uuid:case_id>/phrases")
@auth_required("session")
def say_phrases(case_id: UUID) -> Response | tuple[str, int]:
    """Say set phrases on the sender's follow-up page; none chosen, or an unknown one: 422, and nothing is said."""
    chosen = request.form.getlist("phrase")
    known = [phrase for phrase in Phrase if phrase in chosen]
    if not known or len(known) != len(set(chosen)):
        return show_case(case_id, [("phrase-0", NO_PHRASE)]), 422
    command = SayPhrases(case_id, pressed(), tuple(known))
    try:
        seen_by_me(case_id)
        usecases.say_phrases(command, viewer(), newest_contact, **surroundings_of_act(now()))
    except NotFound:
        raise NoSuchPage from None
    house().wake_up.wake(frozenset({Queue.DEFAULT}))
    return redirect(address("staff.cases.show", case_id=case_id, notice="said"), 303)


def pressed() -> UUID:
    """Born when a page is shown: a second press of its button is the same act."""
    try:
        return UUID(request.form.get("press", ""))
    except ValueError:
        return house().ids.row()


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
    return render_template(
        "staff/new_code.html", head=seen_by_me(case_id), code="", press=house().ids.row()
    )


@bp.post("/<uuid:case_id>/new-code")
@auth_required("session")
def new_code(case_id: UUID) -> Response | str:
    """A new code for the sender, shown this once: the page loaded again must not end a code just read aloud."""
    head, press = seen_by_me(case_id), str(pressed())
    if session.get(_GIVEN) == press:
        return redirect(address("staff.cases.show", case_id=case_id, notice="code_given"), 303)
    try:
        code = usecases.renew_code(case_id, viewer(), **surroundings_of_act(now()))
    except NotFound:
        raise NoSuchPage from None
    session[_GIVEN] = press
    return render_template("staff/new_code.html", head=head, code=code)


def seen_by_me(case_id: UUID) -> CaseHead:
    """The case's head, where the viewer has a relation to it."""
    with house().work() as work:
        head = work.cases.head(case_id)
    if head is None or not is_mine(head, directory()):
        raise NoSuchPage
    return head
