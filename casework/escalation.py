"""Who is told when a limit comes near or has passed, step by step, until a person has acted.

A clock keeps the number of steps that were taken, so a restart neither loses nor repeats one. The time of the
next step is counted from the moment at which a step was really taken: after a night, or an outage, a ladder goes
on one step at a time, and what became due together is spread over minutes.

What is statutory or cannot wait knows no opening hours: while its team is closed, the county's emergency social
services stand in for it. Everything else is counted in the opening hours of its team.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from casework.calendar import HELSINKI, add_open_time, is_open, moment_of, next_opening
from casework.directory import Directory
from casework.messages import Purpose
from casework.model import CaseHead, Clock, ClockKind, DueClock, Mark
from casework.notices import Recipient, team_recipients, worker_recipients
from casework.routing import FEEDBACK
from casework.teams import LadderStep, Team, Tell

#: What came due together after a night is told within so many seconds.
SPREAD: Final = 600
_DAY: Final = timedelta(days=1)
#: A team that is always open is not reminded of days at midnight.
_EIGHT: Final = time(8)

#: The day of its first step, the next day, and each day after it.
_DAILY: Final = (
    LadderStep(Tell.ON_DUTY, timedelta(0)),
    LadderStep(Tell.TEAM, _DAY),
    LadderStep(Tell.LEAD, _DAY),
)
#: The ladder of a clock that is counted in days: whom, and how long after the step before.
_BY_DAYS: Final[Mapping[ClockKind, tuple[LadderStep, ...]]] = {
    ClockKind.ASSESSMENT_START: _DAILY,
    ClockKind.PARTIES_TOLD: _DAILY,
    # Two weeks before the limit, the day before it, and each day after it.
    ClockKind.ASSESSMENT_FINISH: (
        LadderStep(Tell.ON_DUTY, timedelta(0)),
        LadderStep(Tell.TEAM, 13 * _DAY),
        LadderStep(Tell.LEAD, 2 * _DAY),
    ),
    ClockKind.PROMISED_REPLY: _DAILY,
    ClockKind.TRANSFER: _DAILY,
}
#: How long before its limit the first step of such a ladder is taken.
_AHEAD: Final[Mapping[ClockKind, timedelta]] = {
    ClockKind.ASSESSMENT_START: _DAY,
    ClockKind.PARTIES_TOLD: _DAY,
    ClockKind.ASSESSMENT_FINISH: 14 * _DAY,
}
#: The urgency has an hour: half of it is left at the first step, and the limit is the second.
_URGENCY: Final = (
    LadderStep(Tell.ON_DUTY, timedelta(0)),
    LadderStep(Tell.TEAM, timedelta(minutes=30)),
    LadderStep(Tell.LEAD, timedelta(minutes=15)),
    LadderStep(Tell.ON_CALL, timedelta(minutes=15)),
)


@dataclass(frozen=True, slots=True)
class Raised:
    """What one step does: who is told, and the clock as it goes on.

    `tell` is None where nothing was due yet. `reaches_nobody` names steps that had to be passed over because
    there is nobody whom they could tell. `alerted`: the team that may open the case from now on.
    """

    clock: Clock
    tell: Tell | None = None
    team: str = ""
    recipients: tuple[Recipient, ...] = ()
    purpose: Purpose = Purpose.STAFF_REMINDER
    reaches_nobody: tuple[Tell, ...] = ()
    alerted: str | None = None
    mark: Mark | None = None


def ladder(kind: ClockKind, form: str, team: Team) -> tuple[LadderStep, ...]:
    """The steps of a clock. Feedback on the pages is no matter for a duty at night: it ends with the lead."""
    if kind is ClockKind.URGENCY:
        return _URGENCY
    if kind is not ClockKind.ACKNOWLEDGEMENT:
        return _BY_DAYS[kind]
    if form == FEEDBACK:
        return tuple(step for step in team.ladder if step.tell is not Tell.ON_CALL) or team.ladder
    return team.ladder


def first_act(
    kind: ClockKind, started_at: datetime, due_at: datetime, team: Team, directory: Directory
) -> datetime:
    """When the house first acts for a clock."""
    if kind is ClockKind.URGENCY:
        return started_at + (due_at - started_at) / 2
    if kind is ClockKind.ACKNOWLEDGEMENT:
        waited = not is_open(team.hours, directory.holidays, started_at)
        after = team.ladder[0].after if team.ladder else timedelta(0)
        # Whatever came in overnight has one limit; the time of arrival spreads it.
        return due_at + after + (_spread(started_at) if waited else timedelta(0))
    if kind not in _AHEAD:
        return due_at
    day = _day(due_at - _AHEAD[kind])
    # A day on which the team is shut warns nobody: the last one before it does.
    opened = (day - n * _DAY for n in range(14))
    day = next((d for d in opened if team.hours.spans_on(d, directory.holidays)), day)
    return max(started_at, _morning(day, team, directory) + _spread(started_at))


def next_step(due: DueClock, directory: Directory, now: datetime) -> Raised:
    """What is to be done now for a clock whose time has come. Total: it always goes on, whatever is missing."""
    head, clock = due.case, due.clock
    own = directory.teams.get(head.team) or directory.teams[directory.fallback_team]
    closed = not is_open(own.hours, directory.holidays, now)
    hurries = is_pressing(head, clock.kind)
    if closed and not hurries:
        opens = next_opening(own.hours, directory.holidays, now)
        if opens is not None:
            return Raised(replace(clock, act_at=opens + _spread(clock.started_at)))
    team = directory.teams.get(directory.on_call_team, own) if closed and hurries else own
    steps = ladder(clock.kind, head.form, own)
    tell, recipients, missed, taken = _reaching(clock, steps, head, team, directory, now)
    moved = replace(
        clock,
        step=taken,
        act_at=_next_at(clock, steps, taken, own, directory, now, hurries=hurries),
    )
    on_call = tell is Tell.ON_CALL or team.key == directory.on_call_team
    reached = directory.on_call_team if on_call else team.key
    if recipients and recipients[0].key.startswith("team:"):
        # Whoever was told is let in, also the fallback team in the place of another.
        reached = recipients[0].key.split(":")[1]
    elif tell is Tell.LEAD:
        # A deputy of another team is let in by that team.
        reached = _home(recipients, team, directory) or reached
    return Raised(
        moved,
        tell,
        reached,
        recipients,
        _purpose(clock.kind, tell),
        missed,
        alerted=reached if reached not in {head.team, *head.alerted_teams} else None,
        mark=_mark(clock.kind, steps, taken, head),
    )


def _home(recipients: tuple[Recipient, ...], team: Team, directory: Directory) -> str | None:
    """The home team of a person who is told and does not belong to the case's team; else None."""
    keys = [recipient.key.split(":")[1] for recipient in recipients]
    outside = [key for key in keys if key not in {*team.members, team.lead}]
    homes = [key for worker in outside for key in directory.workers[worker].teams[:1]]
    return next(iter(homes), None)


