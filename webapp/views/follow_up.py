"""The follow-up page: how a message is doing, for whoever has its code. Never what was typed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from flask import redirect, render_template, request, session
from flask import url_for as address
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from casework.model import FollowUp
from forms.base import Step
from forms.following import MoreStep
from webapp.house import directory, house
from webapp.ids import bare_code
from webapp.limits import GUESSES, limiter
from webapp.views.form_pages import surroundings
from webapp.views.phrases import PHRASES
from webapp.views.public import bp
from webapp.wiring import now

Answer = AnyResponse | str | tuple[str, int]

_FOLLOWED = "follow_up"
#: Without a look at it the page closes by itself: a telephone may change hands.
OPEN_FOR = timedelta(minutes=30)
#: The session is written anew when this much of it has gone.
_RENEWED_AFTER = timedelta(minutes=1)
#: What a page may say of the act that led to it; the words stand in the template.
DONE = ("added", "changed", "withdrawn")


@bp.get("/<lang>/follow-up")
def follow_up() -> Answer:
    followed = followed_now()
    if followed is None:
        return code_page()
    done = request.args.get("done", "")
    return render_template(
        "public/follow_up.html",
        followed=followed,
        here=directory(),
        phrases=PHRASES,
        done=done if done in DONE else "",
    )


def code_page(typed: str = "", error: str = "", kept: str = "") -> str:
    """Asks for the code. `kept` is what was written on a page that had closed meanwhile."""
    return render_template("public/follow_up_code.html", typed=typed, error=error, kept=kept)


def followed_now() -> FollowUp | None:
    """The message that this session follows; None where it follows none, or none any more."""
    known = session.get(_FOLLOWED)
    if not isinstance(known, dict):
        return None
    looked_at = datetime.fromisoformat(known["at"])
    if now() - looked_at > OPEN_FOR:
        session.pop(_FOLLOWED)
        return None
    if now() - looked_at > _RENEWED_AFTER:
        _follow(UUID(known["id"]))
    with house().work() as work:
        return work.submissions.follow_up_by_id(UUID(known["id"]))


def _follow(submission_id: UUID) -> None:
    session[_FOLLOWED] = {"id": str(submission_id), "at": now().isoformat()}


@bp.post("/<lang>/follow-up")
@limiter.limit(GUESSES)
def open_follow_up() -> Answer:
    """The same answer, and the same work, for a code that is wrong in whatever way."""
    typed, kept = request.form.get("code", "")[:200], request.form.get("more", "")
    with house().work() as work:
        followed = work.submissions.follow_up(house().ids.code_hash(typed))
    if followed is None:
        error = "unknown" if bare_code(typed) else "empty"
        return code_page(typed, error, kept), 422
    _follow(followed.submission_id)
    if kept:
        # What was written before the page closed: once more, to be looked at and sent.
        more = MoreStep(MultiDict({"more": kept}))
        return form_page(more, address("public.add_more"), notice="kept")
    return redirect(address("public.follow_up"), 303)


def form_page(form: Step, action: str, notice: str = "") -> str:
    """A page of questions, with the answers and errors that the form holds."""
    form.prepare(surroundings(), {})
    once = once_given() or house().ids.row()
    return render_template(
        "public/follow_up_form.html", form=form, action=action, once=once, notice=notice
    )


def once_given() -> UUID | None:
    """What the page was given when it was shown: a second press of its button is the same act."""
    try:
        return UUID(request.form.get("once", ""))
    except ValueError:
        return None


@bp.post("/<lang>/follow-up/leave")
def leave_follow_up() -> AnyResponse:
    session.pop(_FOLLOWED, None)
    return redirect(address("public.start"), 303)


@bp.get("/<lang>/follow-up/lost-code")
def lost_code() -> str:
    """How to get a new one by phone."""
    return render_template("public/follow_up_lost.html")
