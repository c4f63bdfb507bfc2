"""A case goes to another team or worker, by the hand of somebody who sees it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from flask import redirect, request
from flask import url_for as address
from flask_security import auth_required
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response

from casework import usecases
from casework.errors import IllegalMove, NotFound
from casework.messages import Queue
from casework.model import CaseHead, TimelineKind
from webapp.house import directory, house
from webapp.views.staff_cases import is_mine, show_case, surroundings_of_act
from webapp.views.staff_door import viewer
from webapp.views.staff_event_words import NO_TEAM, NO_WORKER
from webapp.views.staff_matters import bp as bp
from webapp.wiring import now

Answer = Response | tuple[str, int]


@bp.post("/<uuid:case_id>/move")
@auth_required("session")
def move(case_id: UUID) -> Answer:
    """To another team; none chosen, or an unknown one: 422, and it stays."""
    team = request.form.get("team", "")
    if team not in directory().teams:
        return show_case(case_id, [("team", NO_TEAM)]), 422
    return _moving(case_id, partial(usecases.move_case, team=team))


@bp.post("/<uuid:case_id>/move/accept")
@auth_required("session")
def accept(case_id: UUID) -> Response:
    """To the team where the directory of today would send it."""
    return _moving(case_id, usecases.accept_proposal)


@bp.post("/<uuid:case_id>/give")
@auth_required("session")
def give(case_id: UUID) -> Answer:
    """To a named colleague of the team; none chosen: 422, and nothing changes."""
    worker = request.form.get("worker", "")
    if worker not in directory().workers:
        return show_case(case_id, [("worker", NO_WORKER)]), 422
    return _within_team(case_id, worker)


@bp.post("/<uuid:case_id>/take")
@auth_required("session")
def take(case_id: UUID) -> Response:
    """'I take this case.'"""
    worker = viewer().worker
    if worker is None:
        raise NoSuchPage
    return _within_team(case_id, worker)


@bp.post("/<uuid:case_id>/give-back")
@auth_required("session")
def give_back(case_id: UUID) -> Response:
    """The team has it, and nobody of it by name."""
    return _within_team(case_id, None)


def _within_team(case_id: UUID, worker: str | None) -> Response:
    head = _head(case_id)
    if head is None:
        raise NoSuchPage
    return _moving(case_id, partial(usecases.move_case, team=head.team, worker=worker))


def _head(case_id: UUID) -> CaseHead | None:
    with house().work() as work:
        return work.cases.head(case_id)


def _moving(case_id: UUID, do: Callable[..., None]) -> Response:
    """Do it, tell whoever has it now, and show the case, or the inbox where it is out of sight."""
    try:
        do(case_id, viewer(), **surroundings_of_act(now()))
        notice = TimelineKind.CASE_MOVED.value
    except NotFound:
        raise NoSuchPage from None
    except IllegalMove:
        notice = "late"
    house().wake_up.wake(frozenset({Queue.URGENT, Queue.DEFAULT}))
    head = _head(case_id)
    if head is None or not is_mine(head, directory()):
        return redirect(address("staff.inbox", notice="moved"), 303)
    return redirect(address("staff.cases.show", case_id=case_id, notice=notice), 303)
