"""One case at the desk: shown whole once the view is logged, and the few things that may be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request
from flask import url_for as address
from flask_security import auth_required
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response

from casework import usecases
from casework.errors import IllegalMove, NotFound, StillRunning
from casework.model import CaseState
from webapp.house import directory, house
from webapp.views import staff_case_page
from webapp.views.staff_case_page import Act, Wrong
from webapp.views.staff_case_page import is_mine as is_mine
from webapp.views.staff_door import viewer
from webapp.views.staff_limits import not_yet
from webapp.wiring import now

bp = Blueprint("cases", __name__, url_prefix="/cases")


ACTS: Mapping[str, Act] = {
    "answer": Act(usecases.answer_case, CaseState.ANSWERED, "answered"),
    "answer-here": Act(usecases.answer_on_page, CaseState.ANSWERED, "answered_here"),
    "close": Act(usecases.close_case, CaseState.CLOSED, "closed"),
    "reopen": Act(usecases.reopen_case, CaseState.IN_PROGRESS, "reopened"),
}


def surroundings_of_act(at: datetime) -> dict[str, Any]:
    """What every use case of this page needs, opened for this request."""
    rooms = house()
    return {
        "directory": directory(),
        "now": at,
        "ids": rooms.ids,
        "work": rooms.work(),
        "log": rooms.access_log,
    }


@bp.get("/<uuid:case_id>")
@auth_required("session")
def show(case_id: UUID) -> str:
    """The whole case. Opening acknowledges, so only a real GET opens."""
    if request.method == "HEAD":
        raise MethodNotAllowed(valid_methods=["GET"])
    return show_case(case_id)


def show_case(case_id: UUID, wrong: Wrong = ()) -> str:
    """The page of a case, once the view is logged. `wrong`: what must be mended on it."""
    at = now()
    try:
        _, relation = usecases.open_case(case_id, viewer(), **surroundings_of_act(at))
    except NotFound:
        raise NoSuchPage from None
    return staff_case_page.page(house().desk.case_file(case_id), relation, at, ACTS, wrong)


@bp.post("/<uuid:case_id>/<any(answer, 'answer-here', close, reopen):act>")
@auth_required("session")
def do(case_id: UUID, act: str) -> Response | tuple[str, int]:
    """Do one thing, then show the case again: with what was done, or that somebody else was faster.

    Closed while something of law waits: 422, and what waits is named.
    """
    chosen = ACTS[act]
    try:
        chosen.do(case_id, viewer(), **surroundings_of_act(now()))
        notice = chosen.notice
    except NotFound:
        raise NoSuchPage from None
    except StillRunning as refused:
        return show_case(case_id, not_yet(refused.kinds)), 422
    except IllegalMove:
        notice = "late"
    return redirect(address("staff.cases.show", case_id=case_id, notice=notice), 303)
