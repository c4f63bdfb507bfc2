"""What casework needs of the rooms around it. Fakes in tests and PostgreSQL in the house both fit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID

from casework.access import Relation, Viewer
from casework.message_ports import (
    Channels,
    Copies,
    Erasure,
    FollowUps,
    Inbound,
    Outbox,
    Upkeep,
)
from casework.messages import (
    Message,
    Queue,
)
from casework.model import (
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


class Ids(Protocol):
    """Where identifiers come from: UUIDv7 for rows, random letters for what people read aloud."""

    def row(self) -> UUID: ...

    def reference(self) -> str:
        """Eight letters and digits without look-alikes, in two groups: 40 random bits."""

    def access_code(self) -> str:
        """Sixteen letters and digits without look-alikes, in four groups: 80 random bits."""

    def code_hash(self, code: str) -> bytes:
        """The keyed hash under which a code is stored; forgiving of case, spaces and hyphens."""

    def number_hash(self, number: str) -> bytes:
        """The keyed hash under which a phone number (E.164) is found again; nobody without the key can test one."""


class WakeUp(Protocol):
    """Tells the workers that a queue has something. Best effort: never raises, never waits long."""

    def wake(self, queues: frozenset[Queue]) -> None: ...


class Submissions(Protocol):
    def add(
        self,
        submission: Submission,
        cases: Sequence[Case],
        clocks: Sequence[Clock],
        timeline: Sequence[TimelineEntry],
        messages: Sequence[Message],
    ) -> None:
        """Store all of it at the commit. The commit raises AlreadySubmitted where the id is taken."""

    def add_information(
        self,
        submission_id: UUID,
        addition_id: UUID,
        answers: Answers,
        at: datetime,
        timeline: Sequence[TimelineEntry],
        messages: Sequence[Message],
    ) -> None:
        """Store answers by scope, each sealed as its scope asks."""

    def has_addition(self, submission_id: UUID, addition_id: UUID) -> bool:
        """Whether it is stored already; holds the submission, so that of two presses at once one waits."""

    def hold_sender(self, submission_id: UUID) -> Answers | None:
        """What the sender has answered about how to be reached, as it is now; None where they gave nothing. Holds the
        submission, so that nobody changes it meanwhile. Raises ErasedContent."""

    def renew_code(self, submission_id: UUID, code_hash: bytes) -> None:
        """From now on another code opens the follow-up page, and the old one nothing."""

    def follow_up(self, code_hash: bytes) -> FollowUp | None: ...

    def follow_up_by_id(self, submission_id: UUID) -> FollowUp | None: ...


class Cases(Protocol):
    def head(self, case_id: UUID) -> CaseHead | None: ...

    def heads_of(self, submission_id: UUID) -> Sequence[CaseHead]:
        """By id, the order in which everybody takes hold of several cases."""

    def hold(self, case_ids: Sequence[UUID]) -> None:
        """Nobody else changes these until the unit of work ends; needed before several are changed in any order."""

    def move(self, case_id: UUID, to: CaseState, at: datetime) -> bool:
        """Conditional UPDATE along CASE_MOVES; False where the case was not in a state that may go there."""

    def mark(self, case_id: UUID, mark: Mark) -> None: ...

    def unmark(self, case_id: UUID, marks: frozenset[Mark]) -> None: ...

    def hide_place(self, case_id: UUID) -> None:
        """Non-disclosure was told of later: the municipality, and the county of a transfer, leave the clear, and the
        sender is told of no team but today's."""

    def make_urgent(self, case_id: UUID) -> None:
        """The sender says that it cannot wait after all."""

    def said(self, case_id: UUID) -> Sequence[SaidPhrase]:
        """Set phrases that stand on the follow-up page, oldest first; none that was taken back."""

    def contact_choice(self, case_id: UUID) -> ContactChoice | None:
        """The newest choice of contact since the message was sent; None where there was none."""

    def alert(self, case_id: UUID, team: str) -> None:
        """From now on this team may open the case too."""

    def append_timeline(self, entries: Sequence[TimelineEntry]) -> None:
        """Add entries; one whose id is there already is left as it is."""

    def happened(self, case_id: UUID, kind: TimelineKind) -> bool:
        """Whether the timeline has such an entry already."""

    def mark_many(self, case_ids: Sequence[UUID], mark: Mark) -> None: ...

    def alert_many(self, alerts: Sequence[tuple[UUID, str]]) -> None:
        """The same as `alert` for many cases, each with its team."""

    def set_statutory(self, case_id: UUID, statutory: bool) -> None: ...

    def reassign(self, case_id: UUID, team: str, worker: str | None) -> None:
        """The case belongs to this team and worker now; a proposed move is done with."""

    def end_transfer(self, case_id: UUID) -> None:
        """The matter is ours after all: no other county is named any more."""

    def unreviewed(self, revision: int, limit: int) -> Sequence[tuple[CaseHead, str | None, int]]:
        """Open cases not yet compared with this revision of the directory, locked: each with its municipality and
        the revision with which it was last compared."""

    def review(self, case_ids: Sequence[UUID], revision: int) -> None:
        """They have been compared with it."""

    def propose(self, case_id: UUID, team: str | None) -> None:
        """Where the case would go today; None: it stays."""


