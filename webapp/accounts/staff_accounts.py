"""Staff sign-in by Flask-Security: its form, its datastore and its guard, and nothing else of it.

None of its routes, pages or messages is used: they have no Finnish or Swedish. None of its hooks stays
either: they look into the session on every request, so that a public page would read the database.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask_security import LoginForm, Security, SQLAlchemySessionUserDatastore, current_user
from flask_security import login_user as security_login
from flask_security import logout_user as security_logout
from sqlalchemy.orm import scoped_session, sessionmaker
from werkzeug.wrappers import Response

from webapp.accounts.models import Role, User
from webapp.accounts.sessions import RowSession
from webapp.accounts.users import PASSWORD_FORM
from webapp.config import Settings
from webapp.house import house

#: Longer is no password but an attempt to keep the hasher busy, in characters.
LONGEST_PASSWORD = 1000
#: The language that a person chose, kept in the session.
CHOSEN_LANGUAGE = "lang"

_SESSIONS = "account_sessions"


class SignInForm(LoginForm):
    """Address and password. Every reason to refuse looks the same, and takes the same time, to the visitor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # No 'remember me'; and where to go next is not the form's to say.
        for name in ("next", "remember", "submit"):
            del self[name]

    def validate(self, **kwargs: Any) -> bool:
        password = self.password.data or ""
        if len(password) > LONGEST_PASSWORD or "\0" in password:
            return False
        return bool(super().validate(**kwargs))


def init(app: Flask, settings: Settings) -> None:
    """Set Flask-Security up on the house's engine. Comes after CSRFProtect."""
    app.config.update(
        # An unkeyed hash of address and browser in the session is what this would cost.
        SESSION_PROTECTION=None,
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_NORMALIZE_FORM=PASSWORD_FORM,
        # An address is looked up here, never written to: a county's inner domain is as good as any.
        SECURITY_EMAIL_VALIDATOR_ARGS={"globally_deliverable": False},
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_FRESHNESS=timedelta(seconds=-1),
        SECURITY_CSRF_HEADER=None,
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
    )
    # Reads cost one round trip; the single write, a password hashed anew, is one statement.
    reads = house(app).engine.execution_options(isolation_level="AUTOCOMMIT")
    accounts = scoped_session(sessionmaker(reads, expire_on_commit=False))
    before = [list(hooks) for hooks in _hooks(app)]
    security = Security(
        app, SQLAlchemySessionUserDatastore(accounts, User, Role), register_blueprint=False
    )
    _take_out(app, before)
    security.unauthn_handler(_to_sign_in)
    # Flask-Security would take a signed token from any request; nobody is ever given one.
    security.login_manager.request_loader(lambda request: None)
    app.extensions[_SESSIONS] = accounts
    app.teardown_appcontext(lambda error: accounts.remove())


def signed_in() -> User | None:
    """Who is signed in, with the roles; no connection is held when this returns."""
    user = current_user._get_current_object()
    release()
    return user if isinstance(user, User) else None


def sign_in(user: User) -> None:
    """Begin a person's session: a new cookie, and nothing of the visitor's old session but the language."""
    language = session.get(CHOSEN_LANGUAGE)
    session.clear()
    g.pop(current_app.config.get("WTF_CSRF_FIELD_NAME", "csrf_token"), None)
    if language:
        session[CHOSEN_LANGUAGE] = language
    security_login(user, remember=False, authn_via=["password"])
    session.pop("_id", None)  # Flask-Login's hash of address and browser
    current_app.extensions[_SESSIONS].commit()
    _row().rotate()


def sign_out() -> None:
    """End the session on the server: a copy of its cookie opens nothing any more."""
    security_logout()
    _row().end()


def release() -> None:
    """Give the accounts' connection back to the pool before other work begins."""
    current_app.extensions[_SESSIONS].remove()


def _row() -> RowSession:
    found: Any = session
    real: RowSession = found._get_current_object()
    return real


def _to_sign_in(mechanisms: Any = None, headers: Any = None) -> Response:
    """A page that needs a person leads to the sign-in, and back afterwards."""
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("staff.door.sign_in", next=back), 303)


def _hooks(app: Flask) -> list[list[Callable[..., Any]]]:
    """The application's own lists of functions that run around every request."""
    return [
        app.before_request_funcs.setdefault(None, []),
        app.after_request_funcs.setdefault(None, []),
        app.template_context_processors.setdefault(None, []),
    ]


def _take_out(app: Flask, before: list[list[Callable[..., Any]]]) -> None:
    for hooks, ours in zip(_hooks(app), before, strict=True):
        hooks[:] = ours
