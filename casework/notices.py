"""Who is told of what, by which channel and when: one alert per team and submission, one confirmation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.commands import Contact, ContactWay
from casework.messages import (
    SENDER_PATIENCE,
    Channel,
    Message,
    Purpose,
    Queue,
    sms_window,
)
from casework.ports import Ids
from casework.teams import ContactKind, ContactPoint, Team

#: The recipient of what goes to the person who wrote; all others are teams.
SENDER = "sender"
_CHANNEL_OF = {ContactKind.MOBILE: Channel.SMS, ContactKind.EMAIL: Channel.EMAIL}


@dataclass(frozen=True, slots=True)
class About:
    """What a notice is about, in opaque terms."""

    submission_id: UUID
    case_id: UUID
    case_number: str
    event: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Where and when a sender may be told, or nowhere."""

    channel: Channel
    address: str = field(repr=False)
    not_before: datetime
    expires_at: datetime


def alert_points(team: Team, *, urgent: bool) -> tuple[ContactPoint, ...]:
    """The team's reachable contact points in the order of use: phone first when it is urgent."""
    first = ContactKind.MOBILE if urgent else ContactKind.EMAIL
    reachable = (point for point in team.alert if point.kind in _CHANNEL_OF)
    return tuple(sorted(reachable, key=lambda point: point.kind is not first))


def staff_notice(
    team: Team, about: About, purpose: Purpose, ids: Ids, now: datetime, *, after: str = ""
) -> Message | None:
    """One alert to a team by its first contact point, or by the one following `after` (a key).

    None: there is no contact point left. Duty alerts know no quiet hours and do not expire.
    """
    urgent = purpose is not Purpose.STAFF_NEW
    points = alert_points(team, urgent=urgent)
    if after:
        keys = [point.key for point in points]
        points = points[keys.index(after) + 1 :] if after in keys else ()
    if not points:
        return None
    point = points[0]
    return Message(
        id=ids.row(),
        submission_id=about.submission_id,
        case_id=about.case_id,
        case_number=about.case_number,
        event=about.event,
        recipient=f"team:{team.key}:{point.key}",
        channel=_CHANNEL_OF[point.kind],
        purpose=purpose,
        language=point.language,
        queue=Queue.URGENT if urgent else Queue.DEFAULT,
        created_at=now,
        not_before=now,
        expires_at=None,
        address=point.address,
    )


def ways(contact: Contact, now: datetime) -> Iterator[Confirmation]:
    """How the sender may be told, best first. A person who wants a call is texted only if we may leave a message."""
    wants_sms = contact.way is ContactWay.SMS or (
        contact.way is ContactWay.CALL and contact.may_leave_message
    )
    if wants_sms and contact.phone and contact.textable:
        window = sms_window(now, contact.safe_times)
        if window is not None:
            yield Confirmation(Channel.SMS, contact.phone, *window)
    if contact.way is ContactWay.EMAIL and contact.email:
        yield Confirmation(Channel.EMAIL, contact.email, now, now + SENDER_PATIENCE)


def sender_notice(
    contact: Contact, about: About, purpose: Purpose, language: str, ids: Ids, now: datetime
) -> Message | None:
    """The neutral text to the sender, or None where the person reads the page alone."""
    way = next(ways(contact, now), None)
    if way is None:
        return None
    return Message(
        id=ids.row(),
        submission_id=about.submission_id,
        case_id=about.case_id,
        case_number=about.case_number,
        event=about.event,
        recipient=SENDER,
        channel=way.channel,
        purpose=purpose,
        language=language,
        queue=Queue.DEFAULT,
        created_at=now,
        not_before=way.not_before,
        expires_at=way.expires_at,
        address=way.address,
    )
