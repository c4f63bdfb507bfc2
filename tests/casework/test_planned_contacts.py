"""Contacts that a worker plans: said once when they are due, moved, cancelled, or overtaken by the sender."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from uuid import UUID

import pytest

from casework.calendar import HELSINKI
from casework.commands import Contact
from casework.directory import Directory
from casework.errors import IllegalMove, NotFound
from casework.follow_ups import (
    FollowUpKind,
    FollowUpState,
    Plan,
    WhyCancelled,
)
from casework.messages import Purpose
from casework.model import CaseState, Mark, TimelineKind
from casework.notices import SENDER
from casework.usecases import (
    cancel_follow_up,
    close_case,
    move_follow_up,
    plan_follow_up,
    reopen_case,
    restore_follow_up,
)
from tests.casework.desk import MEMBER, STRANGER, Desk
from tests.casework.planned import (
    ASK,
    BY_SMS,
    CALL,
    CALL_ONLY,
    MORNINGS,
    add,
    choose,
    heard_now,
    opened,
    plan,
    planned,
    said,
    say_at,
    told,
)

# By workers


@pytest.mark.parametrize(
    ("kind", "phrase", "purpose"),
    [
        (ASK, "did_you_get_help", Purpose.SOMETHING_NEW),
        (CALL, "please_call", Purpose.PLEASE_CALL),
    ],
)
def test_it_is_said_and_told_once_when_its_time_has_come(
    demo: Directory, kind: FollowUpKind, phrase: str, purpose: Purpose
) -> None:
    desk = opened(demo)
    plan(desk, kind)
    (one,) = planned(desk)
    say_at(desk, one.due_at - timedelta(seconds=1))
    assert (said(desk), told(desk)) == ([], [])
    for _ in range(3):
        say_at(desk, one.due_at)
    assert (said(desk), told(desk)) == ([phrase], [("testi@example.org", purpose)])
    (done,) = planned(desk)
    assert (done.state, done.ended_at, done.contact) == (FollowUpState.DONE, one.due_at, None)
    assert desk.kinds()[-2:] == [TimelineKind.PHRASE_SAID, TimelineKind.FOLLOW_UP_DONE]


def test_without_leave_the_page_alone_says_it(demo: Directory) -> None:
    desk = opened(demo, Contact())
    plan(desk, CALL, heard=heard_now(desk, CALL_ONLY))
    (one,) = planned(desk)
    assert one.contact is None
    say_at(desk, one.due_at)
    assert (said(desk), told(desk)) == (["please_call"], [])


def test_a_text_waits_for_the_safe_hours(demo: Directory) -> None:
    desk = opened(demo)
    plan(desk, heard=heard_now(desk, MORNINGS))
    (one,) = planned(desk)
    at = one.due_at.astimezone(HELSINKI).replace(hour=14).astimezone(UTC)
    say_at(desk, at)
    (message,) = [m for m in desk.work.kept.messages if m.recipient == SENDER]
    assert message.not_before.astimezone(HELSINKI).hour == 8


def test_a_stranger_plans_nothing(demo: Directory) -> None:
    desk = opened(demo)
    with pytest.raises(NotFound):
        desk.do(plan_follow_up, Plan(UUID(int=1), ASK, 3), heard_now(desk), viewer=STRANGER)
    assert planned(desk) == []


def test_every_act_is_logged_and_stands_on_the_timeline(demo: Directory) -> None:
    desk = opened(demo)
    one = plan(desk)
    desk.do(cancel_follow_up, one)
    desk.do(restore_follow_up, one, heard_now(desk))
    desk.do(move_follow_up, one, Plan(UUID(int=2**70), ASK, 7), heard_now(desk))
    made, cancelled = TimelineKind.FOLLOW_UP_PLANNED, TimelineKind.FOLLOW_UP_CANCELLED
    assert [action for _, _, action, _, _ in desk.log.rows[1:]] == [made, cancelled, made, made]
    assert desk.kinds()[2:] == [made, cancelled, made, cancelled, made]
    assert desk.last.actor == f"user:{MEMBER.user_id}"


def test_a_second_press_plans_nothing_twice(demo: Directory) -> None:
    desk = opened(demo)
    plan(desk, press=UUID(int=7))
    desk.do(plan_follow_up, Plan(UUID(int=7), ASK, 3), heard_now(desk))
    assert len(planned(desk)) == 1
    assert desk.kinds().count(TimelineKind.FOLLOW_UP_PLANNED) == 2, "one by the rule, one by hand"


def test_nothing_is_planned_for_a_closed_case(demo: Directory) -> None:
    desk = opened(demo)
    desk.do(close_case)
    with pytest.raises(IllegalMove):
        plan(desk)


def test_a_number_that_was_given_up_meanwhile_is_not_kept(demo: Directory) -> None:
    """The page of the case was read before the sender chose otherwise."""
    desk = opened(demo)
    before = heard_now(desk)
    choose(desk, BY_SMS)
    with pytest.raises(IllegalMove):
        plan(desk, heard=before)
    assert planned(desk) == []


def test_what_is_moved_is_said_on_the_other_day_alone(demo: Directory) -> None:
    desk = opened(demo)
    one = plan(desk)
    desk.do(move_follow_up, one, Plan(UUID(int=7), ASK, 7), heard_now(desk))
    old, new = planned(desk)
    assert (old.state, old.reason) == (FollowUpState.CANCELLED, WhyCancelled.MOVED)
    say_at(desk, old.due_at)
    assert said(desk) == []
    say_at(desk, new.due_at)
    assert said(desk) == ["did_you_get_help"]


def test_what_was_cancelled_is_not_said_until_that_is_undone(demo: Directory) -> None:
    desk = opened(demo)
    one = plan(desk)
    desk.do(cancel_follow_up, one)
    due = planned(desk)[0].due_at
    say_at(desk, due + timedelta(hours=1))
    assert said(desk) == []
    desk.do(restore_follow_up, one, heard_now(desk))
    say_at(desk, desk.at + timedelta(minutes=1))
    assert (said(desk), len(told(desk))) == (["did_you_get_help"], 1)
    with pytest.raises(IllegalMove):
        desk.do(restore_follow_up, one, heard_now(desk))
    with pytest.raises(IllegalMove):
        desk.do(cancel_follow_up, one)


def test_only_a_workers_own_cancelling_is_undone(demo: Directory) -> None:
    desk = opened(demo)
    one = plan(desk)
    add(desk)
    with pytest.raises(IllegalMove):
        desk.do(restore_follow_up, one, heard_now(desk))


# What ends it before its time


def test_an_addition_a_closing_and_a_withdrawal_cancel_it(demo: Directory) -> None:
    ends: dict[WhyCancelled, Callable[[Desk], object]] = {
        WhyCancelled.ADDITION: add,
        WhyCancelled.CLOSED: lambda desk: desk.do(close_case),
        WhyCancelled.WITHDRAWN: lambda desk: choose(desk, Contact()),
    }
    for reason, end in ends.items():
        desk = opened(demo)
        plan(desk)
        end(desk)
        (one,) = planned(desk)
        assert (one.state, one.reason, one.contact) == (FollowUpState.CANCELLED, reason, None)
        assert TimelineKind.FOLLOW_UP_CANCELLED in desk.kinds()
        say_at(desk, one.due_at)
        assert (said(desk), told(desk)) == ([], [])


def test_closing_again_after_reopening_brings_nothing_back(demo: Directory) -> None:
    desk = opened(demo)
    plan(desk)
    desk.do(close_case)
    desk.do(reopen_case)
    say_at(desk, planned(desk)[0].due_at)
    assert said(desk) == []


def test_it_goes_by_the_newest_choice_of_contact(demo: Directory) -> None:
    desk = opened(demo)
    plan(desk)
    choose(desk, BY_SMS)
    say_at(desk, planned(desk)[0].due_at)
    assert told(desk) == [("+358500000007", Purpose.SOMETHING_NEW)]


def test_a_team_that_is_closed_by_now_puts_it_off(demo: Directory) -> None:
    desk = opened(demo)
    plan(desk)
    (one,) = planned(desk)
    day = one.due_at.astimezone(HELSINKI).date()
    coast = demo.teams["coast"]
    hours = replace(coast.hours, exceptions={day: ()})
    desk.directory = replace(demo, teams={**demo.teams, "coast": replace(coast, hours=hours)})
    say_at(desk, one.due_at)
    (waits,) = planned(desk)
    assert said(desk) == []
    assert waits.due_at.astimezone(HELSINKI).date() == day + timedelta(days=1)
    say_at(desk, waits.due_at)
    assert said(desk) == ["did_you_get_help"]


def test_of_a_case_that_is_closed_all_the_same_it_is_cancelled(demo: Directory) -> None:
    desk = opened(demo)
    plan(desk)
    case = desk.case
    desk.work.kept.cases[case.id] = replace(case, state=CaseState.CLOSED)
    say_at(desk, planned(desk)[0].due_at)
    (one,) = planned(desk)
    assert (one.state, one.reason) == (FollowUpState.CANCELLED, WhyCancelled.CLOSED)
    assert said(desk) == []
    assert Mark.CALL_NEEDED not in desk.case.marks
