"""Copies of texts at the provider: deleted a week after they came to rest, patiently, and never in a hurry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from casework.usecases.copies import ALARM_AFTER, KEEP_COPIES, ROUND, retry_copy
from tasks import copies
from tasks.channels import (
    ConfigurationFault,
    PermanentFailure,
    SendingFailed,
    TemporaryFailure,
)
from tasks.house import house as opened
from tasks.house import use
from webapp.wiring import House

NOW = datetime(2026, 3, 20, 10, tzinfo=UTC)
WEEK = KEEP_COPIES


@dataclass
class Provider:
    """Deletes what it is told, but for what is to fail."""

    failures: Mapping[str, SendingFailed] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def forget(self, provider_id: str) -> None:
        self.asked.append(provider_id)
        if failure := self.failures.get(provider_id, self.failures.get("*")):
            raise failure


@pytest.fixture
def provider(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """This process works as a worker whose provider is the test's own, at a moment of the test's own."""
    use(house.settings)
    made = Provider()
    monkeypatch.setattr(copies, "dispatch", lambda: made)
    monkeypatch.setattr(copies, "now", lambda: NOW)
    yield made
    opened().engine.dispose()


def run(owner: Engine, sql: str, **values: Any) -> None:
    with owner.begin() as connection:
        connection.execute(text(sql), values)


def rows(owner: Engine) -> dict[str, Any]:
    with owner.connect() as connection:
        found = connection.execute(text("select * from provider_copies order by provider_id"))
        return {row.provider_id: row for row in found}


def want(owner: Engine, *ids: str, tries: int = 0, next_at: datetime = NOW) -> None:
    for number, provider_id in enumerate(ids):
        run(
            owner,
            "insert into provider_copies (provider_id, wanted_at, next_at, tries)"
            " values (:id, :at, :at, :tries)",
            id=provider_id,
            at=next_at - timedelta(seconds=len(ids) - number),
            tries=tries,
        )


def a_text(
    owner: Engine,
    provider_id: str | None,
    rested_at: datetime,
    *,
    state: str = "delivered",
    channel: str = "sms",
) -> None:
    run(
        owner,
        "with m as (insert into messages (id, case_number, event, recipient, channel, purpose, language,"
        " queue, state, address_sealed, created_at, changed_at) values (gen_random_uuid(), '',"
        " gen_random_uuid()::text, 'sender', :channel, 'received', 'fi', 'default', :state, '', :at, :at)"
        " returning id) insert into attempts (id, message_id, started_at, provider_id)"
        " select gen_random_uuid(), id, :at, :provider from m",
        channel=channel,
        state=state,
        at=rested_at,
        provider=provider_id,
    )


def test_a_text_is_deleted_at_the_provider_a_week_after_it_came_to_rest(
    owner: Engine, provider: Provider
) -> None:
    a_text(owner, "SMold", NOW - WEEK - timedelta(minutes=1))
    a_text(owner, "SMfailed", NOW - WEEK - timedelta(minutes=1), state="undelivered")
    a_text(owner, "SMyoung", NOW - WEEK + timedelta(minutes=1))
    a_text(owner, "SMmoving", NOW - WEEK - timedelta(days=1), state="sent")
    a_text(owner, "EMail", NOW - WEEK - timedelta(days=1), channel="email", state="sent")
    a_text(owner, None, NOW - WEEK - timedelta(days=1), state="failed")
    copies.forget()
    assert sorted(provider.asked) == ["SMfailed", "SMold"]
    assert {row.done_at for row in rows(owner).values()} == {NOW}
    copies.forget()
    assert len(provider.asked) == 2


def test_what_came_in_is_not_left_there_either(owner: Engine, provider: Provider) -> None:
    insert = (
        "insert into inbound_texts (id, provider_id, received_at, team, kind)"
        " values (gen_random_uuid(), :id, :at, 'coast', 'note')"
    )
    run(owner, insert, id="SMin", at=NOW - WEEK - timedelta(hours=1))
    run(owner, insert, id="SMnew", at=NOW - timedelta(hours=1))
    copies.forget()
    assert provider.asked == ["SMin"]


def test_a_refusal_is_tried_again_later_and_the_others_go_on(
    owner: Engine, provider: Provider
) -> None:
    provider.failures = {"SM1": PermanentFailure("refused", "20001")}
    want(owner, "SM1", "SM2")
    copies.forget()
    assert provider.asked == ["SM1", "SM2"]
    first, second = rows(owner).values()
    assert (first.tries, first.done_at, first.next_at) == (1, None, NOW + retry_copy(1))
    assert second.done_at == NOW


def test_a_text_on_its_way_waits_alone_and_uses_up_no_try(
    owner: Engine, provider: Provider
) -> None:
    wait = timedelta(minutes=7)
    provider.failures = {
        "SM1": TemporaryFailure("in_flight", "20009", wait, counts_as_attempt=False)
    }
    want(owner, "SM1", "SM2")
    copies.forget()
    assert provider.asked == ["SM1", "SM2"]
    assert (rows(owner)["SM1"].tries, rows(owner)["SM1"].next_at) == (0, NOW + wait)


def test_too_many_ends_the_round_for_as_long_as_the_provider_asks(
    owner: Engine, provider: Provider
) -> None:
    wait = timedelta(seconds=90)
    provider.failures = {"*": TemporaryFailure("too_many", "20429", wait, counts_as_attempt=False)}
    want(owner, "SM1", "SM2", "SM3")
    copies.forget()
    assert provider.asked == ["SM1"]
    assert {(row.tries, row.next_at) for row in rows(owner).values()} == {(0, NOW + wait)}


def test_a_provider_that_is_away_ends_the_round_and_only_what_was_tried_counts(
    owner: Engine, provider: Provider
) -> None:
    provider.failures = {"*": TemporaryFailure("unreachable")}
    want(owner, "SM1", "SM2")
    copies.forget()
    assert provider.asked == ["SM1"]
    assert [row.tries for row in rows(owner).values()] == [1, 0]


def test_our_own_fault_is_told_at_once_and_ends_the_round(
    owner: Engine, provider: Provider
) -> None:
    provider.failures = {"*": ConfigurationFault("authentication", "20003")}
    want(owner, "SM1", "SM2")
    with capture_logs() as logged:
        copies.forget()
    assert provider.asked == ["SM1"]
    told = [line for line in logged if line["event"] == "provider_copy_not_deleted"]
    assert [line["reason"] for line in told] == ["authentication"]


@pytest.mark.parametrize(("tries", "alarms"), [(ALARM_AFTER - 2, 0), (ALARM_AFTER - 1, 1)])
def test_after_ten_tries_somebody_is_told_and_it_goes_on_daily(
    owner: Engine, provider: Provider, tries: int, alarms: int
) -> None:
    provider.failures = {"*": PermanentFailure("refused")}
    want(owner, "SM1", tries=tries)
    with capture_logs() as logged:
        copies.forget()
    told = [line for line in logged if line["event"] == "provider_copy_not_deleted"]
    assert len(told) == alarms
    (row,) = rows(owner).values()
    assert (row.tries, row.done_at) == (tries + 1, None)
    assert row.next_at > NOW


def test_the_time_between_tries_grows_to_a_day_and_no_further() -> None:
    waits = [retry_copy(tries) for tries in range(1, 40)]
    assert waits == sorted(waits)
    assert (waits[0], waits[1]) == (timedelta(minutes=5), timedelta(minutes=10))
    assert waits[ALARM_AFTER] == waits[-1] == timedelta(days=1)


def test_a_round_is_bounded_and_none_is_taken_by_two(owner: Engine, provider: Provider) -> None:
    want(owner, *(f"SM{number:03}" for number in range(ROUND + 5)))
    with opened().work() as work:
        taken = work.copies.take(NOW, NOW + timedelta(minutes=15), ROUND)
        with opened().work() as other:
            left = other.copies.take(NOW, NOW + timedelta(minutes=15), ROUND)
            other.commit()
        work.commit()
    assert (len(taken), len(left)) == (ROUND, 5)
    copies.forget()
    assert provider.asked == []


def test_what_was_deleted_long_ago_is_forgotten_and_never_queued_anew(
    owner: Engine, provider: Provider
) -> None:
    a_text(owner, "SM1", NOW - timedelta(days=98))
    want(owner, "SM1")
    run(owner, "update provider_copies set done_at = :at", at=NOW - timedelta(days=91))
    copies.forget()
    assert rows(owner) == {}
    copies.forget()
    assert (rows(owner), provider.asked) == ({}, [])


def test_a_slow_provider_is_asked_for_a_little_while_and_the_rest_goes_on_in_the_next_round(
    owner: Engine, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same processes send what waits for its turn."""
    want(owner, *(f"SM{number}" for number in range(6)))
    clock, slowly = [0.0], provider.forget

    def forget(provider_id: str) -> None:
        clock[0] += 12.0
        slowly(provider_id)

    monkeypatch.setattr(copies.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(provider, "forget", forget)
    copies.forget()
    assert provider.asked == ["SM0", "SM1"]
    assert {row.tries for row in rows(owner).values() if row.done_at is None} == {0}
    copies.forget()
    copies.forget()
    assert sorted(provider.asked) == [f"SM{number}" for number in range(6)]
    assert all(row.done_at for row in rows(owner).values())
