"""The follow-up page: how a message is doing, for whoever has its code."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, session
from flask import url_for as address
from werkzeug.wrappers import Response as AnyResponse

from casework.model import FollowUp
from webapp.house import directory, house
from webapp.ids import bare_code
from webapp.limits import GUESSES, limiter
from webapp.views.public import bp

_FOLLOWED = "follow_up"


@bp.get("/<lang>/follow-up")
def follow_up() -> str:
    followed = _followed()
    if followed is None:
        return render_template("public/follow_up_code.html", typed="", error="")
    return render_template("public/follow_up.html", followed=followed, here=directory())


def _followed() -> FollowUp | None:
    known = session.get(_FOLLOWED)
    if not known:
        return None
    with house().work() as work:
        return work.submissions.follow_up_by_id(UUID(known))


@bp.post("/<lang>/follow-up")
@limiter.limit(GUESSES)
def open_follow_up() -> AnyResponse | tuple[str, int]:
    """The same answer, and the same work, for a code that is wrong in whatever way."""
    typed = request.form.get("code", "")[:200]
    with house().work() as work:
        followed = work.submissions.follow_up(house().ids.code_hash(typed))
    if followed is None:
        error = "unknown" if bare_code(typed) else "empty"
        return render_template("public/follow_up_code.html", typed=typed, error=error), 422
    session[_FOLLOWED] = str(followed.submission_id)
    return redirect(address("public.follow_up"), 303)


@bp.post("/<lang>/follow-up/leave")
def leave_follow_up() -> AnyResponse:
    session.pop(_FOLLOWED, None)
    return redirect(address("public.start"), 303)
