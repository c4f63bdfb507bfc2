"""What casework needs of the rooms around it. Fakes in tests and PostgreSQL in the house both fit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self
from uuid import UUID

from casework.access import Relation, Viewer
from casework.messages import Claimed, Message, MessageState, Outcome, Queue
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

if TYPE_CHECKING:
    from casework.usecases.doubts import Doubt


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

    def renew_code(self, submission_id: UUID, code_hash: bytes) -> None:
        """From now on another code opens the follow-up page, and the old one nothing."""

    def follow_up(self, code_hash: bytes) -> FollowUp | None: ...

    def follow_up_by_id(self, submission_id: UUID) -> FollowUp | None: ...


class Cases(Protocol):
    def head(self, case_id: UUID) -> CaseHead | None: ...

    def heads_of(self, submission_id: UUID) -> Sequence[CaseHead]: ...

    def move(self, case_id: UUID, to: CaseState, at: datetime) -> bool:
        """Conditional UPDATE along CASE_MOVES; False where the case was not in a state that may go there."""

    def mark(self, case_id: UUID, mark: Mark) -> None: ...

    def unmark(self, case_id: UUID, marks: frozenset[Mark]) -> None: ...

    def hide_place(self, case_id: UUID) -> None:
        """Non-disclosure was told of later: the municipality, and the county of a transfer, leave the clear."""

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


class Outbox(Protocol):
    def add(self, messages: Sequence[Message]) -> None:
        """Store rows; a row for the same (event, recipient, channel) is left as it is."""

    def recipients_of(self, event: str) -> frozenset[str]:
        """Who has been told of this event, or is about to be."""

    def claim(
        self, queue: Queue, now: datetime, lease_until: datetime, limit: int
    ) -> list[Claimed]: ...

    def begin(self, claimed: Claimed, attempt_id: UUID, now: datetime) -> bool:
        """Move to `submitting` if the lease is still ours, and note the attempt.

        What was meant for a sender who chose another way of contact since then is moved to `suppressed` instead.
        """

    def suppress_waiting(
        self, submission_id: UUID, recipient: str, now: datetime, *, event: str = ""
    ) -> None:
        """What has not left yet for this recipient, of one event or of all, is not sent: pending or claimed, to
        `suppressed`."""

    def suppress(self, claimed: Claimed, now: datetime) -> None:
        """Claimed, and not to be sent at all: moved to `suppressed`."""

    def finish(
        self,
        claimed: Claimed,
        attempt_id: UUID,
        outcome: Outcome,
        state: MessageState,
        next_at: datetime | None,
        now: datetime,
    ) -> bool:
        """Store how an attempt ended; False where a receipt had moved the row already."""

    def add_receipt(
        self,
        receipt_id: UUID,
        attempt_id: UUID,
        provider_id: str,
        status: str,
        error_code: str,
        now: datetime,
    ) -> None:
        """Append one receipt; the same one again is nothing new."""

    def apply_receipt(self, attempt_id: UUID, to: MessageState, now: datetime) -> Message | None:
        """Move the attempt's message along, if that is a legal move; the message when it moved."""


class Upkeep(Protocol):
    """What the brooms do to the outbox."""

    def park(self, now: datetime) -> Sequence[Message]:
        """Claimed rows whose workers died again and again, moved to `failed`."""

    def release_leases(self, now: datetime) -> None:
        """Claimed rows whose worker died before anything left: back to waiting."""

    def expire(self, now: datetime) -> Sequence[Message]:
        """Waiting rows whose time is over, moved to `expired`."""

    def give_up_submitting(self, now: datetime) -> Sequence[Message]:
        """Rows whose worker died while the provider had them, moved to `unknown`."""

    def give_up_receipts(self, since: datetime, now: datetime) -> Sequence[Message]:
        """SMS handed over before `since` without a final receipt, moved to `unknown`."""

    def doubts(self, since: datetime, until: datetime, limit: int) -> Sequence[Doubt]:
        """`unknown` SMS whose last attempt began between the two."""

    def settle_found(self, doubt: Doubt, provider_id: str, now: datetime) -> None:
        """`unknown` to `accepted`: the provider has it under this id."""

    def settle_missing(self, doubt: Doubt, now: datetime) -> None:
        """`unknown` to `pending`: the provider has nothing, so it certainly was not sent."""

    def waiting_queues(self, now: datetime) -> frozenset[Queue]:
        """Queues with a row that may go now."""


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
    def upkeep(self) -> Upkeep: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def commit(self) -> None: ...


class AccessLog(Protocol):
    def record(
        self, viewer: Viewer, case_id: UUID, action: str, relation: Relation, at: datetime
    ) -> None:
        """Append one row in a transaction of its own, committed on return. No row, no page."""
