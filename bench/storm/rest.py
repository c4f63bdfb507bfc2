"""Waiting until every message rests: leases end, doubts are asked about after a minute and believed after five."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from casework.messages import DOUBT_PATIENCE, LEASE
from casework.usecases.doubts import ASK_AFTER, BELIEVE_AFTER

#: Everything that takes its time by rule, one after the other, and as much again for the sending itself.
PATIENCE: Final = LEASE + BELIEVE_AFTER + LEASE + ASK_AFTER + timedelta(minutes=2)

#: What is still under way, and texts in doubt of which the provider can still say something: those tried once until
#: the doubt ends, those tried twice until they have been asked about.
UNDER_WAY: Final = """
    select count(*) filter (where m.state in ('pending', 'claimed', 'submitting')) moving,
        count(*) filter (where m.state = 'unknown' and m.channel = 'sms' and a.provider_id is null
            and (a.doubts < 2 or a.asked_at is null or a.asked_at < a.started_at + interval '60 seconds')) doubted
    from messages m left join lateral (
        select started_at, asked_at, provider_id,
            (select count(*) from attempts d where d.message_id = m.id
                and (d.verdict is null or d.verdict = 'unknown')) doubts
        from attempts l where l.message_id = m.id order by started_at desc limit 1) a on true
    where m.state in ('pending', 'claimed', 'submitting', 'unknown')"""
DUE: Final = "select count(*) due from messages where state = 'pending' and next_at <= now()"

#: A person is asked to call a quarter of an hour after the doubt began; that much is not waited for here.
AGE_DOUBTS: Final = """update messages set changed_at = changed_at - make_interval(secs => :seconds)
    where state = 'unknown' and retold_at is null"""
UNTOLD: Final = """select count(*) untold from messages where state = 'unknown' and recipient = 'sender'
    and retold_at is null"""

#: Older than this, in seconds, nobody is working on it any more: longer than any time-out in the storm.
_OLD: Final = 8
#: Leases, and the minutes after which the provider is asked and believed, brought forward for who cannot wait.
_HURRY: Final = (
    f"""update messages set lease_until = now() where state in ('claimed', 'submitting')
    and lease_until > now() and changed_at < now() - interval '{_OLD} seconds'""",
    f"""update attempts set started_at = started_at - interval '10 minutes' from messages m
    where m.id = message_id and m.state = 'unknown' and m.channel = 'sms' and provider_id is null
    and started_at between now() - interval '5 minutes' and now() - interval '{_OLD} seconds'""",
    "update messages set next_at = now() where state = 'pending' and next_at > now()",
)
_NUDGE_EVERY: Final = 2.0

Rows = Callable[..., list[dict[str, Any]]]
Run = Callable[..., None]


@dataclass
class Hurry:
    """Brings forward the times that rules set, and sends the periodic tasks that act on them."""

    run: Run
    publish: Callable[[str], None]
    _last: float = 0.0

    def nudge(self) -> None:
        if time.monotonic() - self._last < _NUDGE_EVERY:
            return
        self._last = time.monotonic()
        for statement in _HURRY:
            self.run(statement)
        for task in ("outbox.sweep", "asking.reconcile"):
            self.publish(task)


def wait(
    rows: Rows, seconds: float = PATIENCE.total_seconds(), hurry: Hurry | None = None
) -> float:
    """Until nothing is under way or in doubt that anything can still change; how long it took, in seconds.

    Raises TimeoutError.
    """
    began = time.monotonic()
    while True:
        (left,) = rows(UNDER_WAY)
        if not any(left.values()):
            return time.monotonic() - began
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not at rest after {seconds:.0f} s: {left}")
        if hurry is not None:
            hurry.nudge()
        time.sleep(0.5)


def wait_for_calls(rows: Rows, run: Run, seconds: float = 60) -> None:
    """Bring the time forward at which somebody is asked to call, and wait for the sweep that asks.

    Raises TimeoutError.
    """
    run(AGE_DOUBTS, seconds=DOUBT_PATIENCE.total_seconds())
    ends = time.monotonic() + seconds
    while rows(UNTOLD)[0]["untold"]:
        if time.monotonic() > ends:
            raise TimeoutError("nobody was asked to call")
        time.sleep(0.5)
