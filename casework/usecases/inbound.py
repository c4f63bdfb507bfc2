"""A text message came in: its word is obeyed, or a person reads it. Nothing that it says opens or ends anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Unpack
from uuid import UUID

from casework.access import Relation, Viewer, relation_to, visible_teams
from casework.calendar import HELSINKI
from casework.commands import SafeTime
from casework.directory import Directory
from casework.errors import NotFound
from casework.inbound import (
    LONGEST_TEXT,
    Arrived,
    Correspondent,
    InboundText,
    Kind,
    Place,
    asked,
    e164,
    may_answer_a_question,
    may_be_answered,
)
from casework.message_times import sms_window, spread
from casework.messages import Channel, Message, Purpose, Queue
from casework.model import CaseHead, TimelineEntry, TimelineKind
from casework.notices import (
    SENDER,
    About,
    first_notice,
    notice_to,
    own_key,
    team_recipients,
)
from casework.ports import Ids, UnitOfWork
from casework.usecases.acting import Rooms, actor

_ANY_TIME = frozenset(SafeTime)
#: Of notes that come in a row staff are told once within this time: whoever opens the desk sees all of them.
TOLD_EVERY = timedelta(minutes=15)
_OBEYED = {Kind.STOP: TimelineKind.TEXTS_STOPPED, Kind.START: TimelineKind.TEXTS_STARTED}


@dataclass(frozen=True, slots=True)
class _Writer:
    """Who wrote, as far as a number tells: '' and None where it tells nothing."""

    number: str = field(repr=False)
    hash: bytes = field(repr=False)
    has_stopped: bool
    known: Correspondent | None
    origin: UUID | None
    #: Of whom nobody's case is known: whether a case of the number asks for non-disclosure.
    protected: bool = False

    @property
    def head(self) -> CaseHead | None:
        return self.known.head if self.known else None


def take_in_text(
    arrived: Arrived,
    own: str,
    *,
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
) -> bool:
    """Keep a text, and do what it asks for: stop or start texts to its number, or let a person read it.

    `own` is the number that was written to. Whether it is new: told twice by the provider it is one text.
    """
    with work:
        writer = _writer(arrived, ids, work)
        kind = _kind(arrived, writer)
        text = _text(arrived, kind, writer, directory, now, ids)
        if not work.inbound.add(text):
            return False
        if kind is Kind.NOTE:
            is_told = work.inbound.is_told(text, now - TOLD_EVERY)
            told = None if is_told else _to_staff(text, writer.head, directory, ids, now)
            is_answered = bool(arrived.opt_out)  # by the provider: a call for help
            answer = None if is_answered else _answer(writer, own, directory, ids, now, work)
            work.outbox.add([one for one in (told, answer) if one])
        else:
            _obey(kind, writer, now, ids, work)
        work.commit()
    return True


def _writer(arrived: Arrived, ids: Ids, work: UnitOfWork) -> _Writer:
    number = e164(arrived.sender)
    if not number:
        return _Writer("", b"", False, None, None)
    hashed = ids.number_hash(number)
    known = work.inbound.correspondent(hashed)
    origin = known.head.submission_id if known else work.inbound.origin(hashed)
    protected = known is None and work.inbound.is_protected(hashed)
    return _Writer(number, hashed, work.inbound.has_stopped(hashed), known, origin, protected)


def _kind(arrived: Arrived, writer: _Writer) -> Kind:
    """Nothing is stopped for somebody who cannot be texted; and a 'yes' that starts nothing may be an answer."""
    kind = asked(arrived) if writer.number else Kind.NOTE
    if kind is Kind.START and not writer.has_stopped and may_answer_a_question(arrived.body):
        return Kind.NOTE
    return kind


def _text(
    arrived: Arrived, kind: Kind, writer: _Writer, directory: Directory, now: datetime, ids: Ids
) -> InboundText:
    head, row, is_note = writer.head, ids.row(), kind is Kind.NOTE
    intake = directory.intake_team
    known = intake if intake in directory.teams else directory.fallback_team
    return InboundText(
        id=row,
        provider_id=arrived.provider_id or f"unnamed:{row}",
        received_at=now,
        # A word that was obeyed stands on the case's timeline: here it would tie the number to it for good.
        submission_id=writer.origin if is_note else None,
        case_id=head.id if head and is_note else None,
        team=head.team if head else known,
        kind=kind,
        protected=writer.protected,
        number=arrived.sender if is_note else "",
        body=arrived.body[:LONGEST_TEXT] if is_note else "",
    )


def _obey(kind: Kind, writer: _Writer, now: datetime, ids: Ids, work: UnitOfWork) -> None:
    """The word rules from now on; the case is told of it once. The writer is not answered: the provider does so."""
    if kind is Kind.STOP:
        changed = work.inbound.stop(writer.hash)
    else:
        changed = work.inbound.start(writer.hash)
    if changed and writer.head:
        entry = TimelineEntry(ids.row(), writer.head.id, now, _OBEYED[kind], "luotsi")
        work.cases.append_timeline([entry])


def _to_staff(
    text: InboundText, head: CaseHead | None, directory: Directory, ids: Ids, now: datetime
) -> Message | None:
    """That there is a text to be read: whoever has the case, else the team that takes in all contacts, is told."""
    event = f"texted:{text.id}"
    if head is not None:
        return first_notice(own_key(head), head, event, directory, ids, now, urgent=False)
    for key in (text.team, directory.fallback_team):
        team = directory.teams.get(key)
        ways = team_recipients(team, urgent=False) if team else ()
        if ways:
            matter = About(None, None, ids.reference(), event)
            return notice_to(ways[0], matter, Purpose.STAFF_NEW, ids, now)
    return None


def _answer(
    writer: _Writer, own: str, directory: Directory, ids: Ids, now: datetime, work: UnitOfWork
) -> Message | None:
    """The neutral text, once a number and day: that the message is here, and nothing of what it was.

    Whoever has given up the number is answered there as anybody is: silence would tell whoever holds the telephone now
    that it was theirs.
    """
    if writer.has_stopped or not may_be_answered(writer.number, own, directory):
        return None
    known = writer.known
    if known and _chosen_otherwise(known, work):
        known = None
    head = known.head if known else None
    window = sms_window(now, known.safe_times if known else _ANY_TIME)
    if window is None:
        return None
    row, (opens, closes) = ids.row(), window
    not_before = spread(opens, closes, row) if opens > now else opens
    day = not_before.astimezone(HELSINKI).date().isoformat()
    return Message(
        id=row,
        submission_id=writer.origin,
        case_id=head.id if head else None,
        case_number=head.number if head else "",
        # Of the number and the day together, so that one number's days can not be put together.
        event=f"texted:{ids.number_hash(f'{day} {writer.number}')[:8].hex()}",
        recipient=SENDER,
        channel=Channel.SMS,
        purpose=Purpose.RECEIVED,
        language=head.language if head else directory.county.languages[0],
        queue=Queue.DEFAULT,
        created_at=now,
        not_before=not_before,
        expires_at=closes,
        address=writer.number,
        address_hash=writer.hash,
    )


def _chosen_otherwise(known: Correspondent, work: UnitOfWork) -> bool:
    """Whether the sender has chosen anew, since the number was last written to, how to be reached, or not at all:
    that telephone may be in other hands now."""
    choice = work.cases.contact_choice(known.head.id)
    return choice is not None and (choice.withdrawn or choice.at >= known.written_at)


def handle_text(text_id: UUID, viewer: Viewer, *, handled: bool, **rooms: Unpack[Rooms]) -> bool:
    """Mark a note as handled, or as one that waits again; whether that changed anything.

    Logged first where a case is concerned. Raises NotFound where there is no such note, or the viewer may not
    read it.
    """
    work, now = rooms["work"], rooms["now"]
    with work:
        place = work.inbound.place(text_id)
        head = work.cases.head(place.case_id) if place and place.case_id else None
    if place is None:
        raise NotFound("text")
    relation = relation_to_text(place, head, viewer, rooms["directory"])
    if relation is None:
        raise NotFound("text")
    if head is not None:
        action = "text_handled" if handled else "text_reopened"
        rooms["log"].record(viewer, head.id, action, relation, now)
    with work:
        if handled:
            changed = work.inbound.handle(text_id, actor(viewer), now)
        else:
            changed = work.inbound.reopen(text_id)
        work.commit()
    return changed


def relation_to_text(
    text: Place, head: CaseHead | None, viewer: Viewer, directory: Directory
) -> Relation | None:
    """How the viewer is related to a note: as to its case, or to its team where it has none; None: not at all."""
    if head is not None:
        return relation_to(viewer, directory, head)
    seen = visible_teams(viewer, directory)
    teams = seen.protected if text.protected else seen.teams
    orphans = seen.protected_orphans if text.protected else seen.orphans
    if text.team in teams or (orphans and text.team not in seen.known):
        return Relation.TEAM
    return None
