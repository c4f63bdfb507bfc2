"""Contacts planned for later: what is said, when it is due, and how each ends. Said once, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from casework.calendar import HELSINKI, is_open, midnight, moment_of, next_opening
from casework.commands import Contact, ContactWay, SafeTime
from casework.directory import Directory
from casework.messages import Purpose
from casework.model import CaseHead, TimelineKind
from casework.phrases import Phrase
from casework.teams import Team


class FollowUpKind(StrEnum):
    """What is said when the time has come."""

    HELP_RECEIVED = "help_received"
    PLEASE_CALL = "please_call"


class FollowUpState(StrEnum):
    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


class WhyCancelled(StrEnum):
    """Why a planned contact is not made."""

    ADDITION = "addition"  # the sender has written meanwhile
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"  # the sender asked not to be contacted
    BY_WORKER = "by_worker"
    MOVED = "moved"  # another one takes its place on another day
    ERASED = "erased"
    UNREADABLE = "unreadable"  # how the sender may be told cannot be opened


PHRASES: Final[Mapping[FollowUpKind, Phrase]] = {
    FollowUpKind.HELP_RECEIVED: Phrase.DID_YOU_GET_HELP,
    FollowUpKind.PLEASE_CALL: Phrase.PLEASE_CALL,
}
PURPOSES: Final[Mapping[FollowUpKind, Purpose]] = {
    FollowUpKind.HELP_RECEIVED: Purpose.SOMETHING_NEW,
    FollowUpKind.PLEASE_CALL: Purpose.PLEASE_CALL,
}
#: Forms whose senders a team may ask by rule: people who want help for themselves.
RULED_FORMS: Final = frozenset({"guidance", "own-worker"})
#: Who planned what a team's rule planned.
BY_RULE: Final = "luotsi"
#: Beyond this nobody plans; a case rarely lasts so long.
FARTHEST: Final = timedelta(days=365)
#: What a sender did that may have changed how they can be told.
HEARD: Final = frozenset(
    {
        TimelineKind.ADDITION_RECEIVED,
        TimelineKind.CONTACT_CHANGED,
        TimelineKind.CONTACT_WITHDRAWN,
    }
)


@dataclass(frozen=True, slots=True)
class PlannedFollowUp:
    """One planned contact. `contact` is how the sender may be told, sealed before it is stored; None where nothing
    may leave the house, or where it is over: then the page alone says it.

    `planned_by` names an actor as the timeline does, `reason` why it was cancelled.
    """

    id: UUID
    submission_id: UUID
    case_id: UUID
    kind: FollowUpKind
    planned_by: str
    planned_at: datetime
    due_at: datetime
    state: FollowUpState = FollowUpState.PLANNED
    ended_at: datetime | None = None
    reason: str = ""
    contact: Contact | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class DueFollowUp:
    """One whose time has come, with its case; `is_readable` is False where its contact could not be opened."""

    follow_up: PlannedFollowUp
    case: CaseHead
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class Heard:
    """How a sender may be told, and when they last wrote or chose, as of when that was read; None: not since the
    message itself."""

    contact: Contact = field(repr=False)
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a worker plans; `when` is a number of days from now, or a day. A repeated press plans nothing twice."""

    press_id: UUID
    kind: FollowUpKind
    when: int | date


def due_at(when: int | date, team: Team, directory: Directory, now: datetime) -> datetime:
    """The moment (UTC) when a contact planned at `now` is due, within the team's opening hours.

    A number of days: at the same time of the day by the clocks in Helsinki. A day: when the team opens on it.
    Where it is closed then, when it opens next.
    """
    if isinstance(when, int):
        wall = now.astimezone(HELSINKI).replace(tzinfo=None) + timedelta(days=when)
        return opening(team, directory, moment_of(wall))
    return opening(team, directory, max(midnight(when), now))


def is_put_off(when: int | date, due: datetime, now: datetime) -> bool:
    """Whether what `due_at` found is another day than was asked for: the team is closed then."""
    wanted = when
    if isinstance(wanted, int):
        wanted = now.astimezone(HELSINKI).date() + timedelta(days=wanted)
    return due.astimezone(HELSINKI).date() != wanted


def opening(team: Team, directory: Directory, at: datetime) -> datetime:
    """When the team is open next, `at` itself when it is open then; `at` too for a team that never opens again: a
    wrong directory must not keep a contact waiting for ever."""
    return next_opening(team.hours, directory.holidays, at) or at


def must_wait(team: Team, directory: Directory, now: datetime) -> datetime | None:
    """When the team opens, if it is closed now; None where it is open, or never opens again."""
    if is_open(team.hours, directory.holidays, now):
        return None
    return next_opening(team.hours, directory.holidays, now)


def is_plannable(day: date, now: datetime) -> bool:
    """Whether a contact may be planned for the day: from today to a year ahead."""
    today = now.astimezone(HELSINKI).date()
    return today <= day <= today + FARTHEST


def contact_to_keep(contact: Contact) -> dict[str, Any]:
    """A contact as JSON can say it."""
    return {
        "way": contact.way.value,
        "phone": contact.phone,
        "textable": contact.textable,
        "email": contact.email,
        "may_leave_message": contact.may_leave_message,
        "may_use_other": contact.may_use_other,
        "safe_times": sorted(time.value for time in contact.safe_times),
    }


def contact_kept(given: Mapping[str, Any]) -> Contact:
    """The same back. Raises KeyError or ValueError for what is no contact."""
    return Contact(
        way=ContactWay(given["way"]),
        phone=str(given["phone"]),
        textable=bool(given["textable"]),
        email=str(given["email"]),
        may_leave_message=bool(given["may_leave_message"]),
        may_use_other=bool(given["may_use_other"]),
        safe_times=frozenset(SafeTime(time) for time in given["safe_times"]),
    )
