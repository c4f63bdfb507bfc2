"""The promised reply may wait for somebody else; the limits of law never do."""

from __future__ import annotations

from enum import StrEnum
from typing import Unpack
from uuid import UUID

from casework.access import Viewer
from casework.deadlines import resumed_reply_due
from casework.errors import IllegalMove
from casework.escalation import first_act
from casework.model import ClockKind, TimelineKind
from casework.routing import FEEDBACK
from casework.usecases.acting import Rooms, held, own_team, promising_team

_KIND = ClockKind.PROMISED_REPLY


class PauseReason(StrEnum):
    """Whom the answer waits for."""

    SENDER = "sender"
    AUTHORITY = "authority"
    INTERPRETER = "interpreter"


def pause_reply(case_id: UUID, viewer: Viewer, reason: PauseReason, **rooms: Unpack[Rooms]) -> None:
    """The promise waits until it is resumed, and the sender is told so on the follow-up page.

    Raises NotFound without a relation, IllegalMove where the promise is not running, and for feedback on the
    pages, which is answered by law (306/2019 10 §).
    """
    with held(case_id, viewer, TimelineKind.REPLY_PAUSED, **rooms) as case:
        if case.head.form == FEEDBACK or not case.work.clocks.pause(case_id, _KIND, case.now):
            raise IllegalMove("the promise cannot be paused")
        case.note(TimelineKind.REPLY_PAUSED, {"reason": reason.value})


def resume_reply(case_id: UUID, viewer: Viewer, **rooms: Unpack[Rooms]) -> None:
    """The promise goes on, with as much opening time as was left of it.

    Raises NotFound without a relation, IllegalMove where it is not paused.
    """
    with held(case_id, viewer, TimelineKind.REPLY_RESUMED, **rooms) as case:
        clock = case.clocks.get(_KIND)
        if clock is None or clock.paused_at is None:
            raise IllegalMove("the promise is not paused")
        promising, here = promising_team(case.head, case.directory), case.directory
        due = resumed_reply_due(promising, here, clock.due_at, clock.paused_at, case.now)
        act_at = first_act(_KIND, case.now, due, own_team(case.head, here), here)
        if not case.work.clocks.resume(case_id, _KIND, due, act_at):
            raise IllegalMove("the promise is not paused")
        case.note(TimelineKind.REPLY_RESUMED)