class Clocks(Protocol):
    """What is waited for, by case and kind; a case has one clock of a kind at most."""

    def of(self, case_id: UUID) -> Sequence[Clock]:
        """All clocks of the case, ended ones too, by limit; held, so that of two acts at once one waits."""

    def start(self, clocks: Sequence[Clock]) -> None:
        """Store clocks; one of the same case and kind runs anew, from its first step."""

    def restart(
        self,
        case_id: UUID,
        kind: ClockKind,
        started_at: datetime,
        due_at: datetime,
        act_at: datetime | None,
    ) -> None:
        """Run again, if there is one, towards a new limit: an old promise must not be shown as one kept."""

    def end(self, case_id: UUID, kind: ClockKind, at: datetime) -> bool:
        """Whether it was running, or paused, until now."""

    def drop(self, case_id: UUID, kinds: frozenset[ClockKind]) -> None:
        """Forget clocks that should never have run."""

    def pause(self, case_id: UUID, kind: ClockKind, at: datetime) -> bool:
        """Whether it was running until now."""

    def resume(
        self, case_id: UUID, kind: ClockKind, due_at: datetime, act_at: datetime | None
    ) -> bool:
        """Run again towards a new limit; whether it was paused until now."""

    def due(self, now: datetime, limit: int) -> Sequence[DueClock]:
        """Running clocks whose time to act has come, the longest waiting first, locked for this unit of work."""

    def advance(self, clocks: Sequence[Clock]) -> None:
        """Store `step` and `act_at` of clocks, all at once."""


class UnitOfWork(Protocol):
    """One transaction. Rolls back unless `commit` was called."""

    @property
    def submissions(self) -> Submissions: ...

    @property
    def cases(self) -> Cases: ...

    @property
    def clocks(self) -> Clocks: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def channels(self) -> Channels: ...

    @property
    def upkeep(self) -> Upkeep: ...

    @property
    def follow_ups(self) -> FollowUps: ...

    @property
    def inbound(self) -> Inbound: ...

    @property
    def erasure(self) -> Erasure: ...

    @property
    def copies(self) -> Copies: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def commit(self) -> None: ...

    def is_held_up(self, error: Exception) -> bool:
        """Whether the unit of work failed since others held what it wanted: the same may go later. Noted in the log."""


class AccessLog(Protocol):
    def record(
        self, viewer: Viewer, case_id: UUID, action: str, relation: Relation, at: datetime
    ) -> None:
        """Append one row in a transaction of its own, committed on return. No row, no page."""
