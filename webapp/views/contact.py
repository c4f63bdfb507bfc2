"""The contact finder: whom to call in a municipality, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import render_template, request

from casework.calendar import HELSINKI, closes_at, is_open, next_opening
from casework.directory import Directory, Municipality, Team
from forms.places import sorting_key
from webapp.house import directory
from webapp.i18n import language
from webapp.views.public import bp
from webapp.wiring import now

_DAY = 24 * 60
#: A team that closes later than this is simply open.
_SOON = timedelta(days=2)


def own_municipalities() -> list[tuple[str, str]]:
    here = directory()
    today = now().astimezone(HELSINKI).date()
    named = [(m.code, Directory.name(m.names, language())) for m in here.own_municipalities(today)]
    return sorted(named, key=lambda choice: sorting_key(choice[1]))


@bp.get("/<lang>/contact")
def contact() -> str | tuple[str, int]:
    """The contact card of one municipality of ours, or whose it is."""
    code = request.args.get("municipality", "")
    if not code:
        return render_template("public/contact.html", choices=own_municipalities(), error=True), 422
    here, at = directory(), now()
    municipality = here.resolve_municipality(code, at.astimezone(HELSINKI).date())
    if municipality is None:
        return render_template("public/contact.html", choices=own_municipalities(), error=True), 422
    return render_template(
        "public/contact.html",
        choices=own_municipalities(),
        chosen=code,
        municipality=municipality,
        card=_card(municipality, here),
        other=None if here.is_own(municipality) else here.counties.get(municipality.county),
    )


def _card(municipality: Municipality, here: Directory) -> dict[str, Any] | None:
    """The duty team of a municipality: who, which number, open or closed now, and until when."""
    if not here.is_own(municipality):
        return None
    team = here.team_for(municipality.code, "guidance", language())
    return team_card(team or here.teams[here.intake_team], here)


def team_card(team: Team, here: Directory) -> dict[str, Any]:
    at = now()
    opened = is_open(team.hours, here.holidays, at)
    closing = closes_at(team.hours, here.holidays, at)
    return {
        "team": team,
        "name": Directory.name(team.names, language()),
        "open": opened,
        "closes_at": closing if closing and closing - at < _SOON else None,
        "opens_at": None if opened else next_opening(team.hours, here.holidays, at),
        "week": [_spans(day) for day in team.hours.weekly],
    }


def _spans(day: tuple[Any, ...]) -> list[str]:
    return [f"{_clock(span.opens)}\u2013{_clock(span.closes)}" for span in day]


def _clock(minutes: int) -> str:
    """Minutes from midnight as the page's language writes the time; closing past midnight is next day's."""
    hours, rest = divmod(minutes if minutes == _DAY else minutes % _DAY, 60)
    return f"{hours:02}:{rest:02}" if language() == "en" else f"{hours}.{rest:02}"
