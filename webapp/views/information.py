"""What the law asks every public service to tell: accessibility, privacy, breaks, and where to give feedback."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any

import structlog
from flask import current_app, redirect, render_template
from flask import url_for as address
from werkzeug.wrappers import Response

from casework.announcements import current
from casework.calendar import HELSINKI
from casework.statements import Accessibility
from forms.feedback import FEEDBACK
from webapp.house import directory, house
from webapp.i18n import language
from webapp.views.public import bp
from webapp.wiring import now

log = structlog.get_logger()

#: What `./run report` recorded of this release; it is part of the package.
RECORDED = resources.files("webapp") / "data" / "accessibility.json"

#: Traficom's own pages on how to complain, in its three languages; the law names it (306/2019, 606/2024).
_COMPLAINTS = "https://www.saavutettavuusvaatimukset.fi/"
_COMPLAINT_PAGES = {
    "fi": "fi/kayttajan-oikeudet/tee-saavutettavuuskantelu-tai-pyyda-selvitysta",
    "sv": "sv/dina-rattigheter/lamna-en-tillganglighetsklagan-eller-be-om-en-utredning",
    "en": "en/user-rights/submit-complaint-web-accessibility-or-request-clarification",
}
_OMBUDSMAN = "https://tietosuoja.fi/"
_OMBUDSMAN_PAGES = {"fi": "", "sv": "sv", "en": "en"}


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """What machines found out about the pages of this release.

    `page_states` are counted once, whatever the number of `languages`; `left_to_people` are numbers of WCAG's
    success criteria of which a part is left to a person.
    """

    tested_on: date
    page_states: int
    languages: int
    axe: str
    violations: int
    left_to_people: tuple[str, ...]


@lru_cache(maxsize=1)
def recorded_run() -> RecordedRun | None:
    """The run that came with this release; None where there is none that can be read."""
    if not RECORDED.is_file():
        return None
    try:
        told = json.loads(RECORDED.read_text("utf-8"))
        return RecordedRun(
            tested_on=date.fromisoformat(told["tested_on"]),
            page_states=int(told["page_states"]),
            languages=len(told["languages"]),
            axe=str(told["axe"]),
            violations=int(told["violations"]),
            left_to_people=tuple(map(str, told["left_to_people"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        log.warning("accessibility_record_unreadable", fault=type(error).__name__)
        return None


def _signed(review: Accessibility) -> bool:
    """Whether the county has signed a review of its own; one of a day to come is none yet."""
    today = now().astimezone(HELSINKI).date()
    return bool(review.status and review.reviewed_on and review.reviewed_on <= today)


def _page_of(site: str, pages: dict[str, str]) -> tuple[str, str]:
    """An authority's address and its language: the reader's, else English."""
    spoken = language() if language() in pages else "en"
    return site + pages[spoken], spoken


@bp.get("/<lang>/accessibility")
def accessibility() -> str:
    """The statement: what was tested and what the county itself found. It never claims more."""
    review = directory().county.accessibility
    signed, run = _signed(review), recorded_run()
    return render_template(
        "public/accessibility.html",
        review=review,
        signed=signed,
        run=run,
        prepared_on=review.reviewed_on if signed else run.tested_on if run else None,
        complaints=_page_of(_COMPLAINTS, _COMPLAINT_PAGES),
    )


@bp.get("/<lang>/privacy")
def privacy() -> str:
    cookies: Any = current_app.session_interface
    return render_template(
        "public/privacy.html",
        privacy=directory().county.privacy,
        cookie=cookies.cookie,
        ombudsman=_page_of(_OMBUDSMAN, _OMBUDSMAN_PAGES),
    )


@bp.get("/<lang>/cookies")
def cookies() -> Response:
    return redirect(address("public.privacy", _anchor="cookies"), 302)


@bp.get("/<lang>/feedback")
def feedback() -> Response:
    return redirect(address("forms.start", slug=FEEDBACK.slug), 302)


@bp.app_context_processor
def _told() -> dict[str, Any]:
    """Breaks of the service that every page announces now, as of the last known directory."""
    known = house().current.last_known()
    return {"announcements": current(known.county.announcements, now()) if known else ()}
