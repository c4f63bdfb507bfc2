"""The door of the staff side: signing in and out, and the language in which staff read."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, request, session
from flask import url_for as address
from flask_security import auth_required
from werkzeug.wrappers import Response

from casework.access import Role, Viewer
from casework.errors import NoDirectory
from webapp.accounts import staff_accounts
from webapp.accounts.models import User
from webapp.accounts.staff_accounts import CHOSEN_LANGUAGE, SignInForm
from webapp.house import directory, house
from webapp.i18n import language, offered_complete, preferred
from webapp.limits import GUESSES, guesses_at_account, limiter

bp = Blueprint("door", __name__)

#: Where a sign-in may lead: a page of ours, written plainly. No scheme, host or backslash fits in.
_OURS = re.compile(r"/staff/[A-Za-z0-9/_.?=&%|+-]*")
#: What stands in the addresses of the staff's pages. Any other word of a query could mean something to Flask.
_ASKED = ("show", "after", "number", "next", "notice", "language")


def know_the_visitor(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Who it is, and in which language: chosen now, chosen before, the account's, the browser's."""
    g.person = staff_accounts.signed_in()
    wanted = request.args.get("lang")
    if wanted in offered_complete() and session.get(CHOSEN_LANGUAGE) != wanted:
        session[CHOSEN_LANGUAGE] = wanted
    known = (wanted, session.get(CHOSEN_LANGUAGE), g.person.language if g.person else None)
    ours = offered_complete()
    g.language = next((code for code in known if code in ours), None) or preferred()


def person() -> User:
    """The member of staff of this request; only behind `auth_required`."""
    found: User = g.person
    return found


def viewer() -> Viewer:
    """The same as casework knows people."""
    user = person()
    return Viewer(str(user.id), user.worker, frozenset(role.name for role in user.roles))


def for_templates() -> dict[str, Any]:
    """What the staff's frame knows; nothing of it asks the database, so that an error's page can be shown."""
    who = g.get("person")
    return {
        "person": who,
        "person_name": _name(who) if who else "",
        "keeps_directory": bool(who)
        and bool(viewer().roles & {Role.DIRECTORY_ADMIN, Role.TEAM_LEAD}),
        "in_language": in_language,
    }


def _name(who: User) -> str:
    known = house().current.last_known()
    worker = known.workers.get(who.worker or "") if known else None
    return worker.name if worker else who.email


def in_language(code: str) -> str:
    """The address of this page in another language; the choice is kept in the session."""
    if request.endpoint is None or request.method not in {"GET", "HEAD"}:
        return address("staff.inbox", lang=code)
    kept = {name: request.args[name] for name in _ASKED if name in request.args}
    return address(request.endpoint, **{**kept, **(request.view_args or {}), "lang": code})


def inside(wanted: str | None) -> str:
    """Where to go after the sign-in: the page that was asked for if it is ours, else the inbox."""
    doors = (address("staff.door.sign_in"), address("staff.door.sign_out"))
    if wanted and _OURS.fullmatch(wanted) and not wanted.startswith(doors):
        return wanted
    return address("staff.inbox")


@bp.get("/login")
def sign_in() -> Response | str:
    if g.person:
        return redirect(inside(request.args.get("next")), 303)
    return _sign_in_page(failed=False)


@bp.post("/login")
@limiter.limit(GUESSES)
@guesses_at_account
def enter() -> Response | tuple[str, int]:
    """One answer for an unknown person, a wrong password and a closed account."""
    form = SignInForm()
    admitted = form.validate()
    user = form.user
    if not admitted or not isinstance(user, User):
        staff_accounts.release()
        return _sign_in_page(failed=True), 422
    staff_accounts.sign_in(user)
    return redirect(inside(request.args.get("next")), 303)


def _sign_in_page(*, failed: bool) -> str:
    wanted = inside(request.args.get("next"))
    with suppress(NoDirectory):  # before the first import there is no county to name
        directory()
    return render_template(
        "staff/sign_in.html",
        failed=failed,
        typed=request.form.get("email", "").replace("\0", "")[:254],
        next=None if wanted == address("staff.inbox") else wanted,
    )


@bp.post("/logout")
@auth_required("session")
def sign_out() -> Response:
    kept = language()
    staff_accounts.sign_out()
    answer = redirect(address("staff.door.sign_in", lang=kept), 303)
    cookies: Any = current_app.session_interface
    cookies.set_cookie(answer, "")
    return answer
