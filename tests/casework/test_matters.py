"""The limits of law: each clock ends by its own act and by no other, and nothing is closed over one."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from casework.access import Relation, Role, Viewer
from casework.deadlines import statutory_limits
from casework.directory import Directory
from casework.errors import IllegalMove, NotFound, StillRunning
from casework.model import HOLDS_OPEN, STATUTORY_CLOCKS, CaseState, ClockKind, TimelineKind
from casework.usecases import (
    PauseReason,
    answer_case,
    assess_urgency,
    close_case,
    finish_assessment,
    make_matter,
    not_needed,
    open_case,
    pause_reply,
    reopen_case,
    start_assessment,
    take_back_act,
    take_back_matter,
    tell_parties,
    transfer_cancelled,
    transfer_confirmed,
    transfer_sent,
)
from tests.casework.desk import MONDAY, STRANGER, Act, Desk
from tests.casework.fakes import command

URGENT = partial(assess_urgency, urgent=True)
CALM = partial(assess_urgency, urgent=False)
MAKE = partial(make_matter, by_form=False)
TAKE_BACK = partial(take_back_matter, by_form=False)

#: Every act that may end a clock, with the clocks of law that it ends.
ENDS: dict[Act, frozenset[ClockKind]] = {
    URGENT: frozenset({ClockKind.URGENCY}),
    CALM: frozenset({ClockKind.URGENCY}),
    start_assessment: frozenset({ClockKind.ASSESSMENT_START}),
    tell_parties: frozenset({ClockKind.PARTIES_TOLD}),
    finish_assessment: frozenset({ClockKind.ASSESSMENT_FINISH}),
    not_needed: frozenset({ClockKind.ASSESSMENT_START, ClockKind.ASSESSMENT_FINISH}),
}
OTHERS: tuple[Act, ...] = (
    open_case,
    answer_case,
    close_case,
    reopen_case,
    partial(pause_reply, reason=PauseReason.SENDER),
    transfer_sent,
    transfer_confirmed,
    transfer_cancelled,
    MAKE,
)


@pytest.fixture
def desk(demo: Directory) -> Desk:
    """A statutory notification that somebody has opened."""
    found = Desk(demo, order=command(form="notification", statutory=True))
    found.do(open_case)
    return found


@pytest.fixture
def plain(demo: Directory) -> Desk:
    """A question about guidance that somebody has opened."""
    found = Desk(demo)
    found.do(open_case)
    return found


def running(desk: Desk) -> frozenset[ClockKind]:
    clocks = desk.work.kept.clocks.values()
    return frozenset(clock.kind for clock in clocks if clock.ended_at is None)


def attempt(desk: Desk, act: Act) -> bool:
    """Whether the act was legal."""
    try:
        desk.do(act)
    except IllegalMove:
        return False
    return True


@pytest.mark.parametrize("act", [*ENDS, *OTHERS])
@pytest.mark.parametrize("ended", [frozenset(), *({kind} for kind in STATUTORY_CLOCKS)])
def test_a_clock_of_law_ends_by_its_own_act_and_by_no_other(
    desk: Desk, act: Act, ended: set[ClockKind]
) -> None:
    for kind in ended:
        # Straight in the store, so that every mix is met, whatever acts could lead there.
        with desk.work as work:
            work.clocks.end(desk.case.id, kind, desk.at)
            work.commit()
    before = running(desk)
    attempt(desk, act)
    gone = (before - running(desk)) & STATUTORY_CLOCKS
    assert gone in ({frozenset(), ENDS[act]} if act in ENDS else {frozenset()})


def test_acknowledging_does_not_end_the_urgency(desk: Desk) -> None:
    assert desk.ended(ClockKind.ACKNOWLEDGEMENT) is not None
    assert running(desk) >= STATUTORY_CLOCKS


@pytest.mark.parametrize(("act", "said"), [(URGENT, "yes"), (CALM, "no")])
def test_how_urgent_it_was_found_stands_on_the_timeline(desk: Desk, act: Act, said: str) -> None:
    desk.do(act)
    assert desk.ended(ClockKind.URGENCY) == desk.at
    assert (desk.last.kind, desk.last.detail) == (TimelineKind.URGENCY_ASSESSED, {"urgent": said})
    assert (desk.last.actor, desk.log.rows[-1][2:4]) == (
        "user:1",
        ("urgency_assessed", Relation.TEAM),
    )


@pytest.mark.parametrize("act", ENDS)
def test_a_second_press_is_refused_and_leaves_no_trace(desk: Desk, act: Act) -> None:
    if act is finish_assessment:
        desk.do(start_assessment)
    desk.do(act)
    before, entries = dict(desk.work.kept.clocks), len(desk.work.kept.timeline)
    assert not attempt(desk, act)
    assert (desk.work.kept.clocks, len(desk.work.kept.timeline)) == (before, entries)


def test_an_assessment_is_not_finished_before_it_has_begun(desk: Desk) -> None:
    assert not attempt(desk, finish_assessment)
    desk.do(start_assessment)
    desk.do(finish_assessment)
    assert desk.ended(ClockKind.ASSESSMENT_FINISH) == desk.at


def test_an_assessment_that_has_begun_is_not_called_needless(desk: Desk) -> None:
    desk.do(start_assessment)
    assert not attempt(desk, not_needed)
    assert ClockKind.ASSESSMENT_FINISH in running(desk)


def test_a_needless_assessment_is_neither_begun_nor_finished(desk: Desk) -> None:
    desk.do(not_needed)
    assert desk.ended(ClockKind.ASSESSMENT_START) == desk.at
    assert desk.ended(ClockKind.ASSESSMENT_FINISH) == desk.at
    assert running(desk) == {ClockKind.URGENCY, ClockKind.PARTIES_TOLD}
    assert desk.last.kind is TimelineKind.ASSESSMENT_NOT_NEEDED


@pytest.mark.parametrize("act", [*ENDS, MAKE, TAKE_BACK, *OTHERS[1:]])
def test_before_it_is_opened_nothing_is_done_with_a_case(demo: Directory, act: Act) -> None:
    for order in (command(), command(form="notification", statutory=True)):
        unopened = Desk(demo, order=order)
        before = unopened.case, dict(unopened.work.kept.clocks)
        assert not attempt(unopened, act)
        assert (unopened.case, unopened.work.kept.clocks) == before


@pytest.mark.parametrize("act", [*ENDS, MAKE, TAKE_BACK])
def test_a_stranger_finds_no_case_and_leaves_no_row(desk: Desk, act: Act) -> None:
    rows = len(desk.log.rows)
    with pytest.raises(NotFound):
        desk.do(act, viewer=STRANGER)
    assert len(desk.log.rows) == rows


@pytest.mark.parametrize("act", [*ENDS, MAKE, TAKE_BACK])
def test_where_the_log_cannot_be_written_no_clock_ends(desk: Desk, act: Act) -> None:
    desk.log.fault = ConnectionError("log")
    before = dict(desk.work.kept.clocks)
    with pytest.raises(ConnectionError):
        desk.do(act)
    assert desk.work.kept.clocks == before


def test_closing_is_refused_until_every_limit_of_law_is_met(desk: Desk) -> None:
    acts = (CALM, start_assessment, tell_parties, finish_assessment)
    for act in acts:
        with pytest.raises(StillRunning) as refused:
            desk.do(close_case)
        assert set(refused.value.kinds) == running(desk) & HOLDS_OPEN
        assert desk.case.state is CaseState.IN_PROGRESS
        desk.do(act)
    desk.do(close_case)
    assert desk.case.state is CaseState.CLOSED


def test_what_still_waits_is_named_by_limit_the_nearest_first(desk: Desk) -> None:
    with pytest.raises(StillRunning) as refused:
        desk.do(close_case)
    assert refused.value.kinds[0] == ClockKind.URGENCY
    assert refused.value.kinds[-1] == ClockKind.ASSESSMENT_FINISH


def test_a_case_that_is_opened_again_keeps_its_ended_clocks_ended(desk: Desk) -> None:
    for act in (CALM, not_needed, tell_parties, close_case):
        desk.do(act)
    desk.do(reopen_case)
    assert not running(desk) & HOLDS_OPEN


def test_a_message_becomes_a_matter_whose_limits_are_counted_from_its_arrival(
    plain: Desk,
) -> None:
    promised = plain.clock(ClockKind.PROMISED_REPLY)
    plain.at += timedelta(days=3)
    plain.do(MAKE)
    limits = {kind: plain.clock(kind).due_at for kind in STATUTORY_CLOCKS}
    assert limits == statutory_limits(plain.directory, MONDAY)
    assert {plain.clock(kind).started_at for kind in STATUTORY_CLOCKS} == {MONDAY}
    assert all(plain.clock(kind).act_at for kind in STATUTORY_CLOCKS)
    assert plain.case.statutory
    assert plain.clock(ClockKind.PROMISED_REPLY) == promised
    assert plain.last.kind is TimelineKind.MATTER_STARTED
    with pytest.raises(StillRunning):
        plain.do(close_case)


def test_a_matter_made_by_mistake_is_taken_back_whole(plain: Desk) -> None:
    before = set(plain.work.kept.clocks)
    plain.do(MAKE)
    plain.do(TAKE_BACK)
    assert set(plain.work.kept.clocks) == before
    assert not plain.case.statutory
    plain.do(MAKE)
    assert running(plain) >= STATUTORY_CLOCKS


@pytest.mark.parametrize("act", ENDS)
def test_once_something_was_done_about_a_limit_a_matter_stays_one(plain: Desk, act: Act) -> None:
    plain.do(MAKE)
    if act is finish_assessment:
        plain.do(start_assessment)
    plain.do(act)
    assert not attempt(plain, TAKE_BACK)
    assert plain.case.statutory


def test_a_form_that_is_statutory_by_itself_is_neither_made_a_matter_nor_taken_back(
    desk: Desk,
) -> None:
    assert not attempt(desk, partial(make_matter, by_form=True))
    assert not attempt(desk, partial(take_back_matter, by_form=True))
    assert running(desk) >= STATUTORY_CLOCKS


def test_feedback_on_the_pages_never_becomes_a_matter(demo: Directory) -> None:
    feedback = Desk(demo, order=command(form="feedback"))
    team = demo.teams[feedback.case.team]
    owner = Viewer("9", team.members[0], frozenset({Role.DUTY_WORKER}))
    feedback.do(open_case, viewer=owner)
    with pytest.raises(IllegalMove):
        feedback.do(MAKE, viewer=owner)


def test_a_closed_case_is_opened_again_before_it_becomes_a_matter(plain: Desk) -> None:
    plain.do(close_case)
    assert not attempt(plain, MAKE)
    plain.do(reopen_case)
    assert attempt(plain, MAKE)


def test_of_two_who_move_it_away_and_act_at_once_the_later_is_told(desk: Desk) -> None:
    """Somebody else's move is seen under the lock, not in what was read before it."""
    record = desk.log.record

    def and_then_moved(*row: object) -> None:
        record(*row)  # type: ignore[arg-type]
        with desk.work as work:
            work.cases.reassign(desk.case.id, "north", None)
            work.commit()

    desk.log.record = and_then_moved  # type: ignore[method-assign]
    with pytest.raises(IllegalMove):
        desk.do(CALM)
    assert desk.ended(ClockKind.URGENCY) is None


