"""Leaving at once: nothing of what was written stays behind."""

from __future__ import annotations

from typing import Any

from flask import current_app, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from webapp.house import house
from webapp.i18n import base, language
from webapp.views.drafting import visitor
from webapp.views.public import bp

#: A page that anybody may have looked at: the weather, as the Finnish Meteorological Institute tells it.
_WEATHER = {
    "fi": "https://www.ilmatieteenlaitos.fi/",
    "sv": "https://sv.ilmatieteenlaitos.fi/",
    "en": "https://en.ilmatieteenlaitos.fi/",
}


@bp.get("/<lang>/exit")
def leave() -> AnyResponse:
    """Leave at once: what was written is deleted, the session ends, and a neutral page comes instead.

    The cookie changes with it, so that the browser does not show an old page from its memory. A HEAD, which
    programs send ahead to look where an address leads, changes nothing.
    """
    if request.method == "HEAD" or _is_not_the_person():
        return redirect(_weather(), 303)
    mine = visitor()
    if mine.exists:
        house().drafts.delete_all_of(mine.id_hash())
    mine.end()
    answer = redirect(_weather(), 303)
    cookies: Any = current_app.session_interface
    cookies.set_cookie(answer, "")
    return answer


def _is_not_the_person() -> bool:
    """A browser that fetches ahead, or another site's link: neither is somebody who wants to leave."""
    ahead = {"prefetch", "prerender", "preview"}
    purposes = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    fetched_ahead = bool(ahead & set(purposes.replace(";", " ").lower().split()))
    return fetched_ahead or request.headers.get("Sec-Fetch-Site") == "cross-site"


def _weather() -> str:
    return _WEATHER.get(base(language()), _WEATHER["en"])
