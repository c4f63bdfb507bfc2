"""A case goes to another team or worker: whoever has it is told, and the sender's promise goes along."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from casework.access import Role, Viewer
from casework.deadlines import acknowledgement_due
from casework.directory import Directory
from casework.errors import IllegalMove, NotFound
from casework.messages import Message, Purpose
from casework.model import CaseState, ClockKind, Mark, TimelineKind
from casework.usecases import (
    accept_proposal,
    close_case,
    decline_proposal,
    make_matter,
    move_case,
    open_case,
    reopen_case,
)
from tests.casework.desk import MEMBER, STRANGER, Act, Desk
from tests.casework.fakes import command

COLLEAGUE = "malli-sosiaalityo"


@pytest.fixture
def desk(demo: Directory) -> Desk:
    """A case of the team `coast` that MEMBER has opened."""
    found = Desk(demo)
    found.do(open_case)
    return found


def told(desk: Desk) -> list[Message]:
    return [m for m in desk.work.kept.messages if m.event.startswith("moved:")]


def propose(desk: Desk, team: str = "north") -> None:
    with desk.work as work:
        work.cases.propose(desk.case.id, team)
        work.commit()


def test_a_case_moves_to_another_team_which_is_told(desk: Desk) -> None:
    promised = desk.clock(ClockKind.PROMISED_REPLY)
    desk.do(move_case, "north")
    assert (desk.case.team, desk.case.worker) == ("north", None)
    entry = desk.last
    assert (entry.kind, entry.detail) == (
        TimelineKind.CASE_MOVED,
        {"from": "coast", "to": "north"},
    )
    (notice,) = told(desk)
    assert notice.recipient.startswith("team:north:")
    assert (notice.event, notice.purpose) == (f"moved:{entry.id}", Purpose.STAFF_NEW)
    assert desk.clock(ClockKind.PROMISED_REPLY) == promised


def test_a_case_may_come_back_and_each_move_is_told(desk: Desk) -> None:
    desk.do(move_case, "north")
    desk.do(move_case, "coast")
    assert [m.recipient.split(":")[1] for m in told(desk)] == ["north", "coast"]


@pytest.mark.parametrize("order", [command(cannot_wait=True), command(statutory=True)])
def test_what_is_urgent_or_statutory_is_told_as_urgent(demo: Directory, order: object) -> None:
    desk = Desk(demo, order=order)  # type: ignore[arg-type]
    desk.do(open_case)
    desk.do(move_case, "north")
    assert [m.purpose for m in told(desk)] == [Purpose.STAFF_URGENT]


def test_a_matter_made_by_hand_is_told_as_urgent_too(desk: Desk) -> None:
    desk.do(partial(make_matter, by_form=False))
    desk.do(move_case, "north")
    assert [m.purpose for m in told(desk)] == [Purpose.STAFF_URGENT]


def test_whoever_takes_a_case_tells_nobody(desk: Desk) -> None:
    desk.do(move_case, "coast", MEMBER.worker)
    assert (desk.case.team, desk.case.worker) == ("coast", MEMBER.worker)
    assert told(desk) == []
    assert desk.last.detail["to_worker"] == MEMBER.worker


def test_a_colleague_who_is_given_a_case_is_told_in_person(desk: Desk) -> None:
    desk.do(move_case, "coast", COLLEAGUE)
    assert [m.recipient.split(":")[:2] for m in told(desk)] == [["worker", COLLEAGUE]]


def test_a_case_is_let_go_of_again(desk: Desk) -> None:
    desk.do(move_case, "coast", MEMBER.worker)
    desk.do(move_case, "coast", None)
    assert desk.case.worker is None
    assert desk.last.detail["from_worker"] == MEMBER.worker
    assert told(desk) == []


@pytest.mark.parametrize(
    ("team", "worker"),
    [
        ("coast", None),  # it is there
        ("nowhere", None),
        ("north", COLLEAGUE),  # no member of it
        ("coast", "nobody-at-all"),
    ],
)
def test_to_no_other_place_than_one_of_the_directory(
    desk: Desk, team: str, worker: str | None
) -> None:
    before, entries = desk.case, len(desk.work.kept.timeline)
    with pytest.raises(IllegalMove):
        desk.do(move_case, team, worker)
    assert (desk.case, len(desk.work.kept.timeline), told(desk)) == (before, entries, [])


def test_a_closed_case_is_opened_again_before_it_moves(desk: Desk) -> None:
    desk.do(close_case)
    with pytest.raises(IllegalMove):
        desk.do(move_case, "north")
    desk.do(reopen_case)
    desk.do(move_case, "north")
    assert desk.case.team == "north"


def test_an_unopened_case_may_move_and_its_new_team_has_its_own_time_to_open_it(
    demo: Directory,
) -> None:
    desk = Desk(demo)
    promised = desk.clock(ClockKind.PROMISED_REPLY)
    desk.do(move_case, "south")
    waiting = desk.clock(ClockKind.ACKNOWLEDGEMENT)
    assert desk.case.state is CaseState.RECEIVED
    assert waiting.due_at == acknowledgement_due(demo.teams["south"], demo, desk.at)
    assert (waiting.started_at, waiting.step, waiting.is_running) == (desk.at, 0, True)
    assert waiting.act_at is not None
    assert desk.clock(ClockKind.PROMISED_REPLY) == promised


def test_giving_an_unopened_case_to_a_colleague_wins_no_time(demo: Directory) -> None:
    desk = Desk(demo)
    before = desk.clock(ClockKind.ACKNOWLEDGEMENT)
    desk.do(move_case, "coast", COLLEAGUE)
    assert desk.clock(ClockKind.ACKNOWLEDGEMENT) == before


def test_a_case_that_was_opened_is_waited_for_anew_by_the_team_that_gets_it(
    desk: Desk, demo: Directory
) -> None:
    desk.do(move_case, "north")
    waiting = desk.clock(ClockKind.ACKNOWLEDGEMENT)
    assert waiting.is_running
    assert waiting.due_at == acknowledgement_due(demo.teams["north"], demo, desk.at)
    desk.do(open_case, viewer=Viewer("9", "esimerkki-ohjaaja", frozenset({Role.DUTY_WORKER})))
    assert desk.ended(ClockKind.ACKNOWLEDGEMENT) == desk.at


def test_an_unopened_case_passed_from_team_to_team_keeps_its_ladder(demo: Directory) -> None:
    desk = Desk(demo)
    desk.do(move_case, "south")
    waiting = desk.clock(ClockKind.ACKNOWLEDGEMENT)
    for team in ("coast", "north", "south"):
        desk.do(move_case, team)
        assert desk.clock(ClockKind.ACKNOWLEDGEMENT) == waiting


def test_after_the_move_the_old_team_has_no_case(desk: Desk) -> None:
    owner = Viewer("7", COLLEAGUE, frozenset({Role.DUTY_WORKER}))
    desk.do(move_case, "north", viewer=owner)
    with pytest.raises(NotFound):
        desk.do(open_case, viewer=owner)


def test_a_stranger_moves_nothing(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.do(move_case, "north", viewer=STRANGER)
    assert desk.case.team == "coast"


def test_a_team_that_cannot_be_reached_is_marked_in_the_inbox(demo: Directory) -> None:
    mute = replace(demo.teams["north"], alert=())
    desk = Desk(replace(demo, teams={**demo.teams, "north": mute}))
    desk.do(open_case)
    desk.do(move_case, "north")
    assert told(desk) == []
    assert desk.last.kind is TimelineKind.TEAM_NOT_REACHED
    assert Mark.TEAM_NOT_REACHED in desk.case.marks


def test_a_proposal_that_is_accepted_moves_the_case(desk: Desk) -> None:
    propose(desk)
    desk.do(accept_proposal)
    assert desk.case.team == "north"
    assert (Mark.MOVE_PROPOSED in desk.case.marks, desk.work.kept.proposed) == (False, {})
    assert len(told(desk)) == 1


def test_a_proposal_that_is_declined_leaves_the_case_where_it_is(desk: Desk) -> None:
    propose(desk)
    desk.do(decline_proposal)
    assert desk.case.team == "coast"
    assert (Mark.MOVE_PROPOSED in desk.case.marks, desk.work.kept.proposed) == (False, {})
    assert (desk.last.kind, desk.last.detail) == (TimelineKind.MOVE_DECLINED, {"to": "north"})
    assert told(desk) == []


@pytest.mark.parametrize("act", [accept_proposal, decline_proposal])
def test_without_a_proposal_there_is_nothing_to_decide(desk: Desk, act: Act) -> None:
    with pytest.raises(IllegalMove):
        desk.do(act)


def test_a_team_that_left_the_directory_meanwhile_is_not_moved_to(desk: Desk) -> None:
    propose(desk, "gone")
    with pytest.raises(IllegalMove):
        desk.do(accept_proposal)
    assert desk.case.team == "coast"


def test_closing_forgets_a_proposal(desk: Desk) -> None:
    propose(desk)
    desk.do(close_case)
    assert (Mark.MOVE_PROPOSED in desk.case.marks, desk.work.kept.proposed) == (False, {})
