"""What staff do about the limits of law. Each clock ends by its own act and by no other, and none ever pauses."""

from __future__ import annotations

from typing import Unpack
from uuid import UUID

from casework.access import Viewer
from casework.deadlines import statutory_limits
from casework.errors import IllegalMove
from casework.escalation import first_act
from casework.model import STATUTORY_CLOCKS, CaseState, Clock, ClockKind, TimelineKind
from casework.routing import FEEDBACK
from casework.usecases.acting import CaseAct, Held, Rooms, held, own_team


def assess_urgency(case_id: UUID, viewer: Viewer, urgent: bool, **rooms: Unpack[Rooms]) -> None:
    """How urgent the matter is has been assessed (LSL 26 §, SHL 36 §); ends that clock alone.

    Raises NotFound without a relation, IllegalMove where the clock is not running.
    """
    with held(case_id, viewer, TimelineKind.URGENCY_ASSESSED, **rooms) as case:
        case.end(ClockKind.URGENCY)
        case.note(TimelineKind.URGENCY_ASSESSED, {"urgent": "yes" if urgent else "no"})


def _ending(
    entry: TimelineKind, *ended: ClockKind, after: frozenset[ClockKind] = frozenset()
) -> CaseAct:
    """Ends these clocks, all or none, and only once none of `after` is waited for any more."""

    def act(case_id: UUID, viewer: Viewer, **rooms: Unpack[Rooms]) -> None:
        with held(case_id, viewer, entry, **rooms) as case:
            if case.waiting(after):
                raise IllegalMove(f"{entry} comes later")
            for kind in ended:
                case.end(kind)
            case.note(entry)

    return act


#: The service needs assessment has begun.
start_assessment = _ending(TimelineKind.ASSESSMENT_STARTED, ClockKind.ASSESSMENT_START)
#: The child and a guardian know that the matter came, and what follows.
tell_parties = _ending(TimelineKind.PARTIES_TOLD, ClockKind.PARTIES_TOLD)
#: The assessment is finished; illegal before it has begun.
finish_assessment = _ending(
    TimelineKind.ASSESSMENT_FINISHED,
    ClockKind.ASSESSMENT_FINISH,
    after=frozenset({ClockKind.ASSESSMENT_START}),
)
#: It is obviously unnecessary (SHL 36 §), so that it is neither begun nor finished; illegal once it has begun.
not_needed = _ending(
    TimelineKind.ASSESSMENT_NOT_NEEDED, ClockKind.ASSESSMENT_START, ClockKind.ASSESSMENT_FINISH
)


def make_matter(case_id: UUID, viewer: Viewer, *, by_form: bool, **rooms: Unpack[Rooms]) -> None:
    """What was sent is a child welfare matter after all: the limits of law are counted from its arrival.

    `by_form`: its form makes it one already. The promised reply goes on. Raises NotFound without a relation,
    IllegalMove where it is one, is closed, or concerns these pages and no child.
    """
    with held(case_id, viewer, TimelineKind.MATTER_STARTED, **rooms) as case:
        head = case.head
        if by_form or head.statutory or head.form == FEEDBACK or head.state is CaseState.CLOSED:
            raise IllegalMove("cannot become a matter")
        case.work.cases.set_statutory(case_id, True)
        case.work.clocks.start(_clocks(case))
        case.note(TimelineKind.MATTER_STARTED)


def _clocks(case: Held) -> list[Clock]:
    arrived_at, team = case.head.created_at, own_team(case.head, case.directory)
    return [
        Clock(
            case.ids.row(),
            case.head.id,
            kind,
            arrived_at,
            due_at,
            first_act(kind, arrived_at, due_at, team, case.directory),
        )
        for kind, due_at in statutory_limits(case.directory, arrived_at).items()
    ]


def take_back_matter(
    case_id: UUID, viewer: Viewer, *, by_form: bool, **rooms: Unpack[Rooms]
) -> None:
    """The undo of `make_matter`, as long as nothing was done about any limit of law.

    Raises NotFound without a relation, IllegalMove where there is nothing to take back.
    """
    with held(case_id, viewer, TimelineKind.MATTER_TAKEN_BACK, **rooms) as case:
        untouched = set(case.waiting(STATUTORY_CLOCKS)) == STATUTORY_CLOCKS
        if by_form or not case.head.statutory or not untouched:
            raise IllegalMove("cannot be taken back")
        case.work.clocks.drop(case_id, STATUTORY_CLOCKS)
        case.work.cases.set_statutory(case_id, False)
        case.note(TimelineKind.MATTER_TAKEN_BACK)
