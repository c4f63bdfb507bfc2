"""What follows when a message does not arrive: later, another way, or a person; and what keeps others from waiting."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from casework.commands import Contact, ContactWay
from casework.directory import Directory
from casework.messages import (
    MAX_LOST_WORKERS,
    PROBE_EVERY,
    RETELL_AFTER,
    Channel,
    Claimed,
    Message,
    MessageState,
    Outcome,
    Purpose,
    Queue,
    Rate,
    Spare,
    Verdict,
)
from casework.model import Mark, TimelineKind
from casework.usecases import (
    begin_attempt,
    channel_works,
    claim_messages,
    claim_probes,
    doubtful_messages,
    finish_attempt,
    record_receipt,
    settle_doubt,
    submit,
    suppress_message,
    sweep_outbox,
)
from tests.casework.fakes import CountingIds, command
from tests.casework.outbox import MemoryOutbox, OutboxWork, Row

S = MessageState
NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)
SMS = Contact(way=ContactWay.SMS, phone="+358401234567", textable=True)
MAIL = Spare(Channel.EMAIL, "testi@example.org")
TAKEN = Outcome(Verdict.ACCEPTED, provider_id="SM1")
WRONG_TOKEN = Outcome(
    Verdict.REFUSED_FOR_NOW,
    reason="not_authorised",
    retry_after=timedelta(minutes=1),
    counts=False,
    breaks=True,
)


class House:
    """A person who chose text messages has written; the clock can be put forward."""

    def __init__(self, directory: Directory, **order: Any) -> None:
        self.directory, self.ids, self.now = directory, CountingIds(), NOON
        self.outbox = MemoryOutbox()
        self.work = OutboxWork(self.outbox)
        given = command(contact=SMS, **order)
        submit(given, directory=directory, now=NOON, ids=self.ids, work=self.work)
        self.outbox.add(self.work.kept.messages)
        self.work.kept.messages.clear()

    def rooms(self) -> Any:
        return {"directory": self.directory, "now": self.now, "ids": self.ids, "work": self.work}

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def claim(self, queue: Queue = Queue.DEFAULT) -> list[Claimed]:
        return claim_messages(queue, **self.rooms())[0]

    def to_sender(self) -> Claimed:
        (mine,) = (one for one in self.claim() if one.message.recipient == "sender")
        return mine

    def end(self, claimed: Claimed, outcome: Outcome = TAKEN) -> UUID:
        attempt = begin_attempt(claimed, **self.rooms())
        assert attempt is not None
        finish_attempt(claimed, attempt, outcome, **self.rooms())
        return attempt

    def receipt(self, attempt: UUID, status: str, code: str = "") -> None:
        record_receipt(attempt, provider_id="SM1", status=status, error_code=code, **self.rooms())

    def give_spare(self, spare: Spare | None) -> None:
        for kept in self.outbox.rows.values():
            if kept.message.recipient == "sender":
                kept.message = replace(kept.message, spare=spare)

    def messages(self, recipient: str = "sender") -> list[tuple[Message, Row]]:
        kept = self.outbox.rows.values()
        return [(k.message, k.row) for k in kept if k.message.recipient == recipient]

    @property
    def calls(self) -> int:
        (case,) = self.work.kept.cases.values()
        return self.work.kept.kinds(case.id).count(TimelineKind.CALL_NEEDED)

    @property
    def purposes(self) -> list[Purpose]:
        return [kept.message.purpose for kept in self.outbox.rows.values()]


def test_a_phone_that_may_be_switched_off_is_texted_twice_more_and_then_somebody_calls(
    demo: Directory,
) -> None:
    house = House(demo)
    for wait in (timedelta(0), timedelta(minutes=30), timedelta(hours=4)):
        house.now += wait
        attempt = house.end(house.to_sender())
        house.receipt(attempt, "undelivered", "30003")
    assert [row.state for _, row in house.messages()] == [S.UNDELIVERED] * 3
    assert house.calls == 1
    assert Purpose.STAFF_UNDELIVERABLE in house.purposes
    (case,) = house.work.kept.cases.values()
    assert Mark.CALL_NEEDED in case.marks


IN_DOUBT = Outcome(Verdict.UNKNOWN, reason="provider_fault")


def sent_again(house: House) -> tuple[UUID, UUID]:
    """Of the first try nobody knew anything, and the provider did not list it; both attempts."""
    first = house.end(house.to_sender(), IN_DOUBT)
    house.later(minutes=6)
    (doubt,) = doubtful_messages(now=house.now, work=house.work)
    settle_doubt(doubt, "", now=house.now, work=house.work)
    second = begin_attempt(house.to_sender(), **house.rooms())
    assert second is not None
    return first, second


@pytest.mark.parametrize("status", ["failed", "undelivered"])
def test_that_the_first_try_did_not_arrive_says_nothing_of_the_second(
    demo: Directory, status: str
) -> None:
    house = House(demo)
    first, second = sent_again(house)
    house.receipt(first, status, "30006")
    assert [row.state for _, row in house.messages()] == [S.SUBMITTING]
    assert house.calls == 0
    assert Purpose.STAFF_UNDELIVERABLE not in house.purposes
    house.receipt(second, "delivered")
    assert [row.state for _, row in house.messages()] == [S.DELIVERED]


def test_that_the_second_try_did_not_arrive_is_believed(demo: Directory) -> None:
    house = House(demo)
    _, second = sent_again(house)
    house.receipt(second, "failed", "30006")
    assert [row.state for _, row in house.messages()] == [S.FAILED]
    assert house.calls == 1


@pytest.mark.parametrize(
    ("status", "state"), [("sent", S.SENT), ("delivered", S.DELIVERED), ("queued", S.ACCEPTED)]
)
def test_that_the_first_try_is_on_its_way_counts_while_the_second_is_under_way(
    demo: Directory, status: str, state: MessageState
) -> None:
    house = House(demo)
    first, _ = sent_again(house)
    house.receipt(first, status)
    assert [row.state for _, row in house.messages()] == [state]


def test_it_is_not_texted_again_after_the_safe_hours(demo: Directory) -> None:
    house = House(demo)
    house.now = NOON + timedelta(hours=7, minutes=40)  # twenty to eight in the evening
    attempt = house.end(house.to_sender())
    house.receipt(attempt, "undelivered", "30003")
    assert len(house.messages()) == 1
    assert house.calls == 1


@pytest.mark.parametrize("code", ["30005", "30006"])
def test_a_number_that_can_take_no_texts_is_not_tried_again(demo: Directory, code: str) -> None:
    house = House(demo)
    house.receipt(house.end(house.to_sender()), "undelivered", code)
    assert len(house.messages()) == 1
    assert house.calls == 1


def test_a_text_that_arrives_after_all_is_not_sent_again(demo: Directory) -> None:
    house = House(demo)
    attempt = house.end(house.to_sender())
    house.receipt(attempt, "undelivered", "30003")
    house.receipt(attempt, "delivered")
    assert [row.state for _, row in house.messages()] == [S.UNDELIVERED, S.SUPPRESSED]
    house.later(hours=1)
    assert "sender" not in {one.message.recipient for one in house.claim()}


def test_the_other_way_that_was_allowed_is_taken_before_anybody_has_to_call(
    demo: Directory,
) -> None:
    house = House(demo)
    house.give_spare(MAIL)
    house.end(house.to_sender(), Outcome(Verdict.REFUSED, reason="invalid_number"))
    again = house.to_sender().message
    assert (again.channel, again.address, again.purpose) == (
        Channel.EMAIL,
        MAIL.address,
        Purpose.RECEIVED,
    )
    assert house.calls == 0


def test_when_the_other_way_fails_too_somebody_calls_once(demo: Directory) -> None:
    house = House(demo)
    house.give_spare(MAIL)
    for reason in ("invalid_number", "recipient_refused"):
        house.end(house.to_sender(), Outcome(Verdict.REFUSED, reason=reason))
    assert house.calls == 1
    assert [one for one in house.claim() if one.message.recipient == "sender"] == []


@pytest.mark.parametrize("spare", [MAIL, None])
def test_who_wants_no_texts_gets_none_and_is_told_otherwise(
    demo: Directory, spare: Spare | None
) -> None:
    house = House(demo)
    house.give_spare(spare)
    claimed = house.to_sender()
    house.outbox.opted_out.add(claimed.message.address_hash)
    assert begin_attempt(claimed, **house.rooms()) is None
    (first, *others) = [row.state for _, row in house.messages()]
    assert first is S.SUPPRESSED
    assert (others, house.calls) == (([S.PENDING], 0) if spare else ([], 1))


def test_over_the_limits_nobody_is_asked_to_call(demo: Directory) -> None:
    house = House(demo)
    suppress_message(house.to_sender(), "over_number_cap", **house.rooms())
    assert house.calls == 0
    assert [row.reason for _, row in house.messages()] == ["over_number_cap"]


def test_a_text_of_which_nobody_knows_is_a_call_only_when_the_doubt_lasts(demo: Directory) -> None:
    house = House(demo)
    house.end(house.to_sender(), Outcome(Verdict.UNKNOWN, reason="read_timeout"))
    house.later(minutes=5)
    sweep_outbox(**house.rooms())
    assert house.calls == 0
    for _ in range(3):
        house.later(minutes=15)
        sweep_outbox(**house.rooms())
    assert house.calls == 1


@pytest.mark.parametrize("cannot_wait", [True, False])
def test_an_alert_that_was_tried_and_waits_goes_by_the_next_way_too(
    demo: Directory, cannot_wait: bool
) -> None:
    house = House(demo, cannot_wait=cannot_wait)
    queue = Queue.URGENT if cannot_wait else Queue.DEFAULT
    alerts = [one for one in house.claim(queue) if one.message.recipient != "sender"]
    for one in alerts:
        house.end(one, Outcome(Verdict.REFUSED_FOR_NOW, retry_after=timedelta(hours=1)))
    before = len(house.outbox.rows)
    house.later(seconds=RETELL_AFTER[queue].total_seconds() - 1)
    assert sweep_outbox(**house.rooms()).retold == 0
    house.later(seconds=1)
    assert sweep_outbox(**house.rooms()).retold == len(alerts)
    assert len(house.outbox.rows) == before + len(alerts)
    house.later(minutes=10)
    assert sweep_outbox(**house.rooms()).retold == 0


def test_an_alert_that_only_waits_for_its_turn_is_not_told_twice(demo: Directory) -> None:
    house = House(demo, cannot_wait=True)
    house.later(hours=2)  # every worker was down
    assert sweep_outbox(**house.rooms()).retold == 0


def test_a_row_with_which_five_workers_died_is_parked_and_told_otherwise(demo: Directory) -> None:
    """Its first worker had others in hand too: those are claimed apart from it from then on, and sent."""
    house = House(demo)
    parked = 0
    for _ in range(2 * MAX_LOST_WORKERS):
        for one in house.claim():
            if one.message.recipient != "sender" and one.lost_workers:
                house.end(one)
        house.later(minutes=2)
        parked += sweep_outbox(**house.rooms()).parked
    assert parked == 1
    assert [(row.state, row.reason) for _, row in house.messages()] == [(S.FAILED, "workers_died")]
    assert house.calls == 1
    team = [row for message, row in house.messages("team:coast:coast-mail")]
    assert {row.state for row in team} == {S.SENT}


def test_nothing_of_a_broken_channel_is_tried_but_one_a_minute(demo: Directory) -> None:
    house = House(demo, cannot_wait=True)
    first = next(one for one in house.claim(Queue.URGENT) if one.message.channel is Channel.SMS)
    attempt = begin_attempt(first, **house.rooms())
    assert attempt is not None
    assert finish_attempt(first, attempt, WRONG_TOKEN, **house.rooms())  # the alarm, once
    house.later(minutes=2)
    sweep_outbox(**house.rooms())
    claimed = [*house.claim(Queue.URGENT), *house.claim(Queue.DEFAULT)]
    assert {one.message.channel for one in claimed} <= {Channel.EMAIL}
    (probe,) = claim_probes(**house.rooms())
    assert probe.message.channel is Channel.SMS
    assert claim_probes(**house.rooms()) == []  # another worker gets none
    attempt = begin_attempt(probe, **house.rooms())
    assert attempt is not None
    assert not finish_attempt(probe, attempt, WRONG_TOKEN, **house.rooms())  # no second alarm
    house.now += PROBE_EVERY
    (probe,) = claim_probes(**house.rooms())
    house.end(probe)
    assert channel_works(Channel.SMS, now=house.now, work=house.work)
    assert not channel_works(Channel.SMS, now=house.now, work=house.work)
    assert probe.attempts == 1  # what was our fault was no attempt


def test_a_broken_channel_by_which_nothing_waits_counts_as_whole_again(demo: Directory) -> None:
    house = House(demo)
    with house.work:
        house.work.channels.broke(Channel.SMS, "not_authorised", NOON, probe_at=NOON)
        house.work.commit()
    house.end(next(iter(claim_probes(**house.rooms()))))
    house.now += PROBE_EVERY
    assert claim_probes(**house.rooms()) == []
    assert house.outbox.broken == {}


def test_what_the_providers_rate_has_no_room_for_waits_and_loses_no_attempt(
    demo: Directory,
) -> None:
    house = House(demo)
    house.outbox.room = 0
    rates = {Channel.SMS: Rate(1, 1)}
    claimed, room_at, _ = claim_messages(Queue.DEFAULT, rates=rates, **house.rooms())
    assert all(one.message.channel is Channel.EMAIL for one in claimed)
    assert room_at is not None
    ((_, row),) = house.messages()
    assert (row.state, row.attempts, row.next_at) == (S.PENDING, 0, room_at)


def test_an_urgent_alert_does_not_wait_for_the_providers_rate(demo: Directory) -> None:
    house = House(demo, cannot_wait=True)
    house.outbox.room = 0
    claimed, room_at, _ = claim_messages(
        Queue.URGENT, rates={Channel.SMS: Rate(1, 1)}, **house.rooms()
    )
    assert any(one.message.channel is Channel.SMS for one in claimed)
    assert room_at is None
