"""The outbox: drain a queue, sweep what was left behind, ask the provider about what nobody knows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Generic, TypeVar

import structlog

from casework import usecases
from casework.calendar import HELSINKI
from casework.caps import may_text
from casework.message_times import SHORTEST_WAIT
from casework.messages import ATTEMPT_TAKES, Channel, Claimed, Message, Outcome, Queue, Verdict
from casework.notices import SENDER
from casework.usecases.delivery import BATCH
from casework.usecases.doubts import BATCH as DOUBTS
from tasks.canary import note
from tasks.celery_app import app
from tasks.channels import Outgoing, SendingFailed, TemporaryFailure
from tasks.house import dispatch, house, rooms
from webapp.wiring import now

log = structlog.get_logger()

#: Batches a single task handles before it makes room for others of its queue.
_BATCHES = 20
#: The longest that a task waits for room in a provider's rate before it lets others of its queue go first.
_LONGEST_WAIT = 1.0
#: What is left of a batch waits so long at least, after a provider had too much to do.
_LEAST_PAUSE = timedelta(seconds=1)
#: Rounds of questions to the provider in one task.
_ROUNDS = 5
#: Questions in a row for which the provider has no time, after which no more are asked in this round.
_IN_VAIN = 3
_WAITED = frozenset({"connect_timeout", "read_timeout"})
#: The class of refusal that says so, see `casework.refusals`.
_TOO_MANY = "too_many_requests"


T = TypeVar("T")


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What the provider said, were it that it knows nothing."""

    said: T


class Patience:
    """Asks one question after the other. One that fails does not keep those behind it from being asked; three in a
    row that the provider had no time for end the round, and so does one for which it was waited in vain: this process
    has urgent work too."""

    def __init__(self) -> None:
        self._in_vain = 0

    def ask(self, question: Callable[[], T]) -> Answer[T] | None:
        """None: no answer came."""
        try:
            said = question()
        except TemporaryFailure as failure:
            self._in_vain += _IN_VAIN if failure.reason_class in _WAITED else 1
            log.warning("provider_not_asked", reason=failure.reason_class)
            return None
        except SendingFailed as failure:
            log.warning("provider_not_asked", reason=failure.reason_class)
            return None
        self._in_vain = 0
        return Answer(said)

    @property
    def is_over(self) -> bool:
        return self._in_vain >= _IN_VAIN


@app.task(name="outbox.drain")
def drain(queue: str) -> None:
    """Send what the queue has, batch by batch. A full batch wakes another worker to help."""
    wanted, slowed = Queue(queue), False
    for _ in range(_BATCHES):
        claim = usecases.claim_messages(wanted, rates=dispatch().rates, **rooms())
        if len(claim.rows) == BATCH:
            house().wake_up.wake(frozenset({wanted}))
        too_many = not _send_all(claim.rows)
        if too_many and slowed:
            # A provider that has too much to do gets no more from this task.
            return
        slowed = too_many
        if claim.room_at is not None:
            wait = (claim.room_at - now()).total_seconds()
            time.sleep(min(max(wait, 0.0), _LONGEST_WAIT))
        elif not claim.more:
            return


def _send_all(claimed: list[Claimed]) -> bool:
    """One after the other, as long as the lease lasts: a slow provider must not hold what others could send.

    False where the provider had too much to do: what was left of the batch waits as long as it asked.
    """
    for index, message in enumerate(claimed):
        if now() + ATTEMPT_TAKES > message.lease_until:
            usecases.give_back(claimed[index:], now=now(), work=house().work())
            return True
        outcome = _send(message)
        if outcome is not None and outcome.reason == _TOO_MANY:
            wait = max(outcome.retry_after or SHORTEST_WAIT, _LEAST_PAUSE)
            rest = claimed[index + 1 :]
            usecases.give_back(rest, now=now(), work=house().work(), wait=wait)
            return False
    return True


def _send(claimed: Claimed) -> Outcome | None:
    """None: it was not handed over, by a rule of ours or because the row is no longer ours."""
    outgoing = _prepared(claimed)
    if outgoing is None:
        return None
    reason = _held_back(claimed)
    if reason:
        usecases.suppress_message(claimed, reason, **rooms())
        log.warning("text_suppressed", message=str(claimed.message.id), reason=reason)
        return None
    attempt_id = usecases.begin_attempt(claimed, **rooms())
    if attempt_id is None:
        return None
    outcome = dispatch().send(outgoing, attempt_id, claimed.message)
    broken = usecases.finish_attempt(claimed, attempt_id, outcome, **rooms())
    if broken:
        channel = claimed.message.channel.value
        log.error("channel_broken", channel=channel, reason=outcome.reason)
    if outcome.verdict in {Verdict.REFUSED, Verdict.UNKNOWN}:
        # The next way, if there is one, is a row of its own by now.
        house().wake_up.wake(frozenset({Queue.URGENT, Queue.DEFAULT}))
    _note(claimed.message, outcome)
    return outcome


