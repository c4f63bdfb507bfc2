"""Clocks whose time to act has come. Safe to run twice at once: rows are locked, notices are unique."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from casework.directory import Directory
from casework.escalation import Raised, next_step
from casework.messages import Message
from casework.model import CaseHead, DueClock, Mark, TimelineEntry, TimelineKind
from casework.notices import about, notice_to
from casework.ports import Ids, UnitOfWork
from casework.teams import Tell

BATCH = 500


def raise_due(*, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork) -> int:
    """Take the next step of every clock whose time has come, at most a batch of them.

    Returns the number of clocks acted on; a full batch means that there may be more.
    """
    with work:
        due = work.clocks.due(now, BATCH)
        raised = [(one, next_step(one, directory, now)) for one in due]
        if raised:
            _store(raised, now, ids, work)
            work.commit()
    return len(due)


def _store(
    raised: Sequence[tuple[DueClock, Raised]], now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """All of a batch in few statements: what is told, by case what follows, and the clocks as they go on."""
    work.outbox.add([message for one, step in raised for message in _messages(one, step, ids, now)])
    work.cases.append_timeline(
        [entry for one, step in raised for entry in _entries(one.case, step, ids, now)]
    )
    told = [(one.case.id, step) for one, step in raised]
    work.cases.hold([case_id for case_id, _ in told])
    alerts = [(case_id, step.alerted) for case_id, step in told if step.alerted is not None]
    if alerts:
        work.cases.alert_many(alerts)
    for mark, marked in (
        (Mark.NOT_OPENED, [case_id for case_id, step in told if step.mark is Mark.NOT_OPENED]),
        (Mark.TEAM_NOT_REACHED, [case_id for case_id, step in told if step.reaches_nobody]),
    ):
        if marked:
            work.cases.mark_many(marked, mark)
    work.clocks.advance([step.clock for _, step in raised])


def _messages(due: DueClock, step: Raised, ids: Ids, now: datetime) -> list[Message]:
    matter = about(due.case, _event(due, step))
    return [notice_to(recipient, matter, step.purpose, ids, now) for recipient in step.recipients]


def _event(due: DueClock, step: Raised) -> str:
    """The same for two Beats at once, and another for each time that a clock runs anew: its steps begin again then."""
    struck = due.clock.act_at.timestamp() if due.clock.act_at else 0.0
    return f"clock:{due.clock.id}:{step.clock.step}:{int(struck)}"


def _entries(head: CaseHead, step: Raised, ids: Ids, now: datetime) -> list[TimelineEntry]:
    """What happened, in order: whom no step could reach, and who was told."""
    found = [(TimelineKind.TEAM_NOT_REACHED, {"tell": tell.value}) for tell in step.reaches_nobody]
    if step.tell is not None and step.recipients:
        found.append((_kind(step), _detail(step)))
    return [
        TimelineEntry(
            ids.row(), head.id, now + timedelta(microseconds=index), kind, "luotsi", detail
        )
        for index, (kind, detail) in enumerate(found)
    ]


def _kind(step: Raised) -> TimelineKind:
    if step.tell is not Tell.ON_DUTY:
        return TimelineKind.ESCALATED
    is_person = step.recipients[0].key.startswith("worker:")
    return TimelineKind.WORKER_REMINDED if is_person else TimelineKind.TEAM_REMINDED


def _detail(step: Raised) -> dict[str, str]:
    assert step.tell is not None
    return {"clock": step.clock.kind.value, "tell": step.tell.value, "team": step.team}
