"""The contact finder: whom to call in a municipality, and when.

All by GET, so that a card can be shared and printed. The municipality goes no further than these pages:
no form's address carries it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import redirect, render_template, request
from flask import url_for as address
from werkzeug.wrappers import Response

from casework.calendar import HELSINKI, closes_at, is_open, next_opening
from casework.directory import DEFAULT_LANGUAGE, Directory, Municipality
from casework.places import postal_code_in
from casework.teams import ContactKind, ContactPoint, PointUse, Team
from forms.cleaning import one_line
from forms.places import UNKNOWN, sorting_key
from forms.registry import FORMS
from forms.words import N_
from webapp.house import directory, house
from webapp.i18n import language, time_of_day
from webapp.views.public import bp
from webapp.wiring import now

Page = str | tuple[str, int] | Response

_DAY = 24 * 60
#: A team that closes later than this is simply open.
_SOON = timedelta(days=2)
#: A longer list is no help; two letters never give more.
_MOST_CHOICES = 25
#: What is read, and shown again, of what was typed; no name of a place is longer.
_LONGEST = 200

#: In the address of a card that a postal code led to: the code may lie in another municipality too.
_POSTAL_CODE = "postal-code"

_EMPTY = N_("Write the name of the municipality or its postal code")
_NOWHERE = N_(
    "We do not know a municipality or a postal code like this. Check the spelling, or write the other one"
)
_TOO_MANY = N_("Very many municipalities begin like this. Write more letters")
_NOT_LISTED = N_("Choose a municipality from the list")


def finder(**state: str) -> dict[str, Any]:
    """What the two ways of finding need: our municipalities, and whom to call without naming one.

    `state` may hold `chosen`, `typed`, and the errors `wrong_choice` and `wrong_place`.
    """
    here = directory()
    return {
        "choices": _by_name(here.own_municipalities(_today())),
        "unknown": UNKNOWN,
        "anyone": here.teams[here.intake_team],
        **state,
    }


@bp.get("/<lang>/contact")
def contact() -> Page:
    """A municipality's card; or the places that may be meant; or the finder. What is typed goes first."""
    asked = request.args
    if among := _typed("among"):
        return _chosen(among, asked.get("municipality", ""))
    if place := _typed("place"):
        return _search(place)
    if "municipality" in asked:
        return _card_page(asked["municipality"])
    if "place" in asked:
        return _finder_page(wrong_place=_EMPTY), 422
    return _finder_page()


def _typed(name: str) -> str:
    return (one_line(request.args.get(name)) or "")[:_LONGEST]


def _search(typed: str) -> Page:
    found = directory().find_places(typed, _today())
    if len(found) == 1:
        by = _POSTAL_CODE if postal_code_in(typed)[0] else None
        return redirect(address("public.contact", municipality=found[0].code, by=by), 302)
    if not found or len(found) > _MOST_CHOICES:
        error = _TOO_MANY if found else _NOWHERE
        return _finder_page(typed=typed, wrong_place=error), 422
    return _several_page(typed, found)


def _chosen(typed: str, code: str) -> Page:
    """The answer to 'Which municipality do you mean?'. The card then has an address without the search."""
    if code:
        return redirect(address("public.contact", municipality=code), 302)
    found = directory().find_places(typed, _today())
    if 1 < len(found) <= _MOST_CHOICES:
        return _several_page(typed, found, wrong=True), 422
    return _search(typed)


def _several_page(typed: str, found: tuple[Municipality, ...], *, wrong: bool = False) -> str:
    return render_template(
        "public/contact_several.html",
        typed=typed,
        choices=_by_name(found),
        unknown=UNKNOWN,
        wrong=wrong,
    )


def _finder_page(**state: str) -> str:
    return render_template("public/contact.html", finder=finder(**state))


def _card_page(code: str) -> Page:
    here = directory()
    if code == UNKNOWN:
        card = team_card(here.teams[here.intake_team], here)
        return _shown(None, card=card)
    municipality = here.resolve_municipality(code, _today())
    if municipality is None:
        return _finder_page(wrong_choice=_NOT_LISTED), 422
    if here.is_own(municipality):
        known: dict[str, Any] = {"card": _card(municipality, here)}
    else:
        known = {"other": here.counties.get(municipality.county)}
    if municipality.code != code:
        # An old name in an old link: the page says what has become of it.
        known["retired"] = here.municipalities[code]
    return _shown(municipality, **known)


def _shown(municipality: Municipality | None, **known: Any) -> str:
    code = municipality.code if municipality else UNKNOWN
    return render_template(
        "public/contact_card.html",
        municipality=municipality,
        own_address=house().settings.origin + address("public.contact", municipality=code),
        forms=FORMS,
        finder=finder(chosen=code),
        by_postal_code=request.args.get("by") == _POSTAL_CODE,
        **known,
    )


def _card(municipality: Municipality, here: Directory) -> dict[str, Any]:
    """The duty team of a municipality of ours: who, which number, open or closed now, and until when."""
    team = here.team_for(municipality.code, "guidance", language())
    return team_card(team or here.teams[here.intake_team], here)


def team_card(team: Team, here: Directory) -> dict[str, Any]:
    at = now()
    opened = is_open(team.hours, here.holidays, at)
    closing = closes_at(team.hours, here.holidays, at)
    return {
        "team": team,
        "name": Directory.name(team.names, language()),
        "points": _public_points(team),
        "open": opened,
        "closes_at": closing if closing and closing - at < _SOON else None,
        "opens_at": None if opened else next_opening(team.hours, here.holidays, at),
        "week": [_spans(day) for day in team.hours.weekly],
    }


def _public_points(team: Team) -> list[ContactPoint]:
    """Addresses and numbers that are printed, in the page's language where there are any, else in Finnish.

    No e-mail: what concerns a child does not belong into unprotected mail (703/2023 4 §, TSV 423/49/2009).
    """
    printed = [
        point
        for point in team.alert
        if PointUse.PUBLIC in point.uses and point.kind is not ContactKind.EMAIL
    ]
    for spoken in (language(), DEFAULT_LANGUAGE):
        if found := [point for point in printed if point.language == spoken]:
            return found
    return printed


def _by_name(found: tuple[Municipality, ...]) -> list[tuple[str, str]]:
    named = [(m.code, Directory.name(m.names, language())) for m in found]
    return sorted(named, key=lambda choice: sorting_key(choice[1]))


def _today() -> date:
    return now().astimezone(HELSINKI).date()


def _spans(day: tuple[Any, ...]) -> list[str]:
    return [f"{_clock(span.opens)}\u2013{_clock(span.closes)}" for span in day]


def _clock(minutes: int) -> str:
    """Minutes from midnight as the page's language writes the time; closing past midnight is next day's."""
    hours, rest = divmod(minutes if minutes == _DAY else minutes % _DAY, 60)
    return time_of_day(hours, rest)
