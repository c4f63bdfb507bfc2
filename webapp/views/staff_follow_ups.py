"""What a worker does about contacts planned for later: plans, moves and cancels them, and undoes the cancelling."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from uuid import UUID

from flask import redirect
from flask import url_for as address
from flask_security import auth_required
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response

from casework import usecases
from casework.errors import IllegalMove, NotFound
from casework.follow_ups import Plan, PlannedFollowUp, due_at, is_put_off
from casework.model import CaseHead, TimelineKind
from casework.usecases.acting import promising_team
from webapp.house import directory, house
from webapp.pages import all_errors
from webapp.store.case_file import CaseFile
from webapp.views.staff_case_notices import PUT_OFF
from webapp.views.staff_cases import show_case, surroundings_of_act
from webapp.views.staff_door import viewer
from webapp.views.staff_following import pressed, seen_by_me
from webapp.views.staff_moves import bp as bp
from webapp.views.staff_planned import MoveForm, PlanForm, heard_of, move_form, plan_form
from webapp.wiring import now

Answer = Response | tuple[str, int]


@bp.post("/<uuid:case_id>/follow-ups")
@auth_required("session")
def plan_follow_up(case_id: UUID) -> Answer:
    """Plan a contact; something wrong in the form: 422, and nothing is planned."""
    at, form = now(), plan_form()
    head = seen_by_me(case_id)
    if not form.valid(at):
        return _wrong(case_id, form)
    plan = Plan(pressed(), form.kind, form.when)
    heard = heard_of(_file(case_id))
    do = partial(usecases.plan_follow_up, plan=plan, heard=heard)
    return _doing(case_id, do, at, _planned(head, form.when, at))


@bp.post("/<uuid:case_id>/follow-ups/<uuid:follow_up_id>/move")
@auth_required("session")
def move_follow_up(case_id: UUID, follow_up_id: UUID) -> Answer:
    """Plan it for another day; a wrong one: 422, and it waits for the old one."""
    at, form = now(), move_form(follow_up_id)
    head = seen_by_me(case_id)
    if not form.valid(at):
        return _wrong(case_id, form)
    case = _file(case_id)
    plan = Plan(pressed(), _one(case, follow_up_id).kind, form.when)
    do = partial(
        usecases.move_follow_up, follow_up_id=follow_up_id, plan=plan, heard=heard_of(case)
    )
    return _doing(case_id, do, at, _planned(head, form.when, at))


@bp.post("/<uuid:case_id>/follow-ups/<uuid:follow_up_id>/cancel")
@auth_required("session")
def cancel_follow_up(case_id: UUID, follow_up_id: UUID) -> Answer:
    do = partial(usecases.cancel_follow_up, follow_up_id=follow_up_id)
    return _doing(case_id, do, now(), TimelineKind.FOLLOW_UP_CANCELLED)


@bp.post("/<uuid:case_id>/follow-ups/<uuid:follow_up_id>/restore")
@auth_required("session")
def restore_follow_up(case_id: UUID, follow_up_id: UUID) -> Answer:
    """The undo of cancelling."""
    at = now()
    seen_by_me(case_id)
    heard = heard_of(_file(case_id))
    do = partial(usecases.restore_follow_up, follow_up_id=follow_up_id, heard=heard)
    return _doing(case_id, do, at, TimelineKind.FOLLOW_UP_PLANNED)


def _planned(head: CaseHead, when: int | date, at: datetime) -> str:
    """The notice of a planned contact: the page itself tells its day and hour, and the address neither."""
    here = directory()
    due = due_at(when, promising_team(head, here), here, at)
    return PUT_OFF if is_put_off(when, due, at) else TimelineKind.FOLLOW_UP_PLANNED.value


def _file(case_id: UUID) -> CaseFile:
    return house().desk.case_file(case_id)


def _one(case: CaseFile, follow_up_id: UUID) -> PlannedFollowUp:
    for one in case.follow_ups:
        if one.id == follow_up_id:
            return one
    raise NoSuchPage


def _wrong(case_id: UUID, form: PlanForm | MoveForm) -> tuple[str, int]:
    return show_case(case_id, [(id_, str(text)) for id_, text in all_errors(form)]), 422


def _doing(case_id: UUID, do: Callable[..., None], at: datetime, notice: str) -> Response:
    try:
        do(case_id, viewer(), **surroundings_of_act(at))
    except NotFound:
        raise NoSuchPage from None
    except IllegalMove:
        notice = "late"
    return redirect(address("staff.cases.show", case_id=case_id, notice=notice), 303)
