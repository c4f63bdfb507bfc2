"""The promised reply may wait; opening time is neither won nor lost by it, and no limit of law waits with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from casework.access import Role, Viewer
from casework.calendar import open_time_between
from casework.directory import Directory
from casework.errors import IllegalMove
from casework.model import STATUTORY_CLOCKS, Clock, ClockKind, TimelineKind
from casework.usecases import (
    PauseReason,
    answer_case,
    close_case,
    make_matter,
    open_case,
    pause_reply,
    reopen_case,
    resume_reply,
)
from tests.casework.desk import Act, Desk
from tests.casework.fakes import command

PROMISE = ClockKind.PROMISED_REPLY


@pytest.fixture
def desk(demo: Directory) -> Desk:
    found = Desk(demo)
    found.do(open_case)
    return found


def left(desk: Desk, since: datetime) -> timedelta:
    """Opening time until the limit."""
    hours = desk.directory.teams[desk.case.team].hours
    return open_time_between(hours, desk.directory.holidays, since, desk.clock(PROMISE).due_at)


@pytest.mark.parametrize("reason", PauseReason)
def test_a_paused_promise_does_nothing_until_it_is_resumed(desk: Desk, reason: PauseReason) -> None:
    desk.do(pause_reply, reason)
    paused = desk.clock(PROMISE)
    assert (paused.paused_at, paused.act_at, paused.is_running) == (desk.at, None, False)
    assert (desk.last.kind, desk.last.detail) == (
        TimelineKind.REPLY_PAUSED,
        {"reason": reason.value},
    )


@pytest.mark.parametrize(
    "away", [timedelta(hours=2), timedelta(days=1), timedelta(days=9), timedelta(hours=13)]
)
def test_after_a_pause_as_much_opening_time_is_left_as_before(desk: Desk, away: timedelta) -> None:
    desk.do(pause_reply, PauseReason.SENDER)
    before = left(desk, desk.at)
    desk.at += away
    desk.do(resume_reply)
    resumed = desk.clock(PROMISE)
    assert left(desk, desk.at) == before > timedelta(0)
    assert (resumed.paused_at, resumed.act_at) == (None, resumed.due_at)
    assert desk.last.kind is TimelineKind.REPLY_RESUMED


def test_what_was_late_already_stays_late(desk: Desk) -> None:
    desk.at = desk.clock(PROMISE).due_at + timedelta(hours=1)
    due = desk.clock(PROMISE).due_at
    desk.do(pause_reply, PauseReason.AUTHORITY)
    desk.at += timedelta(days=2)
    desk.do(resume_reply)
    assert desk.clock(PROMISE).due_at == due


def test_a_pause_leaves_the_limits_of_law_alone(desk: Desk) -> None:
    desk.do(partial(make_matter, by_form=False))

    def limits() -> list[Clock]:
        return [desk.clock(kind) for kind in STATUTORY_CLOCKS]

    before = limits()
    desk.do(pause_reply, PauseReason.INTERPRETER)
    assert limits() == before
    desk.at += timedelta(days=4)
    desk.do(resume_reply)
    assert limits() == before


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ([], resume_reply),
        (["pause"], "pause"),
        (["pause", resume_reply], resume_reply),
        ([answer_case], "pause"),
        ([answer_case], resume_reply),
        (["pause", answer_case], resume_reply),
        ([close_case], "pause"),
    ],
)
def test_only_what_runs_is_paused_and_only_what_is_paused_resumed(
    desk: Desk, first: list[Act | str], then: Act | str
) -> None:
    pause = partial(pause_reply, reason=PauseReason.SENDER)
    for act in first:
        desk.do(pause if isinstance(act, str) else act)
    before, entries = desk.clock(PROMISE), len(desk.work.kept.timeline)
    with pytest.raises(IllegalMove):
        desk.do(pause if isinstance(then, str) else then)
    assert (desk.clock(PROMISE), len(desk.work.kept.timeline)) == (before, entries)


def test_answering_ends_a_paused_promise_and_reopening_runs_it_anew(desk: Desk) -> None:
    desk.do(pause_reply, PauseReason.SENDER)
    desk.do(answer_case)
    assert (desk.ended(PROMISE), desk.clock(PROMISE).paused_at) == (desk.at, None)
    desk.do(reopen_case)
    again = desk.clock(PROMISE)
    assert again.is_running
    assert again.act_at == again.due_at


def test_feedback_is_answered_by_law_and_never_paused(demo: Directory) -> None:
    desk = Desk(demo, order=command(form="feedback"), at=datetime(2026, 3, 2, 10, tzinfo=UTC))
    owner = Viewer("9", demo.teams[desk.case.team].members[0], frozenset({Role.DUTY_WORKER}))
    desk.do(open_case, viewer=owner)
    with pytest.raises(IllegalMove):
        desk.do(pause_reply, PauseReason.SENDER, viewer=owner)
    assert desk.clock(PROMISE).is_running
