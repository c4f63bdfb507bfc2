"""The nouns of the house: submission, case, clock, timeline entry, receipt of a submission.

A *submission* is what one person sent. It holds one *case* for each child that it concerns, at least one.
Team, worker, clocks and access belong to the case. Frozen dataclasses: a change is a command, not a mutation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from casework.routing import Reason

Answers = Mapping[str, Any]


class CaseState(StrEnum):
    """Where a case stands, as its sender may see it too."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    CLOSED = "closed"


#: Legal moves of a case; reopening is the undo of answering and closing.
CASE_MOVES: Mapping[CaseState, frozenset[CaseState]] = {
    CaseState.RECEIVED: frozenset({CaseState.IN_PROGRESS}),
    CaseState.IN_PROGRESS: frozenset({CaseState.ANSWERED, CaseState.CLOSED}),
    CaseState.ANSWERED: frozenset({CaseState.CLOSED, CaseState.IN_PROGRESS}),
    CaseState.CLOSED: frozenset({CaseState.IN_PROGRESS}),
}


class ClockKind(StrEnum):
    """What is being waited for; each clock ends by its own act."""

    ACKNOWLEDGEMENT = "acknowledgement"
    PROMISED_REPLY = "promised_reply"
    #: How urgent the matter is has been assessed (LSL 26 §, SHL 36 §).
    URGENCY = "urgency"
    #: The service needs assessment has been started (LSL 26 §).
    ASSESSMENT_START = "assessment_start"
    #: The child and a guardian have been told that a notification came, and what follows.
    PARTIES_TOLD = "parties_told"
    #: The assessment is finished, three months from initiation at the latest (LSL 26 §).
    ASSESSMENT_FINISH = "assessment_finish"
    #: Another county has confirmed that it has the matter (434/2003 21 §).
    TRANSFER = "transfer"


#: The clocks of law: they never pause, and no case is closed while one of them runs.
STATUTORY_CLOCKS = frozenset(
    {
        ClockKind.URGENCY,
        ClockKind.ASSESSMENT_START,
        ClockKind.PARTIES_TOLD,
        ClockKind.ASSESSMENT_FINISH,
    }
)
#: A case is closed only when none of these runs.
HOLDS_OPEN = STATUTORY_CLOCKS | {ClockKind.TRANSFER}


class TimelineKind(StrEnum):
    """What happened to a case, in the past tense."""

    RECEIVED = "received"
    ROUTED = "routed"
    ON_CALL_ALERTED = "on_call_alerted"
    ALARM_RAISED = "alarm_raised"
    ADDITION_RECEIVED = "addition_received"
    ACKNOWLEDGED = "acknowledged"
    TEAM_REMINDED = "team_reminded"
    TEAM_NOT_REACHED = "team_not_reached"
    CALL_NEEDED = "call_needed"
    SENDER_ANSWERED = "sender_answered"
    CASE_CLOSED = "case_closed"
    CASE_REOPENED = "case_reopened"
    CONTACT_CHANGED = "contact_changed"
    CONTACT_WITHDRAWN = "contact_withdrawn"
    PHRASE_SAID = "phrase_said"
    PHRASE_TAKEN_BACK = "phrase_taken_back"
    CODE_RENEWED = "code_renewed"
    ESCALATED = "escalated"
    WORKER_REMINDED = "worker_reminded"
    URGENCY_ASSESSED = "urgency_assessed"
    ASSESSMENT_STARTED = "assessment_started"
    PARTIES_TOLD = "parties_told"
    ASSESSMENT_FINISHED = "assessment_finished"
    ASSESSMENT_NOT_NEEDED = "assessment_not_needed"
    ACT_TAKEN_BACK = "act_taken_back"
    MATTER_STARTED = "matter_started"
    MATTER_TAKEN_BACK = "matter_taken_back"
    REPLY_PAUSED = "reply_paused"
    REPLY_RESUMED = "reply_resumed"
    TRANSFER_SENT = "transfer_sent"
    TRANSFER_CONFIRMED = "transfer_confirmed"
    TRANSFER_CANCELLED = "transfer_cancelled"
    CASE_MOVED = "case_moved"
    MOVE_PROPOSED = "move_proposed"
    MOVE_DECLINED = "move_declined"
    ERASED = "erased"
    FOLLOW_UP_PLANNED = "follow_up_planned"
    FOLLOW_UP_DONE = "follow_up_done"
    FOLLOW_UP_CANCELLED = "follow_up_cancelled"
    TEXTS_STOPPED = "texts_stopped"
    TEXTS_STARTED = "texts_started"


class Mark(StrEnum):
    """What a case in the inbox asks for beyond its state; plain words beside it, ended by an act."""

    NEW_INFORMATION = "new_information"  # until somebody opens the case
    TEAM_NOT_REACHED = "team_not_reached"  # until somebody opens the case
    CALL_NEEDED = "call_needed"  # until the sender is answered, or the case closed
    TRANSFER = "transfer"  # until the other county has confirmed, or the matter is ours after all
    NOT_OPENED = (
        "not_opened"  # the last step of its ladder has been told; until somebody opens the case
    )
    MOVE_PROPOSED = "move_proposed"  # the directory has changed; until the move is made or declined
    MAYBE_AUTOMATED = "maybe_automated"  # a program may have filled it in; until the case is closed


