"""Contacts planned for later, as the page of a case shows and asks them. Without any address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import request

from casework.calendar import add_working_days, is_eve
from casework.commands import Contact
from casework.directory import Directory
from casework.follow_ups import (
    HEARD,
    FollowUpKind,
    FollowUpState,
    Heard,
    PlannedFollowUp,
    WhyCancelled,
    is_plannable,
)
from casework.messages import Channel
from casework.model import CaseState
from casework.notices import ways
from forms.base import Questions
from forms.contact import contact_of
from forms.fields import Radios
from forms.words import N_, Words
from webapp.pages import local_day
from webapp.store.case_file import CaseFile
from webapp.views.staff_directory_fields import DayTyped, read_day, written_day
from webapp.views.staff_event_words import FOLLOW_UPS

NO_DAY = N_("Write the day. Nothing was planned yet")
PAST = N_("The day has passed. Write today or a later day. Nothing was planned yet")
TOO_FAR = N_("Write a day within one year. Nothing was planned yet")
#: What stands for a day that is written.
ON_A_DAY = "day"

STATES = {
    FollowUpState.PLANNED: (N_("Planned"), "info"),
    FollowUpState.DONE: (N_("Done"), "success"),
    FollowUpState.CANCELLED: (N_("Cancelled"), "neutral"),
}


class PlanForm(Questions):
    """What is planned, and when."""

    planned_what = Radios(
        N_("What do you want to plan?"),
        [(kind.value, text) for kind, text in FOLLOW_UPS.items()],
        needed=N_("Choose what you want to plan"),
    )
    planned_when = Radios(
        N_("When?"),
        (
            ("3", N_("In 3 days")),
            ("7", N_("In 7 days")),
            (ON_A_DAY, N_("On the day that I write")),
        ),
        hint=N_(
            "In 3 or 7 days the contact comes at this time of the day, on a day that you write when the team opens. "
            "If the team is closed then, it moves to the next opening."
        ),
        needed=N_("Choose when"),
    )
    planned_day = DayTyped(N_("Day, if you write it yourself"), dependent=True)

    def valid(self, at: datetime) -> bool:
        """Whether all is right; what is not stands beside its field."""
        valid = self.validate()
        if valid and self.planned_when.data == ON_A_DAY:
            valid = _is_day(self.planned_day, at)
        return valid

    @property
    def kind(self) -> FollowUpKind:
        return FollowUpKind(self.planned_what.data)

    @property
    def when(self) -> int | date:
        """Of a valid form: in so many days, or the day."""
        if self.planned_when.data == ON_A_DAY:
            return read_day(self.planned_day.cell)
        return int(self.planned_when.data)


class MoveForm(Questions):
    """Another day for what is planned."""

    day = DayTyped(N_("Another day"), needed=NO_DAY)

    def valid(self, at: datetime) -> bool:
        return self.validate() and _is_day(self.day, at)

    @property
    def when(self) -> date:
        """Of a valid form."""
        return read_day(self.day.cell)


def _is_day(field: Any, at: datetime) -> bool:
    """Whether the day may be planned for; else the reason stands beside the field."""
    if not field.data:
        field.errors = [NO_DAY]
        return False
    day = read_day(field.data)
    if not is_plannable(day, at):
        field.errors = [PAST if day < local_day(at) else TOO_FAR]
        return False
    return True


def example_of_day(at: datetime, holidays: frozenset[date]) -> str:
    """The hint of a field for a day: one ahead on which teams work."""
    day = add_working_days(local_day(at), 5, holidays)
    while is_eve(day):
        day = add_working_days(day, 1, holidays)
    return Words(N_("For example %(day)s"), day=written_day(day))


def move_form(follow_up_id: UUID) -> MoveForm:
    """Its names are its own: there may be several on a page."""
    posted = request.form if _is_posted("move_follow_up", follow_up_id) else None
    return MoveForm(posted, prefix=f"move-{follow_up_id.hex}-")


def plan_form() -> PlanForm:
    return PlanForm(request.form if _is_posted("plan_follow_up") else None)


def _is_posted(act: str, follow_up_id: UUID | None = None) -> bool:
    asked = (request.view_args or {}).get("follow_up_id")
    return request.endpoint == f"staff.cases.{act}" and asked == follow_up_id


@dataclass(frozen=True, slots=True)
class Line:
    """One planned contact. `move` is None where it waits no more."""

    one: PlannedFollowUp
    what: str
    state: str
    look: str
    why: str
    move: MoveForm | None
    may_be_restored: bool


@dataclass(frozen=True, slots=True)
class Planned:
    """The section: what was planned, what waits first; the form for more, and whether a message may tell the sender
    of it."""

    lines: Sequence[Line]
    form: PlanForm | None
    tells: bool


def planned_on(case: CaseFile, at: datetime, here: Directory, *, has_stopped: bool) -> Planned:
    """What the page of a case shows of planned contacts; the form is None where nothing may be planned.

    `has_stopped`: the sender's number takes none of our texts.
    """
    is_open, example = case.head.state is not CaseState.CLOSED, example_of_day(at, here.holidays)
    form = plan_form() if is_open else None
    if form is not None:
        form.planned_day.hint = example
        if _is_posted("plan_follow_up"):
            form.valid(at)
    waiting_first = sorted(case.follow_ups, key=lambda one: one.state is not FollowUpState.PLANNED)
    return Planned(
        [_line(one, at, example, is_open=is_open) for one in waiting_first],
        form,
        may_be_told(heard_of(case).contact, at, has_stopped=has_stopped),
    )


def may_be_told(contact: Contact, at: datetime, *, has_stopped: bool) -> bool:
    """Whether a message may tell the sender. After STOP only e-mail does, chosen or allowed instead of texts."""
    way = next(ways(contact, at), None)
    if way is None or way.channel is Channel.EMAIL or not has_stopped:
        return way is not None
    return contact.may_use_other and bool(contact.email)


def _line(one: PlannedFollowUp, at: datetime, example: str, *, is_open: bool) -> Line:
    waits = one.state is FollowUpState.PLANNED
    move = move_form(one.id) if waits and is_open else None
    if move is not None:
        move.day.hint = example
        if _is_posted("move_follow_up", one.id):
            move.valid(at)
    state, look = STATES[one.state]
    return Line(
        one,
        FOLLOW_UPS[one.kind],
        state,
        look,
        one.reason,
        move,
        is_open and one.reason == WhyCancelled.BY_WORKER,
    )


def heard_of(case: CaseFile) -> Heard:
    """How the sender may be told by their newest choice, and when they last wrote or chose."""
    at = max((line.at for line in case.timeline if line.kind in HEARD), default=None)
    return Heard(newest_contact(case.sender), at)


def newest_contact(sender: Mapping[str, Any] | None) -> Contact:
    """The sender's newest choices of contact; nothing where none are known."""
    return contact_of({"contact": sender}) if sender and sender.get("way") else Contact()
