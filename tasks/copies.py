"""What the provider keeps of a text is deleted there: a week after it came to rest, and at once where it was erased."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import structlog

from casework import usecases
from tasks.asking import ROUND_TAKES
from tasks.celery_app import app
from tasks.channels import ConfigurationFault, SendingFailed, TemporaryFailure
from tasks.house import dispatch, house
from webapp.wiring import now

log = structlog.get_logger()

#: When a round that had to stop goes on, where the provider does not say.
_PAUSE = timedelta(minutes=5)
#: The class of a failure that concerns one copy alone, see `tasks.channels.sms.TwilioSms.forget`.
_ON_ITS_WAY = "in_flight"


@app.task(name="copies.forget")
def forget() -> None:
    """One bounded round; it stops where the provider asks for patience or refuses us as a whole, and when it has
    taken its time: what is left waits for the next."""
    the_house, ends = house(), time.monotonic() + ROUND_TAKES
    usecases.clear_aftermath(now=now(), work=the_house.work())
    copies = usecases.copies_to_forget(now=now(), work=the_house.work())
    for number, copy in enumerate(copies):
        failure, left = _delete(copy), copies[number + 1 :]
        if failure is not None and _concerns_all(failure):
            usecases.give_copies_back(left, until=_later(failure), work=the_house.work())
            log.warning("copies_wait", left=len(left), reason=failure.reason_class)
            break
        if time.monotonic() > ends:
            usecases.give_copies_back(left, until=now(), work=the_house.work())
            break
    if copies:
        log.info("copies_taken_up", count=len(copies))


def _delete(copy: usecases.Copy) -> SendingFailed | None:
    """Delete one copy at the provider; what kept it from being deleted, noted already."""
    try:
        dispatch().forget(copy.provider_id)
    except SendingFailed as failure:
        kept = failure
    else:
        usecases.copy_forgotten(copy, now=now(), work=house().work())
        return None
    if isinstance(kept, TemporaryFailure) and not kept.counts_as_attempt:
        usecases.give_copies_back([copy], until=_later(kept), work=house().work())
    elif usecases.copy_kept(copy, now=now(), work=house().work()) or isinstance(
        kept, ConfigurationFault
    ):
        log.error(
            "provider_copy_not_deleted",
            provider_id=copy.provider_id,
            tries=copy.tries + 1,
            reason=kept.reason_class,
        )
    return kept


def _concerns_all(failure: SendingFailed) -> bool:
    """The provider asks for patience, is away, or refuses our account: no other copy would go either."""
    patience = isinstance(failure, TemporaryFailure) and failure.reason_class != _ON_ITS_WAY
    return patience or isinstance(failure, ConfigurationFault)


def _later(failure: SendingFailed) -> datetime:
    asked = failure.retry_after if isinstance(failure, TemporaryFailure) else None
    return now() + (asked or _PAUSE)
