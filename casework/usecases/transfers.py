"""A matter of another county: it is passed on, and done with only when that county has confirmed it."""

from __future__ import annotations

from typing import Unpack
from uuid import UUID

from casework.access import Viewer
from casework.errors import IllegalMove
from casework.model import ClockKind, Mark, TimelineKind
from casework.usecases.acting import Held, Rooms, held

_RUNNING = frozenset({ClockKind.TRANSFER})


def transfer_sent(case_id: UUID, viewer: Viewer, **rooms: Unpack[Rooms]) -> None:
    """It has been passed on; the clock runs until the other county has it for sure.

    Raises NotFound without a relation, IllegalMove where no transfer waits or it was passed on already.
    """
    with held(case_id, viewer, TimelineKind.TRANSFER_SENT, **rooms) as case:
        if not case.waiting(_RUNNING) or _was_sent(case):
            raise IllegalMove("not to be passed on")
        case.note(TimelineKind.TRANSFER_SENT)


def transfer_confirmed(case_id: UUID, viewer: Viewer, **rooms: Unpack[Rooms]) -> None:
    """The other county has confirmed that it has the matter.

    Raises NotFound without a relation, IllegalMove where it was not passed on, or is over.
    """
    with held(case_id, viewer, TimelineKind.TRANSFER_CONFIRMED, **rooms) as case:
        if not _was_sent(case):
            raise IllegalMove("not passed on yet")
        case.end(ClockKind.TRANSFER)
        case.work.cases.unmark(case_id, frozenset({Mark.TRANSFER}))
        case.note(TimelineKind.TRANSFER_CONFIRMED)


def transfer_cancelled(case_id: UUID, viewer: Viewer, **rooms: Unpack[Rooms]) -> None:
    """The matter is ours after all, passed on or not.

    Raises NotFound without a relation, IllegalMove where no transfer waits.
    """
    with held(case_id, viewer, TimelineKind.TRANSFER_CANCELLED, **rooms) as case:
        case.end(ClockKind.TRANSFER)
        case.work.cases.end_transfer(case_id)
        case.note(TimelineKind.TRANSFER_CANCELLED)


def _was_sent(case: Held) -> bool:
    return case.work.cases.happened(case.head.id, TimelineKind.TRANSFER_SENT)
