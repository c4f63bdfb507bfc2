"""One commit: all of it or nothing, in few round trips, whatever happens at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test
from pydantic import SecretStr
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from bench.trips import CountingRelay
from casework.access import Role, Viewer
from casework.commands import AddInformation
from casework.directory import Directory
from casework.errors import AlreadySubmitted, IllegalMove
from casework.messages import MessageState
from casework.model import CaseState, TimelineKind
from casework.usecases import (
    add_information,
    answer_case,
    close_case,
    open_case,
    reopen_case,
    submit,
)
from tests.casework.fakes import command
from tests.casework.outbox import SAID, Row, some_messages, take_back
from tests.casework.outbox_machine import OutboxMachine
from tests.conftest import empty
from tests.store.conftest import MONDAY, Send, case_ids, typed_child
from webapp import wiring
from webapp.store.unit_of_work import SqlUnitOfWork
from webapp.wiring import House

MEMBER = Viewer("1", "testi-paivystaja", frozenset({Role.DUTY_WORKER}))


def count(house: House, table: str, where: str = "true") -> int:
    with house.engine.connect() as connection:
        return int(
            connection.execute(text(f"select count(*) from {table} where {where}")).scalar_one()
        )


def at_once(*acts: Callable[[], object]) -> list[BaseException | None]:
    """Run all at the same moment; what each raised."""
    gate = threading.Barrier(len(acts))
    raised: list[BaseException | None] = [None] * len(acts)

    def run(index: int, act: Callable[[], object]) -> None:
        gate.wait()
        try:
            act()
        except BaseException as error:  # noqa: BLE001  # the test looks at it
            raised[index] = error

    threads = [threading.Thread(target=run, args=item) for item in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_the_same_submission_twice_is_refused_whole(house: House, send: Send) -> None:
    order = send()
    with pytest.raises(AlreadySubmitted):
        send(typed_child(), typed_child(), submission_id=order.submission_id)
    assert (count(house, "submissions"), count(house, "cases")) == (1, 1)


def test_of_five_that_send_the_same_at_once_one_is_stored(house: House, send: Send) -> None:
    submission_id = house.ids.row()
    raised = at_once(*[lambda: send(submission_id=submission_id)] * 5)
    assert sorted(type(error).__name__ for error in raised) == [
        *["AlreadySubmitted"] * 4,
        "NoneType",
    ]
    counts = {"submissions": 1, "cases": 1, "clocks": 2, "messages": 2}
    assert {table: count(house, table) for table in counts} == counts


def test_what_was_not_committed_is_not_there(house: House, send: Send) -> None:
    order = send()
    (case_id,) = case_ids(house, order.submission_id)
    with house.work() as work:
        assert work.cases.move(case_id, CaseState.IN_PROGRESS, MONDAY)
        work.cases.append_timeline([])
    with house.work() as work:
        head = work.cases.head(case_id)
    assert head is not None
    assert head.state is CaseState.RECEIVED


def act(house: House, case_id: UUID, do: Callable[..., object]) -> Callable[[], object]:
    return lambda: do(
        case_id,
        MEMBER,
        directory=house.directory,
        now=MONDAY + timedelta(hours=1),
        ids=house.ids,
        work=house.work(),
        log=house.access_log,
    )


def test_of_many_who_open_a_case_at_once_one_acknowledges_and_all_are_logged(
    house: House, send: Send
) -> None:
    """More readers than the pool has connections: nobody waits for a second one while holding a first."""
    order = send()
    (case_id,) = case_ids(house, order.submission_id)
    assert at_once(*[act(house, case_id, open_case)] * 16) == [None] * 16
    assert count(house, "timeline", "kind = 'acknowledged'") == 1
    assert count(house, "access_log") == 16
    assert house.access_log.first_break() is None


def test_of_two_who_answer_at_once_one_is_told_that_somebody_was_faster(
    house: House, send: Send
) -> None:
    order = send()
    (case_id,) = case_ids(house, order.submission_id)
    act(house, case_id, open_case)()
    raised = at_once(*[act(house, case_id, answer_case)] * 2)
    assert sorted(type(error) is IllegalMove for error in raised) == [False, True]
    assert count(house, "timeline", "kind = 'sender_answered'") == 1


def test_times_of_a_case_follow_its_moves_and_reopening_takes_them_back(
    house: House, send: Send
) -> None:
    order = send()
    (case_id,) = case_ids(house, order.submission_id)
    for do in (open_case, answer_case, close_case, reopen_case):
        act(house, case_id, do)()
    with house.work() as work:
        followed = work.submissions.follow_up_by_id(order.submission_id)
    assert followed is not None
    (case,) = followed.cases
    assert (case.state, case.answered_at, case.closed_at) == (CaseState.IN_PROGRESS, None, None)
    assert case.acknowledged_at == MONDAY + timedelta(hours=1)
    lines = [line.kind for line in house.desk.case_file(case_id).timeline]
    assert lines[:2] == [TimelineKind.RECEIVED, TimelineKind.ROUTED]
    assert TimelineKind.ACKNOWLEDGED in lines[2:]
    assert count(house, "clocks", "ended_at is null") == 1


def test_the_same_addition_at_once_from_two_presses_is_one_addition(
    house: House, send: Send
) -> None:
    order = send(sender=None)
    addition = AddInformation(
        order.submission_id,
        house.ids.row(),
        {"shared": {"matter": {"message": "Lisää"}}, "sender": {"contact": {"name": "Testi"}}},
    )

    def add() -> None:
        add_information(
            addition, directory=house.directory, now=MONDAY, ids=house.ids, work=house.work()
        )

    assert at_once(*[add] * 4) == [None] * 4
    assert count(house, "additions") == 2
    assert count(house, "timeline", "kind = 'addition_received'") == 1
    assert count(house, "messages", "event like 'addition:%'") == 1
    (case_id,) = case_ids(house, order.submission_id)
    file = house.desk.case_file(case_id)
    # What is said of the sender takes the place of what was said before.
    assert len(file.additions) == 1
    assert (file.sender or {})["name"] == "Testi"


# Round trips


@pytest.fixture
def on_the_wire(settings: Any) -> Iterator[tuple[House, Any]]:
    """A house whose every word to PostgreSQL passes a relay that counts questions and answers in turn."""
    url = make_url(settings.database_url.get_secret_value())
    relay = CountingRelay(url.port or 0)
    through = url.set(host="127.0.0.1", port=relay.port).render_as_string(hide_password=False)
    opened = wiring.build(settings.model_copy(update={"database_url": SecretStr(through)}))
    yield opened, relay
    opened.engine.dispose()
    relay.close()


@pytest.mark.parametrize("children", [1, 3, 12])
def test_a_submission_is_stored_in_one_round_trip_whatever_its_size(
    on_the_wire: tuple[House, Any], children: int
) -> None:
    house, relay = on_the_wire
    directory = house.directory
    trips = []
    for _ in range(4):
        order = command(
            *[typed_child() for _ in range(children)],
            submission_id=house.ids.row(),
            reference=house.ids.reference(),
            code=house.ids.access_code(),
            shared={"message": "ä" * 2000 * children},
        )
        before = relay.trips
        submit(order, directory=directory, now=MONDAY, ids=house.ids, work=house.work())
        trips.append(relay.trips - before)
    # The first sets the connection up; a large statement may be read and acknowledged in two parts.
    assert min(trips[1:]) == 1


# The outbox on the real rows


class Stored:
    """The machine's store on PostgreSQL."""

    directory: Directory

    def __init__(self, house: House, owner: Engine, send: Send) -> None:
        empty(owner)
        self._house, self.directory = house, house.directory
        order = send(sender=None)
        (case_id,) = case_ids(house, order.submission_id)
        with owner.begin() as connection:
            connection.execute(text("delete from messages"))
        self._case_id, self._submission_id = case_id, order.submission_id
        with self.work() as work:
            work.outbox.add(
                [
                    replace(m, submission_id=order.submission_id, case_id=case_id)
                    for m in some_messages()
                ]
            )
            work.cases.append_timeline([replace(SAID, case_id=case_id)])
            work.commit()

    def work(self) -> SqlUnitOfWork:
        return self._house.work()

    def take_back(self, at: datetime) -> None:
        take_back(self.work(), self._case_id, self._submission_id, at)

    def erase(self, at: datetime) -> None:
        with self.work() as work:
            work.erasure.erase(self._submission_id, b"opens nothing", at)
            work.commit()

    def rows(self) -> dict[UUID, Row]:
        with self._house.engine.connect() as connection:
            found = connection.execute(
                text(
                    "select id, state, next_at, lease_until, attempts from messages where id::text like '00000000-%'"
                )
            )
            return {
                row.id: Row(MessageState(row.state), row.next_at, row.lease_until, row.attempts)
                for row in found
            }


def test_on_the_real_rows_too_final_stays_final_and_nothing_is_forgotten(
    house: House, owner: Engine, send: Send
) -> None:
    class Machine(OutboxMachine):
        open_store = staticmethod(lambda: Stored(house, owner, send))
        store: Stored

        @rule(chance=st.integers(0, 7))
        def the_submission_is_erased(self, chance: int) -> None:
            """Not in every life, and when it likes; what had not left by then never does."""
            if chance == 0:
                self.store.erase(self.now)
            self.look()

    run_state_machine_as_test(
        Machine,
        settings=hypothesis_settings(max_examples=12, stateful_step_count=25, deadline=None),
    )
