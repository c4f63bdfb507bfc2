"""Messages: legal moves, when they may go, and what comes after an attempt."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from casework.calendar import HELSINKI
from casework.commands import SafeTime
from casework.directory import Directory
from casework.message_times import (
    LEAST_VALIDITY,
    LONGEST_VALIDITY,
    MAX_ATTEMPTS,
    SPREAD,
    after_attempt,
    may_begin,
    retry_delay,
    sms_validity,
    sms_window,
    spread,
)
from casework.messages import (
    MOVES,
    NOT_DELIVERED,
    RECEIPT_STATES,
    UNFINISHED,
    Channel,
    Claimed,
    MessageState,
    Outcome,
    Verdict,
    origins,
)
from tests.casework.outbox import (
    SAID,
    MemoryOutbox,
    OutboxWork,
    Row,
    message,
    some_messages,
    take_back,
)
from tests.casework.outbox_machine import OutboxMachine

S = MessageState
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
EVER = frozenset(SafeTime)
WINDOWS = {
    SafeTime.MORNING: (time(8), time(12)),
    SafeTime.AFTERNOON: (time(12), time(16)),
    SafeTime.EVENING: (time(16), time(20)),
}
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
#: The hours around both changes of the clock, where local times are skipped or come twice.
CHANGES = st.sampled_from(
    [datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 10, 24, 20, tzinfo=UTC)]
).flatmap(lambda at: st.integers(0, 36 * 60).map(lambda minute: at + timedelta(minutes=minute)))
CHOICES = st.sets(st.sampled_from(list(SafeTime)), min_size=1).map(frozenset)


def quiet(at: datetime) -> bool:
    """From nine in the evening to eight in the morning by the clock on the wall."""
    return not time(8) <= local(at) < time(21)


def first_moment(at: datetime, chosen: frozenset[SafeTime]) -> datetime | None:
    window = sms_window(at, chosen)
    return window and window[0]


def local(at: datetime) -> time:
    return at.astimezone(HELSINKI).time()


@given(at=st.one_of(MOMENTS, CHANGES), chosen=CHOICES)
@settings(max_examples=300)
def test_a_text_goes_only_in_hours_that_were_named_and_within_a_day(
    at: datetime, chosen: frozenset[SafeTime]
) -> None:
    moment = first_moment(at, chosen)
    assert moment is not None
    # One day of the calendar; when the clocks go back it has 25 hours.
    assert at <= moment <= at + timedelta(hours=25)
    assert not quiet(moment)
    windows = [WINDOWS[name] for name in chosen]
    assert any(opens <= local(moment) < closes for opens, closes in windows)
    assert moment.utcoffset() == at.utcoffset()


@given(at=st.one_of(MOMENTS, CHANGES), chosen=CHOICES)
def test_a_moment_that_is_safe_is_taken_at_once_and_none_is_passed_over(
    at: datetime, chosen: frozenset[SafeTime]
) -> None:
    moment, until = sms_window(at, chosen) or pytest.fail("no window")
    assert first_moment(moment, chosen) == moment
    assert moment < until <= moment + timedelta(hours=13)
    last = until - timedelta(seconds=1)
    assert first_moment(last, chosen) == last
    assert (first_moment(until, chosen) or until) > until
    step = at
    while step < moment:
        assert first_moment(step, chosen) == moment
        step += timedelta(minutes=30)


def test_windows_that_touch_are_one() -> None:
    noon = datetime(2026, 3, 2, 9, 59, tzinfo=UTC)
    both = frozenset({SafeTime.MORNING, SafeTime.AFTERNOON})
    assert sms_window(noon, both) == (noon, datetime(2026, 3, 2, 14, tzinfo=UTC))
    apart = frozenset({SafeTime.MORNING, SafeTime.EVENING})
    assert sms_window(noon, apart) == (noon, datetime(2026, 3, 2, 10, tzinfo=UTC))


def test_without_a_safe_time_no_text_goes_ever() -> None:
    assert first_moment(NOW, frozenset()) is None


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 5, tzinfo=UTC)),
        (datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2026, 10, 25, 6, tzinfo=UTC)),
    ],
)
def test_after_the_night_of_the_change_the_first_text_goes_at_eight_by_the_clock(
    at: datetime, expected: datetime
) -> None:
    assert first_moment(at, EVER) == expected


def test_who_named_every_window_is_texted_from_eight_to_eight_as_the_form_says() -> None:
    half_past_eight = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
    tomorrow_at_eight = datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert sms_window(half_past_eight, EVER) == (
        tomorrow_at_eight,
        tomorrow_at_eight + timedelta(hours=12),
    )


@given(at=st.one_of(MOMENTS, CHANGES), chosen=CHOICES)
def test_a_text_is_valid_neither_into_the_quiet_hours_nor_past_the_safe_ones(
    at: datetime, chosen: frozenset[SafeTime]
) -> None:
    moment, until = sms_window(at, chosen) or pytest.fail("no window")
    lasting = sms_validity(moment, until)
    assert timedelta(0) < lasting <= LONGEST_VALIDITY
    assert moment + lasting <= until
    assert not quiet(moment + lasting - timedelta(seconds=1))


# Moves


def test_final_states_have_no_way_out() -> None:
    final = {S.DELIVERED, S.UNDELIVERED, S.FAILED, S.EXPIRED, S.SUPPRESSED}
    assert {state for state, targets in MOVES.items() if not targets} == final
    assert final >= NOT_DELIVERED
    assert not final & UNFINISHED
    assert set(MOVES) == set(S)


def test_nothing_is_sent_that_was_not_claimed_and_begun() -> None:
    assert origins(S.SUBMITTING) == {S.CLAIMED}
    assert origins(S.CLAIMED) == {S.PENDING}
    assert S.SUBMITTING not in MOVES[S.UNKNOWN] | MOVES[S.SUBMITTING]


@pytest.mark.parametrize("current", list(S))
def test_a_state_may_be_left_just_for_those_that_its_moves_name(current: MessageState) -> None:
    for to in S:
        assert (current in origins(to)) == (to in MOVES[current])


def test_receipts_in_any_order_never_take_a_message_back() -> None:
    forward = [S.ACCEPTED, S.SENT, S.DELIVERED]
    for earlier, later in combinations(forward, 2):
        assert earlier not in MOVES[later]
        assert later in MOVES[earlier]
    assert set(RECEIPT_STATES.values()) <= set(MOVES[S.SUBMITTING])


# After an attempt


def claimed(channel: Channel = Channel.SMS, attempts: int = 1) -> Claimed:
    return Claimed(message(1, channel=channel), attempts, NOW)


def test_an_accepted_text_waits_for_its_receipt_and_accepted_mail_is_sent() -> None:
    accepted = Outcome(Verdict.ACCEPTED, "SM1")
    assert after_attempt(claimed(), accepted, NOW) == (S.ACCEPTED, None)
    assert after_attempt(claimed(Channel.EMAIL), accepted, NOW) == (S.SENT, None)


def test_what_nobody_knows_is_not_tried_again() -> None:
    assert after_attempt(claimed(), Outcome(Verdict.UNKNOWN), NOW) == (S.UNKNOWN, None)


def test_a_refusal_for_good_has_failed() -> None:
    assert after_attempt(claimed(), Outcome(Verdict.REFUSED), NOW) == (S.FAILED, None)


def test_a_refusal_for_now_waits_longer_each_time_and_then_has_failed() -> None:
    refused = Outcome(Verdict.REFUSED_FOR_NOW)
    waits = []
    for attempts in range(1, MAX_ATTEMPTS):
        state, at = after_attempt(claimed(attempts=attempts), refused, NOW)
        assert state is S.PENDING
        assert at is not None
        waits.append(at - NOW)
    assert waits[:8] == sorted(waits[:8])
    assert min(waits[8:]) >= timedelta(minutes=45)
    assert timedelta(seconds=11) <= waits[0] <= timedelta(seconds=19)
    assert after_attempt(claimed(attempts=MAX_ATTEMPTS), refused, NOW) == (S.FAILED, None)


def test_a_provider_that_says_when_is_believed_and_its_limits_cost_no_attempt() -> None:
    later = Outcome(Verdict.REFUSED_FOR_NOW, retry_after=timedelta(minutes=7), counts=False)
    state, at = after_attempt(claimed(attempts=MAX_ATTEMPTS + 5), later, NOW)
    assert state is S.PENDING
    assert at is not None
    assert timedelta(minutes=7) <= at - NOW <= timedelta(minutes=7) * 1.25


@given(attempts=st.integers(0, 40), of=st.uuids())
def test_no_wait_is_longer_than_an_hour_and_a_quarter(attempts: int, of: UUID) -> None:
    wait = retry_delay(attempts, of)
    assert timedelta(seconds=11) <= wait <= timedelta(minutes=75)
    assert wait == retry_delay(attempts, of)


def test_what_failed_together_does_not_come_back_together() -> None:
    waits = {retry_delay(3, UUID(int=number)) for number in range(200)}
    assert len(waits) > 150
    assert max(waits) - min(waits) > timedelta(seconds=25)


@given(of=st.uuids(), minutes=st.integers(1, 720))
def test_texts_that_waited_for_the_opening_go_soon_after_it_and_not_all_at_once(
    of: UUID, minutes: int
) -> None:
    closes = NOW + timedelta(minutes=minutes)
    at = spread(NOW, closes, of)
    assert NOW <= at <= NOW + SPREAD
    assert at < closes


def test_a_hundred_texts_at_the_opening_are_spread_over_ten_minutes() -> None:
    closes = NOW + timedelta(hours=4)
    minutes = Counter((spread(NOW, closes, UUID(int=n)) - NOW).seconds // 60 for n in range(100))
    assert set(minutes) >= set(range(9))
    assert max(minutes.values()) < 25


def test_a_text_for_which_too_little_of_the_safe_hours_is_left_does_not_begin() -> None:
    ends = NOW + timedelta(minutes=5)
    text = message(1, recipient="sender", expires_at=ends)
    assert may_begin(text, ends - LEAST_VALIDITY)
    assert not may_begin(text, ends - LEAST_VALIDITY + timedelta(seconds=1))
    assert may_begin(replace(text, channel=Channel.EMAIL), ends)
    assert may_begin(replace(text, expires_at=None), ends + timedelta(days=1))


# The whole life


class InMemory:
    """The machine's store, in memory."""

    directory: Directory

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.outbox = MemoryOutbox()
        self.outbox.add(some_messages())
        self._work = OutboxWork(self.outbox)
        self._work.kept.timeline.append(SAID)

    def work(self) -> OutboxWork:
        return self._work

    def take_back(self, at: datetime) -> None:
        take_back(self._work, SAID.case_id, UUID(int=1), at)
        self.outbox.taken_back.add(SAID.detail["event"])

    def rows(self) -> dict[UUID, Row]:
        return {id_: kept.row for id_, kept in self.outbox.rows.items()}


def test_whatever_happens_final_stays_final_and_nothing_is_forgotten(demo: Directory) -> None:
    class Machine(OutboxMachine):
        open_store = staticmethod(lambda: InMemory(demo))

    run_state_machine_as_test(
        Machine, settings=settings(max_examples=120, stateful_step_count=30, deadline=None)
    )