class KnownAs(StrEnum):
    """How the sender of a submission is known; shown with every case."""

    NOT_IDENTIFIED = "not_identified"
    CLIENT_CODE = "client_code"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Submission:
    """What one person sent, whole; `shared` and `sender` are sealed before they are stored."""

    id: UUID
    reference: str
    form: str
    domain_identifier: str
    form_version: int
    language: str
    received_at: datetime
    known_as: KnownAs
    shared: Answers = field(repr=False)
    sender: Answers | None = field(repr=False)
    code_hash: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Case:
    """One child's matter within a submission."""

    id: UUID
    submission_id: UUID
    number: str
    team: str
    worker: str | None
    state: CaseState
    created_at: datetime
    language: str
    municipality: str | None
    after_hours: bool
    urgent: bool
    alerted_teams: tuple[str, ...]
    transfer_to: str | None
    marks: tuple[Mark, ...]
    directory_revision: int
    child: Answers = field(repr=False)
    reasons: tuple[Reason, ...] = ()
    #: Whether the clocks of law run for it: by its form, or because a worker made it such a matter.
    statutory: bool = False
    #: Non-disclosure for personal safety was asked for: fewer people may open it.
    protected: bool = False
    #: The team that its sender goes on being told of, where the real one, or a move, would tell of a client
    #: relationship or of where the family lives now.
    shown_team: str | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A promise with an end: `due_at` is its limit, `act_at` when the house itself must do something.

    `step` counts the steps of its ladder that were taken. A clock that is paused has no `act_at`.
    """

    id: UUID
    case_id: UUID
    kind: ClockKind
    started_at: datetime
    due_at: datetime
    act_at: datetime | None
    step: int = 0
    ended_at: datetime | None = None
    paused_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        """Whether it has neither ended nor been paused."""
        return self.ended_at is None and self.paused_at is None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened; `detail` holds keys and codes only, never typed text. Append-only."""

    id: UUID
    case_id: UUID
    at: datetime
    kind: TimelineKind
    actor: str
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseHead:
    """The plain columns of a case that decide who may see it and what may be done; no content."""

    id: UUID
    submission_id: UUID
    number: str
    team: str
    worker: str | None
    alerted_teams: frozenset[str]
    state: CaseState
    form: str
    language: str
    urgent: bool
    after_hours: bool
    created_at: datetime
    transfer_to: str | None = None
    marks: frozenset[Mark] = frozenset()
    statutory: bool = False
    protected: bool = False
    shown_team: str | None = None
    #: Where the case would go by the directory of today, until a person has decided.
    proposed_team: str | None = None
    #: The key of what was written is destroyed: nothing can be shown, and nothing done any more.
    erased: bool = False


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What an access code opens: states and dates of one submission, and nothing that was typed."""

    submission_id: UUID
    reference: str
    form: str
    received_at: datetime
    cases: tuple[FollowedCase, ...]
    additions: int
    #: Whether the sender gave contact details; which, an access code never tells.
    has_contact: bool = False
    #: Whether the sender has asked not to be contacted after all.
    withdrawn: bool = False
    last_added_at: datetime | None = None
    #: Whether the sender said that it cannot wait.
    cannot_wait: bool = False
    #: Whether an urgent alert to staff has left the house; None: there is none, or none can leave any more.
    alert_left: bool | None = None


@dataclass(frozen=True, slots=True)
class SaidPhrase:
    """A set phrase that a worker said to the sender.

    `id` is its entry on the timeline, `event` that of the notice which told of it, shared by all that one press
    of the button said.
    """

    id: UUID
    phrase: str
    at: datetime
    event: str


@dataclass(frozen=True, slots=True)
class ContactChoice:
    """That a sender chose anew how to be contacted, or that they are not; what was chosen stays sealed."""

    at: datetime
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class FollowedCase:
    """`team` is the one that the sender is told of."""

    team: str
    state: CaseState
    acknowledged_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    reply_by: datetime | None
    transfer_to: str | None = None
    said: tuple[SaidPhrase, ...] = ()
    answered_here: bool = False  # by set phrases on the page, not by phone
    transfer_sent_at: datetime | None = None
    transfer_confirmed_at: datetime | None = None
    reply_paused: bool = False


@dataclass(frozen=True, slots=True)
class DueClock:
    """A clock whose `act_at` has come, with what is needed to act."""

    clock: Clock
    case: CaseHead


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a message was taken in. Who answers, and when, the page reads from the cases themselves."""

    submission_id: UUID
    reference: str
    received_at: datetime
    alarm: bool = False  # the directory had nobody: a person must mend it
