"""Who is told of what, by which channel and when: one alert per team and submission, one confirmation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.commands import Contact, ContactWay
from casework.directory import DEFAULT_LANGUAGE, Directory
from casework.message_times import sms_window, spread
from casework.messages import SENDER_PATIENCE, Channel, Message, Purpose, Queue, Spare
from casework.model import Case, CaseHead
from casework.ports import Ids
from casework.teams import ContactKind, ContactPoint, PointUse, Team
from casework.workers import Worker

#: The recipient of what goes to the person who wrote; all others are teams.
SENDER = "sender"
#: How events begin of which set phrases on the page tell: said by a worker, or planned for later.
OF_PHRASES = ("phrase:", "follow_up:")
#: Purposes of notices that may wait for their turn and come by e-mail.
CALM = frozenset(
    {Purpose.STAFF_NEW, Purpose.STAFF_DUE, Purpose.STAFF_DIGEST, Purpose.STAFF_UNDELIVERABLE}
)
_CHANNEL_OF = {ContactKind.MOBILE: Channel.SMS, ContactKind.EMAIL: Channel.EMAIL}


@dataclass(frozen=True, slots=True)
class About:
    """What a notice is about, in opaque terms."""

    submission_id: UUID | None
    case_id: UUID | None
    case_number: str
    event: str


def about(head: CaseHead | Case, event: str) -> About:
    """What a notice of this event says of a case."""
    return About(head.submission_id, head.id, head.number, event)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Where and when a sender may be told, or nowhere."""

    channel: Channel
    address: str = field(repr=False)
    not_before: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a staff notice reaches: `key` is `team:<team>:<point>` or `worker:<worker>:<channel>`."""

    key: str
    channel: Channel
    address: str = field(repr=False)
    language: str


def alert_points(team: Team, *, urgent: bool) -> tuple[ContactPoint, ...]:
    """The team's reachable contact points for this use in the order of use: phone first when it is urgent.

    Where none is for this use, those for the other one: better told by the wrong way than not at all.
    """
    first = ContactKind.MOBILE if urgent else ContactKind.EMAIL
    use = PointUse.URGENT if urgent else PointUse.NEW
    reachable = [point for point in team.alert if point.is_reachable]
    meant = [point for point in reachable if use in point.uses] or reachable
    return tuple(sorted(meant, key=lambda point: point.kind is not first))


def team_recipients(team: Team, *, urgent: bool) -> tuple[Recipient, ...]:
    """Every contact point of the team in the order of use."""
    return tuple(
        Recipient(
            f"team:{team.key}:{point.key}", _CHANNEL_OF[point.kind], point.address, point.language
        )
        for point in alert_points(team, urgent=urgent)
    )


def worker_recipients(worker: Worker, *, urgent: bool) -> tuple[Recipient, ...]:
    """The worker's own ways: mobile first when it is urgent, e-mail first when it is not."""
    known = ((Channel.SMS, worker.mobile), (Channel.EMAIL, worker.email))
    language = next(iter(worker.languages), DEFAULT_LANGUAGE)
    ways = [
        Recipient(f"worker:{worker.key}:{channel.value}", channel, address, language)
        for channel, address in known
        if address
    ]
    return tuple(ways if urgent else reversed(ways))


def team_key(team: str) -> str:
    """A team among those who are told of one thing."""
    return f"team:{team}"


def own_key(head: CaseHead | Case) -> str:
    """Who is told first of a case: its own worker, else its team."""
    return f"worker:{head.worker}" if head.worker else team_key(head.team)


def is_reachable(team: str, directory: Directory) -> bool:
    """Whether anybody can be alerted in the team."""
    known = directory.teams.get(team)
    return known is not None and bool(alert_points(known, urgent=True))


def first_notice(
    key: str,
    head: CaseHead | Case,
    event: str,
    directory: Directory,
    ids: Ids,
    now: datetime,
    *,
    urgent: bool,
) -> Message | None:
    """One alert about a case to the worker or team of this key, by its first way; None: there is no way.

    A worker who is away gives way to a deputy who is present, one without any way to the case's team, and a team
    that the directory lacks to the fallback team.
    """
    kind, _, name = key.partition(":")
    there = directory.stand_in(name, now) if kind == "worker" else None
    worker = directory.workers[there] if there else None
    ways = worker_recipients(worker, urgent=urgent) if worker else ()
    if not ways:
        team = directory.teams.get(name if kind == "team" else head.team)
        team = team or directory.teams.get(directory.fallback_team)
        ways = team_recipients(team, urgent=urgent) if team else ()
    purpose = Purpose.STAFF_URGENT if urgent else Purpose.STAFF_NEW
    return notice_to(ways[0], about(head, event), purpose, ids, now) if ways else None


def notice_to(
    recipient: Recipient, matter: About, purpose: Purpose, ids: Ids, now: datetime
) -> Message:
    """One alert. Alerts to staff know no quiet hours and do not expire."""
    urgent = purpose not in CALM
    return Message(
        id=ids.row(),
        submission_id=matter.submission_id,
        case_id=matter.case_id,
        case_number=matter.case_number,
        event=matter.event,
        recipient=recipient.key,
        channel=recipient.channel,
        purpose=purpose,
        language=recipient.language,
        queue=Queue.URGENT if urgent else Queue.DEFAULT,
        created_at=now,
        not_before=now,
        expires_at=None,
        address=recipient.address,
    )


def staff_notice(
    team: Team, about: About, purpose: Purpose, ids: Ids, now: datetime
) -> Message | None:
    """One alert to a team by its first contact point; None: it has none."""
    recipients = team_recipients(team, urgent=purpose not in CALM)
    return notice_to(recipients[0], about, purpose, ids, now) if recipients else None


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
    row = ids.row()
    waits = way.channel is Channel.SMS and way.not_before > now
    return Message(
        id=row,
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
        not_before=spread(way.not_before, way.expires_at, row) if waits else way.not_before,
        expires_at=way.expires_at,
        address=way.address,
        spare=_spare(contact, way.channel, ids),
        address_hash=ids.number_hash(way.address) if way.channel is Channel.SMS else None,
    )


def _spare(contact: Contact, first: Channel, ids: Ids) -> Spare | None:
    """The other way, where the sender has given and allowed it."""
    if not contact.may_use_other:
        return None
    if first is Channel.SMS and contact.email:
        return Spare(Channel.EMAIL, contact.email)
    if first is Channel.EMAIL and contact.phone and contact.textable:
        number = contact.phone
        return Spare(Channel.SMS, number, contact.safe_times, ids.number_hash(number))
    return None