@pytest.mark.parametrize("act", [URGENT, start_assessment, tell_parties, not_needed])
def test_an_act_is_taken_back_whole_and_its_limits_are_as_before(demo: Directory, act: Act) -> None:
    desk = Desk(demo, order=command(form="notification", statutory=True))
    desk.do(open_case)
    running = {c.kind: c.due_at for c in desk.work.kept.clocks.values() if c.ended_at is None}
    desk.do(act)
    (kind, *_) = sorted(ENDS[act])
    desk.do(partial(take_back_act, kind=kind))
    again = {c.kind: c for c in desk.work.kept.clocks.values() if c.ended_at is None}
    assert {kind: clock.due_at for kind, clock in again.items()} == running
    for ended in ENDS[act]:
        act_at = again[ended].act_at
        assert act_at is not None
        assert act_at >= desk.at
    with pytest.raises(IllegalMove):
        desk.do(partial(take_back_act, kind=kind))


@pytest.mark.parametrize("kind", sorted(set(ClockKind) - STATUTORY_CLOCKS))
def test_no_other_clock_is_taken_back(demo: Directory, kind: ClockKind) -> None:
    desk = Desk(demo)
    desk.do(open_case)
    with pytest.raises(IllegalMove):
        desk.do(partial(take_back_act, kind=kind))
