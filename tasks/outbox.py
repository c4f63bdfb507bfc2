"""The outbox: drain a queue, sweep what was left behind, ask the provider about what nobody knows."""

from __future__ import annotations

import time
from datetime import date, timedelta
from uuid import UUID

import structlog

from casework import usecases
from casework.calendar import HELSINKI
from casework.caps import may_text
from casework.message_times import SHORTEST_WAIT
from casework.messages import ATTEMPT_TAKES, Channel, Claimed, Message, Outcome, Queue, Verdict
from casework.notices import SENDER
from casework.usecases.delivery import BATCH
from tasks import stopping
from tasks.canary import note
from tasks.celery_app import app
from tasks.channels import Outgoing
from tasks.house import dispatch, house, rooms
from webapp.wiring import now

log = structlog.get_logger()

#: Batches a single task handles before it makes room for others of its queue, and seconds after which it begins no
#: other: with the batch in hand it stays far below the limit at which it would be killed in the middle of a message.
_BATCHES = 20
_DRAIN_TAKES = 120.0
#: A process that was frozen since it noted that an attempt begins hands nothing over: meanwhile its lease may have
#: ended and another have sent it, or the person have asked for no texts.
_FROZEN = timedelta(seconds=5)
#: The longest that a task waits for room in a provider's rate before it lets others of its queue go first.
_LONGEST_WAIT = 1.0
#: What is left of a batch waits so long at least, after a provider had too much to do.
_LEAST_PAUSE = timedelta(seconds=1)
#: The class of refusal that says so, see `casework.refusals`.
_TOO_MANY = "too_many_requests"


@app.task(name="outbox.drain")
def drain(queue: str) -> None:
    """Send what the queue has, batch by batch. A full batch wakes another worker to help."""
    wanted, slowed, ends = Queue(queue), False, time.monotonic() + _DRAIN_TAKES
    for _ in range(_BATCHES):
        if stopping.is_asked() or time.monotonic() > ends:
            # Whoever comes next goes on at once.
            house().wake_up.wake(frozenset({wanted}))
            return
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
        if stopping.is_asked() or now() + ATTEMPT_TAKES > message.lease_until:
            usecases.give_back(claimed[index:], now=now(), work=house().work())
            return True
        try:
            outcome = _send(message)
        except Exception:
            # A lost connection, mostly: those behind it must not wait for the end of a lease.
            usecases.give_back(claimed[index + 1 :], now=now(), work=house().work())
            house().wake_up.wake(frozenset({message.message.queue}))
            raise
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
    begins = now()
    attempt_id = _begin(claimed)
    if attempt_id is None:
        return None
    if now() - begins > _FROZEN:
        outcome = Outcome(Verdict.REFUSED_FOR_NOW, reason="held_up", counts=False)
    else:
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


def _begin(claimed: Claimed) -> UUID | None:
    """The attempt, as it was noted; None: nothing may leave. What does not begin takes nothing of the number's day."""
    begun = None
    try:
        begun = usecases.begin_attempt(claimed, **rooms())
    finally:
        if begun is None and _takes_share(claimed):
            house().number_caps.put_back(claimed.message.address, _today())
    return begun


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
    message, the_house = claimed.message, house()
    if not _is_text_to_sender(message):
        return ""
    if not may_text(message.address, the_house.directory.county.sms_countries):
        return "country"
    if not _takes_share(claimed):
        return ""
    sent = the_house.number_caps.take(message.address, _today())
    if sent is None:
        return "over_number_cap"
    # Who is over the budget reads the page; the duty is told all the same.
    budget = the_house.directory.county.sms_daily_budget
    if sent > budget:
        log.error("text_budget_spent", budget=budget, asked=sent)
    return "over_budget" if sent > budget else ""


def _is_text_to_sender(message: Message) -> bool:
    return message.channel is Channel.SMS and message.recipient == SENDER


def _takes_share(claimed: Claimed) -> bool:
    return _is_text_to_sender(claimed.message) and not claimed.tried


def _today() -> date:
    return now().astimezone(HELSINKI).date()


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
