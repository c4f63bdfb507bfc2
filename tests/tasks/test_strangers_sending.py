"""What a stranger found at the workers: shares of the day, a provider without time, questions that fail."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from pydantic import ValidationError
from sqlalchemy import Engine, text

from casework.caps import CAP_PER_NUMBER
from casework.message_times import SHORTEST_WAIT
from casework.messages import Channel, Message, Queue
from casework.usecases.doubts import UNCONFIRMED_AFTER
from tasks import asking, outbox
from tasks.channels import (
    ConfigurationFault,
    OutcomeUnknown,
    PermanentFailure,
    SendingFailed,
    TemporaryFailure,
)
from tasks.house import dispatch
from tasks.house import house as opened
from tests.store.texting import write as write_in
from tests.tasks.conftest import MONDAY, Provider
from webapp.config import Settings
from webapp.wiring import House, now

NUMBERS = [f"+35850000004{last}" for last in range(8)]
MINUTE = timedelta(minutes=1)
BUSY = TemporaryFailure("too_many_requests", "20429", timedelta(0), counts_as_attempt=False)
NO_TIME = TemporaryFailure("proxy_refused")


pytestmark = pytest.mark.usefixtures("clock", "provider")


def query(owner: Engine, sql: str) -> list[tuple[object, ...]]:
    with owner.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def of_senders(owner: Engine, what: str = "state") -> list[tuple[object, ...]]:
    return query(owner, f"select {what} from messages where recipient = 'sender' order by id")


# Shares of the day


@pytest.mark.parametrize(
    "fault",
    [
        TemporaryFailure("too_many_requests", "20429", None, counts_as_attempt=False),
        TemporaryFailure("connection_refused"),
        ConfigurationFault("not_authorised", "20003"),
    ],
    ids=lambda fault: fault.reason_class,
)
def test_a_text_takes_one_share_of_the_day_however_often_it_is_refused_for_now(
    owner: Engine,
    provider: Provider,
    clock: time_machine.Traveller,
    write: Callable[..., None],
    fault: SendingFailed,
) -> None:
    write(NUMBERS[0])
    provider.fault = fault
    while len(provider.handed) < CAP_PER_NUMBER + 2:
        before = len(provider.handed)
        outbox.drain(Queue.DEFAULT.value)
        outbox.sweep()
        clock.shift(timedelta(hours=1) if len(provider.handed) == before else MINUTE)
        assert of_senders(owner) == [("pending",)]
    # The number's own day, and the county's.
    assert query(owner, "select count from number_caps") == [(1,), (1,)]
    provider.fault = None
    clock.shift(timedelta(hours=1))
    outbox.sweep()
    outbox.drain(Queue.DEFAULT.value)
    assert of_senders(owner) == [("accepted",)]


# A provider without time


def test_a_provider_that_has_too_much_to_do_gets_no_more_and_is_not_asked_at_once_again(
    owner: Engine,
    provider: Provider,
    clock: time_machine.Traveller,
    write: Callable[..., None],
) -> None:
    # More than one batch, with the alerts to the team by e-mail.
    write(*NUMBERS)
    provider.fault = BUSY
    outbox.drain(Queue.DEFAULT.value)
    # One of the first batch and one of the next; then no more of this task.
    assert len(provider.handed) == 2
    assert set(of_senders(owner, "state, attempts")) == {("pending", 0)}
    later = f"count(*) filter (where next_at >= timestamptz '{MONDAY + SHORTEST_WAIT}')"
    ((at_least,),) = query(owner, f"select {later} from messages where recipient = 'sender'")
    assert int(str(at_least)) > 1
    (refused,) = query(owner, f"select {later} from messages where reason = 'too_many_requests'")
    assert refused == (2,)
    clock.shift(SHORTEST_WAIT - timedelta(seconds=1))
    rested = {str(outgoing.message_id) for outgoing in provider.handed}
    outbox.drain(Queue.DEFAULT.value)
    assert not rested & {str(outgoing.message_id) for outgoing in provider.handed[2:]}
    provider.fault = None
    clock.shift(MINUTE)
    outbox.drain(Queue.DEFAULT.value)
    assert set(of_senders(owner)) == {("accepted",)}


@pytest.mark.parametrize("name", ["sms_per_second", "mail_per_second"])
def test_a_rate_that_stands_still_is_refused_at_the_start(settings: Settings, name: str) -> None:
    given = settings.model_dump()
    with pytest.raises(ValidationError, match=name.upper()):
        Settings(**{**given, name: 0.001})
    assert getattr(Settings(**{**given, name: 0.01}), name) == 0.01


# Questions


@dataclass
class Desk:
    """Where the provider is asked: answers in turn, and then with the last one again."""

    answers: deque[str | SendingFailed | None]
    asked: list[str] = field(default_factory=list)

    def _answer(self, of: str) -> str | None:
        self.asked.append(of)
        answer = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, SendingFailed):
            raise answer
        return answer

    def find(
        self, message: Message, attempt: UUID, since: datetime, known: frozenset[str]
    ) -> str | None:
        return self._answer(message.address)

    def status(self, provider_id: str) -> tuple[str, str] | None:
        said = self._answer(provider_id)
        return (said, "") if said else None


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Desk]:
    def answering(*answers: str | SendingFailed | None) -> Desk:
        made = Desk(deque(answers))
        monkeypatch.setattr(dispatch(), "find", made.find)
        monkeypatch.setattr(dispatch(), "status", made.status)
        return made

    return answering


@pytest.fixture
def doubtful(provider: Provider, clock: time_machine.Traveller, write: Callable[..., None]) -> None:
    """Five texts of which nobody knows whether they were sent."""
    write(*NUMBERS[:5])
    provider.fault = OutcomeUnknown("read_timeout")
    outbox.drain(Queue.DEFAULT.value)
    clock.shift(2 * MINUTE)


@pytest.mark.parametrize("fails", [NO_TIME, PermanentFailure("cannot_be_asked")], ids=str)
def test_one_question_that_fails_does_not_keep_the_next_from_being_asked(
    owner: Engine, doubtful: None, desk: Callable[..., Desk], fails: SendingFailed
) -> None:
    asked = desk(fails, "SM1", fails, fails, "SM2")
    asking.reconcile()
    assert sorted(asked.asked) == NUMBERS[:5]
    assert sorted(of_senders(owner)) == [("accepted",)] * 2 + [("unknown",)] * 3


def test_after_three_questions_in_vain_no_more_are_asked_until_the_next_round(
    clock: time_machine.Traveller, doubtful: None, desk: Callable[..., Desk]
) -> None:
    first = desk(NO_TIME)
    asking.reconcile()
    assert len(first.asked) == 3
    clock.shift(MINUTE)
    # Those that were asked in vain wait for their turn behind the others.
    then = desk(None)
    asking.reconcile()
    assert set(then.asked[:2]) == {*NUMBERS[:5]} - {*first.asked}
    assert sorted(then.asked) == NUMBERS[:5]


def test_after_one_question_that_waited_in_vain_this_process_does_something_else(
    doubtful: None, desk: Callable[..., Desk]
) -> None:
    asked = desk(TemporaryFailure("read_timeout"))
    asking.reconcile()
    assert len(asked.asked) == 1


def test_the_same_holds_for_questions_about_receipts_that_did_not_come(
    owner: Engine,
    clock: time_machine.Traveller,
    write: Callable[..., None],
    desk: Callable[..., Desk],
) -> None:
    write(*NUMBERS[:5])
    outbox.drain(Queue.DEFAULT.value)
    clock.shift(UNCONFIRMED_AFTER + MINUTE)
    first = desk(PermanentFailure("refused", "400"), "delivered", NO_TIME)
    asking.confirm()
    assert len(first.asked) == 5
    assert sorted(of_senders(owner)) == [("accepted",)] * 4 + [("delivered",)]
    clock.shift(UNCONFIRMED_AFTER + MINUTE)
    then = desk(NO_TIME)
    asking.confirm()
    assert len(then.asked) == 3


def test_the_provider_is_asked_about_an_alert_that_belongs_to_no_case(
    owner: Engine,
    provider: Provider,
    clock: time_machine.Traveller,
    desk: Callable[..., Desk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    provider.fault = OutcomeUnknown("read_timeout")
    monkeypatch.setitem(dispatch()._channels, Channel.EMAIL, Provider(provider.fault))
    write_in(opened(), "Hei, soita", "SMx1", sender="+358500000099", at=now())
    for _ in range(2):
        outbox.drain(Queue.DEFAULT.value)
    alert = "select state, channel from messages where recipient like 'team:intake:%'"
    assert sorted(query(owner, alert)) == [("unknown", "email"), ("unknown", "sms")]
    clock.shift(2 * MINUTE)
    # About what was answered to the number, and about the alert.
    asked = desk("SM8", "SM9")
    asking.reconcile()
    assert sorted(asked.asked) == sorted(outgoing.to for outgoing in provider.handed)
    assert sorted(query(owner, alert)) == [("accepted", "sms"), ("unknown", "email")]


# A channel that is broken


@pytest.fixture
def stopped(house: House, owner: Engine, write: Callable[..., None]) -> None:
    """Texts do not leave, for a fault of our settings, and one to a sender waits for its time: in twenty seconds."""
    write(NUMBERS[0])
    with owner.begin() as connection:
        connection.execute(text("delete from messages where recipient <> 'sender'"))
        connection.execute(text("update messages set next_at = :at"), {"at": now() + MINUTE / 3})
    with opened().work() as work:
        work.channels.broke(Channel.SMS, "not_authorised", now(), probe_at=now())
        work.commit()


def test_a_probe_is_no_reason_to_text_somebody_before_their_safe_hours(
    owner: Engine, provider: Provider, clock: time_machine.Traveller, stopped: None
) -> None:
    outbox.sweep()
    assert (provider.handed, of_senders(owner)) == ([], [("pending",)])
    clock.shift(MINUTE)
    outbox.drain(Queue.DEFAULT.value)
    assert (len(provider.handed), of_senders(owner)) == (1, [("accepted",)])


@pytest.mark.parametrize(
    ("fault", "is_whole"),
    [
        (OutcomeUnknown("provider_fault", "500"), False),
        (OutcomeUnknown("read_timeout"), False),
        (BUSY, False),
        (PermanentFailure("invalid_number", "21211"), True),
        (None, True),
    ],
    ids=str,
)
def test_only_a_word_about_the_message_itself_ends_a_break(
    owner: Engine,
    provider: Provider,
    clock: time_machine.Traveller,
    stopped: None,
    fault: SendingFailed | None,
    is_whole: bool,
) -> None:
    provider.fault = fault
    clock.shift(MINUTE)
    outbox.sweep()
    assert len(provider.handed) == 1
    assert query(owner, "select channel from channel_breaks") == ([] if is_whole else [("sms",)])
