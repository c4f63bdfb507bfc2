"""What an access code shows of a submission: states, dates and set phrases; nothing here opens what is sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Text,
    and_,
    cast,
    func,
    not_,
    or_,
    select,
)

from casework.commands import Scope
from casework.messages import AGAIN, MessageState, Purpose
from casework.model import (
    CaseState,
    ClockKind,
    ContactChoice,
    FollowedCase,
    FollowUp,
    SaidPhrase,
    TimelineKind,
)
from casework.notices import OF_PHRASES, SENDER
from casework.phrases import Phrase
from webapp.store.tables import additions, cases, clocks, messages, submissions, timeline

_CHOICES = (TimelineKind.CONTACT_CHANGED.value, TimelineKind.CONTACT_WITHDRAWN.value)
_S = MessageState
#: States of an alert that is out of our hands, and of one that nobody got.
_LEFT = tuple(state.value for state in (_S.ACCEPTED, _S.SENT, _S.DELIVERED))
_IN_VAIN = tuple(state.value for state in (_S.UNDELIVERED, _S.FAILED, _S.EXPIRED, _S.SUPPRESSED))


def follow_up_of(connection: Connection, which: ColumnElement[bool]) -> FollowUp | None:
    """What the code of the submission that `which` names opens."""
    rows = connection.execute(
        select(
            submissions.c.id,
            submissions.c.reference,
            submissions.c.form,
            submissions.c.received_at,
            # Made with the first answer about the sender, were it later than the message.
            submissions.c.sender_key_wrapped.is_not(None).label("has_contact"),
            _urgent_alert_left().label("alert_left"),
            cases.c.urgent,
            cases.c.id.label("case_id"),
            cases.c.team,
            cases.c.shown_team,
            cases.c.state,
            cases.c.transfer_to,
            cases.c.acknowledged_at,
            cases.c.answered_at,
            cases.c.closed_at,
            clocks.c.due_at,
            clocks.c.paused_at,
        )
        .join(cases, cases.c.submission_id == submissions.c.id)
        .outerjoin(
            clocks,
            (clocks.c.case_id == cases.c.id)
            & (clocks.c.kind == ClockKind.PROMISED_REPLY.value)
            & clocks.c.ended_at.is_(None),
        )
        .where(which)
        .order_by(cases.c.id)
    ).all()
    if not rows:
        return None
    first, ids = rows[0], [row.case_id for row in rows]
    count, last_added_at = _additions_to(connection, first.id)
    choice = contact_choice(connection, first.case_id)
    said, by_page = said_in(connection, ids), answered_here(connection, ids)
    transfers = [row.case_id for row in rows if row.transfer_to]
    passed_on = _passed_on(connection, transfers) if transfers else {}
    return FollowUp(
        submission_id=first.id,
        reference=first.reference,
        form=first.form,
        received_at=first.received_at,
        cases=tuple(_followed(row, said, by_page, passed_on) for row in rows),
        additions=count,
        has_contact=first.has_contact,
        withdrawn=choice is not None and choice.withdrawn,
        last_added_at=last_added_at,
        cannot_wait=any(row.urgent for row in rows),
        alert_left=first.alert_left,
    )


def _urgent_alert_left() -> ScalarSelect[bool | None]:
    """Whether an urgent alert to staff has left; null where there is none but those that reached nobody."""
    return (
        select(func.bool_or(messages.c.state.in_(_LEFT)))
        .where(
            messages.c.submission_id == submissions.c.id,
            messages.c.purpose == Purpose.STAFF_URGENT.value,
            messages.c.state.not_in(_IN_VAIN),
        )
        .correlate(submissions)
        .scalar_subquery()
    )


def _followed(
    row: Any,
    said: Mapping[UUID, Sequence[SaidPhrase]],
    by_page: frozenset[UUID],
    passed_on: Mapping[UUID, Mapping[TimelineKind, datetime]],
) -> FollowedCase:
    passed = passed_on.get(row.case_id, {})
    return FollowedCase(
        team=row.shown_team or row.team,
        state=CaseState(row.state),
        acknowledged_at=row.acknowledged_at,
        answered_at=row.answered_at,
        closed_at=row.closed_at,
        reply_by=row.due_at,
        transfer_to=row.transfer_to,
        said=tuple(said.get(row.case_id, ())),
        answered_here=row.case_id in by_page,
        transfer_sent_at=passed.get(TimelineKind.TRANSFER_SENT),
        transfer_confirmed_at=passed.get(TimelineKind.TRANSFER_CONFIRMED),
        reply_paused=row.paused_at is not None,
    )


def _passed_on(
    connection: Connection, case_ids: Sequence[UUID]
) -> Mapping[UUID, Mapping[TimelineKind, datetime]]:
    """When each matter of another county was passed on, and when that county confirmed it."""
    kinds = [TimelineKind.TRANSFER_SENT.value, TimelineKind.TRANSFER_CONFIRMED.value]
    found: dict[UUID, dict[TimelineKind, datetime]] = {}
    for row in connection.execute(
        select(timeline.c.case_id, timeline.c.kind, timeline.c.at).where(
            timeline.c.case_id.in_(case_ids), timeline.c.kind.in_(kinds)
        )
    ):
        found.setdefault(row.case_id, {})[TimelineKind(row.kind)] = row.at
    return found


def _additions_to(connection: Connection, submission_id: UUID) -> tuple[int, datetime | None]:
    """How many there were, and when the last one came; a choice of contact is none."""
    row = connection.execute(
        select(func.count(additions.c.id.distinct()), func.max(additions.c.received_at)).where(
            additions.c.submission_id == submission_id,
            additions.c.scope != Scope.SENDER.value,
        )
    ).one()
    return row[0], row[1]


def said_in(
    connection: Connection, case_ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[SaidPhrase]]:
    """The set phrases that stand on the page, by case, oldest first; none that was taken back."""
    kinds = [TimelineKind.PHRASE_SAID.value, TimelineKind.PHRASE_TAKEN_BACK.value]
    rows = connection.execute(
        select(timeline)
        .where(timeline.c.case_id.in_(case_ids), timeline.c.kind.in_(kinds))
        .order_by(timeline.c.at, timeline.c.id)
    ).all()
    taken = {row.detail.get("entry") for row in rows}
    found: dict[UUID, list[SaidPhrase]] = {}
    for row in rows:
        if row.kind == TimelineKind.PHRASE_SAID.value and str(row.id) not in taken:
            said = SaidPhrase(row.id, row.detail["phrase"], row.at, row.detail["event"])
            found.setdefault(row.case_id, []).append(said)
    return found


def answered_here(connection: Connection, case_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Cases whose sender was last answered by set phrases on the page, and not by phone."""
    rows = connection.execute(
        select(timeline.c.case_id, timeline.c.detail)
        .where(
            timeline.c.case_id.in_(case_ids),
            timeline.c.kind == TimelineKind.SENDER_ANSWERED.value,
        )
        .order_by(timeline.c.at, timeline.c.id)
    ).all()
    last = {row.case_id: row.detail.get("by") for row in rows}
    return frozenset(case_id for case_id, by in last.items() if by == "page")


