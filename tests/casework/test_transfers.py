"""A matter of another county: passed on, confirmed, or ours after all; never closed in between."""

from __future__ import annotations

import pytest

from casework.access import Role, Viewer
from casework.directory import Directory
from casework.errors import IllegalMove, StillRunning
from casework.model import CaseState, ClockKind, Mark, TimelineKind
from casework.usecases import (
    close_case,
    open_case,
    transfer_cancelled,
    transfer_confirmed,
    transfer_sent,
)
from tests.casework.desk import Act, Desk
from tests.casework.fakes import child, command

TRANSFER = ClockKind.TRANSFER
INTAKE = Viewer("3", "testi-paivystaja", frozenset({Role.DUTY_WORKER}))


@pytest.fixture
def desk(demo: Directory) -> Desk:
    """A message of another county's child, sent to us all the same, and opened."""
    found = Desk(demo, order=command(child("743", send_anyway=True)))
    assert found.case.transfer_to == "16"
    found.do(open_case)
    return found


def test_passing_it_on_ends_nothing_yet(desk: Desk) -> None:
    desk.do(transfer_sent)
    assert desk.ended(TRANSFER) is None
    assert Mark.TRANSFER in desk.case.marks
    assert desk.last.kind is TimelineKind.TRANSFER_SENT


def test_only_the_other_county_s_word_ends_it(desk: Desk) -> None:
    desk.do(transfer_sent)
    desk.do(transfer_confirmed)
    assert desk.ended(TRANSFER) == desk.at
    assert Mark.TRANSFER not in desk.case.marks
    assert desk.case.transfer_to is not None
    assert desk.last.kind is TimelineKind.TRANSFER_CONFIRMED
    desk.do(close_case)
    assert desk.case.state is CaseState.CLOSED


@pytest.mark.parametrize("sent", [True, False])
def test_a_matter_that_is_ours_after_all_names_no_other_county(desk: Desk, sent: bool) -> None:
    if sent:
        desk.do(transfer_sent)
    desk.do(transfer_cancelled)
    assert desk.ended(TRANSFER) == desk.at
    assert (desk.case.transfer_to, Mark.TRANSFER in desk.case.marks) == (None, False)
    assert desk.last.kind is TimelineKind.TRANSFER_CANCELLED


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ([], transfer_confirmed),
        ([transfer_sent], transfer_sent),
        ([transfer_sent, transfer_confirmed], transfer_confirmed),
        ([transfer_sent, transfer_confirmed], transfer_sent),
        ([transfer_sent, transfer_confirmed], transfer_cancelled),
        ([transfer_cancelled], transfer_sent),
        ([transfer_sent, transfer_cancelled], transfer_confirmed),
        ([transfer_cancelled], transfer_cancelled),
    ],
)
def test_out_of_turn_nothing_happens(desk: Desk, first: list[Act], then: Act) -> None:
    for act in first:
        desk.do(act)
    before = desk.case, dict(desk.work.kept.clocks), len(desk.work.kept.timeline)
    with pytest.raises(IllegalMove):
        desk.do(then)
    assert (desk.case, desk.work.kept.clocks, len(desk.work.kept.timeline)) == before


@pytest.mark.parametrize("act", [transfer_sent, transfer_confirmed, transfer_cancelled])
def test_a_case_of_our_own_is_passed_on_to_nobody(demo: Directory, act: Act) -> None:
    ours = Desk(demo)
    ours.do(open_case)
    with pytest.raises(IllegalMove):
        ours.do(act)


@pytest.mark.parametrize("sent", [True, False])
def test_while_the_other_county_has_not_confirmed_the_case_stays_open(
    desk: Desk, sent: bool
) -> None:
    if sent:
        desk.do(transfer_sent)
    with pytest.raises(StillRunning) as refused:
        desk.do(close_case)
    assert refused.value.kinds == (TRANSFER,)
    assert (desk.case.state, Mark.TRANSFER in desk.case.marks) == (CaseState.IN_PROGRESS, True)


def test_a_hidden_county_is_passed_on_to_all_the_same(desk: Desk) -> None:
    """Non-disclosure was told of later: the county left the clear columns, and the duty did not."""
    with desk.work as work:
        work.cases.hide_place(desk.case.id)
        work.commit()
    desk.do(transfer_sent, viewer=INTAKE)
    desk.do(transfer_confirmed, viewer=INTAKE)
    assert desk.ended(TRANSFER) == desk.at
