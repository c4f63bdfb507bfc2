"""The blueprint of the public pages, how an address names their language, and what belongs to no page.

The pages stand in modules of their own beside this one: `starting`, `choosing`, `contact`,
`follow_up`, `information`, `leaving`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, current_app, g, make_response, redirect, request
from flask import url_for as address
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from webapp import assets
from webapp.house import house
from webapp.i18n import base, language, offered, preferred
from webapp.pages import has_page, languages_of

bp = Blueprint("public", __name__)


#: What a query may hold as it stands (RFC 3986 3.4); whatever else arrives is quoted.
_OF_A_QUERY = "!$&'()*+,;=:@/?%-._~"


class _InItsBase(RequestRedirect):
    """To the same page in the language on which a partial one is based."""

    code = 302  # not for good: the page may be translated one day


@bp.url_value_preprocessor
def take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """`<lang>` in an address decides the page's language; one that the county does not offer is no page of ours.

    A page that a partial language has not is shown in its base; what is posted there is answered in it.
    """
    if not endpoint or not values or "lang" not in values:
        return
    chosen = values.pop("lang")
    if chosen not in offered():
        raise NotFound
    g.language = chosen if has_page(chosen, endpoint) else base(chosen)
    if g.language != chosen and request.method in {"GET", "HEAD"}:
        asked = quote(request.query_string, safe=_OF_A_QUERY)
        whole = address(endpoint, **values, lang=g.language)
        raise _InItsBase(f"{whole}?{asked}" if asked else whole)


@bp.url_defaults
def give_language(endpoint: str, values: dict[str, Any]) -> None:
    if current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        here = language()
        values.setdefault("lang", here if has_page(here, endpoint) else base(here))


@bp.get("/")
def root() -> AnyResponse:
    best = preferred(languages_of("public.start"))
    answer = redirect(address("public.start", lang=best), 302)
    answer.headers["Vary"] = "Accept-Language"
    return answer


@bp.get("/static/site-<digest>.css")
def stylesheet(digest: str) -> Response:
    known = house().current.last_known()
    sheet = assets.stylesheet(known.county.colours if known else {})
    return _asset(sheet, digest, "text/css; charset=utf-8")


@bp.get("/static/site-<digest>.js")
def script(digest: str) -> Response:
    return _asset(assets.script(), digest, "text/javascript; charset=utf-8")


def _asset(sheet: assets.Sheet, digest: str, kind: str) -> Response:
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    answer = make_response(sheet.gzipped if zipped else sheet.body)
    answer.headers["Content-Type"] = kind
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
