"""Sessions as rows in PostgreSQL behind an opaque cookie. Loaded only when somebody looks inside.

Ended by sign-out, deactivation and age; a copied cookie is worthless after any of them.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

from webapp.store.sessions import SessionRow, Sessions, token_hash
from webapp.wiring import now

#: A little longer than a draft lives, counted from the last change.
PUBLIC_AGE = timedelta(hours=25)
#: A working day, counted from the sign-in.
STAFF_AGE = timedelta(hours=12)
_USER = "_user_id"


class RowSession(SessionMixin):
    """One visitor's session. Nothing is read from the database before it is needed."""

    def __init__(self, rows: Sessions, token: str | None) -> None:
        self._rows = rows
        self.token = token
        self._row: SessionRow | None = None
        self._data: dict[str, Any] | None = None
        self.modified = False
        self.is_new_cookie = False

    @property
    def _opened(self) -> dict[str, Any]:
        if self._data is None:
            self._row = self._rows.load(token_hash(self.token), now()) if self.token else None
            self._data = dict(self._row.data) if self._row else {}
        return self._data

    @property
    def exists(self) -> bool:
        """Whether the visitor came with a session that is still alive."""
        return bool(self._opened is not None and self._row is not None)

    def id_hash(self) -> bytes:
        """The hash of this session's token; gives the session a token, and so a cookie, if it has none yet."""
        if not self.exists and not self.is_new_cookie:
            self.token = secrets.token_urlsafe(32)
            self.is_new_cookie = self.modified = True
        assert self.token is not None
        return token_hash(self.token)

    def rotate(self) -> None:
        """A new token for what is inside: after a sign-in the old cookie opens nothing."""
        content = dict(self._opened)
        if self.token and self.exists:
            self._rows.end(token_hash(self.token))
        self._row, self._data = None, content
        self.is_new_cookie = False
        self.id_hash()

    def end(self) -> None:
        """Forget everything on the server at once; the cookie goes with the answer."""
        if self.token:
            self._rows.end(token_hash(self.token))
        self._row, self._data, self.modified = None, {}, False
        self.token, self.is_new_cookie = None, False

    def save(self) -> None:
        """Write what changed. A session that was ended meanwhile stays ended."""
        at = now()
        user: str | None = self._opened.get(_USER)
        created_at = self._row.created_at if self._row else at
        expires_at = created_at + STAFF_AGE if user else at + PUBLIC_AGE
        row = SessionRow(dict(self._opened), created_at, expires_at)
        hashed = self.id_hash()
        if self.is_new_cookie:
            self._rows.save(hashed, row, user)
        else:
            self._rows.replace(hashed, row, user)

    def __getitem__(self, key: str) -> Any:
        return self._opened[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._opened[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        del self._opened[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._opened)

    def __len__(self) -> int:
        return len(self._opened)


class RowSessions(SessionInterface):
    """Flask's session interface on `sessions` rows."""

    def __init__(self, rows: Sessions, *, https: bool) -> None:
        self._rows = rows
        self._https = https
        self.cookie = "__Host-luotsi" if https else "luotsi"

    def open_session(self, app: Flask, request: Request) -> RowSession:
        return RowSession(self._rows, request.cookies.get(self.cookie))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, RowSession)
        if session.modified:
            try:
                session.save()
            finally:
                # Also where it failed: while the database is down, its error page must not try once more.
                session.modified = False
            if session.is_new_cookie:
                self.set_cookie(response, session.token or "")

    def set_cookie(self, response: Response, value: str) -> None:
        """The cookie ends with the browser session: it has no age of its own."""
        response.set_cookie(
            self.cookie, value, path="/", secure=self._https, httponly=True, samesite="Lax"
        )
