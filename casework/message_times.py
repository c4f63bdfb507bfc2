"""When a message may go: in the person's safe hours and not in quiet ones, spread at an opening, and again after a
refusal for now."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from uuid import UUID

from casework.calendar import HELSINKI
from casework.commands import SafeTime
from casework.messages import Channel, Claimed, Message, MessageState, Outcome, Verdict

#: With `retry_delay` about a day of trying: a mail relay may be down for a night.
MAX_ATTEMPTS = 30
#: A provider that says 'at once' while it refuses is not believed.
SHORTEST_WAIT = timedelta(seconds=5)
LONGEST_VALIDITY = timedelta(hours=4)
#: Less than this before the end of the safe hours a text is not handed over any more.
LEAST_VALIDITY = timedelta(seconds=30)
#: Texts that waited for an opening go within this time of it, not all at once.
SPREAD = timedelta(minutes=10)
QUIET_FROM = time(21)
_SAFE_WINDOWS: Mapping[SafeTime, tuple[time, time]] = {
    SafeTime.MORNING: (time(8), time(12)),
    SafeTime.AFTERNOON: (time(12), time(16)),
    SafeTime.EVENING: (time(16), time(20)),
}


def retry_delay(attempts: int, of: UUID) -> timedelta:
    """How long row `of` waits after `attempts` refused tries: 15 s, then doubling, at most one hour; give or take a
    quarter, so that what failed together does not come back together."""
    base = min(timedelta(seconds=15 * 2 ** min(8, max(0, attempts - 1))), timedelta(hours=1))
    return base * (0.75 + 0.5 * _share(of, str(attempts)))


def spread(opening: datetime, closes: datetime, of: UUID) -> datetime:
    """A moment soon after `opening` for row `of`: each its own, always the same, long before `closes`."""
    return opening + min(SPREAD, (closes - opening) / 4) * _share(of, "opening")


def _share(of: UUID, what: str) -> float:
    """From 0 to 1, even over rows; the same for the same row and purpose."""
    return zlib.crc32(of.bytes + what.encode()) / 0xFFFFFFFF


def sms_window(at: datetime, safe_times: frozenset[SafeTime]) -> tuple[datetime, datetime] | None:
    """The first stretch from `at` on that is neither quiet nor unsafe; None when the person named none.

    Times outside every named window count as unsafe, so someone who is alone in the mornings is never
    texted in the evening, and one who named all of them is texted from 8 to 20, as the form says. What could
    not be sent before the end of the stretch is dropped in favour of the page.
    """
    if not safe_times:
        return None
    windows = _joined(sorted(_SAFE_WINDOWS[name] for name in safe_times))
    local = at.astimezone(HELSINKI)
    for day in (local.date(), local.date() + timedelta(days=1)):
        for opens, closes in windows:
            start = datetime.combine(day, opens, HELSINKI)
            end = datetime.combine(day, closes, HELSINKI)
            if at < end:
                return max(at, start).astimezone(at.tzinfo), end.astimezone(at.tzinfo)
    return None


def _joined(windows: list[tuple[time, time]]) -> list[tuple[time, time]]:
    """Windows of a day in order, those that touch taken as one."""
    joined: list[tuple[time, time]] = []
    for opens, closes in windows:
        if joined and joined[-1][1] == opens:
            opens = joined.pop()[0]
        joined.append((opens, closes))
    return joined


def sms_validity(at: datetime, until: datetime | None = None) -> timedelta:
    """How long an SMS to a sender may still be delivered: at most four hours, and not past `until`, the end of the
    person's safe hours; without it not into the quiet hours. Nothing is left where it is over: see `may_begin`."""
    if until is None:
        local = at.astimezone(HELSINKI)
        until = datetime.combine(local.date(), QUIET_FROM, HELSINKI).astimezone(at.tzinfo)
    return min(max(until - at, timedelta(0)), LONGEST_VALIDITY)


def may_begin(message: Message, now: datetime) -> bool:
    """Whether there is time left to hand it over: a text must not arrive after the person's safe hours."""
    if message.expires_at is None:
        return True
    needed = LEAST_VALIDITY if message.channel is Channel.SMS else timedelta(0)
    return now + needed <= message.expires_at


def after_attempt(
    claimed: Claimed, outcome: Outcome, now: datetime
) -> tuple[MessageState, datetime | None]:
    """The state a row goes to after an attempt, and when it is tried again (only for `pending`).

    A refusal for now waits by `retry_delay` until attempts or patience are used up; then it has failed.
    """
    if outcome.verdict is Verdict.ACCEPTED:
        has_receipts = claimed.message.channel is Channel.SMS
        return (MessageState.ACCEPTED if has_receipts else MessageState.SENT), None
    if outcome.verdict is Verdict.UNKNOWN:
        return MessageState.UNKNOWN, None
    if outcome.verdict is Verdict.REFUSED or (outcome.counts and claimed.attempts >= MAX_ATTEMPTS):
        return MessageState.FAILED, None
    if outcome.retry_after is None:
        return MessageState.PENDING, now + retry_delay(claimed.attempts, claimed.message.id)
    late = 0.25 * _share(claimed.message.id, "asked")
    asked = max(outcome.retry_after, SHORTEST_WAIT)
    return MessageState.PENDING, now + asked * (1 + late)