def contact_choice(connection: Connection, case_id: UUID) -> ContactChoice | None:
    """The newest choice of contact since the message was sent."""
    row = connection.execute(
        select(timeline.c.at, timeline.c.kind)
        .where(timeline.c.case_id == case_id, timeline.c.kind.in_(_CHOICES))
        .order_by(timeline.c.at.desc(), timeline.c.id.desc())
        .limit(1)
    ).first()
    return row and ContactChoice(row.at, row.kind == TimelineKind.CONTACT_WITHDRAWN.value)


def chosen_otherwise() -> ColumnElement[bool]:
    """Of a row of messages: it was meant for a sender who chose another way of contact since then, or it tells of set
    phrases that were all taken back."""
    since = (
        select(timeline.c.id)
        .where(
            timeline.c.case_id == messages.c.case_id,
            timeline.c.kind.in_(_CHOICES),
            timeline.c.at >= messages.c.created_at,
        )
        .exists()
    )
    return (messages.c.recipient == SENDER) & or_(since, _taken_back())


def _taken_back() -> ColumnElement[bool]:
    """Of a row of messages, as `casework.usecases.other_ways` says it of one message."""
    said, taken = timeline.alias("said"), timeline.alias("taken")
    is_taken = select(taken.c.id).where(
        taken.c.case_id == said.c.case_id,
        taken.c.kind == TimelineKind.PHRASE_TAKEN_BACK.value,
        taken.c.detail["entry"].astext == cast(said.c.id, Text),
    )
    standing = select(said.c.id).where(
        said.c.case_id == messages.c.case_id,
        said.c.kind == TimelineKind.PHRASE_SAID.value,
        said.c.detail["event"].astext == func.split_part(messages.c.event, AGAIN, 1),
        or_(
            messages.c.purpose != Purpose.PLEASE_CALL.value,
            said.c.detail["phrase"].astext == Phrase.PLEASE_CALL.value,
        ),
        not_(is_taken.exists()),
    )
    of_phrases = or_(*(messages.c.event.startswith(begins) for begins in OF_PHRASES))
    return and_(of_phrases, not_(standing.exists()))
