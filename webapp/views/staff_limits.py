"""What is waited for in a case, in words: until when, how long that is, who ended it, and the acts that end it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext, ngettext

from casework.deadlines import working_days_left
from casework.directory import Directory
from casework.model import STATUTORY_CLOCKS, CaseState, Clock, ClockKind, TimelineKind
from casework.routing import FEEDBACK
from casework.usecases import PauseReason
from forms.registry import FORMS
from forms.words import Words
from webapp.i18n import say
from webapp.pages import local_day
from webapp.store.case_file import CaseFile, TimelineLine
from webapp.views.staff_event_words import CLOCKS, NOT_YET, PAUSE_REASONS

#: What ends a clock, as the timeline tells it.
_ENDED_BY: Mapping[ClockKind, frozenset[TimelineKind]] = {
    ClockKind.ACKNOWLEDGEMENT: frozenset({TimelineKind.ACKNOWLEDGED}),
    ClockKind.PROMISED_REPLY: frozenset(
        {
            TimelineKind.SENDER_ANSWERED,
            TimelineKind.CASE_CLOSED,
            TimelineKind.CONTACT_WITHDRAWN,
        }
    ),
    ClockKind.URGENCY: frozenset({TimelineKind.URGENCY_ASSESSED}),
    ClockKind.ASSESSMENT_START: frozenset(
        {TimelineKind.ASSESSMENT_STARTED, TimelineKind.ASSESSMENT_NOT_NEEDED}
    ),
    ClockKind.PARTIES_TOLD: frozenset({TimelineKind.PARTIES_TOLD}),
    ClockKind.ASSESSMENT_FINISH: frozenset(
        {TimelineKind.ASSESSMENT_FINISHED, TimelineKind.ASSESSMENT_NOT_NEEDED}
    ),
    ClockKind.TRANSFER: frozenset(
        {TimelineKind.TRANSFER_CONFIRMED, TimelineKind.TRANSFER_CANCELLED}
    ),
}
_ACTS: Mapping[ClockKind, tuple[str, ...]] = {
    ClockKind.URGENCY: ("urgent", "not-urgent"),
    ClockKind.ASSESSMENT_START: ("start", "not-needed"),
    ClockKind.PARTIES_TOLD: ("told",),
    ClockKind.ASSESSMENT_FINISH: ("finish",),
}
#: Under it minutes are told, for a limit of the same day.
_SOON = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing that is waited for. `left` is in the reader's language; `ended` is the entry that ended it.

    `waits_for` is a message id: why the clock is paused, where it is.
    """

    clock: Clock
    left: str
    late: bool
    ended: TimelineLine | None
    acts: tuple[str, ...]
    waits_for: str

    @property
    def kind(self) -> ClockKind:
        return self.clock.kind


def limits(case: CaseFile, here: Directory, at: datetime) -> list[Limit]:
    """Everything that is or was waited for, by limit."""
    return [_limit(clock, case, here, at) for clock in case.clocks]


def _limit(clock: Clock, case: CaseFile, here: Directory, at: datetime) -> Limit:
    running = _unended(case.clocks)
    acts = _ACTS.get(clock.kind, ()) if clock.kind in running else ()
    if clock.kind is ClockKind.ASSESSMENT_FINISH and ClockKind.ASSESSMENT_START in running:
        acts = ()
    if clock.kind in STATUTORY_CLOCKS - running and case.head.state is not CaseState.CLOSED:
        acts = (f"undo-{clock.kind.value}",) if _may_be_undone(clock, case.clocks) else ()
    measured = clock.ended_at or clock.paused_at or at
    return Limit(
        clock=clock,
        left=left(clock.due_at, at, here.holidays) if clock.is_running else "",
        late=measured > clock.due_at,
        ended=_ending(clock, case.timeline),
        acts=acts,
        waits_for=_pause_reason(case.timeline) if clock.paused_at else "",
    )


def _may_be_undone(clock: Clock, clocks: Sequence[Clock]) -> bool:
    """Not the start of an assessment that has been finished since."""
    if clock.kind is not ClockKind.ASSESSMENT_START:
        return True
    finished = (c.ended_at for c in clocks if c.kind is ClockKind.ASSESSMENT_FINISH)
    return all(ended in {None, clock.ended_at} for ended in finished)


def _unended(clocks: Sequence[Clock]) -> frozenset[ClockKind]:
    return frozenset(clock.kind for clock in clocks if clock.ended_at is None)


def _ending(clock: Clock, timeline: Sequence[TimelineLine]) -> TimelineLine | None:
    found = (
        line
        for line in timeline
        if line.at == clock.ended_at and line.kind in _ENDED_BY[clock.kind]
    )
    return next(found, None)


def _pause_reason(timeline: Sequence[TimelineLine]) -> str:
    said = [line.detail["reason"] for line in timeline if line.kind is TimelineKind.REPLY_PAUSED]
    return PAUSE_REASONS[PauseReason(said[-1])] if said else ""


def left(due_at: datetime, at: datetime, holidays: frozenset[date]) -> str:
    """How long until a limit: in minutes where it is near, else in working days."""
    days = working_days_left(at, due_at, holidays)
    if due_at < at:
        late = ngettext("1 working day late", "%(num)s working days late", -days)
        return str(late if days else gettext("Late"))
    if due_at - at < _SOON:
        minutes = int((due_at - at).total_seconds() // 60)
        return str(ngettext("1 minute left", "%(num)s minutes left", minutes))
    if local_day(due_at) == local_day(at):
        return str(gettext("today"))
    if not days:
        return str(gettext("no working days left"))
    return str(ngettext("1 working day left", "%(num)s working days left", days))


def not_yet(kinds: Sequence[str]) -> list[tuple[str, str]]:
    """Why a case is not closed yet: a sentence for each kind, with the button at which it is mended."""
    found: list[tuple[str, str]] = []
    for kind in map(ClockKind, kinds):
        # What has not started has no button yet for being finished.
        waits = kind is ClockKind.ASSESSMENT_FINISH and ClockKind.ASSESSMENT_START in kinds
        at = ClockKind.ASSESSMENT_START if waits else kind
        found.append((f"act-{at.value}", Words(NOT_YET, what=say(CLOCKS[kind]))))
    return found


def is_matter_by_form(form: str) -> bool:
    """Whether the form is a statutory one by itself."""
    spec = FORMS.get(form)
    return spec is not None and spec.statutory


def matter_acts(case: CaseFile) -> tuple[str, ...]:
    """Whether the case may be made a child welfare matter, or taken back; nothing for what is one by its form."""
    head = case.head
    if is_matter_by_form(head.form) or head.form == FEEDBACK or head.state is CaseState.CLOSED:
        return ()
    if not head.statutory:
        return ("make-matter",)
    return ("take-back-matter",) if _unended(case.clocks) >= STATUTORY_CLOCKS else ()


def promise_acts(case: CaseFile) -> tuple[str, ...]:
    """Whether the time to answer may be paused, or goes on."""
    promise = next((c for c in case.clocks if c.kind is ClockKind.PROMISED_REPLY), None)
    if promise is None or promise.ended_at is not None or case.head.form == FEEDBACK:
        return ()
    return ("pause",) if promise.paused_at is None else ("resume",)


def transfer_acts(case: CaseFile) -> tuple[str, ...]:
    """What may be done about a matter of another county."""
    if ClockKind.TRANSFER not in _unended(case.clocks):
        return ()
    sent = any(line.kind is TimelineKind.TRANSFER_SENT for line in case.timeline)
    return ("transfer-confirmed" if sent else "transfer-sent", "transfer-ours")