def is_pressing(head: CaseHead, kind: ClockKind) -> bool:
    """Whether a clock knows no opening hours: nobody has opened or judged what is statutory or cannot wait."""
    by_minutes = kind in {ClockKind.ACKNOWLEDGEMENT, ClockKind.URGENCY}
    return by_minutes and (head.statutory or head.urgent) and head.form != FEEDBACK


def _reaching(
    clock: Clock,
    steps: tuple[LadderStep, ...],
    head: CaseHead,
    team: Team,
    directory: Directory,
    now: datetime,
) -> tuple[Tell, tuple[Recipient, ...], tuple[Tell, ...], int]:
    """The next step that reaches anybody; what was passed over; and how many steps are taken by then.

    Where even the last one reaches nobody the county's fallback team is told in its place.
    """
    tells = [step.tell for step in steps] or [Tell.TEAM]
    missed: list[Tell] = []
    taken = clock.step
    while True:
        tell = tells[min(taken, len(tells) - 1)]
        taken += 1
        found = recipients(tell, head, team, directory, now)
        if found:
            return tell, found, tuple(missed), taken
        missed.append(tell)
        if taken >= len(tells):
            fallback = directory.teams.get(directory.fallback_team)
            instead = team_recipients(fallback, urgent=True) if fallback else ()
            return tell, instead, tuple(missed), taken


