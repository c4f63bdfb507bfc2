"""Unfinished messages: sealed, bound to one session, gone after a day or at the sender's wish."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import DateTime, Engine, LargeBinary, Uuid, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from casework.errors import LuotsiError
from webapp.store.crypto import Keys
from webapp.store.tables import drafts
from webapp.store.unit_of_work import SqlUnitOfWork

LIFETIME = timedelta(hours=24)

#: A draft that is not as it was loaded gets no state at all, which the column refuses: the whole statement
#: fails, and with it the submission that it is part of.
_MARK_SENT = (
    "update drafts set content_sealed = %(content)s,"
    " state = case when content_sealed = %(loaded)s then 'sent' end where id = %(id)s"
)


#: Built once, for every page of a form asks it.
_LOAD = select(drafts).where(
    drafts.c.id == bindparam("draft", type_=Uuid()),
    drafts.c.session_hash == bindparam("hash", type_=LargeBinary()),
    drafts.c.expires_at > bindparam("now", type_=DateTime(timezone=True)),
)


class DraftChanged(LuotsiError):
    """The draft was sent or changed elsewhere since it was loaded; nothing was written."""


@dataclass(frozen=True, slots=True)
class Draft:
    """`content` while open: reference, code and the answers by step; once sent: no answer any more.

    `sealed` is the content as it was loaded. No two writes seal to the same bytes, so it tells whether the
    draft is still the one that was loaded; empty in a draft that was made here.
    """

    id: UUID
    submission_id: UUID
    form: str
    sent: bool
    shared_device: bool
    created_at: datetime
    expires_at: datetime
    content: dict[str, Any] = field(repr=False)
    sealed: bytes = field(default=b"", repr=False, compare=False)


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
                # An id that is there already was made by another press of the same button.
                insert(drafts)
                .on_conflict_do_nothing()
                .values(
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
            which = {"draft": draft_id, "hash": session_hash, "now": now}
            row = connection.execute(_LOAD, which).mappings().first()
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
            sealed=row["content_sealed"],
        )

    def save(self, draft: Draft) -> bool:
        """Replace the content and its end; False where the draft was sent or changed since it was loaded, or is gone."""
        with self._reads.connect() as connection:
            changed = connection.execute(
                update(drafts)
                .where(
                    drafts.c.id == draft.id,
                    drafts.c.state == _state(draft.sent),
                    drafts.c.content_sealed == draft.sealed,
                )
                .values(
                    content_sealed=self._seal(draft.id, draft.content),
                    expires_at=draft.expires_at,
                )
            )
        return changed.rowcount == 1

    @contextmanager
    def sending(self, work: SqlUnitOfWork, draft: Draft, content: dict[str, Any]) -> Iterator[None]:
        """Around the commit of the submission: the answers leave the draft as they enter the case.

        Raises DraftChanged where the draft is not as it was loaded; then the submission is not stored either.
        """
        sealed = self._seal(draft.id, content)
        work.queue_statement(
            _MARK_SENT, {"id": draft.id, "content": sealed, "loaded": draft.sealed}
        )
        try:
            yield
        except IntegrityError as error:
            if _lacks_state(error.orig):
                raise DraftChanged from error
            raise

    def delete(self, draft_id: UUID, session_hash: bytes) -> bool:
        """Delete what was not sent; False where there is no such draft, or it was sent."""
        with self._reads.connect() as connection:
            deleted = connection.execute(
                delete(drafts).where(
                    drafts.c.id == draft_id,
                    drafts.c.session_hash == session_hash,
                    drafts.c.state == "open",
                )
            )
        return deleted.rowcount == 1

    def delete_all_of(self, session_hash: bytes) -> None:
        """Everything that the session wrote and has not sent, and the receipts that it could still show."""
        with self._reads.connect() as connection:
            connection.execute(delete(drafts).where(drafts.c.session_hash == session_hash))

    def purge(self, now: datetime) -> int:
        with self._reads.connect() as connection:
            return connection.execute(delete(drafts).where(drafts.c.expires_at <= now)).rowcount

    def _seal(self, draft_id: UUID, content: dict[str, Any]) -> bytes:
        return self._keys.own.seal_json(content, draft_id, "draft")


def _lacks_state(cause: BaseException | None) -> bool:
    """Whether PostgreSQL refused a draft without a state, as `_MARK_SENT` makes it on purpose."""
    return isinstance(cause, psycopg.errors.NotNullViolation) and (
        (cause.diag.table_name, cause.diag.column_name) == ("drafts", "state")
    )
