"""The public pages beside the forms: start, contact finder, follow-up, exit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
)
from flask import url_for as address
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from casework.calendar import HELSINKI, closes_at, is_open, next_opening
from casework.directory import Directory, Municipality, Team
from casework.model import FollowUp
from forms.places import sorting_key
from forms.registry import FORMS
from webapp import assets
from webapp.catalogues import LANGUAGES
from webapp.house import directory, house
from webapp.i18n import language, preferred
from webapp.ids import bare_code
from webapp.limits import GUESSES, limiter
from webapp.views.drafting import visitor
from webapp.wiring import now

bp = Blueprint("public", __name__)

_FOLLOWED = "follow_up"
_DAY = 24 * 60
#: A team that closes later than this is simply open.
_SOON = timedelta(days=2)


@bp.url_value_preprocessor
def take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """`<lang>` in an address decides the page's language; an unknown one is no page of ours."""
    if values and "lang" in values:
        chosen = values.pop("lang")
        if chosen not in LANGUAGES:
            raise NotFound
        g.language = chosen


@bp.url_defaults
def give_language(endpoint: str, values: dict[str, Any]) -> None:
    if current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values.setdefault("lang", language())


@bp.get("/")
def root() -> AnyResponse:
    answer = redirect(address("public.start", lang=preferred()), 302)
    answer.headers["Vary"] = "Accept-Language"
    return answer


@bp.get("/<lang>/")
def start() -> str:
    return render_template("public/start.html", forms=FORMS, choices=own_municipalities())


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


@bp.get("/<lang>/exit")
def leave() -> AnyResponse:
    """Leave at once: what was written is deleted, the session ends, and a neutral page comes instead.

    The cookie changes with it, so that the browser does not show an old page from its memory. A HEAD, which
    programs send ahead to look where an address leads, changes nothing.
    """
    if request.method == "HEAD":
        return redirect(_weather(), 303)
    mine = visitor()
    if mine.exists:
        house().drafts.delete_all_of(mine.id_hash())
    mine.end()
    answer = redirect(_weather(), 303)
    cookies: Any = current_app.session_interface
    cookies.set_cookie(answer, "")
    return answer


def _weather() -> str:
    return {
        "fi": "https://www.ilmatieteenlaitos.fi/",
        "sv": "https://sv.ilmatieteenlaitos.fi/",
        "en": "https://en.ilmatieteenlaitos.fi/",
    }[language()]


@bp.get("/static/site-<digest>.css")
def stylesheet(digest: str) -> Response:
    known = house().current.last_known()
    sheet = assets.stylesheet(known.county.colours if known else {})
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    answer = make_response(sheet.gzipped if zipped else sheet.body)
    answer.headers["Content-Type"] = "text/css; charset=utf-8"
    answer.headers["Vary"] = "Accept-Encoding"
    # A digest that is not the present one is answered too, but not kept: the county changed a colour.
    lasting = digest == sheet.digest
    answer.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if lasting else "no-store"
    )
    if zipped:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


@bp.get("/favicon.ico")
def icon() -> Response:
    return Response(status=204, headers={"Cache-Control": "public, max-age=86400"})


@bp.get("/robots.txt")
def robots() -> Response:
    return Response(
        "User-agent: *\nDisallow: /*/forms/\nDisallow: /staff/\n", mimetype="text/plain"
    )
