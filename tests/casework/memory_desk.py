"""What a database would hold besides cases: clocks, messages, texts that came in, planned contacts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from casework.commands import Contact, SafeTime
from casework.follow_ups import HEARD, DueFollowUp, FollowUpState, PlannedFollowUp
from casework.inbound import Correspondent, InboundText, Kind, Place
from casework.messages import AGAIN, Message, MessageState
from casework.model import (
    Case,
    CaseState,
    Clock,
    ClockKind,
    DueClock,
)
from casework.notices import SENDER
from tests.casework.memory import CaseRows, Rows, head_of


class ClockRows(Rows):
    def of(self, case_id: UUID) -> Sequence[Clock]:
        mine = [clock for clock in self._memory.clocks.values() if clock.case_id == case_id]
        return sorted(mine, key=lambda clock: clock.due_at)

    def start(self, clocks: Sequence[Clock]) -> None:
        for clock in clocks:
            self.drop(clock.case_id, frozenset({clock.kind}))
            self._memory.clocks[clock.id] = clock

    def restart(
        self,
        case_id: UUID,
        kind: ClockKind,
        started_at: datetime,
        due_at: datetime,
        act_at: datetime | None,
    ) -> None:
        for clock in self._memory.clocks_of(case_id, kind):
            again = Clock(clock.id, case_id, kind, started_at, due_at, act_at)
            self._memory.clocks[clock.id] = again

    def end(self, case_id: UUID, kind: ClockKind, at: datetime) -> bool:
        return self._change(
            case_id, kind, lambda c: c.ended_at is None, ended_at=at, paused_at=None
        )

    def drop(self, case_id: UUID, kinds: frozenset[ClockKind]) -> None:
        for kind in kinds:
            for clock in self._memory.clocks_of(case_id, kind):
                del self._memory.clocks[clock.id]

    def pause(self, case_id: UUID, kind: ClockKind, at: datetime) -> bool:
        return self._change(case_id, kind, lambda c: c.is_running, paused_at=at, act_at=None)

    def resume(
        self, case_id: UUID, kind: ClockKind, due_at: datetime, act_at: datetime | None
    ) -> bool:
        return self._change(
            case_id,
            kind,
            lambda c: c.ended_at is None and c.paused_at is not None,
            paused_at=None,
            due_at=due_at,
            act_at=act_at,
            step=0,
        )

    def _change(
        self, case_id: UUID, kind: ClockKind, which: Callable[[Clock], bool], **changes: Any
    ) -> bool:
        found = [clock for clock in self._memory.clocks_of(case_id, kind) if which(clock)]
        for clock in found:
            self._memory.clocks[clock.id] = replace(clock, **changes)
        return bool(found)

    def due(self, now: datetime, limit: int) -> Sequence[DueClock]:
        heads = CaseRows(self._work)
        due = [
            (clock.act_at, DueClock(clock, head))
            for clock in self._memory.clocks.values()
            if clock.act_at is not None
            and clock.act_at <= now
            and clock.is_running
            and (head := heads.head(clock.case_id)) is not None
        ]
        return [one for _, one in sorted(due, key=lambda pair: pair[0])][:limit]

    def advance(self, clocks: Sequence[Clock]) -> None:
        for clock in clocks:
            kept = self._memory.clocks[clock.id]
            self._memory.clocks[clock.id] = replace(kept, step=clock.step, act_at=clock.act_at)


class OutboxRows(Rows):
    def add(self, messages: Sequence[Message]) -> None:
        taken = {(m.event, m.recipient, m.channel) for m in self._memory.messages}
        self._memory.messages += [
            m for m in messages if (m.event, m.recipient, m.channel) not in taken
        ]

    def recipients_of(self, event: str) -> frozenset[str]:
        return frozenset(m.recipient for m in self._memory.messages if m.event == event)

    def last_to(self, submission_id: UUID, recipient: str) -> datetime | None:
        mine = [
            m.created_at
            for m in self._memory.messages
            if (m.submission_id, m.recipient) == (submission_id, recipient)
        ]
        return max(mine, default=None)

    def suppress_waiting(
        self, submission_id: UUID, recipient: str, now: datetime, *, event: str = ""
    ) -> None:
        self._memory.messages = [
            m
            if (m.submission_id, m.recipient, event or root_of(m))
            != (submission_id, recipient, root_of(m))
            else replace(m, state=MessageState.SUPPRESSED)
            for m in self._memory.messages
        ]


class InboundRows(Rows):
    def origin(self, number_hash: bytes) -> UUID | None:
        found = {case.submission_id for _, case in self._written_to(number_hash)}
        return found.pop() if len(found) == 1 else None

    def correspondent(self, number_hash: bytes) -> Correspondent | None:
        written = self._written_to(number_hash)
        at_open = [(at, case) for at, case in written if case.state is not CaseState.CLOSED]
        if not at_open:
            return None
        at, case = at_open[0]
        others = [other for _, other in written if other.submission_id != case.submission_id]
        if any(other.state is not CaseState.CLOSED or other.protected for other in others):
            return None
        sender = self._memory.submissions[case.submission_id].sender or {}
        named = frozenset(SafeTime(name) for name in sender.get("safe_times") or ())
        return Correspondent(head_of(case, self._memory), at, named or frozenset(SafeTime))

    def is_protected(self, number_hash: bytes) -> bool:
        return any(case.protected for _, case in self._written_to(number_hash))

    def _written_to(self, number_hash: bytes) -> list[tuple[datetime, Case]]:
        written = [
            (message.created_at, case)
            for message in self._memory.messages
            for case in self._memory.cases.values()
            if (message.address_hash, message.recipient) == (number_hash, SENDER)
            and case.submission_id == message.submission_id
        ]
        return sorted(written, key=lambda pair: pair[0], reverse=True)

    def add(self, text: InboundText) -> bool:
        if text.provider_id in {kept.provider_id for kept in self._memory.texts}:
            return False
        self._memory.texts.append(text)
        return True

    def is_told(self, text: InboundText, since: datetime) -> bool:
        told = {message.event for message in self._memory.messages}
        return any(
            kept.kind is Kind.NOTE
            and kept.received_at > since
            and kept.id not in self._memory.handled
            and f"texted:{kept.id}" in told
            and (kept.case_id, kept.case_id or kept.team)
            == (text.case_id, text.case_id or text.team)
            for kept in self._memory.texts
        )

    def stop(self, number_hash: bytes) -> bool:
        is_new = number_hash not in self._memory.stopped
        self._memory.stopped.add(number_hash)
        return is_new

    def start(self, number_hash: bytes) -> bool:
        was_stopped = number_hash in self._memory.stopped
        self._memory.stopped.discard(number_hash)
        return was_stopped

    def has_stopped(self, number_hash: bytes) -> bool:
        return number_hash in self._memory.stopped

    def place(self, text_id: UUID) -> Place | None:
        found = [t for t in self._memory.texts if t.id == text_id and t.kind is Kind.NOTE]
        return Place(found[0].case_id, found[0].team, found[0].protected) if found else None

    def handle(self, text_id: UUID, by: str, at: datetime) -> bool:
        was_waiting = text_id not in self._memory.handled
        self._memory.handled.setdefault(text_id, by)
        return was_waiting

    def reopen(self, text_id: UUID) -> bool:
        return self._memory.handled.pop(text_id, None) is not None


class FollowUpRows(Rows):
    def plan(self, planned: Sequence[PlannedFollowUp]) -> None:
        for one in planned:
            self._memory.follow_ups.setdefault(one.id, one)

    def of(self, case_id: UUID) -> Sequence[PlannedFollowUp]:
        found = [one for one in self._memory.follow_ups.values() if one.case_id == case_id]
        return [replace(one, contact=None) for one in sorted(found, key=lambda one: one.due_at)]

    def heard_at(self, case_id: UUID) -> datetime | None:
        mine = (e for e in self._memory.timeline if e.case_id == case_id and e.kind in HEARD)
        return max((entry.at for entry in mine), default=None)

    def cancel(
        self, case_id: UUID, follow_up_id: UUID, reason: str, at: datetime
    ) -> PlannedFollowUp | None:
        wanted = (case_id, follow_up_id)
        found = self._cancel(lambda one: (one.case_id, one.id) == wanted, reason, at)
        return found[0] if found else None

    def cancel_of_case(self, case_id: UUID, reason: str, at: datetime) -> Sequence[PlannedFollowUp]:
        return self._cancel(lambda one: one.case_id == case_id, reason, at)

    def cancel_of_submission(
        self, submission_id: UUID, reason: str, at: datetime
    ) -> Sequence[PlannedFollowUp]:
        return self._cancel(lambda one: one.submission_id == submission_id, reason, at)

    def _cancel(
        self, which: Callable[[PlannedFollowUp], bool], reason: str, at: datetime
    ) -> Sequence[PlannedFollowUp]:
        found = [
            one
            for one in self._memory.follow_ups.values()
            if one.state is FollowUpState.PLANNED and which(one)
        ]
        self.end([one.id for one in found], FollowUpState.CANCELLED, reason, at)
        return [self._memory.follow_ups[one.id] for one in found]

    def restore(self, again: PlannedFollowUp) -> bool:
        was = self._memory.follow_ups[again.id]
        if was.state is FollowUpState.CANCELLED:
            self._memory.follow_ups[again.id] = again
        return was.state is FollowUpState.CANCELLED

    def replace_contact(self, submission_id: UUID, contact: Contact) -> None:
        for one in list(self._memory.follow_ups.values()):
            if (one.submission_id, one.state) == (submission_id, FollowUpState.PLANNED):
                self._memory.follow_ups[one.id] = replace(one, contact=contact)

    def due(self, now: datetime, limit: int) -> Sequence[DueFollowUp]:
        heads = CaseRows(self._work)
        due = [
            one
            for one in self._memory.follow_ups.values()
            if one.state is FollowUpState.PLANNED and one.due_at <= now
        ]
        return [
            DueFollowUp(one, head)
            for one in sorted(due, key=lambda one: one.due_at)
            if (head := heads.head(one.case_id)) is not None
        ][:limit]

    def end(self, ids: Collection[UUID], state: FollowUpState, reason: str, at: datetime) -> None:
        for row_id in ids:
            kept = self._memory.follow_ups[row_id]
            if kept.state is FollowUpState.PLANNED:
                self._memory.follow_ups[row_id] = replace(
                    kept, state=state, reason=reason, ended_at=at, contact=None
                )

    def put_off(self, moved: Mapping[UUID, datetime]) -> None:
        for row_id, due_at in moved.items():
            self._memory.follow_ups[row_id] = replace(
                self._memory.follow_ups[row_id], due_at=due_at
            )


def root_of(message: Message) -> str:
    """The event without the mark of a text that goes again."""
    return message.event.split(AGAIN)[0]
