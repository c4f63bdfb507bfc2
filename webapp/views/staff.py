"""The desk: the inbox of a person's teams, page by page, and the search for one case."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask import url_for as address
from flask_security import auth_required
from werkzeug.wrappers import Response

from casework.access import Viewer, relation_to, visible_teams
from casework.directory import Directory
from casework.model import CaseHead, CaseState
from webapp.house import directory, house
from webapp.ids import grouped
from webapp.store.desk import Cursor, InboxRow
from webapp.views import (
    staff_directory,
    staff_door,
    staff_follow_ups,
    staff_message_texts,
    staff_morning,
    staff_texts,
    staff_trouble,
)
from webapp.views.staff_answers import form_title, team_name
from webapp.views.staff_times import age
from webapp.views.staff_words import CASE_STATES, MARKS, STATE_LOOKS
from webapp.wiring import now

bp = Blueprint("staff", __name__, url_prefix="/staff")
bp.url_value_preprocessor(staff_door.know_the_visitor)
bp.context_processor(staff_door.for_templates)
bp.context_processor(staff_trouble.for_templates)
bp.register_blueprint(staff_door.bp)
bp.register_blueprint(staff_directory.bp)
bp.register_blueprint(staff_follow_ups.bp)
bp.register_blueprint(staff_message_texts.bp)
bp.register_blueprint(staff_morning.bp)
bp.register_blueprint(staff_texts.bp)

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the inbox, in words."""

    head: CaseHead
    form: str
    team: str
    state: str
    look: str
    age: str
    acknowledge_by: datetime | None
    acknowledge_late: bool
    reply_by: datetime | None
    reply_late: bool
    limit: datetime | None
    limit_late: bool
    text_waits: bool


@bp.get("/")
@auth_required("session")
def inbox() -> str:
    return _inbox_page()


def _inbox_page(searched: str = "") -> str:
    """`searched` is what was looked for in vain."""
    here = directory()
    seen = visible_teams(staff_door.viewer(), here)
    closed, after = request.args.get("show") == "closed", cursor(request.args.get("after", ""))
    desk = house().desk
    # One row more than is shown tells whether there is a next page.
    rows = desk.inbox(seen, closed=closed, after=after, limit=PAGE + 1) if seen.teams else ()
    shown = rows[:PAGE]
    return render_template(
        "staff/inbox.html",
        teams=sorted(team_name(key, here) for key in seen.teams),
        lines=_lines(shown, here),
        closed=closed,
        later_page=after is not None,
        older=_mark_of(shown[-1].head) if len(rows) > PAGE else None,
        unopened=desk.count(seen, state=CaseState.RECEIVED) if seen.teams else 0,
        texts=house().texts.count(seen) if seen.teams else 0,
        searched=searched,
        # Whatever else there is: these come first, on the first page of everybody who may open them.
        not_opened=house().morning.not_opened(seen) if seen.teams and not (closed or after) else (),
        marks=MARKS,
        moved=request.args.get("notice") == "moved",
    )


def _lines(rows: Sequence[InboxRow], here: Directory) -> list[Line]:
    at = now()
    return [
        Line(
            head=row.head,
            form=form_title(row.head.form),
            team=team_name(row.head.team, here),
            state=CASE_STATES[row.head.state],
            look=STATE_LOOKS[row.head.state],
            age=age(at - row.head.created_at),
            acknowledge_by=row.acknowledge_by,
            acknowledge_late=row.acknowledge_by is not None and row.acknowledge_by < at,
            reply_by=row.reply_by,
            reply_late=row.reply_by is not None and row.reply_by < at,
            limit=row.limit,
            limit_late=row.limit is not None and row.limit < at,
            text_waits=row.text_waits,
        )
        for row in rows
    ]


def mark(created_at: datetime, case_id: UUID) -> str:
    """The place after this row, where the next page begins, as one word for an address."""
    place = f"{created_at.isoformat()}|{case_id}"
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _mark_of(head: CaseHead) -> str:
    return mark(head.created_at, head.id)


def cursor(word: str) -> Cursor | None:
    """The place that `mark` wrote; None, the first page, for anything else."""
    try:
        padded = word + "=" * (-len(word) % 4)
        at, _, case_id = base64.urlsafe_b64decode(padded).decode("ascii").partition("|")
        place = Cursor(datetime.fromisoformat(at), UUID(case_id))
    except ValueError:
        return None
    return place if place.created_at.tzinfo else None


@bp.get("/find")
@auth_required("session")
def find() -> Response | str:
    """To the case, or the text of nobody's case, of this number or reference; where there is none for this person,
    the inbox says so."""
    typed = request.args.get("number", "")[:100]
    number, viewer = grouped(typed), staff_door.viewer()
    found = _findable(number, viewer)
    if found is not None:
        return redirect(address("staff.cases.show", case_id=found), 303)
    text = staff_texts.place_of(number, viewer, now()) if number else None
    if text is not None:
        return redirect(text, 303)
    return _inbox_page(searched=typed.replace("\0", "").strip() or "–")


def _findable(number: str, viewer: Viewer) -> UUID | None:
    """Of the cases of one message the first that the viewer may open, the one of this number before all."""
    found = house().desk.find(number) if number else None
    if found is None:
        return None
    with house().work() as work:
        head = work.cases.head(found)
        heads = work.cases.heads_of(head.submission_id) if head else ()
    here = directory()
    mine = [
        head
        for head in sorted(heads, key=lambda head: head.number != number)
        if relation_to(viewer, here, head)
    ]
    exact = [head for head in heads if head.number == number]
    if exact and exact[0] not in mine:
        return None
    return mine[0].id if mine else None
