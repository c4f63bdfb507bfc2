"""The follow-up page: how a message is doing, for whoever has its code. Never what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from flask import redirect, render_template, request, session
from flask import url_for as address
from werkzeug.wrappers import Response as AnyResponse

from casework.model import FollowUp
from forms.base import Step
from forms.following import MoreStep, NewContactStep
from webapp.house import directory, house
from webapp.ids import bare_code
from webapp.limits import GUESSES, limiter, was_refused
from webapp.views.form_pages import surroundings
from webapp.views.phrases import PHRASES
from webapp.views.public import bp
from webapp.wiring import now

Answer = AnyResponse | str | tuple[str, int]

#: In the session: the keyed hash of the code, so that a new code closes what the old one had opened, and when
#: the page was last used.
_FOLLOWED = "follow_up"
#: Without use the page closes by itself: a telephone may change hands.
OPEN_FOR = timedelta(minutes=30)


class Asked(NamedTuple):
    """A page of questions for whoever has the code, and the endpoint that takes its answers."""

    page: type[Step]
    endpoint: str


#: By the name under which what was typed waits while the code is asked for again.
PAGES: Mapping[str, Asked] = {
    MoreStep.slug: Asked(MoreStep, "public.add_more"),
    NewContactStep.slug: Asked(NewContactStep, "public.choose_contact"),
}


#: The page that asks nothing, but whose button was pressed when it had closed.
WITHDRAW = "withdraw"


class Kept(NamedTuple):
    """What was typed on a page that had closed meanwhile."""

    then: str
    fields: list[tuple[str, str]]


@bp.get("/<lang>/follow-up")
def follow_up() -> Answer:
    followed = followed_now()
    if followed is None:
        return code_page()
    return render_template(
        "public/follow_up.html",
        followed=followed,
        here=directory(),
        phrases=PHRASES,
        done=_done(followed),
        tell_of_start=house().settings.texts_can_be_answered,
    )


def _done(followed: FollowUp) -> str:
    """What the last press did, as long as it is still so; the words stand in the template."""
    still_so = {
        "added": followed.last_added_at is not None,
        "changed": followed.has_contact and not followed.withdrawn,
        "withdrawn": followed.withdrawn,
    }
    done = request.args.get("done", "")
    return done if still_so.get(done) else ""


def code_page(typed: str = "", error: str = "", kept: Kept | None = None) -> str:
    return render_template("public/follow_up_code.html", typed=typed, error=error, kept=kept)


def kept_now() -> Kept | None:
    """What was posted with, or instead of, a code."""
    posted = {asked.endpoint: then for then, asked in PAGES.items()}
    then = posted.get(request.endpoint or "", request.form.get("then", ""))
    if then == WITHDRAW or request.endpoint == "public.withdraw_now":
        return Kept(WITHDRAW, [])
    if then not in PAGES:
        return None
    names = {field.name for field in PAGES[then].page()}
    given = request.form.items(multi=True)
    return Kept(then, [(name, value) for name, value in given if name in names])


def followed_now() -> FollowUp | None:
    """The message that this session follows; None where it follows none, or none any more."""
    known = session.get(_FOLLOWED)
    if not isinstance(known, dict) or "code" not in known:
        return None
    if now() - datetime.fromisoformat(known["at"]) > OPEN_FOR:
        session.pop(_FOLLOWED)
        return None
    _follow(bytes.fromhex(known["code"]))
    with house().work() as work:
        return work.submissions.follow_up(bytes.fromhex(known["code"]))


def _follow(code_hash: bytes) -> None:
    session[_FOLLOWED] = {"code": code_hash.hex(), "at": now().isoformat()}


@bp.post("/<lang>/follow-up")
@limiter.limit(GUESSES, deduct_when=was_refused)
def open_follow_up() -> Answer:
    """The same answer, and the same work, for a code that is wrong in whatever way."""
    typed, kept = request.form.get("code", "")[:200], kept_now()
    code_hash = house().ids.code_hash(typed)
    with house().work() as work:
        followed = work.submissions.follow_up(code_hash)
    if followed is None:
        error = "unknown" if bare_code(typed) else "empty"
        return code_page(typed, error, kept), 422
    _follow(code_hash)
    if kept and kept.then == WITHDRAW:
        return redirect(address("public.withdraw"), 303)
    if kept:
        # What was written before the page closed: once more, to be looked at and sent.
        return form_page(posted(PAGES[kept.then].page), notice="kept")
    return redirect(address("public.follow_up"), 303)


def posted(page: type[Step]) -> Step:
    """A page of questions with what was sent."""
    form = page(request.form)
    form.prepare(surroundings(), {})
    return form


def form_page(form: Step, notice: str = "") -> str:
    """A page of questions, with the answers and errors that the form holds."""
    return render_template(
        "public/follow_up_form.html",
        form=form,
        action=address(PAGES[form.slug].endpoint),
        once=once(),
        notice=notice,
    )


def once() -> UUID:
    """Born when a page is shown: a second press of its button is the same act."""
    try:
        return UUID(request.form.get("once", ""))
    except ValueError:
        return house().ids.row()


@bp.post("/<lang>/follow-up/leave")
def leave_follow_up() -> AnyResponse:
    session.pop(_FOLLOWED, None)
    return redirect(address("public.start"), 303)


@bp.get("/<lang>/follow-up/lost-code")
def lost_code() -> str:
    """How to get a new one by phone."""
    return render_template("public/follow_up_lost.html")
