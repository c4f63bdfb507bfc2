"""The blueprint of the public pages, how an address names their language, and what belongs to no page.

The pages stand in modules of their own beside this one: `starting`, `contact`, `follow_up`, `leaving`.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, redirect, request
from flask import url_for as address
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from webapp import assets
from webapp.catalogues import LANGUAGES
from webapp.house import house
from webapp.i18n import language, preferred

bp = Blueprint("public", __name__)


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
