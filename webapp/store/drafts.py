"""Unfinished messages: sealed, bound to one session, gone after a day or at the sender's wish."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, delete, insert, select, update

from webapp.store.crypto import Keys
from webapp.store.tables import drafts
from webapp.store.unit_of_work import SqlUnitOfWork

LIFETIME = timedelta(hours=24)

_MARK_SENT = "update drafts set state = 'sent', content_sealed = %(content)s where id = %(id)s"


@dataclass(frozen=True, slots=True)
class Draft:
    """`content` while open: reference, code and the answers by step; once sent: no answer any more."""

    id: UUID
    submission_id: UUID
    form: str
    sent: bool
    shared_device: bool
    created_at: datetime
    expires_at: datetime
    content: dict[str, Any] = field(repr=False)


def _state(sent: bool) -> str:
    return "sent" if sent else "open"


class Drafts:
    """Each call is one statement and one round trip."""

    def __init__(self, engine: Engine, keys: Keys) -> None:
        self._reads = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._keys = keys

    def create(self, draft: Draft, session_hash: bytes) -> None:
        with self._reads.connect() as connection:
            connection.execute(
                insert(drafts).values(
                    id=draft.id,
                    session_hash=session_hash,
                    submission_id=draft.submission_id,
                    form=draft.form,
                    state=_state(draft.sent),
                    shared_device=draft.shared_device,
                    content_sealed=self._seal(draft.id, draft.content),
                    created_at=draft.created_at,
                    expires_at=draft.expires_at,
                )
            )

    def load(self, draft_id: UUID, session_hash: bytes, now: datetime) -> Draft | None:
        """The draft, if it is this session's and not over."""
        with self._reads.connect() as connection:
            row = (
                connection.execute(
                    select(drafts).where(
                        drafts.c.id == draft_id,
                        drafts.c.session_hash == session_hash,
                        drafts.c.expires_at > now,
                    )
                )
                .mappings()
                .first()
            )
        return self._opened(row) if row else None

    def unfinished(self, session_hash: bytes, form: str, now: datetime) -> list[Draft]:
        """Open drafts of the session that it may go on with, newest first."""
        with self._reads.connect() as connection:
            rows = (
                connection.execute(
                    select(drafts)
                    .where(
                        drafts.c.session_hash == session_hash,
                        drafts.c.form == form,
                        drafts.c.state == "open",
                        drafts.c.shared_device.is_(False),
                        drafts.c.expires_at > now,
                    )
                    .order_by(drafts.c.created_at.desc())
                )
                .mappings()
                .all()
            )
        return [self._opened(row) for row in rows]

    def _opened(self, row: Any) -> Draft:
        return Draft(
            id=row["id"],
            submission_id=row["submission_id"],
            form=row["form"],
            sent=row["state"] == "sent",
            shared_device=row["shared_device"],
            created_at=row["created_at"],
            expires_at=row["expires_at"],
            content=self._keys.own.open_json(row["content_sealed"], row["id"], "draft"),
        )

    def save(self, draft: Draft) -> bool:
        """Replace the content; False where the draft has been sent since it was loaded, or is gone."""
        with self._reads.connect() as connection:
            changed = connection.execute(
                update(drafts)
                .where(drafts.c.id == draft.id, drafts.c.state == _state(draft.sent))
                .values(content_sealed=self._seal(draft.id, draft.content))
            )
        return changed.rowcount == 1

    def mark_sent(self, work: SqlUnitOfWork, draft_id: UUID, content: dict[str, Any]) -> None:
        """In the commit of the submission: the answers leave the draft as they enter the case."""
        work.queue_statement(_MARK_SENT, {"id": draft_id, "content": self._seal(draft_id, content)})

    def delete(self, draft_id: UUID, session_hash: bytes) -> None:
        with self._reads.connect() as connection:
            connection.execute(
                delete(drafts).where(drafts.c.id == draft_id, drafts.c.session_hash == session_hash)
            )

    def delete_all_of(self, session_hash: bytes) -> None:
        """Everything that the session wrote and has not sent, and the receipts that it could still show."""
        with self._reads.connect() as connection:
            connection.execute(delete(drafts).where(drafts.c.session_hash == session_hash))

    def purge(self, now: datetime) -> int:
        with self._reads.connect() as connection:
            return connection.execute(delete(drafts).where(drafts.c.expires_at <= now)).rowcount

    def _seal(self, draft_id: UUID, content: dict[str, Any]) -> bytes:
        return self._keys.own.seal_json(content, draft_id, "draft")