def _prepared(claimed: Claimed) -> Outgoing | None:
    """The message with its text. One that has none is parked: it must not hold up those behind it."""
    try:
        return dispatch().outgoing(claimed.message, now())
    except Exception as error:  # noqa: BLE001
        # Whatever a text or a template can do wrong; nothing has left yet.
        fault = type(error).__name__
    log.error("message_spoilt", message=str(claimed.message.id), fault=fault)
    usecases.spoil_message(claimed, "cannot_be_rendered", **rooms())
    return None


def _note(message: Message, outcome: Outcome) -> None:
    log.info(
        "attempt_ended",
        message=str(message.id),
        channel=message.channel.value,
        verdict=outcome.verdict.value,
        reason=outcome.reason,
    )


def _held_back(claimed: Claimed) -> str:
    """Why a text to a sender may not go, '' where it may: anybody can type anybody's number into a form.

    A text takes its share of the day once, before its first try; what a provider refused for now has been counted.
    Duty alerts are not.
    """
    message = claimed.message
    if message.channel is not Channel.SMS or message.recipient != SENDER:
        return ""
    the_house = house()
    if not may_text(message.address, the_house.directory.county.sms_countries):
        return "country"
    if claimed.tried:
        return ""
    sent = the_house.number_caps.take(message.address, now().astimezone(HELSINKI).date())
    if sent is None:
        return "over_number_cap"
    # Who is over the budget reads the page; the duty is told all the same.
    budget = the_house.directory.county.sms_daily_budget
    if sent > budget:
        log.error("text_budget_spent", budget=budget, asked=sent)
    return "over_budget" if sent > budget else ""


@app.task(name="outbox.sweep")
def sweep() -> None:
    """Every few seconds: whatever was killed, lost or forgotten is taken up again."""
    swept = usecases.sweep_outbox(**rooms())
    if swept.parked:
        log.error("messages_parked", count=swept.parked)
    if swept.retold or swept.doubted:
        log.warning("messages_stuck", retold=swept.retold, doubted=swept.doubted)
    _probe()
    if swept.waiting:
        house().wake_up.wake(swept.waiting)
    note(Queue.PERIODIC)


def _probe() -> None:
    """Try broken channels with one message each."""
    for probe in usecases.claim_probes(**rooms()):
        outcome, channel = _send(probe), probe.message.channel
        # A provider that could not be reached, has no time, or failed has said nothing about our settings.
        answered = outcome is not None and outcome.verdict in {Verdict.ACCEPTED, Verdict.REFUSED}
        if answered and usecases.channel_works(channel, now=now(), work=house().work()):
            log.info("channel_works", channel=channel.value)


@app.task(name="outbox.reconcile")
def reconcile() -> None:
    """Ask the provider about messages that may have been sent, and end their not-knowing."""
    patience, taken = Patience(), set[str]()
    for _ in range(_ROUNDS):
        doubts = usecases.doubtful_messages(now=now(), work=house().work())
        for doubt in doubts:
            usecases.asked_about(doubt.attempt_id, now=now(), work=house().work())
            known = doubt.known | taken
            ask = partial(dispatch().find, doubt.message, doubt.attempt_id, doubt.since, known)
            answer = patience.ask(ask)
            if answer is not None:
                found = answer.said or ""
                taken.add(found)
                usecases.settle_doubt(doubt, found, now=now(), work=house().work())
            elif patience.is_over:
                return
        if len(doubts) < DOUBTS:
            return


@app.task(name="outbox.confirm")
def confirm() -> None:
    """Ask the provider how texts ended of which no receipt has told it."""
    patience = Patience()
    for one in usecases.unconfirmed_messages(now=now(), work=house().work()):
        usecases.asked_about(one.attempt_id, now=now(), work=house().work())
        answer = patience.ask(partial(dispatch().status, one.provider_id))
        if answer is not None and answer.said is not None:
            status, error_code = answer.said
            recorded = usecases.record_receipt(
                one.attempt_id,
                provider_id=one.provider_id,
                status=status,
                error_code=error_code,
                **rooms(),
            )
            if recorded.broken:
                log.error("channel_broken", channel=Channel.SMS.value, reason=recorded.reason)
        elif patience.is_over:
            return
