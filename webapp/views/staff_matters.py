"""What staff do about limits of law, the promised reply and transfers: one button, one act, the case again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple
from uuid import UUID

from flask import redirect, render_template, request
from flask import url_for as address
from flask_security import auth_required
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response

from casework import usecases
from casework.errors import IllegalMove, NotFound
from casework.model import STATUTORY_CLOCKS, ClockKind, TimelineKind
from casework.usecases import PauseReason
from webapp.house import directory, house
from webapp.views.staff_cases import show_case, surroundings_of_act
from webapp.views.staff_dates import dates_of, months_of, weekday_names
from webapp.views.staff_door import viewer
from webapp.views.staff_event_words import NO_REASON
from webapp.views.staff_following import bp as bp
from webapp.views.staff_limits import is_matter_by_form
from webapp.wiring import now


class Pressed(NamedTuple):
    """A button: its use case, and what it leaves on the timeline, which is the notice afterwards."""

    do: Callable[..., None]
    leaves: TimelineKind


ACTS: Mapping[str, Pressed] = {
    "urgent": Pressed(partial(usecases.assess_urgency, urgent=True), TimelineKind.URGENCY_ASSESSED),
    "not-urgent": Pressed(
        partial(usecases.assess_urgency, urgent=False), TimelineKind.URGENCY_ASSESSED
    ),
    "start": Pressed(usecases.start_assessment, TimelineKind.ASSESSMENT_STARTED),
    "not-needed": Pressed(usecases.not_needed, TimelineKind.ASSESSMENT_NOT_NEEDED),
    "told": Pressed(usecases.tell_parties, TimelineKind.PARTIES_TOLD),
    "finish": Pressed(usecases.finish_assessment, TimelineKind.ASSESSMENT_FINISHED),
    "resume": Pressed(usecases.resume_reply, TimelineKind.REPLY_RESUMED),
    "transfer-sent": Pressed(usecases.transfer_sent, TimelineKind.TRANSFER_SENT),
    "transfer-confirmed": Pressed(usecases.transfer_confirmed, TimelineKind.TRANSFER_CONFIRMED),
    "transfer-ours": Pressed(usecases.transfer_cancelled, TimelineKind.TRANSFER_CANCELLED),
    "decline-move": Pressed(usecases.decline_proposal, TimelineKind.MOVE_DECLINED),
}
_UNDOS: Mapping[str, ClockKind] = {f"undo-{kind.value}": kind for kind in STATUTORY_CLOCKS}
_BY_FORM: Mapping[str, Pressed] = {
    "make-matter": Pressed(usecases.make_matter, TimelineKind.MATTER_STARTED),
    "take-back-matter": Pressed(usecases.take_back_matter, TimelineKind.MATTER_TAKEN_BACK),
}
_NAMES = ", ".join(f"'{name}'" for name in (*ACTS, *sorted(_UNDOS), *_BY_FORM))


@bp.post(f"/<uuid:case_id>/acts/<any({_NAMES}):button>")
@auth_required("session")
def act(case_id: UUID, button: str) -> Response:
    """Do one thing that asks for nothing more, then show the case again."""
    if button in _BY_FORM:
        pressed = _BY_FORM[button]
        return pressing(case_id, pressed.leaves, partial(pressed.do, by_form=_by_form(case_id)))
    if button in _UNDOS:
        undo = partial(usecases.take_back_act, kind=_UNDOS[button])
        return pressing(case_id, TimelineKind.ACT_TAKEN_BACK, undo)
    return pressing(case_id, ACTS[button].leaves, ACTS[button].do)


def _by_form(case_id: UUID) -> bool:
    with house().work() as work:
        head = work.cases.head(case_id)
    if head is None:
        raise NoSuchPage
    return is_matter_by_form(head.form)


def pressing(case_id: UUID, leaves: TimelineKind, do: Callable[..., None]) -> Response:
    """Do it; the case again, with what was done, or that somebody else was faster."""
    try:
        do(case_id, viewer(), **surroundings_of_act(now()))
        notice = leaves.value
    except NotFound:
        raise NoSuchPage from None
    except IllegalMove:
        notice = "late"
    return redirect(address("staff.cases.show", case_id=case_id, notice=notice), 303)


@bp.post("/<uuid:case_id>/pause")
@auth_required("session")
def pause(case_id: UUID) -> Response | tuple[str, int]:
    """Let the time to answer wait; without a known reason: 422, and it runs on."""
    reason = request.form.get("reason", "")
    if reason not in set(PauseReason):
        return show_case(case_id, [("reason", NO_REASON)]), 422
    do = partial(usecases.pause_reply, reason=PauseReason(reason))
    return pressing(case_id, TimelineKind.REPLY_PAUSED, do)


@bp.get("/<uuid:case_id>/dates")
@auth_required("session")
def dates(case_id: UUID) -> str:
    """The dates of a case, to be printed: its number, and nothing that anybody wrote. Looking is logged."""
    if request.method == "HEAD":
        raise MethodNotAllowed(valid_methods=["GET"])
    at, here = now(), directory()
    try:
        head = usecases.look_at_dates(case_id, viewer(), **surroundings_of_act(at))
    except NotFound:
        raise NoSuchPage from None
    desk = house().desk
    found = dates_of(head.created_at, desk.clocks(case_id), desk.planned(case_id), here, at)
    return render_template(
        "staff/dates.html",
        head=head,
        dates=found,
        months=months_of(found, here.holidays),
        weekdays=weekday_names(),
        at=at,
    )
