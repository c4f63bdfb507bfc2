"""The summary of the morning: what waits for somebody, in numbers and dates, without any content of cases."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template
from flask_security import auth_required
from werkzeug.exceptions import NotFound as NoSuchPage

from casework.access import Role, visible_teams
from casework.deadlines import working_days_left
from casework.directory import Directory
from forms.words import N_
from webapp.house import directory, house
from webapp.i18n import say
from webapp.store.morning import LONGEST, Undelivered
from webapp.views import staff_words as words
from webapp.views.staff_answers import team_name
from webapp.views.staff_door import viewer
from webapp.wiring import now

bp = Blueprint("morning", __name__)

#: How far ahead limits are shown, and how far back what did not arrive.
WEEK = timedelta(days=7)


@bp.get("/digest")
@auth_required("session")
def digest() -> str:
    """For the cases that the reader may open; holes of the directory are for leads."""
    here, at = directory(), now()
    seen = visible_teams(viewer(), here)
    if not seen.teams:
        raise NoSuchPage
    morning = house().morning
    unopened, limits = morning.unopened(seen), morning.limits(seen, at + WEEK)
    undelivered = morning.undelivered(seen, at - WEEK)
    planned = morning.follow_ups(seen, at + WEEK)
    lead = Role.TEAM_LEAD in viewer().roles
    return render_template(
        "staff/digest.html",
        words=words,
        unopened=[(head, team_name(head.team, here)) for head in unopened[:LONGEST]],
        limits=[
            (limit, team_name(limit.team, here), working_days_left(at, limit.due_at, here.holidays))
            for limit in limits[:LONGEST]
        ],
        undelivered=[(one, _whom(one, here)) for one in undelivered[:LONGEST]],
        planned=[(one, team_name(one.team, here)) for one in planned[:LONGEST]],
        more=max(map(len, (unopened, limits, undelivered, planned))) > LONGEST,
        lead=lead,
        checked=house().revisions.latest_check() if lead else None,
        at=at,
    )


def _whom(message: Undelivered, here: Directory) -> str:
    """Who should have been told, without an address."""
    kind, _, rest = message.recipient.partition(":")
    key = rest.partition(":")[0]
    if kind == "team":
        return team_name(key, here)
    if kind == "worker":
        known = here.workers.get(key)
        return known.name if known else say(N_("A member of staff"))
    return say(N_("The sender"))
