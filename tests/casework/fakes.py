"""The rooms around casework, in memory: everything that the ports promise, and what was asked of them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from casework.access import Relation, Viewer
from casework.commands import ChildConcerned, Contact, SafeTime, Submit
from casework.errors import AlreadySubmitted
from casework.follow_ups import HEARD, DueFollowUp, FollowUpState, PlannedFollowUp
from casework.inbound import Correspondent, InboundText, Kind, Place
from casework.messages import AGAIN, Message, MessageState
from casework.model import (
    CASE_MOVES,
    Answers,
    Case,
    CaseHead,
    CaseState,
    Clock,
    ClockKind,
    ContactChoice,
    DueClock,
    FollowUp,
    Mark,
    SaidPhrase,
    Submission,
    TimelineEntry,
    TimelineKind,
)
from casework.notices import SENDER


class CountingIds:
    """Ids in the order in which they were asked for."""

    def __init__(self) -> None:
        self.count = 0

    def row(self) -> UUID:
        self.count += 1
        return UUID(int=self.count)

    def reference(self) -> str:
        self.count += 1
        return f"REF{self.count}"

    def access_code(self) -> str:
        self.count += 1
        return f"CODE{self.count}"

    def code_hash(self, code: str) -> bytes:
        return code.encode()

    def number_hash(self, number: str) -> bytes:
        return b"hash of " + number.encode()


@dataclass
class Memory:
    """What a database would hold."""

    submissions: dict[UUID, Submission] = field(default_factory=dict)
    cases: dict[UUID, Case] = field(default_factory=dict)
    clocks: dict[UUID, Clock] = field(default_factory=dict)
    reviewed: dict[UUID, int] = field(default_factory=dict)
    proposed: dict[UUID, str] = field(default_factory=dict)
    timeline: list[TimelineEntry] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    additions: dict[UUID, Answers] = field(default_factory=dict)
    follow_ups: dict[UUID, PlannedFollowUp] = field(default_factory=dict)
    texts: list[InboundText] = field(default_factory=list)
    handled: dict[UUID, str] = field(default_factory=dict)
    stopped: dict[bytes, datetime] = field(default_factory=dict)

    def kinds(self, case_id: UUID) -> list[TimelineKind]:
        entries = [entry for entry in self.timeline if entry.case_id == case_id]
        return [entry.kind for entry in sorted(entries, key=lambda entry: entry.at)]

    def clocks_of(self, case_id: UUID, kind: ClockKind) -> list[Clock]:
        return [c for c in self.clocks.values() if (c.case_id, c.kind) == (case_id, kind)]

    def clock(self, case_id: UUID, kind: ClockKind) -> Clock:
        (found,) = self.clocks_of(case_id, kind)
        return found


class MemoryWork:
    """A unit of work that forgets what was not committed, and whose rows are its own ports."""

    def __init__(self) -> None:
        self.kept = Memory()
        self.is_open = False
        self.commits = 0
        self._before = self.kept

    @property
    def submissions(self) -> Any:
        return _Submissions(self)

    @property
    def cases(self) -> Any:
        return _Cases(self)

    @property
    def clocks(self) -> Any:
        return _Clocks(self)

    @property
    def follow_ups(self) -> Any:
        return _FollowUps(self)

    @property
    def outbox(self) -> Any:
        return _Outbox(self)

    @property
    def inbound(self) -> Any:
        return _Inbound(self)

    def __enter__(self) -> Self:
        assert not self.is_open, "one unit of work at a time"
        self.is_open = True
        self._before = copy.copy(self.kept)
        self.kept = Memory(**{k: copy.copy(v) for k, v in vars(self._before).items()})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.is_open = False
        self.kept = self._before

    def is_held_up(self, error: Exception) -> bool:
        return False

    def commit(self) -> None:
        assert self.is_open
        self.commits += 1
        self._before = self.kept


class _Rows:
    def __init__(self, work: MemoryWork) -> None:
        assert work.is_open, "rows are read and written inside the unit of work"
        self._work = work
        self._memory = work.kept


class _Submissions(_Rows):
    def add(
        self,
        submission: Submission,
        cases: Sequence[Case],
        clocks: Sequence[Clock],
        timeline: Sequence[TimelineEntry],
        messages: Sequence[Message],
    ) -> None:
        if submission.id in self._memory.submissions:
            raise AlreadySubmitted
        self._memory.submissions[submission.id] = submission
        self._memory.cases.update({case.id: case for case in cases})
        self._memory.clocks.update({clock.id: clock for clock in clocks})
        self._memory.timeline += timeline
        self._memory.messages += messages

    def add_information(
        self,
        submission_id: UUID,
        addition_id: UUID,
        answers: Answers,
        at: datetime,
        timeline: Sequence[TimelineEntry],
        messages: Sequence[Message],
    ) -> None:
        self._memory.additions[addition_id] = answers
        self._memory.timeline += timeline
        self._memory.messages += messages

    def has_addition(self, submission_id: UUID, addition_id: UUID) -> bool:
        return addition_id in self._memory.additions

    def hold_sender(self, submission_id: UUID) -> Answers | None:
        return self._memory.submissions[submission_id].sender

    def renew_code(self, submission_id: UUID, code_hash: bytes) -> None:
        kept = self._memory.submissions[submission_id]
        self._memory.submissions[submission_id] = replace(kept, code_hash=code_hash)

    def follow_up(self, code_hash: bytes) -> FollowUp | None:
        raise NotImplementedError

    def follow_up_by_id(self, submission_id: UUID) -> FollowUp | None:
        raise NotImplementedError


class _Cases(_Rows):
    def head(self, case_id: UUID) -> CaseHead | None:
        case = self._memory.cases.get(case_id)
        return _head(case, self._memory) if case else None

    def heads_of(self, submission_id: UUID) -> Sequence[CaseHead]:
        found = [c for c in self._memory.cases.values() if c.submission_id == submission_id]
        return [_head(case, self._memory) for case in found]

    def hold(self, case_ids: Sequence[UUID]) -> None:
        pass

    def move(self, case_id: UUID, to: CaseState, at: datetime) -> bool:
        case = self._memory.cases[case_id]
        if to not in CASE_MOVES[case.state]:
            return False
        self._memory.cases[case_id] = replace(case, state=to)
        return True

    def _change(self, case_id: UUID, **changes: Any) -> None:
        # A message of the outbox's own tests may belong to a case that is not kept here.
        if case_id in self._memory.cases:
            self._memory.cases[case_id] = replace(self._memory.cases[case_id], **changes)

    def mark(self, case_id: UUID, mark: Mark) -> None:
        if case_id in self._memory.cases:
            kept = self._memory.cases[case_id].marks
            self._change(case_id, marks=tuple(dict.fromkeys((*kept, mark))))

    def unmark(self, case_id: UUID, marks: frozenset[Mark]) -> None:
        kept = self._memory.cases[case_id].marks
        self._change(case_id, marks=tuple(mark for mark in kept if mark not in marks))

    def hide_place(self, case_id: UUID) -> None:
        self._change(case_id, municipality=None, transfer_to=None, protected=True)

    def make_urgent(self, case_id: UUID) -> None:
        self._change(case_id, urgent=True)

    def alert(self, case_id: UUID, team: str) -> None:
        if case_id in self._memory.cases:
            kept = self._memory.cases[case_id].alerted_teams
            self._change(case_id, alerted_teams=tuple(dict.fromkeys((*kept, team))))

    def said(self, case_id: UUID) -> Sequence[SaidPhrase]:
        mine = [entry for entry in self._memory.timeline if entry.case_id == case_id]
        taken = {entry.detail.get("entry") for entry in mine}
        return [
            SaidPhrase(entry.id, entry.detail["phrase"], entry.at, entry.detail["event"])
            for entry in mine
            if entry.kind is TimelineKind.PHRASE_SAID and str(entry.id) not in taken
        ]

    def append_timeline(self, entries: Sequence[TimelineEntry]) -> None:
        known = {entry.id for entry in self._memory.timeline}
        self._memory.timeline += [entry for entry in entries if entry.id not in known]

    def happened(self, case_id: UUID, kind: TimelineKind) -> bool:
        return kind in self._memory.kinds(case_id)

    def contact_choice(self, case_id: UUID) -> ContactChoice | None:
        made = [
            ContactChoice(entry.at, entry.kind is TimelineKind.CONTACT_WITHDRAWN)
            for entry in self._memory.timeline
            if entry.case_id == case_id
            and entry.kind in {TimelineKind.CONTACT_WITHDRAWN, TimelineKind.CONTACT_CHANGED}
        ]
        return made[-1] if made else None

    def mark_many(self, case_ids: Sequence[UUID], mark: Mark) -> None:
        for case_id in case_ids:
            self.mark(case_id, mark)

    def alert_many(self, alerts: Sequence[tuple[UUID, str]]) -> None:
        for case_id, team in alerts:
            self.alert(case_id, team)

    def set_statutory(self, case_id: UUID, statutory: bool) -> None:
        self._change(case_id, statutory=statutory)

    def reassign(self, case_id: UUID, team: str, worker: str | None) -> None:
        self._change(case_id, team=team, worker=worker)
        self.propose(case_id, None)

    def end_transfer(self, case_id: UUID) -> None:
        self._change(case_id, transfer_to=None)
        self.unmark(case_id, frozenset({Mark.TRANSFER}))

    def unreviewed(self, revision: int, limit: int) -> Sequence[tuple[CaseHead, str | None, int]]:
        reviewed = self._memory.reviewed
        found = [
            case
            for case in self._memory.cases.values()
            if case.state is not CaseState.CLOSED
            and reviewed.get(case.id, case.directory_revision) < revision
        ]
        return [
            (head, case.municipality, reviewed.get(case.id, case.directory_revision))
            for case in found
            if (head := self.head(case.id))
        ][:limit]

    def review(self, case_ids: Sequence[UUID], revision: int) -> None:
        self._memory.reviewed.update(dict.fromkeys(case_ids, revision))

    def propose(self, case_id: UUID, team: str | None) -> None:
        self._memory.proposed.pop(case_id, None)
        self.unmark(case_id, frozenset({Mark.MOVE_PROPOSED}))
        if team is not None:
            self._memory.proposed[case_id] = team
            self.mark(case_id, Mark.MOVE_PROPOSED)


class _Clocks(_Rows):
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
        heads = _Cases(self._work)
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


class _Outbox(_Rows):
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


class _Inbound(_Rows):
    def origin(self, number_hash: bytes) -> UUID | None:
        written = [
            m
            for m in self._memory.messages
            if (m.address_hash, m.recipient) == (number_hash, SENDER) and m.submission_id
        ]
        return max(written, key=lambda m: m.created_at).submission_id if written else None

    def correspondent(self, number_hash: bytes) -> Correspondent | None:
        written = [
            (message.created_at, case)
            for message in self._memory.messages
            for case in self._memory.cases.values()
            if (message.address_hash, message.recipient) == (number_hash, SENDER)
            and case.submission_id == message.submission_id
            and case.state is not CaseState.CLOSED
        ]
        if not written:
            return None
        at, case = max(written, key=lambda pair: pair[0])
        sender = self._memory.submissions[case.submission_id].sender or {}
        named = frozenset(SafeTime(name) for name in sender.get("safe_times") or ())
        return Correspondent(_head(case, self._memory), at, named or frozenset(SafeTime))

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

    def stop(self, number_hash: bytes, at: datetime) -> bool:
        is_new = number_hash not in self._memory.stopped
        self._memory.stopped.setdefault(number_hash, at)
        return is_new

    def start(self, number_hash: bytes) -> bool:
        return self._memory.stopped.pop(number_hash, None) is not None

    def has_stopped(self, number_hash: bytes) -> bool:
        return number_hash in self._memory.stopped

    def place(self, text_id: UUID) -> Place | None:
        found = [t for t in self._memory.texts if t.id == text_id and t.kind is Kind.NOTE]
        return Place(found[0].case_id, found[0].team) if found else None

    def handle(self, text_id: UUID, by: str, at: datetime) -> bool:
        was_waiting = text_id not in self._memory.handled
        self._memory.handled.setdefault(text_id, by)
        return was_waiting

    def reopen(self, text_id: UUID) -> bool:
        return self._memory.handled.pop(text_id, None) is not None


class _FollowUps(_Rows):
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
        heads = _Cases(self._work)
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


def _head(case: Case, memory: Memory) -> CaseHead:
    return CaseHead(
        id=case.id,
        submission_id=case.submission_id,
        number=case.number,
        team=case.team,
        worker=case.worker,
        alerted_teams=frozenset(case.alerted_teams),
        state=case.state,
        form=memory.submissions[case.submission_id].form,
        language=case.language,
        urgent=case.urgent,
        after_hours=case.after_hours,
        created_at=case.created_at,
        transfer_to=case.transfer_to,
        marks=frozenset(case.marks),
        statutory=case.statutory,
        protected=case.protected,
        shown_team=case.shown_team,
        proposed_team=memory.proposed.get(case.id),
    )


@dataclass
class MemoryLog:
    """Who looked. Notes whether a unit of work was open, and how many commits there were by then."""

    work: MemoryWork
    fault: Exception | None = None
    rows: list[tuple[str, UUID, str, Relation, datetime]] = field(default_factory=list)
    commits_before: list[int] = field(default_factory=list)
    held_a_transaction: bool = False

    def record(
        self, viewer: Viewer, case_id: UUID, action: str, relation: Relation, at: datetime
    ) -> None:
        self.held_a_transaction |= self.work.is_open
        if self.fault is not None:
            raise self.fault
        self.rows.append((viewer.user_id, case_id, action, relation, at))
        self.commits_before.append(self.work.commits)


def root_of(message: Message) -> str:
    """The event without the mark of a text that goes again."""
    return message.event.split(AGAIN)[0]


def child(municipality: str | None = "905", **known: Any) -> ChildConcerned:
    return ChildConcerned(municipality, answers={"child_name": "Esimerkki Lapsi"}, **known)


def command(*children: ChildConcerned, **changes: Any) -> Submit:
    """A whole guidance request; a test changes what it is about."""
    given: dict[str, Any] = {
        "submission_id": UUID(int=2**64),
        "reference": "ABCD-EFGH",
        "code": "SECR-ETCO-DEOF-TEST",
        "form": "guidance",
        "domain_identifier": "guidance_request",
        "form_version": 1,
        "language": "fi",
        "children": children or (child(),),
        "contact": Contact(),
        "cannot_wait": False,
        "statutory": False,
        "shared": {"message": "Tarvitsen neuvoa."},
        "sender": None,
    }
    return Submit(**{**given, **changes})
