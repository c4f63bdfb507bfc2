"""Whom of staff an alert reaches next: every way once, whatever the directory becomes meanwhile; never nobody unsaid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from casework.directory import Directory
from casework.inbound import Arrived
from casework.messages import Claimed, Message, Outcome, Purpose, Queue, Verdict
from casework.model import Mark
from casework.notices import team_recipients
from casework.teams import ContactKind, ContactPoint
from casework.usecases import sweep_outbox, take_in_text
from tests.casework.test_other_ways import House
from tests.casework.texting import OWN

REFUSED = Outcome(Verdict.REFUSED, reason="invalid_number")
BUSY = Outcome(Verdict.REFUSED_FOR_NOW, retry_after=timedelta(hours=1))
A = ContactPoint("a", ContactKind.EMAIL, "a@example.org", "fi")
B = ContactPoint("b", ContactKind.EMAIL, "b@example.org", "fi")


def with_points(directory: Directory, team: str, *points: ContactPoint) -> Directory:
    changed = replace(directory.teams[team], alert=points)
    return replace(directory, teams={**directory.teams, team: changed})


def waiting(directory: Directory, *points: ContactPoint) -> House:
    """A message waits for the team of the coast, which has these contact points; its sender is told nothing."""
    house = House(with_points(directory, "coast", *points))
    for message, _ in house.messages():
        del house.outbox.rows[message.id]
    return house


def alerts(house: House) -> list[Claimed]:
    found = [one for queue in (Queue.URGENT, Queue.DEFAULT) for one in house.claim(queue)]
    return [one for one in found if one.message.recipient.startswith("team:")]


def keys(messages: Sequence[Message]) -> list[str]:
    return [message.recipient for message in messages]


def refuse(house: House) -> list[str]:
    """Whom was tried to be told just now, each in vain."""
    tried = alerts(house)
    for one in tried:
        house.end(one, REFUSED)
    return keys([one.message for one in tried])


def marks(house: House) -> tuple[Mark, ...]:
    (case,) = house.work.kept.cases.values()
    return case.marks


def test_each_contact_point_follows_in_the_order_of_use_and_then_others_are_told(
    demo: Directory,
) -> None:
    house = House(demo, cannot_wait=True)
    wanted = [way.key for way in team_recipients(demo.teams["coast"], urgent=True)]
    assert [refuse(house) for _ in wanted] == [[key] for key in wanted]
    assert Mark.TEAM_NOT_REACHED in marks(house)
    assert refuse(house)[0].startswith(f"team:{demo.fallback_team}:")


def test_a_team_whose_contact_points_change_places_meanwhile_is_not_left_in_silence(
    demo: Directory,
) -> None:
    house = waiting(demo, A, B)
    assert refuse(house) == ["team:coast:a"]
    house.directory = with_points(demo, "coast", B, A)
    assert refuse(house) == ["team:coast:b"]
    assert Mark.TEAM_NOT_REACHED in marks(house)
    assert refuse(house)[0].startswith(f"team:{demo.fallback_team}:")


def test_a_contact_point_that_is_gone_meanwhile_is_followed_by_those_that_are_new(
    demo: Directory,
) -> None:
    house = waiting(demo, A)
    claimed = alerts(house)
    house.directory = with_points(demo, "coast", B)
    for one in claimed:
        house.end(one, REFUSED)
    assert refuse(house) == ["team:coast:b"]


def test_a_way_that_fails_when_another_has_told_alarms_nobody_else(demo: Directory) -> None:
    house = waiting(demo, A, B)
    (first,) = alerts(house)
    house.end(first, BUSY)
    house.later(minutes=31)
    sweep_outbox(**house.rooms())  # it has waited long: the other way is taken too
    (other,) = alerts(house)
    house.end(other)
    house.later(hours=1)
    assert refuse(house) == ["team:coast:a"]
    assert marks(house) == ()
    assert alerts(house) == []


def test_two_ways_that_are_stuck_are_both_in_vain(demo: Directory) -> None:
    """The first still waits when the second fails: it is not counted on."""
    house = waiting(demo, A, B)
    for wanted in ("team:coast:a", "team:coast:b"):
        (mine,) = [one for one in alerts(house) if one.message.recipient == wanted]
        house.end(mine, BUSY)
        house.later(minutes=31)
        sweep_outbox(**house.rooms())
    assert Mark.TEAM_NOT_REACHED in marks(house)


# A note of which nobody knows whose it is


def note(directory: Directory) -> House:
    """Somebody unknown has written to the county, whose intake has one contact point."""
    house = House(with_points(directory, directory.intake_team, A))
    house.outbox.rows.clear()
    take_in_text(Arrived("SM1", "+358500000099", "Soittakaa"), OWN, **house.rooms())
    return house


def test_a_note_that_does_not_reach_its_team_goes_to_the_fallback_team(demo: Directory) -> None:
    house = note(demo)
    assert refuse(house) == [f"team:{demo.intake_team}:a"]
    (other,) = alerts(house)
    assert other.message.event.startswith("unreached:texted:")
    assert other.message.recipient.startswith(f"team:{demo.fallback_team}:")
    assert other.message.purpose is Purpose.STAFF_NEW
    house.end(other)
    assert house.outbox.untold == []


def test_a_note_that_reaches_nobody_at_all_is_said_in_the_log(demo: Directory) -> None:
    house, tried = note(demo), []
    while now_tried := refuse(house):
        tried += now_tried
    ways = team_recipients(demo.teams[demo.fallback_team], urgent=False)
    assert tried[1:] == [way.key for way in ways]
    assert [message.recipient for message in house.outbox.untold] == tried[-1:]


def test_a_note_of_which_the_fallback_team_hears_already_raises_no_alarm(demo: Directory) -> None:
    house = note(demo)
    (one,) = alerts(house)
    attempt = house.end(one, Outcome(Verdict.UNKNOWN, reason="read_timeout"))
    (other,) = alerts(house)
    house.end(other)
    house.receipt(attempt, "failed")
    assert house.outbox.untold == []
