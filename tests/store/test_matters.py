"""Limits, pauses, transfers and moves on real rows: what the desk and the sender read of them afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from casework.access import Role, Viewer, visible_teams
from casework.errors import IllegalMove, StillRunning
from casework.model import STATUTORY_CLOCKS, ClockKind, FollowedCase, FollowUp
from casework.usecases import (
    PauseReason,
    assess_urgency,
    close_case,
    make_matter,
    move_case,
    open_case,
    pause_reply,
    resume_reply,
    take_back_matter,
    transfer_confirmed,
    transfer_sent,
)
from tests.store.conftest import MONDAY, Send, case_ids
from webapp.wiring import House

MEMBER = Viewer("1", "testi-paivystaja", frozenset({Role.DUTY_WORKER}))
MINUTE = timedelta(minutes=1)
MAKE = partial(make_matter, by_form=False)


def do(house: House, case: UUID, act: Callable[..., Any], minutes: int, **more: Any) -> None:
    act(
        case,
        MEMBER,
        directory=house.directory,
        now=MONDAY + minutes * MINUTE,
        ids=house.ids,
        work=house.work(),
        log=house.access_log,
        **more,
    )


@pytest.fixture
def submission(house: House, send: Send) -> UUID:
    """A message whose case somebody has opened."""
    sent = send().submission_id
    do(house, case_ids(house, sent)[0], open_case, 1)
    return sent


@pytest.fixture
def case(house: House, submission: UUID) -> UUID:
    return case_ids(house, submission)[0]


def followed(house: House, submission: UUID) -> FollowedCase:
    with house.work() as work:
        found: FollowUp | None = work.submissions.follow_up_by_id(submission)
    assert found is not None
    return found.cases[0]


def test_the_inbox_names_the_nearest_limit_of_law_that_still_runs(house: House, case: UUID) -> None:
    seen = visible_teams(MEMBER, house.directory)

    def limit() -> Any:
        (row,) = house.desk.inbox(seen, closed=False, after=None, limit=5)
        return row.limit

    assert limit() is None
    do(house, case, MAKE, 2)
    clocks = {clock.kind: clock for clock in house.desk.clocks(case)}
    assert set(clocks) >= STATUTORY_CLOCKS
    assert limit() == clocks[ClockKind.URGENCY].due_at
    do(house, case, assess_urgency, 3, urgent=False)
    assert limit() == clocks[ClockKind.ASSESSMENT_START].due_at


def test_a_matter_that_was_taken_back_leaves_no_clock(house: House, case: UUID) -> None:
    before = house.desk.clocks(case)
    do(house, case, MAKE, 2)
    do(house, case, partial(take_back_matter, by_form=False), 3)
    assert house.desk.clocks(case) == before


def test_a_pause_is_read_by_the_sender_and_over_when_it_is_resumed(
    house: House, submission: UUID, case: UUID
) -> None:
    do(house, case, pause_reply, 2, reason=PauseReason.SENDER)
    assert followed(house, submission).reply_paused
    before = followed(house, submission).reply_by
    do(house, case, resume_reply, 62)
    after = followed(house, submission)
    assert not after.reply_paused
    assert after.reply_by is not None
    assert before is not None
    assert after.reply_by > before


def test_the_sender_is_told_of_the_team_that_is_shown_not_of_the_real_one(
    house: House, submission: UUID, owner: Engine
) -> None:
    assert followed(house, submission).team == "coast"
    with owner.begin() as connection:
        connection.execute(text("update cases set shown_team = 'north'"))
    assert followed(house, submission).team == "north"


def test_a_transfer_is_followed_by_its_dates(
    house: House, submission: UUID, case: UUID, owner: Engine
) -> None:
    with owner.begin() as connection:
        connection.execute(text("update cases set transfer_to = '16', marks = array['transfer']"))
        connection.execute(
            text(
                "insert into clocks (id, case_id, kind, started_at, due_at)"
                " select gen_random_uuid(), case_id, 'transfer', started_at, due_at from clocks"
                " where kind = 'promised_reply'"
            )
        )
    assert followed(house, submission).transfer_sent_at is None
    do(house, case, transfer_sent, 2)
    with pytest.raises(IllegalMove):
        do(house, case, transfer_sent, 3)
    with pytest.raises(StillRunning):
        do(house, case, close_case, 3)
    do(house, case, transfer_confirmed, 4)
    told = followed(house, submission)
    assert told.transfer_sent_at == MONDAY + 2 * MINUTE
    assert told.transfer_confirmed_at == MONDAY + 4 * MINUTE


@pytest.mark.parametrize(
    "acts",
    [
        [partial(assess_urgency, urgent=True), partial(assess_urgency, urgent=False)],
        [partial(move_case, team="north"), partial(move_case, team="north")],
        [MAKE, MAKE],
        [MAKE, close_case],
    ],
    ids=["urgency", "moves", "matters", "a matter and its closing"],
)
def test_of_two_acts_at_once_only_one_happens(
    house: House, case: UUID, acts: list[Callable[..., Any]]
) -> None:
    if acts[0] is not MAKE:
        do(house, case, MAKE, 2)
    gate, ended = threading.Barrier(2), []

    def press(act: Callable[..., Any]) -> None:
        gate.wait(5)
        try:
            do(house, case, act, 3)
            ended.append("done")
        except IllegalMove:
            ended.append("late")

    threads = [threading.Thread(target=press, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(ended) == ["done", "late"]
