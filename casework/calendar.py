"""Opening hours, holidays and working days in Finland.

Opening hours are wall-clock times in Europe/Helsinki; every moment that comes in or goes out is
an aware datetime (out: UTC). On the night when clocks go forward a time inside the lost hour
means its end; on the night when they go back a time inside the repeated hour means its first
passing, so that nobody is said to be on duty longer than the shift that was written down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

HELSINKI: Final = ZoneInfo("Europe/Helsinki")
DAY_MINUTES: Final = 24 * 60
HORIZON: Final = timedelta(days=400)
_ONE_DAY: Final = timedelta(days=1)
# Two days more than the horizon, so that an end found within the horizon is a true end.
_LOOK_AHEAD: Final = HORIZON.days + 2


@dataclass(frozen=True, slots=True)
class Span:
    """One open stretch, in minutes from the local midnight of the day on which it begins.

    `0 <= opens < 1440` and `opens < closes <= opens + 1440`: a span may pass midnight, and its
    tail then belongs to the day on which it began. Raises ValueError outside these bounds.
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < DAY_MINUTES:
            raise ValueError(f"a span opens within its day, not at minute {self.opens}")
        if not self.opens < self.closes <= self.opens + DAY_MINUTES:
            raise ValueError("a span closes after it opens and lasts 24 hours at most")


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The weekly hours of a team, Monday first, and the days that differ.

    An exception replaces all spans that begin on its day, their tails after midnight included;
    so does a holiday when `closed_on_holidays`, and Christmas or Midsummer Eve when `closed_on_eves`
    (None: as on holidays). An exception goes before both.
    """

    weekly: tuple[tuple[Span, ...], ...]
    exceptions: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    closed_on_holidays: bool = True
    closed_on_eves: bool | None = None

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise ValueError("opening hours name seven days, Monday first")

    def spans_on(self, day: date, holidays: frozenset[date]) -> tuple[Span, ...]:
        """The spans that begin on `day`, in the order in which they were written."""
        if day in self.exceptions:
            return self.exceptions[day]
        return () if self._is_day_off(day, holidays) else self.weekly[day.weekday()]

    def _is_day_off(self, day: date, holidays: frozenset[date]) -> bool:
        if self.closed_on_eves is not None and is_eve(day):
            return self.closed_on_eves
        return self.closed_on_holidays and day in holidays


ALWAYS: Final = OpeningHours(weekly=((Span(0, DAY_MINUTES),),) * 7, closed_on_holidays=False)

Period = tuple[datetime, datetime]


def is_open(hours: OpeningHours, holidays: frozenset[date], at: datetime) -> bool:
    """Whether a span covers the moment `at`; the opening minute counts, the closing one not."""
    return any(opens <= at < closes for opens, closes in _periods(hours, holidays, at, days=1))


def next_opening(hours: OpeningHours, holidays: frozenset[date], at: datetime) -> datetime | None:
    """When it is open next (UTC): `at` itself when open now, None when not within 400 days."""
    limit = at + HORIZON
    for opens, closes in _periods(hours, holidays, at):
        if opens > limit:
            return None
        if closes > at:
            return _utc(max(opens, at))
    return None


def closes_at(hours: OpeningHours, holidays: frozenset[date], at: datetime) -> datetime | None:
    """When the open period around `at` ends (UTC), adjoining spans taken as one.

    None when it is closed at `at`, and when no end comes within 400 days.
    """
    end: datetime | None = None
    for opens, closes in _periods(hours, holidays, at):
        if end is None:
            if opens > at:
                return None
            if closes > at:
                end = closes
        elif opens > end:
            return end
        else:
            end = max(end, closes)
    return None if end is None or end - at > HORIZON else end


def add_open_time(
    hours: OpeningHours, holidays: frozenset[date], start: datetime, duration: timedelta
) -> datetime | None:
    """The moment (UTC) when `duration` of open time has passed since `start`.

    Time is real time, so the hours that the clock skips or repeats count as they truly pass.
    None when the hours run out: nothing opens for 400 days. Raises ValueError when negative.
    """
    if duration < timedelta(0):
        raise ValueError("open time cannot be negative")
    left, reached = duration, _utc(start)
    while left:
        before = left
        for opens, closes in _periods(hours, holidays, reached):
            begin = max(opens, reached)
            if closes <= begin:
                continue
            if closes - begin >= left:
                return begin + left
            left -= closes - begin
            reached = closes
        if left == before:
            return None
    return reached


def boundaries(
    hours: OpeningHours, holidays: frozenset[date], start: datetime, end: datetime
) -> tuple[datetime, ...]:
    """Every moment (UTC, sorted) in [start, end) at which a span begins or ends."""
    days = (end - start).days + 1
    moments = {m for period in _periods(hours, holidays, start, days=days) for m in period}
    return tuple(sorted(m for m in moments if start <= m < end))


def open_time_between(
    hours: OpeningHours, holidays: frozenset[date], start: datetime, end: datetime
) -> timedelta:
    """How much of [start, end) is open, in real time; zero where end is not after start."""
    days = max(0, (end - start).days + 1)
    periods = _periods(hours, holidays, start, days=days)
    parts = (min(closes, end) - max(opens, start) for opens, closes in periods)
    return sum((part for part in parts if part > timedelta(0)), timedelta(0))


def midnight(day: date) -> datetime:
    """The moment (UTC) with which a day begins in Helsinki."""
    return datetime.combine(day, time(), HELSINKI).astimezone(UTC)


def is_working_day(day: date, holidays: frozenset[date]) -> bool:
    """Monday to Friday and no holiday (an `arkipäivä` as THL counts it)."""
    return day.weekday() < 5 and day not in holidays


def add_working_days(day: date, n: int, holidays: frozenset[date]) -> date:
    """The n-th working day after `day`, which itself does not count; `day` when n is 0.

    Raises ValueError when n is negative.
    """
    if n < 0:
        raise ValueError("working days are counted forward")
    while n:
        day += _ONE_DAY
        n -= is_working_day(day, holidays)
    return day


def is_eve(day: date) -> bool:
    """Christmas Eve or Midsummer Eve (the Friday of 19 to 25 June).

    Offices are shut, but whether an eve inside a time limit counts as a working day is unsettled
    (150/1930 5 § speaks of last days only): a caller that must be safe counts without them.
    """
    if day.month == 6:
        return 19 <= day.day <= 25 and day.weekday() == 4
    return (day.month, day.day) == (12, 24)


def _periods(
    hours: OpeningHours, holidays: frozenset[date], at: datetime, days: int = _LOOK_AHEAD
) -> Iterator[Period]:
    """Disjoint open periods in order (UTC) from the day before `at`, whose tail may reach it."""
    first = at.astimezone(HELSINKI).date() - _ONE_DAY
    reached = datetime.min.replace(tzinfo=UTC)
    for offset in range(days + 2):
        day = first + timedelta(days=offset)
        spans = hours.spans_on(day, holidays)
        for span in sorted(spans, key=lambda span: span.opens):
            opens = max(_moment(day, span.opens), reached)
            closes = _moment(day, span.closes)
            if opens < closes:
                yield opens, closes
                reached = closes


# A year of a team's hours: they are asked for at every route, and again and again when a directory is checked.
@lru_cache(maxsize=8192)
def _moment(day: date, minute: int) -> datetime:
    """The UTC moment at which a clock in Helsinki first reads at least `minute` of `day`."""
    if minute >= DAY_MINUTES:
        day, minute = day + _ONE_DAY, minute - DAY_MINUTES
    return moment_of(datetime.combine(day, time(minute // 60, minute % 60)))


def moment_of(wall: datetime) -> datetime:
    """The UTC moment at which a clock in Helsinki first reads at least `wall`, a time without a zone."""
    wall = wall.replace(tzinfo=HELSINKI)
    moment = wall.astimezone(UTC)
    if moment.astimezone(HELSINKI).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    # Inside the lost hour, which ends at a full hour of UTC (2000/84/EC article 2).
    return moment.replace(minute=0)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
