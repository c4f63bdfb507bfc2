"""The outbox: drain a queue, sweep what was left behind, ask the provider about what nobody knows."""

from __future__ import annotations

from datetime import date

import structlog

from casework import usecases
from casework.calendar import HELSINKI
from casework.caps import may_text
from casework.messages import Channel, Claimed, Queue, Verdict
from casework.notices import SENDER
from casework.usecases.delivery import BATCH
from tasks.celery_app import app
from tasks.channels import SendingFailed
from tasks.house import dispatch, house
from webapp.wiring import now

log = structlog.get_logger()

#: Batches a single task handles before it makes room for others of its queue.
_BATCHES = 20


@app.task(name="outbox.drain")
def drain(queue: str) -> None:
    """Send what the queue has, batch by batch. A full batch wakes another worker to help."""
    wanted = Queue(queue)
    for _ in range(_BATCHES):
        claimed = usecases.claim_messages(wanted, now=now(), work=house().work())
        if len(claimed) == BATCH:
            house().wake_up.wake(frozenset({wanted}))
        for message in claimed:
            _send(message)
        if len(claimed) < BATCH:
            return


def _send(claimed: Claimed) -> None:
    the_house = house()
    if not _within_caps(claimed):
        usecases.suppress_message(claimed, now=now(), work=the_house.work())
        log.warning("text_suppressed", message=str(claimed.message.id))
        return
    attempt_id = usecases.begin_attempt(
        claimed, now=now(), ids=the_house.ids, work=the_house.work()
    )
    if attempt_id is None:
        return
    outcome = dispatch().send(claimed, attempt_id, now())
    usecases.finish_attempt(
        claimed,
        attempt_id,
        outcome,
        directory=the_house.directory,
        now=now(),
        ids=the_house.ids,
        work=the_house.work(),
    )
    if outcome.verdict is Verdict.REFUSED:
        # The next way, if there is one, is a row of its own by now.
        the_house.wake_up.wake(frozenset({claimed.message.queue}))
    log.info(
        "attempt_ended",
        message=str(claimed.message.id),
        channel=claimed.message.channel.value,
        verdict=outcome.verdict.value,
        reason=outcome.reason,
    )


def _within_caps(claimed: Claimed) -> bool:
    """Whether a text to a sender may go: anybody can type anybody's number into a form.

    A text takes its share of the day once, before its first try. Duty alerts are not counted.
    """
    message = claimed.message
    if message.channel is not Channel.SMS or message.recipient != SENDER:
        return True
    the_house = house()
    if not may_text(message.address, the_house.directory.county.sms_countries):
        return False
    if claimed.attempts > 1:
        return True
    today = now().astimezone(HELSINKI).date()
    return the_house.number_caps.take(message.address, today) and _within_budget(today)


def _within_budget(today: date) -> bool:
    """Whether the county still texts senders today. Who is over it reads the page; the duty is told all the same."""
    the_house = house()
    budget = the_house.directory.county.sms_daily_budget
    sent = the_house.number_caps.take_of_all(today)
    if sent > budget:
        log.error("text_budget_spent", budget=budget, asked=sent)
    return sent <= budget


@app.task(name="outbox.sweep")
def sweep() -> None:
    """Every few seconds: whatever was killed, lost or forgotten is taken up again."""
    the_house = house()
    waiting = usecases.sweep_outbox(
        directory=the_house.directory, now=now(), ids=the_house.ids, work=the_house.work()
    )
    if waiting:
        the_house.wake_up.wake(waiting)


@app.task(name="outbox.reconcile")
def reconcile() -> None:
    """Ask the provider about messages that may have been sent, and end their not-knowing."""
    the_house = house()
    for doubt in usecases.doubtful_messages(now=now(), work=the_house.work()):
        found = _ask(doubt)
        if found is not None:
            usecases.settle_doubt(doubt, found, now=now(), work=the_house.work())


def _ask(doubt: usecases.Doubt) -> str | None:
    """The provider's id, '' when the provider certainly has no such message, None when it did not say."""
    try:
        return dispatch().find(doubt.message, doubt.attempt_id, doubt.since, doubt.known) or ""
    except SendingFailed as failure:
        log.warning("reconcile_failed", message=str(doubt.message.id), reason=failure.reason_class)
        return None