def recipients(
    tell: Tell, head: CaseHead, team: Team, directory: Directory, now: datetime
) -> tuple[Recipient, ...]:
    """Everybody whom a step tells; () where it reaches nobody. `team` is the one at work."""
    points = team_recipients(team, urgent=True)
    if tell is Tell.ON_DUTY:
        stands_in = team.key != head.team
        own = () if stands_in else _person(head.worker, directory, now)
        return (own or points)[:1]
    if tell is Tell.TEAM:
        there = directory.on_duty(team, now) or team.members
        present = [key for key in there if directory.is_present(key, now)]
        mails = [
            r
            for key in present
            for r in worker_recipients(directory.workers[key], urgent=False)[:1]
        ]
        return (*points, *mails)
    if tell is Tell.LEAD:
        return _person(team.lead, directory, now)
    on_call = directory.teams.get(directory.on_call_team)
    return team_recipients(on_call, urgent=True) if on_call else ()


def _person(worker: str | None, directory: Directory, now: datetime) -> tuple[Recipient, ...]:
    """The ways to a person who is present, else to the deputy who is."""
    there = directory.stand_in(worker, now) if worker else None
    return worker_recipients(directory.workers[there], urgent=True) if there else ()


def _next_at(
    clock: Clock,
    steps: tuple[LadderStep, ...],
    taken: int,
    team: Team,
    directory: Directory,
    now: datetime,
    *,
    hurries: bool,
) -> datetime:
    """When the next step is taken, counted from now; the last one is repeated without end."""
    by_days = clock.kind in _BY_DAYS
    if taken < len(steps):
        wait = steps[taken].after
    else:
        wait = _DAY if by_days else directory.county.repeat_every
    if by_days and clock.due_at < now + wait:
        # A ladder that began late does not reach the next person long after the limit.
        wait = max(clock.due_at - now, min(wait, _DAY))
    if hurries:
        return now + wait
    if by_days:
        # In the morning: not each day a little later than the day before.
        return _morning(_day(now + wait), team, directory) + _spread(now)
    return add_open_time(team.hours, directory.holidays, now, wait) or now + wait


def _purpose(kind: ClockKind, tell: Tell) -> Purpose:
    if kind in _BY_DAYS:
        return Purpose.STAFF_DUE
    return Purpose.STAFF_REMINDER if tell is Tell.ON_DUTY else Purpose.STAFF_ESCALATION


def _mark(
    kind: ClockKind, steps: tuple[LadderStep, ...], taken: int, head: CaseHead
) -> Mark | None:
    """From the last step on, an unopened case heads the inbox of every lead."""
    last = kind is ClockKind.ACKNOWLEDGEMENT and taken >= len(steps)
    return Mark.NOT_OPENED if last and Mark.NOT_OPENED not in head.marks else None


def _morning(day: date, team: Team, directory: Directory) -> datetime:
    """When the team is at work on the day, at eight at the earliest; else when it opens next."""
    eight = moment_of(datetime.combine(day, _EIGHT))
    return next_opening(team.hours, directory.holidays, eight) or eight


def _day(moment: datetime) -> date:
    return moment.astimezone(HELSINKI).date()


def _spread(moment: datetime) -> timedelta:
    """Up to ten minutes, the same for the same moment, and without a pattern for moments close together."""
    return timedelta(seconds=int(moment.timestamp() * 1000) * 7919 % (SPREAD * 1000) / 1000)
