"""The figures of the sending: what waits, what is in doubt, which way is broken, who is heard."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event

from casework.messages import Channel, Queue
from tests.house.sending_rows import MINUTE, plan, run, sing, write
from webapp.metrics import StoreFigures
from webapp.wiring import House, now

Figures = Mapping[tuple[str, str], float]


def figures(house: House) -> Figures:
    """(name, label) -> value."""
    return {
        (sample.name, "".join(sample.labels.values())): sample.value
        for metric in StoreFigures(house.engine).collect()
        for sample in metric.samples
    }


def test_where_nothing_happens_every_figure_is_there_and_says_nothing(house: House) -> None:
    found = figures(house)
    for channel in Channel:
        for name in ("unfinished", "oldest_seconds"):
            assert found[f"luotsi_messages_{name}", channel.value] == 0
        assert found["luotsi_channel_broken", channel.value] == 0
    for name in (
        "luotsi_messages_in_doubt",
        "luotsi_messages_parked",
        "luotsi_inbound_texts_waiting",
        "luotsi_inbound_texts_oldest_seconds",
        "luotsi_follow_ups_late",
        "luotsi_provider_copies_waiting",
    ):
        assert found[name, ""] == 0
    assert [found["luotsi_canary_age_seconds", q.value] for q in Queue] == [math.inf] * len(Queue)


def test_a_message_has_the_age_since_it_might_have_gone(house: House, owner: Engine) -> None:
    at = now()
    write(owner, "pending", created_at=at - 600 * MINUTE, next_at=at - 2 * MINUTE)
    write(owner, "pending", created_at=at - 600 * MINUTE, next_at=at + 60 * MINUTE)
    write(owner, "pending", "email", created_at=at - 600 * MINUTE, next_at=at + 60 * MINUTE)
    found = figures(house)
    assert found["luotsi_messages_unfinished", "sms"] == 2
    assert found["luotsi_messages_oldest_seconds", "sms"] == pytest.approx(120, abs=30)
    assert found["luotsi_messages_unfinished", "email"] == 1
    assert found["luotsi_messages_oldest_seconds", "email"] == 0


@pytest.mark.parametrize("state", ["claimed", "submitting"])
def test_a_message_in_a_workers_hand_grows_older_too(
    house: House, owner: Engine, state: str
) -> None:
    at = now()
    write(owner, state, changed_at=at - 3 * MINUTE)
    # A probe takes up what was meant for later.
    write(owner, state, "email", next_at=at + 5 * MINUTE, changed_at=at - 4 * MINUTE)
    found = figures(house)
    assert found["luotsi_messages_oldest_seconds", "sms"] == pytest.approx(180, abs=30)
    assert found["luotsi_messages_oldest_seconds", "email"] == pytest.approx(240, abs=30)


def test_what_is_over_waits_for_nothing(house: House, owner: Engine) -> None:
    for state in ("accepted", "sent", "delivered", "undelivered", "failed", "expired"):
        write(owner, state, changed_at=now() - 60 * MINUTE)
    found = figures(house)
    assert found["luotsi_messages_unfinished", "sms"] == 0
    assert found["luotsi_messages_oldest_seconds", "sms"] == 0


def test_doubts_and_parked_rows_are_counted_for_a_week(house: House, owner: Engine) -> None:
    for days in (0, 6, 8):
        at = now() - timedelta(days=days)
        write(owner, "unknown", changed_at=at)
        write(owner, "failed", changed_at=at, reason="workers_died")
    write(owner, "failed", reason="cannot_be_rendered")
    write(owner, "failed", reason="cannot_be_opened")
    write(owner, "failed", reason="invalid_number")
    found = figures(house)
    assert found["luotsi_messages_in_doubt", ""] == 2
    assert found["luotsi_messages_parked", ""] == 4


def test_what_did_not_arrive_is_counted_by_its_reason_for_a_day(
    house: House, owner: Engine
) -> None:
    for hours in (0, 23, 25):
        at = now() - timedelta(hours=hours)
        write(owner, "failed", changed_at=at, reason="no_route")
        write(owner, "undelivered", changed_at=at, reason="no_route")
    write(owner, "undelivered", "email", reason="unreachable")
    for state in ("delivered", "suppressed", "unknown"):
        write(owner, state, reason="no_route")
    name = "luotsi_messages_not_arrived"
    found = {label: value for (of, label), value in figures(house).items() if of == name}
    assert found == {"no_route": 4, "unreachable": 1}


def test_a_broken_channel_shows_while_it_is_broken(house: House, owner: Engine) -> None:
    run(owner, "insert into channel_breaks values ('sms', 'not_authorised', now(), now(), now())")
    found = figures(house)
    assert found["luotsi_channel_broken", "sms"] == 1
    assert found["luotsi_channel_broken", "email"] == 0


def test_each_queue_has_the_age_of_its_own_canary(house: House) -> None:
    sing(house, Queue.URGENT, ago=7 * MINUTE)
    sing(house, Queue.BULK)
    found = figures(house)
    assert found["luotsi_canary_age_seconds", "urgent"] == pytest.approx(420, abs=30)
    assert found["luotsi_canary_age_seconds", "bulk"] == pytest.approx(0, abs=30)
    assert found["luotsi_canary_age_seconds", "periodic"] == math.inf


def test_texts_that_came_in_and_copies_at_the_provider_wait_until_they_are_done(
    house: House, owner: Engine
) -> None:
    for handled in (None, now()):
        run(
            owner,
            "insert into inbound_texts"
            " (id, provider_id, received_at, team, kind, handled_at, number_sealed, body_sealed)"
            " values (:id, :sid, :at, 'north', 'note', :handled, 'x', 'x')",
            id=uuid4(),
            sid=str(uuid4()),
            at=now() - 10 * MINUTE,
            handled=handled,
        )
        run(
            owner,
            "insert into provider_copies (provider_id, wanted_at, next_at, done_at) "
            "values (:sid, now(), now(), :handled)",
            sid=str(uuid4()),
            handled=handled,
        )
    found = figures(house)
    assert found["luotsi_inbound_texts_waiting", ""] == 1
    assert found["luotsi_inbound_texts_oldest_seconds", ""] == pytest.approx(600, abs=30)
    assert found["luotsi_provider_copies_waiting", ""] == 1


def test_a_planned_contact_is_late_ten_minutes_after_its_time(house: House, owner: Engine) -> None:
    plan(house, owner, 9 * MINUTE)
    assert figures(house)["luotsi_follow_ups_late", ""] == 0
    plan(house, owner, 11 * MINUTE)
    plan(house, owner, 600 * MINUTE, "done")
    assert figures(house)["luotsi_follow_ups_late", ""] == 1


def test_a_scrape_is_one_moment_and_changes_nothing(house: House) -> None:
    begun: list[str] = []

    def note(connection: Any) -> None:
        row = connection.exec_driver_sql(
            "select current_setting('transaction_isolation') || ' '"
            " || current_setting('transaction_read_only')"
        )
        begun.append(row.scalar_one())

    event.listen(house.engine, "begin", note)
    figures(house)
    event.remove(house.engine, "begin", note)
    assert begun == ["repeatable read on"]
