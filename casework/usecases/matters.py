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


def take_back_act(
    case_id: UUID, viewer: Viewer, *, kind: ClockKind, **rooms: Unpack[Rooms]
) -> None:
    """The undo of an act that was marked by mistake: its limit of law is waited for again, as it was.

    What one act ended together runs again together. Raises NotFound without a relation, IllegalMove where nothing
    has ended, or a later act stands on it: the start of an assessment that is finished.
    """
    with held(case_id, viewer, TimelineKind.ACT_TAKEN_BACK, **rooms) as case:
        clock = case.clocks.get(kind)
        if kind not in STATUTORY_CLOCKS or clock is None or clock.ended_at is None:
            raise IllegalMove(f"{kind} has not ended")
        finish = case.clocks.get(ClockKind.ASSESSMENT_FINISH)
        finished_at = finish.ended_at if finish else None
        if kind is ClockKind.ASSESSMENT_START and finished_at not in {None, clock.ended_at}:
            raise IllegalMove("the assessment is finished")
        if case.head.state is CaseState.CLOSED:
            raise IllegalMove("the case is closed")
        for ended in (clock, *_ended_with(clock, case)):
            _run_again(ended, case)
            case.note(TimelineKind.ACT_TAKEN_BACK, {"clock": ended.kind.value})


def _ended_with(clock: Clock, case: Held) -> list[Clock]:
    """The other half of an assessment that was found unnecessary."""
    both = {ClockKind.ASSESSMENT_START, ClockKind.ASSESSMENT_FINISH}
    if clock.kind not in both:
        return []
    others = (case.clocks[kind] for kind in both - {clock.kind} if kind in case.clocks)
    return [other for other in others if other.ended_at == clock.ended_at]


def _run_again(clock: Clock, case: Held) -> None:
    team = own_team(case.head, case.directory)
    acts = first_act(clock.kind, clock.started_at, clock.due_at, team, case.directory)
    case.work.clocks.restart(
        case.head.id, clock.kind, clock.started_at, clock.due_at, max(acts, case.now)
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
    """The undo of `make_matter`, as long as nothing was done about any limit of law, and seven days have not passed.

    Raises NotFound without a relation, IllegalMove where there is nothing to take back.
    """
    with held(case_id, viewer, TimelineKind.MATTER_TAKEN_BACK, **rooms) as case:
        untouched = set(case.waiting(STATUTORY_CLOCKS)) == STATUTORY_CLOCKS
        start = case.clocks.get(ClockKind.ASSESSMENT_START)
        past = start is not None and start.due_at <= case.now
        if by_form or not case.head.statutory or not untouched or past:
            raise IllegalMove("cannot be taken back")
        case.work.clocks.drop(case_id, STATUTORY_CLOCKS)
        case.work.cases.set_statutory(case_id, False)
        case.note(TimelineKind.MATTER_TAKEN_BACK)
