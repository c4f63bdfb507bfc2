"""What a stranger found at the brooms, on the real database: many rows at once, rows that others hold, no way left."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event, text

from casework.commands import ChangeContact, ContactWay
from casework.messages import RETOLD_AT_ONCE, Channel, Outcome, Queue, Verdict
from casework.usecases import change_contact, sweep_outbox
from casework.usecases.sweeping import Swept
from tests.store.conftest import MONDAY, Send
from tests.store.test_sending import MINUTE, SMS, claim, end, rooms, rows
from tests.store.texting import change
from webapp.wiring import House

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
COPIED = (
    "submission_id, case_id, case_number, recipient, channel, purpose, language, queue, state, "
    "attempts, address_sealed, created_at, next_at, expires_at, changed_at"
)
TO_SENDER = "recipient = 'sender'"
#: Longer than the engine lets a statement wait for a lock, which then raises.
PATIENCE = 60
#: Rows of one transaction.
AT_MOST = 50


def many(owner: Engine, which: str, count: int, **changes: str) -> None:
    """So many more like the one row that this condition finds, with these columns otherwise."""
    values = ", ".join(changes.get(name, name) for name in COPIED.split(", "))
    change(
        owner,
        f"insert into messages (id, event, {COPIED}) "
        f"select gen_random_uuid(), 'one of many ' || turn, {values} "
        f"from messages, generate_series(1, {count}) as turn where {which}",
    )


def sweep(house: House, after: timedelta = timedelta(0)) -> Swept:
    return sweep_outbox(**rooms(house, MONDAY + after))


def states(owner: Engine, which: str) -> dict[str, int]:
    found = rows(owner, f"select state, count(*) from messages where {which} group by state")
    return dict(tuple(row) for row in found)


@contextmanager
def held(owner: Engine, which: str) -> Iterator[UUID]:
    """One such row is locked by somebody else."""
    with owner.begin() as connection:
        sql = f"select id from messages where {which} order by created_at limit 1 for update"
        yield connection.execute(text(sql)).scalar_one()


def without_waiting(house: House, after: timedelta = timedelta(0)) -> Swept:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(sweep, house, after).result(timeout=PATIENCE)


# Many rows at once


def test_many_expired_rows_are_swept_in_batches_and_past_a_row_that_is_held(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    over = f"timestamptz '{MONDAY.isoformat()}'"
    many(owner, TO_SENDER, 300, purpose="'something_new'", expires_at=over)
    commits: list[object] = []
    event.listen(house.engine, "commit", commits.append)
    with held(owner, "purpose = 'something_new'"):
        without_waiting(house)
        with_many = len(commits)
        without_waiting(house)
    # Of a sweep that finds nothing there are a few too.
    assert with_many - (len(commits) - with_many) >= 299 // AT_MOST
    assert states(owner, "purpose = 'something_new'") == {"expired": 299, "pending": 1}
    assert rows(owner, "select count(*) from timeline where kind = 'call_needed'")[0][0] == 299
    sweep(house)
    assert states(owner, "purpose = 'something_new'") == {"expired": 300}


def test_of_many_stuck_alerts_one_recipient_is_told_otherwise_of_a_few_at_a_time(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    long = "created_at - interval '1 hour' + turn * interval '1 second'"
    mail = "recipient = 'team:coast:coast-mail'"
    many(owner, mail, 120, created_at=long)
    with house.work() as work:
        work.channels.broke(Channel.EMAIL, "not_authorised", MONDAY, probe_at=MONDAY + HOUR)
        work.commit()
    with held(owner, mail):
        # One of the first few is held by somebody else; it does not come later for that.
        assert without_waiting(house).retold == RETOLD_AT_ONCE - 1
    for seconds in (10, 20, 30):
        assert sweep(house, seconds * SECOND).retold == RETOLD_AT_ONCE
    told = rows(owner, "select count(*) from messages where recipient = 'team:coast:coast-mobile'")
    assert told[0][0] == 4 * RETOLD_AT_ONCE - 1
    oldest = f"select count(*) from messages where retold_at is not null and {mail}"
    first = f"{oldest} and created_at < (select min(created_at) from messages where {mail})"
    assert rows(owner, f"{first} + interval '12 seconds'")[0][0] == 4 * RETOLD_AT_ONCE - 1


def test_a_stuck_alert_without_another_way_is_noted_on_the_case_and_the_fallback_team_is_told(
    house: House, owner: Engine, send: Send
) -> None:
    send(cannot_wait=True)
    busy = Outcome(
        Verdict.REFUSED_FOR_NOW, reason="too_many_requests", retry_after=HOUR, counts=False
    )
    at = timedelta(0)
    for told in (1, 1):
        for one in claim(house, MONDAY + at, Queue.URGENT):
            end(house, one, busy, MONDAY + at)
        at += 3 * MINUTE
        assert sweep(house, at).retold == told
    assert rows(owner, "select 1 from timeline where kind = 'team_not_reached'")
    assert rows(owner, "select marks from cases")[0].marks == ["team_not_reached"]
    others = f"team:{house.directory.fallback_team}:"
    waiting = [one.message.recipient for one in claim(house, MONDAY + at, Queue.URGENT)]
    assert [one.startswith(others) for one in waiting] == [True]


# Others at work at the same time


@pytest.mark.parametrize(
    "left", ["state = 'claimed', lease_until = :at", "state = 'sent', changed_at = :at"]
)
def test_a_sweep_passes_by_what_was_left_behind_and_somebody_holds(
    house: House, owner: Engine, send: Send, left: str
) -> None:
    for _ in range(2):
        send(contact=SMS)
    change(owner, f"update messages set {left} where {TO_SENDER}", at=MONDAY)
    before = states(owner, TO_SENDER)
    with held(owner, TO_SENDER):
        without_waiting(house, 80 * HOUR)
        (state,) = before
        assert states(owner, TO_SENDER)[state] == 1
    sweep(house, 80 * HOUR)
    assert state not in states(owner, TO_SENDER)


def test_a_change_of_contact_and_a_sweep_at_once_never_wait_for_each_other(
    house: House, owner: Engine, send: Send
) -> None:
    for _ in range(30):
        order = send(contact=SMS)
        change(
            owner,
            f"update messages set purpose = 'something_new', expires_at = :at where {TO_SENDER}",
            at=MONDAY,
        )
        wish = ChangeContact(order.submission_id, uuid4(), ContactWay.NONE, {})
        together = Barrier(2)

        def sweeps(together: Barrier = together) -> None:
            together.wait(PATIENCE)
            sweep(house)

        def changes(wish: ChangeContact = wish, together: Barrier = together) -> None:
            together.wait(PATIENCE)
            change_contact(wish, **rooms(house, MONDAY))

        with ThreadPoolExecutor(2) as pool:
            for one in [pool.submit(sweeps), pool.submit(changes)]:
                one.result(timeout=PATIENCE)
        sweep(house)
    assert set(states(owner, TO_SENDER)) <= {"expired", "suppressed"}
