"""What a database would hold, in memory: contacts, and the cases they became."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from casework.errors import AlreadySubmitted
from casework.follow_ups import PlannedFollowUp
from casework.inbound import InboundText
from casework.messages import Message
from casework.model import (
    CASE_MOVES,
    Answers,
    Case,
    CaseHead,
    CaseState,
    Clock,
    ClockKind,
    ContactChoice,
    FollowUp,
    Mark,
    SaidPhrase,
    Submission,
    TimelineEntry,
    TimelineKind,
)


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
    stopped: set[bytes] = field(default_factory=set)

    def kinds(self, case_id: UUID) -> list[TimelineKind]:
        entries = [entry for entry in self.timeline if entry.case_id == case_id]
        return [entry.kind for entry in sorted(entries, key=lambda entry: entry.at)]

    def clocks_of(self, case_id: UUID, kind: ClockKind) -> list[Clock]:
        return [c for c in self.clocks.values() if (c.case_id, c.kind) == (case_id, kind)]

    def clock(self, case_id: UUID, kind: ClockKind) -> Clock:
        (found,) = self.clocks_of(case_id, kind)
        return found


class Rows:
    def __init__(self, work: Any) -> None:
        assert work.is_open, "rows are read and written inside the unit of work"
        self._work = work
        self._memory = work.kept


class SubmissionRows(Rows):
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


class CaseRows(Rows):
    def head(self, case_id: UUID) -> CaseHead | None:
        case = self._memory.cases.get(case_id)
        return head_of(case, self._memory) if case else None

    def heads_of(self, submission_id: UUID) -> Sequence[CaseHead]:
        found = [c for c in self._memory.cases.values() if c.submission_id == submission_id]
        return [head_of(case, self._memory) for case in found]

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
        case = self._memory.cases[case_id]
        shown = case.shown_team or case.team
        self._change(case_id, municipality=None, transfer_to=None, protected=True, shown_team=shown)

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


def head_of(case: Case, memory: Memory) -> CaseHead:
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
