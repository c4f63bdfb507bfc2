"""Text messages that came in, at the desk: read by whoever may open their case, or by the team that takes in all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask import url_for as address
from flask_security import auth_required
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response

from casework import usecases
from casework.access import Viewer, visible_teams
from casework.directory import Directory
from casework.errors import NotFound
from casework.inbound import Place
from forms.words import N_
from webapp.house import directory, house
from webapp.store.inbound_desk import TextLine
from webapp.views.staff_cases import surroundings_of_act
from webapp.views.staff_door import viewer
from webapp.views.staff_text_lines import shown_texts
from webapp.wiring import now

bp = Blueprint("texts", __name__, url_prefix="/texts")

#: How many are shown at once; the oldest are dealt with first.
PAGE = 50
WEEK = timedelta(days=7)
NOTICES = {
    "handled": N_("The text message is now marked as handled."),
    "waits": N_("The text message waits for somebody again."),
    "late": N_("Somebody else was faster: nothing was changed."),
}


@bp.get("")
@auth_required("session")
def index() -> str:
    """Notes that wait, or those that were handled in the last seven days. Each case of theirs is logged as looked at
    before anything is shown."""
    here, at, who = directory(), now(), viewer()
    seen = visible_teams(who, here)
    if not seen.teams:
        raise NoSuchPage
    handled, texts = request.args.get("show") == "handled", house().texts
    # One more than is shown tells whether there are more.
    lines = texts.handled(seen, at - WEEK, PAGE + 1) if handled else texts.waiting(seen, PAGE + 1)
    shown = list(_logged(lines[:PAGE], here, at))
    return render_template(
        "staff/texts.html",
        texts=shown_texts(shown, here, at),
        handled=handled,
        more=len(lines) > PAGE,
        total=texts.count(seen),
        notice=NOTICES.get(request.args.get("notice", "")),
        undo=_just_handled(),
    )


def _logged(lines: Sequence[TextLine], here: Directory, at: datetime) -> Iterator[TextLine]:
    """The notes that the viewer may read, each case logged once: no row in the log, no page."""
    who, seen = viewer(), set[UUID]()
    for line in lines:
        relation = usecases.relation_to_text(_placed(line), line.head, who, here)
        if relation is None:
            continue
        if line.head is not None and line.head.id not in seen:
            seen.add(line.head.id)
            house().access_log.record(who, line.head.id, "texts", relation, at)
        yield line


def _placed(line: TextLine) -> Place:
    return Place(line.head.id if line.head else None, line.team, line.protected)


@bp.post("/<uuid:text_id>/<any(handled, waits):to>")
@auth_required("session")
def mark(text_id: UUID, to: str) -> Response:
    """Somebody has seen to it; or, the undo, it waits again."""
    try:
        rooms = surroundings_of_act(now())
        changed = usecases.handle_text(text_id, viewer(), handled=to == "handled", **rooms)
    except NotFound:
        raise NoSuchPage from None
    case_id = _case_of_page()
    if case_id is not None:
        return redirect(address("staff.cases.show", case_id=case_id, _anchor="texts"), 303)
    told = to if changed else "late"
    done = text_id if told == "handled" else None
    # What waits again stands among those that wait.
    return redirect(address("staff.texts.index", notice=told, text=done), 303)


def place_of(reference: str, who: Viewer, at: datetime) -> str | None:
    """The address of the text of nobody's case of which a team was told by this reference; None where there is none,
    it was handled long ago, or the viewer may not read it."""
    found = house().texts.named(reference)
    if found is None:
        return None
    place = Place(None, found.team, found.protected)
    if usecases.relation_to_text(place, None, who, directory()) is None:
        return None
    if found.handled_at is not None and found.handled_at < at - WEEK:
        return None
    show = "handled" if found.handled_at else None
    return address("staff.texts.index", show=show, _anchor=f"text-{found.id}")


def _case_of_page() -> UUID | None:
    """The case on whose page the button stood; None for the list of texts."""
    return _id(request.form.get("case", ""))


def _just_handled() -> UUID | None:
    """The text that the notice tells of, for its undo."""
    return _id(request.args.get("text", "")) if request.args.get("notice") == "handled" else None


def _id(word: str) -> UUID | None:
    try:
        return UUID(word)
    except ValueError:
        return None
