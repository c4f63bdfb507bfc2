"""The whole of one case, opened with its keys: what was written, what is waited for, what was sent and done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, or_, select

from casework.commands import Scope
from casework.follow_ups import PlannedFollowUp
from casework.messages import Channel, MessageState
from casework.model import CaseHead, Clock, SaidPhrase, TimelineKind
from webapp.store.cases import HEAD_COLUMNS, head_of
from webapp.store.clocks import clock_of
from webapp.store.contacts import Chosen, choices, others
from webapp.store.crypto import Keys, OpenKey
from webapp.store.follow_ups import follow_ups_of
from webapp.store.following import said_in
from webapp.store.message_rows import opted_out
from webapp.store.tables import (
    additions,
    attempts,
    cases,
    clocks,
    messages,
    submissions,
    timeline,
)


@dataclass(frozen=True, slots=True)
class TimelineLine:
    at: datetime
    kind: TimelineKind
    actor: str
    detail: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MessageLine:
    case_id: UUID | None
    recipient: str
    channel: Channel
    purpose: str
    state: MessageState
    created_at: datetime
    changed_at: datetime
    next_at: datetime | None
    attempts: int
    #: The class of what stood in the way at last; '' where nothing did.
    reason: str
    #: What it tells of, as the outbox names it.
    event: str
    #: It is a text to a number that wants none of ours.
    is_unwanted: bool


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything that a related worker sees of a case."""

    head: CaseHead
    reference: str
    known_as: str
    received_at: datetime
    municipality: str | None
    directory_revision: int
    shared: Mapping[str, Any] = field(repr=False)
    sender: Mapping[str, Any] | None = field(repr=False)
    child: Mapping[str, Any] = field(repr=False)
    reasons: Sequence[Mapping[str, Any]] = field(repr=False)
    additions: Sequence[tuple[datetime, Mapping[str, Any]]] = field(repr=False)
    #: What the sender chose about contact, the newest first; `sender` holds it as it is now.
    contacts: Sequence[Chosen] = field(repr=False)
    said: Sequence[SaidPhrase]
    siblings: Sequence[CaseHead]
    clocks: Sequence[Clock]
    timeline: Sequence[TimelineLine]
    follow_ups: Sequence[PlannedFollowUp]
    messages: Sequence[MessageLine]


def read_case_file(connection: Connection, keys: Keys, case_id: UUID) -> CaseFile:
    """Everything about one case, opened."""
    row = (
        connection.execute(
            select(
                *HEAD_COLUMNS,
                cases.c.municipality,
                cases.c.directory_revision,
                cases.c.key_wrapped.label("case_key"),
                cases.c.child_sealed,
                cases.c.reasons_sealed,
                submissions.c.reference,
                submissions.c.known_as,
                submissions.c.received_at,
                submissions.c.key_wrapped.label("submission_key"),
                submissions.c.shared_sealed,
                submissions.c.sender_key_wrapped,
                submissions.c.sender_sealed,
            )
            .join(submissions, submissions.c.id == cases.c.submission_id)
            .where(cases.c.id == case_id)
        )
        .mappings()
        .one()
    )
    return _opened(connection, keys, row)


def _opened(connection: Connection, keys: Keys, row: Mapping[Any, Any]) -> CaseFile:
    head = head_of(row)
    case_key = keys.unwrap(row["case_key"], head.id, "case_key")
    key = keys.unwrap(row["submission_key"], head.submission_id, "submission_key")
    sender_key = None
    if row["sender_key_wrapped"] is not None:
        sender_key = keys.unwrap(row["sender_key_wrapped"], head.submission_id, "sender_key")
    sender = None
    if sender_key is not None and row["sender_sealed"] is not None:
        sender = sender_key.open_json(row["sender_sealed"], head.submission_id, "sender")
    added = _additions(connection, head, key, case_key, sender_key)
    chosen = choices(sender, row["received_at"], added)
    return CaseFile(
        head=head,
        reference=row["reference"],
        known_as=row["known_as"],
        received_at=row["received_at"],
        municipality=row["municipality"],
        directory_revision=row["directory_revision"],
        shared=key.open_json(row["shared_sealed"], head.submission_id, "shared"),
        sender=chosen[0].given,
        child=case_key.open_json(row["child_sealed"], head.id, "child"),
        reasons=case_key.open_json(row["reasons_sealed"], head.id, "reasons"),
        additions=others(added),
        contacts=chosen,
        said=said_in(connection, [head.id]).get(head.id, ()),
        siblings=_siblings(connection, head),
        clocks=clocks_of(connection, head.id),
        timeline=_timeline(connection, head.id),
        follow_ups=follow_ups_of(connection, head.id),
        messages=_messages(connection, head.submission_id),
    )


def _additions(
    connection: Connection,
    head: CaseHead,
    key: OpenKey,
    case_key: OpenKey,
    sender_key: OpenKey | None,
) -> Sequence[tuple[datetime, Mapping[str, Any]]]:
    """What was added later, page by page; of children only where this case is the one that keeps it."""
    rows = connection.execute(
        select(additions)
        .where(
            additions.c.submission_id == head.submission_id,
            or_(additions.c.case_id.is_(None), additions.c.case_id == head.id),
        )
        .order_by(additions.c.received_at, additions.c.scope)
    )
    opened = []
    for row in rows:
        of_child = row.case_id is not None
        opener = case_key if of_child else sender_key if row.scope == Scope.SENDER else key
        if opener is not None:
            answers = opener.open_json(row.answers_sealed, row.id, f"addition/{row.scope}")
            opened.append((row.received_at, answers))
    return opened


def _siblings(connection: Connection, head: CaseHead) -> Sequence[CaseHead]:
    rows = connection.execute(
        select(*HEAD_COLUMNS)
        .where(cases.c.submission_id == head.submission_id, cases.c.id != head.id)
        .order_by(cases.c.id)
    )
    return [head_of(row) for row in rows.mappings()]


def clocks_of(connection: Connection, case_id: UUID) -> Sequence[Clock]:
    """Everything that is or was waited for, by limit."""
    rows = connection.execute(
        select(clocks)
        .where(clocks.c.case_id == case_id)
        .order_by(clocks.c.due_at, clocks.c.started_at, clocks.c.id)
    )
    return [clock_of(row) for row in rows.mappings()]


def _timeline(connection: Connection, case_id: UUID) -> Sequence[TimelineLine]:
    rows = connection.execute(
        select(timeline).where(timeline.c.case_id == case_id).order_by(timeline.c.at)
    )
    return [TimelineLine(row.at, TimelineKind(row.kind), row.actor, row.detail) for row in rows]


def _messages(connection: Connection, submission_id: UUID) -> Sequence[MessageLine]:
    last_reason = (
        select(attempts.c.reason)
        .where(attempts.c.message_id == messages.c.id)
        .order_by(attempts.c.started_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(messages, last_reason.label("attempt_reason"), opted_out().label("is_unwanted"))
        .where(messages.c.submission_id == submission_id)
        .order_by(messages.c.created_at, messages.c.id)
    )
    return [
        MessageLine(
            case_id=row.case_id,
            recipient=row.recipient,
            channel=Channel(row.channel),
            purpose=row.purpose,
            state=MessageState(row.state),
            created_at=row.created_at,
            changed_at=row.changed_at,
            next_at=row.next_at,
            attempts=row.attempts,
            reason=row.reason or row.attempt_reason or "",
            event=row.event,
            is_unwanted=bool(row.is_unwanted),
        )
        for row in rows
    ]
