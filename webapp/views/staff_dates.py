"""The dates of a case as a list and as a calendar, for the wall of whoever handles it."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from babel.dates import format_date
from flask_babel import gettext

from casework.directory import Directory
from casework.follow_ups import FollowUpState, PlannedFollowUp
from casework.model import Clock, ClockKind
from forms.words import N_
from webapp.i18n import locale
from webapp.pages import local_day
from webapp.views.staff_event_words import CLOCKS, FOLLOW_UPS
from webapp.views.staff_limits import left

CAME_IN = N_("The message came in")


@dataclass(frozen=True, slots=True)
class Dated:
    """One row of the list. `number` names it in the calendar; `what` is a message id; `left` is in words."""

    number: int
    day: date
    at: datetime
    what: str
    left: str
    done_at: datetime | None
    paused: bool
    late: bool


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """A square of the calendar; `day` is None outside the month."""

    day: int | None
    dated: tuple[Dated, ...] = ()
    is_holiday: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    title: str
    weeks: tuple[tuple[DayOfMonth, ...], ...]

    @property
    def has_holiday(self) -> bool:
        return any(day.is_holiday for week in self.weeks for day in week)


class WeekdayName(NamedTuple):
    long: str
    short: str


def dates_of(
    arrived_at: datetime,
    clocks: Sequence[Clock],
    planned: Sequence[PlannedFollowUp],
    here: Directory,
    at: datetime,
) -> list[Dated]:
    """The arrival, then every limit that is or was waited for, but for minutes: those are no dates; then the contacts
    that are planned and not made yet."""
    shown = [clock for clock in clocks if clock.kind is not ClockKind.ACKNOWLEDGEMENT]
    limits = [_dated(n, clock, here, at) for n, clock in enumerate(shown, start=2)]
    waiting = [one for one in planned if one.state is FollowUpState.PLANNED]
    contacts = [_contact(n, one, here, at) for n, one in enumerate(waiting, start=2 + len(limits))]
    arrival = Dated(1, local_day(arrived_at), arrived_at, CAME_IN, "", arrived_at, False, False)
    return [arrival, *limits, *contacts]


def _contact(number: int, one: PlannedFollowUp, here: Directory, at: datetime) -> Dated:
    # One whose time has come goes as soon as the team is open: that is not late.
    has_come = one.due_at <= at
    return Dated(
        number=number,
        day=local_day(one.due_at),
        at=one.due_at,
        what=FOLLOW_UPS[one.kind],
        left=gettext("today") if has_come else left(one.due_at, at, here.holidays),
        done_at=None,
        paused=False,
        late=False,
    )


def _dated(number: int, clock: Clock, here: Directory, at: datetime) -> Dated:
    return Dated(
        number=number,
        day=local_day(clock.due_at),
        at=clock.due_at,
        what=CLOCKS[clock.kind],
        left=left(clock.due_at, at, here.holidays) if clock.is_running else "",
        done_at=clock.ended_at,
        paused=clock.paused_at is not None,
        late=(clock.ended_at or clock.paused_at or at) > clock.due_at,
    )


def months_of(dated: Sequence[Dated], holidays: frozenset[date]) -> list[Month]:
    """Each month in which something is dated, Monday first."""
    days: dict[date, list[Dated]] = {}
    for one in dated:
        days.setdefault(one.day, []).append(one)
    months = sorted({(day.year, day.month) for day in days})
    return [_month(year, month, days, holidays) for year, month in months]


def _month(
    year: int, month: int, days: dict[date, list[Dated]], holidays: frozenset[date]
) -> Month:
    weeks = Calendar().monthdatescalendar(year, month)
    return Month(
        format_date(date(year, month, 1), "LLLL y", locale=locale()),
        tuple(
            tuple(
                DayOfMonth(day.day, tuple(days.get(day, ())), day in holidays and day.weekday() < 5)
                if day.month == month
                else DayOfMonth(None)
                for day in week
            )
            for week in weeks
        ),
    )


def weekday_names() -> list[WeekdayName]:
    """Monday first; the short ones fit a narrow column: 'må', 'ma', 'Mo'."""
    days = (date(2024, 1, day) for day in range(1, 8))
    return [
        WeekdayName(
            format_date(d, "cccc", locale=locale()), format_date(d, "cccccc", locale=locale())
        )
        for d in days
    ]
