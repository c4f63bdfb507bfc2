"""What staff do with a case: every act is logged first, and only the legal moves happen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from casework.access import Relation, Role, Viewer
from casework.directory import Directory
from casework.errors import IllegalMove, NotFound
from casework.model import CaseState, ClockKind, Mark, TimelineKind
from casework.usecases import answer_case, close_case, look_at_dates, open_case, reopen_case
from tests.casework.desk import STRANGER, Act, Desk
from tests.casework.fakes import MemoryLog, MemoryWork


@pytest.fixture
def desk(demo: Directory) -> Desk:
    return Desk(demo)


def test_opening_is_logged_before_anything_is_written(desk: Desk) -> None:
    before = desk.work.commits
    opened: Any = desk.do(open_case)
    head, relation = opened
    assert relation is Relation.TEAM
    assert head.id == desk.case.id
    assert desk.log.rows == [("1", desk.case.id, "view", Relation.TEAM, desk.at)]
    assert desk.log.commits_before == [before]
    assert desk.work.commits == before + 1


def test_the_log_is_written_while_no_transaction_is_held(desk: Desk) -> None:
    """Else a dozen readers at once wait for each other's connections until all give up."""
    for act in (open_case, answer_case, reopen_case, close_case):
        desk.do(act)
    assert not desk.log.held_a_transaction


def test_only_the_first_opening_acknowledges(desk: Desk) -> None:
    desk.do(open_case)
    first = desk.at
    desk.do(open_case)
    assert desk.case.state is CaseState.IN_PROGRESS
    assert desk.kinds() == [TimelineKind.ACKNOWLEDGED]
    assert desk.ended(ClockKind.ACKNOWLEDGEMENT) == first
    assert desk.ended(ClockKind.PROMISED_REPLY) is None
    assert len(desk.log.rows) == 2


class _TooLate(MemoryWork):
    """A unit of work in which somebody else was faster: no conditional move succeeds."""

    @property
    def cases(self) -> Any:
        rows = super().cases
        rows.move = lambda *_: False
        return rows


def test_of_two_who_open_at_once_one_acknowledges(desk: Desk) -> None:
    late = _TooLate()
    late.kept, desk.work = desk.work.kept, late
    desk.log = MemoryLog(late)
    desk.do(open_case)
    assert len(desk.log.rows) == 1
    assert (late.commits, desk.kinds()) == (0, [])


@pytest.mark.parametrize("act", [open_case, answer_case, close_case, reopen_case])
def test_a_stranger_and_a_missing_case_look_the_same_and_change_nothing(
    desk: Desk, act: Act
) -> None:
    before = desk.case
    commits = desk.work.commits
    with pytest.raises(NotFound) as barred:
        desk.do(act, viewer=STRANGER)
    with pytest.raises(NotFound) as missing:
        desk.do(act, case_id=UUID(int=999_999))
    assert str(barred.value) == str(missing.value)
    assert desk.log.rows == []
    assert (desk.case, desk.work.commits) == (before, commits)


@pytest.mark.parametrize("act", [open_case, answer_case, close_case, reopen_case])
def test_where_the_log_cannot_be_written_nothing_is_shown_or_done(desk: Desk, act: Act) -> None:
    desk.log.fault = ConnectionError("log")
    commits = desk.work.commits
    with pytest.raises(ConnectionError):
        desk.do(act)
    assert desk.case.state is CaseState.RECEIVED
    assert desk.work.commits == commits


@pytest.mark.parametrize(
    ("act", "kind", "state"),
    [
        (answer_case, TimelineKind.SENDER_ANSWERED, CaseState.ANSWERED),
        (close_case, TimelineKind.CASE_CLOSED, CaseState.CLOSED),
    ],
)
def test_answering_or_closing_ends_the_promise_and_reopening_is_its_undo(
    desk: Desk, act: Act, kind: TimelineKind, state: CaseState
) -> None:
    desk.do(open_case)
    desk.do(act)
    assert desk.case.state is state
    assert desk.ended(ClockKind.PROMISED_REPLY) == desk.at
    desk.do(reopen_case)
    assert desk.case.state is CaseState.IN_PROGRESS
    assert desk.ended(ClockKind.PROMISED_REPLY) is None
    assert desk.ended(ClockKind.ACKNOWLEDGEMENT) is not None
    assert desk.kinds() == [TimelineKind.ACKNOWLEDGED, kind, TimelineKind.CASE_REOPENED]


def test_a_case_that_was_answered_can_be_closed(desk: Desk) -> None:
    desk.do(open_case)
    desk.do(answer_case)
    answered = desk.at
    desk.do(close_case)
    assert desk.case.state is CaseState.CLOSED
    assert desk.ended(ClockKind.PROMISED_REPLY) == answered


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ([], answer_case),
        ([], close_case),
        ([open_case, answer_case], answer_case),
        ([open_case, close_case], answer_case),
        ([open_case, close_case], close_case),
        ([open_case], reopen_case),
    ],
)
def test_an_illegal_move_is_refused_and_leaves_no_trace_on_the_case(
    desk: Desk, first: list[Act], then: Act
) -> None:
    for act in first:
        desk.do(act)
    before, entries = desk.case, len(desk.work.kept.timeline)
    with pytest.raises(IllegalMove):
        desk.do(then)
    assert desk.case == before
    assert len(desk.work.kept.timeline) == entries
    assert len(desk.log.rows) == len(first) + 1


def test_the_timeline_names_who_did_it_by_an_opaque_id(desk: Desk) -> None:
    desk.do(open_case)
    assert desk.work.kept.timeline[-1].actor == "user:1"


def test_a_lead_of_elsewhere_who_opens_at_last_may_go_on_with_the_case(desk: Desk) -> None:
    lead = Viewer("8", "prov-ledare", frozenset({Role.TEAM_LEAD}))
    with desk.work as work:
        work.cases.mark(desk.case.id, Mark.NOT_OPENED)
        work.commit()
    opened: Any = desk.do(open_case, viewer=lead)
    assert opened[1] is Relation.NOT_OPENED
    assert Mark.NOT_OPENED not in desk.case.marks
    again: Any = desk.do(open_case, viewer=lead)
    assert again[1] is Relation.ESCALATED
    desk.do(answer_case, viewer=lead)
    assert desk.case.state is CaseState.ANSWERED


def test_looking_at_the_dates_is_logged_and_acknowledges_nothing(desk: Desk) -> None:
    desk.do(look_at_dates)
    assert [row[2] for row in desk.log.rows] == ["dates"]
    assert desk.case.state is CaseState.RECEIVED
    with pytest.raises(NotFound):
        desk.do(look_at_dates, viewer=STRANGER)
