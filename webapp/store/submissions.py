"""Rows of submissions: sealed on the way in, opened on the way out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select, update

from casework.commands import Scope
from casework.errors import ErasedContent, TamperedContent
from casework.messages import Message
from casework.model import (
    Answers,
    Case,
    Clock,
    FollowUp,
    Submission,
    TimelineEntry,
)
from webapp.store.contacts import sender_now
from webapp.store.crypto import Keys, OpenKey
from webapp.store.following import follow_up_of
from webapp.store.tables import additions, cases, clocks, messages, submissions, timeline

if TYPE_CHECKING:
    from webapp.store.unit_of_work import SqlUnitOfWork


#: What the forms call a child, and a municipality that was not told.
_NAMES = ("last_name", "first_names", "child_name")
_UNKNOWN = "unknown"


class SubmissionRows:
    """Implements `casework.ports.Submissions`."""

    def __init__(self, work: SqlUnitOfWork, keys: Keys) -> None:
        self._work = work
        self._keys = keys

    def add(
        self,
        submission: Submission,
        case_rows: Sequence[Case],
        clock_rows: Sequence[Clock],
        timeline_rows: Sequence[TimelineEntry],
        message_rows: Sequence[Message],
    ) -> None:
        key, wrapped = self._keys.new(submission.id, "submission_key")
        self._work.new_keys[submission.id] = key
        queue = self._work.queue
        queue(cases, [self._sealed_case(case, submission) for case in case_rows])
        queue(clocks, [clock_row(clock) for clock in clock_rows])
        queue(timeline, [timeline_row(entry) for entry in timeline_rows])
        queue(messages, [message_row(message, key) for message in message_rows])
        # Last, so that it is the main part of the one statement: it runs first, and a repeated send fails on
        # the submission's own id before any other uniqueness is looked at.
        queue(submissions, [self._sealed(submission, key, wrapped)])

    def _sealed(self, submission: Submission, key: OpenKey, wrapped: bytes) -> dict[str, Any]:
        sender_wrapped = sender_sealed = None
        if submission.sender is not None:
            sender_key, sender_wrapped = self._keys.new(submission.id, "sender_key")
            sender_sealed = sender_key.seal_json(dict(submission.sender), submission.id, "sender")
        return {
            "id": submission.id,
            "reference": submission.reference,
            "code_hash": submission.code_hash,
            "form": submission.form,
            "domain_identifier": submission.domain_identifier,
            "form_version": submission.form_version,
            "language": submission.language,
            "known_as": submission.known_as.value,
            "received_at": submission.received_at,
            "key_wrapped": wrapped,
            "shared_sealed": key.seal_json(dict(submission.shared), submission.id, "shared"),
            "sender_key_wrapped": sender_wrapped,
            "sender_sealed": sender_sealed,
        }

    def _sealed_case(self, case: Case, submission: Submission) -> dict[str, Any]:
        key, wrapped = self._keys.new(case.id, "case_key")
        reasons = [{"rule": reason.rule, "detail": dict(reason.detail)} for reason in case.reasons]
        return {
            "id": case.id,
            "submission_id": case.submission_id,
            "number": case.number,
            "form": submission.form,
            "form_version": submission.form_version,
            "team": case.team,
            "worker": case.worker,
            "alerted_teams": list(case.alerted_teams),
            "transfer_to": case.transfer_to,
            "marks": [mark.value for mark in case.marks],
            "state": case.state.value,
            "language": case.language,
            "municipality": case.municipality,
            "after_hours": case.after_hours,
            "urgent": case.urgent,
            "statutory": case.statutory,
            "protected": case.protected,
            "shown_team": case.shown_team,
            "directory_revision": case.directory_revision,
            "reviewed_revision": case.directory_revision,
            "created_at": case.created_at,
            "key_wrapped": wrapped,
            "child_sealed": key.seal_json(dict(case.child), case.id, "child"),
            "reasons_sealed": key.seal_json(reasons, case.id, "reasons"),
        }

    def add_information(
        self,
        submission_id: UUID,
        addition_id: UUID,
        answers: Answers,
        at: datetime,
        timeline_rows: Sequence[TimelineEntry],
        message_rows: Sequence[Message],
    ) -> None:
        if self.has_addition(submission_id, addition_id):
            return
        key = submission_key(self._work, self._keys, submission_id)
        rows = [
            {
                "id": addition_id,
                "scope": scope,
                "submission_id": submission_id,
                "case_id": case_id,
                "received_at": at,
                "answers_sealed": sealing.seal_json(given, addition_id, f"addition/{scope}"),
            }
            for scope, case_id, sealing, given in self._parts(submission_id, key, answers)
        ]
        self._work.queue(additions, rows, on_conflict="on conflict do nothing")
        self._work.queue(timeline, [timeline_row(entry) for entry in timeline_rows])
        self._work.queue(
            messages,
            [message_row(message, key) for message in message_rows],
            on_conflict="on conflict do nothing",
        )

    def _parts(
        self, submission_id: UUID, key: OpenKey, answers: Answers
    ) -> Iterator[tuple[str, UUID | None, OpenKey, Any]]:
        """(scope, case that keeps it, key that seals it, answers) for each part of an addition."""
        for scope, given in answers.items():
            if scope == Scope.CHILD:
                yield from self._children(submission_id, given)
            elif scope == Scope.SENDER:
                yield scope, None, self._sender_key(submission_id), given
            else:
                yield scope, None, key, given

    def _children(
        self, submission_id: UUID, children: Sequence[Answers]
    ) -> Iterator[tuple[str, UUID, OpenKey, Any]]:
        """Each child that is told of otherwise than before, for its own case; a new child for the first one.

        Cases were made in the order of the children, and so are their ids.
        """
        rows = self._work.connection.execute(
            select(cases.c.id, cases.c.municipality, cases.c.key_wrapped, cases.c.child_sealed)
            .where(cases.c.submission_id == submission_id)
            .order_by(cases.c.id)
        ).all()
        for number, child in enumerate(children):
            row = self._same_child(child, number, len(children), rows)
            key = self._keys.unwrap(row.key_wrapped, row.id, "case_key")
            before = key.open_json(row.child_sealed, row.id, "child")
            same = all((child.get(name) or "") == (value or "") for name, value in before.items())
            place = before.get("municipality") or row.municipality or _UNKNOWN
            if number >= len(rows) or not same or child.get("municipality", place) != place:
                yield f"{Scope.CHILD}/{number}", row.id, key, child

    def _same_child(self, child: Answers, number: int, count: int, rows: Sequence[Any]) -> Any:
        """The case of a child that is told of again: by name where the list has changed, else by its place."""
        if count == len(rows):
            return rows[number]
        named = []
        for row in rows:
            key = self._keys.unwrap(row.key_wrapped, row.id, "case_key")
            before = key.open_json(row.child_sealed, row.id, "child")
            known = [name for name in _NAMES if before.get(name)]
            if known and all(child.get(name) == before[name] for name in known):
                named.append(row)
        return named[0] if len(named) == 1 else rows[0]

    def has_addition(self, submission_id: UUID, addition_id: UUID) -> bool:
        self._hold(submission_id)
        stored = select(additions.c.id).where(additions.c.id == addition_id).limit(1)
        return self._work.connection.execute(stored).first() is not None

    def _hold(self, submission_id: UUID) -> None:
        self._work.connection.execute(
            select(submissions.c.id)
            .where(submissions.c.id == submission_id)
            # Not its key: whoever stores a message of it must not wait, for they may hold what is wanted here next.
            .with_for_update(key_share=True)
        )

    def hold_sender(self, submission_id: UUID) -> Answers | None:
        self._hold(submission_id)
        return sender_now(self._work.connection, self._keys, submission_id)

    def _sender_key(self, submission_id: UUID) -> OpenKey:
        """The key of the sender's block; made now where the sender had been unknown until now."""
        wrapped = self._work.connection.execute(
            select(submissions.c.sender_key_wrapped).where(submissions.c.id == submission_id)
        ).scalar_one()
        if wrapped is not None:
            return self._keys.unwrap(wrapped, submission_id, "sender_key")
        key, wrapped = self._keys.new(submission_id, "sender_key")
        self._work.connection.execute(
            update(submissions)
            .where(submissions.c.id == submission_id)
            .values(sender_key_wrapped=wrapped)
        )
        return key

    def renew_code(self, submission_id: UUID, code_hash: bytes) -> None:
        self._work.connection.execute(
            update(submissions).where(submissions.c.id == submission_id).values(code_hash=code_hash)
        )

    def follow_up(self, code_hash: bytes) -> FollowUp | None:
        return follow_up_of(self._work.connection, submissions.c.code_hash == code_hash)

    def follow_up_by_id(self, submission_id: UUID) -> FollowUp | None:
        return follow_up_of(self._work.connection, submissions.c.id == submission_id)


