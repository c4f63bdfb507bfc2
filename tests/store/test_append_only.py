"""What may only be added to, and the chain of who looked."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from casework.access import Relation, Viewer
from casework.messages import RECEIPT_STATES
from tests.store.conftest import MONDAY, Send
from webapp.store.access_log import row_hash
from webapp.store.tables import APPEND_ONLY, metadata
from webapp.wiring import House

VIEWER = Viewer("7", "testi-paivystaja", frozenset({"duty_worker"}))


def test_the_log_receipts_timeline_additions_and_directory_are_append_only() -> None:
    assert set(APPEND_ONLY) >= {"access_log", "receipts", "timeline", "additions"}
    assert set(APPEND_ONLY) <= set(metadata.tables)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "statement",
    ["update {table} set {column} = {column}", "delete from {table}", "truncate {table}"],
)
def test_the_application_can_neither_change_nor_remove_what_is_append_only(
    house: House, table: str, statement: str
) -> None:
    column = list(metadata.tables[table].columns)[-1].name
    with house.engine.connect() as connection, pytest.raises(ProgrammingError) as refused:
        connection.execute(text(statement.format(table=table, column=column)))
    assert "permission denied" in str(refused.value)


def test_the_application_cannot_change_the_schema(house: House) -> None:
    for statement in (
        "create table t (a int)",
        "drop table sessions",
        "alter table cases add b int",
    ):
        with house.engine.connect() as connection, pytest.raises(ProgrammingError):
            connection.execute(text(statement))


# The chain


def record(house: House, count: int, number: int = 0) -> None:
    for index in range(count):
        at = MONDAY + timedelta(microseconds=index)
        case_id = UUID(int=number * 1000 + index)
        house.access_log.record(VIEWER, case_id, "view", Relation.TEAM, at)


def test_an_empty_log_is_whole(house: House) -> None:
    assert house.access_log.first_break() is None


def test_four_writers_at_once_make_one_chain(house: House, owner: Engine) -> None:
    writers = [threading.Thread(target=record, args=(house, 25, n)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert house.access_log.first_break() is None
    with owner.connect() as connection:
        count, last, previous = connection.execute(
            text("select count(*), max(seq), count(distinct previous_hash) from access_log")
        ).one()
    assert (count, last, previous) == (100, 100, 100)


@pytest.fixture
def chain(house: House) -> House:
    record(house, 5)
    assert house.access_log.first_break() is None
    return house


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("update access_log set user_id = '8' where seq = 3", 3),
        ("update access_log set case_id = gen_random_uuid() where seq = 1", 1),
        ("update access_log set action = 'answer' where seq = 5", 5),
        ("update access_log set relation = 'own' where seq = 2", 2),
        ("update access_log set at = at + interval '1 second' where seq = 4", 4),
        ("update access_log set hash = sha256(hash) where seq = 2", 2),
        ("delete from access_log where seq = 2", 3),
        ("delete from access_log where seq = 1", 2),
        ("update access_log set seq = 9 where seq = 5", 9),
    ],
)
def test_the_first_row_that_was_changed_or_is_missing_is_found(
    chain: House, owner: Engine, change: str, broken: int
) -> None:
    with owner.begin() as connection:
        assert connection.execute(text(change)).rowcount == 1
    assert chain.access_log.first_break() == broken


def test_a_row_whose_hash_was_forged_breaks_the_row_after_it(chain: House, owner: Engine) -> None:
    with owner.begin() as connection:
        row = connection.execute(text("select * from access_log where seq = 3")).one()
        forged = row_hash(row.previous_hash, 3, row.at, "8", row.case_id, row.action, row.relation)
        connection.execute(
            text("update access_log set user_id = '8', hash = :hash where seq = 3"),
            {"hash": forged},
        )
    assert chain.access_log.first_break() == 4


def test_the_time_of_a_row_does_not_depend_on_the_zone_in_which_it_is_read(chain: House) -> None:
    with chain.engine.begin() as connection:
        connection.execute(text("alter role current_user set timezone = 'Europe/Helsinki'"))
    try:
        chain.engine.dispose()
        assert chain.access_log.first_break() is None
    finally:
        with chain.engine.begin() as connection:
            connection.execute(text("alter role current_user reset timezone"))
        chain.engine.dispose()


def test_a_receipt_is_kept_once_however_often_it_comes(house: House, send: Send) -> None:
    send()
    for status in (*RECEIPT_STATES, *RECEIPT_STATES):
        with house.work() as work:
            work.outbox.add_receipt(house.ids.row(), UUID(int=1), "SM1", status, "", MONDAY)
            work.commit()
    with house.engine.connect() as connection:
        count = connection.execute(text("select count(*) from receipts")).scalar_one()
    assert count == len(RECEIPT_STATES)
