"""What nobody knows is asked of the provider: whether a text was sent after all, and how texts ended.

Its tasks go where nobody waits for seconds, and none takes long: a provider in trouble answers slowly just when there
are many questions.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

import structlog

from casework import usecases
from casework.messages import Channel
from casework.usecases.doubts import BATCH
from tasks.celery_app import app
from tasks.channels import SendingFailed, TemporaryFailure
from tasks.house import dispatch, house, rooms
from webapp.wiring import now

log = structlog.get_logger()

#: Rounds of questions to the provider in one task.
_ROUNDS = 5
#: Seconds after which no question more is asked in one round, however well each is answered: others wait for the process.
ROUND_TAKES = 20.0
#: Questions in a row for which the provider has no time, after which no more are asked in this round.
_IN_VAIN = 3
_WAITED = frozenset({"connect_timeout", "read_timeout"})


T = TypeVar("T")


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What the provider said, were it that it knows nothing."""

    said: T


class Patience:
    """Asks one question after the other. One that fails does not keep those behind it from being asked; three in a
    row that the provider had no time for end the round, and so does one for which it was waited in vain, or the time
    that all together took: this process has other work too."""

    def __init__(self) -> None:
        self._in_vain = 0
        self._ends = time.monotonic() + ROUND_TAKES

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
        return self._in_vain >= _IN_VAIN or time.monotonic() > self._ends


@app.task(name="asking.reconcile")
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
            if patience.is_over:
                return
        if len(doubts) < BATCH:
            return


@app.task(name="asking.confirm")
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
        if patience.is_over:
            return