def submission_key(work: SqlUnitOfWork, keys: Keys, submission_id: UUID) -> OpenKey:
    """The opened key of a submission that is stored, or queued in this unit of work."""
    if submission_id in work.new_keys:
        return work.new_keys[submission_id]
    wrapped = work.connection.execute(
        select(submissions.c.key_wrapped).where(submissions.c.id == submission_id)
    ).scalar_one()
    return keys.unwrap(wrapped, submission_id, "submission_key")


def submission_keys(
    work: SqlUnitOfWork, keys: Keys, submission_ids: Collection[UUID]
) -> dict[UUID, OpenKey | Exception]:
    """The opened keys of many stored submissions in one query; the fault of each that does not open."""
    rows = work.connection.execute(
        select(submissions.c.id, submissions.c.key_wrapped).where(
            submissions.c.id.in_(submission_ids)
        )
    )
    found: dict[UUID, OpenKey | Exception] = {}
    for row in rows:
        try:
            found[row.id] = keys.unwrap(row.key_wrapped, row.id, "submission_key")
        except (ErasedContent, TamperedContent) as error:
            found[row.id] = error
    return found


def clock_row(clock: Clock) -> dict[str, Any]:
    return {
        "id": clock.id,
        "case_id": clock.case_id,
        "kind": clock.kind.value,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "act_at": clock.act_at,
        "step": clock.step,
    }


def timeline_row(entry: TimelineEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "case_id": entry.case_id,
        "at": entry.at,
        "kind": entry.kind.value,
        "actor": entry.actor,
        "detail": dict(entry.detail),
    }


def message_row(message: Message, key: OpenKey) -> dict[str, Any]:
    return {
        "id": message.id,
        "submission_id": message.submission_id,
        "case_id": message.case_id,
        "case_number": message.case_number,
        "event": message.event,
        "recipient": message.recipient,
        "channel": message.channel.value,
        "purpose": message.purpose.value,
        "language": message.language,
        "queue": message.queue.value,
        "state": message.state.value,
        "address_sealed": key.seal(message.address.encode(), message.id, "address"),
        "address_hash": message.address_hash,
        "spare_sealed": _sealed_spare(message, key),
        "created_at": message.created_at,
        "next_at": message.not_before,
        "expires_at": message.expires_at,
        "changed_at": message.created_at,
    }


def _sealed_spare(message: Message, key: OpenKey) -> bytes | None:
    spare = message.spare
    if spare is None:
        return None
    number = spare.number_hash.hex() if spare.number_hash else ""
    kept = [spare.channel.value, spare.address, sorted(spare.safe_times), number]
    return key.seal_json(kept, message.id, "spare")
