"""Errors as pages that help: in the reader's language, with the phone numbers, and with the text kept."""

from __future__ import annotations

from typing import Any, TypeGuard

import structlog
from flask import Flask, g, has_request_context, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from casework.errors import ErasedContent, NoDirectory
from webapp import logs
from webapp.i18n import base, offered, preferred
from webapp.views import follow_up_acts
from webapp.views.follow_up import kept_now
from webapp.views.recovery import token_failed

#: Where a code is typed; what was written before its page closed may come along.
_CODE = "public.open_follow_up"

log = structlog.get_logger()

#: Errors with words of their own; another one is told as 400 or 500.
KNOWN = frozenset({400, 403, 404, 405, 410, 413, 422, 429, 500, 503})
#: Blueprints and endpoints whose posts are given back, to be sent again; passwords and codes are not repeated.
_GIVEN_BACK = {"forms", "public.add_more", "public.choose_contact", "public.open_follow_up"}
#: Endpoints that give back what was typed on a page behind a code.
_FOLLOWING = {"public.withdraw_now", *_GIVEN_BACK}


def init(app: Flask) -> None:
    app.register_error_handler(CSRFError, _token_failed)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _store_down)
    app.register_error_handler(PoolTimeout, _store_down)
    app.register_error_handler(NoDirectory, _no_directory)
    app.register_error_handler(ErasedContent, _erased)
    app.register_error_handler(Exception, _unforeseen)


def _page(code: int, **known: Any) -> tuple[str, int]:
    _choose_language()
    return render_template("errors/error.html", code=code, **known), code


def _choose_language() -> None:
    """Errors come before the address was understood, too; partial languages have no words for them."""
    if not g.get("language"):
        first = request.path.split("/")[1] if request.path.count("/") > 1 else ""
        g.language = first if first in offered() else preferred()
    g.language = base(g.language)


def _http(error: HTTPException) -> Any:
    # What went wrong while the answer was being finished, as when the session could not be kept.
    cause = getattr(error, "original_exception", None)
    if is_store_down(cause):
        return _store_down(cause)
    # What was raised while another error was being answered, as when too many tokens failed.
    error = cause if isinstance(cause, HTTPException) else error
    code = error.code or 500
    if code < 400 or request.path.startswith(("/hooks/", "/healthz", "/readyz", "/metrics")):
        return error
    shown = code if code in KNOWN else (400 if code < 500 else 500)
    page, status = _page(shown, posted=_posted() if shown == 429 else [])
    return page, status, _allowed(error)


def _allowed(error: HTTPException) -> dict[str, str]:
    """RFC 9110 15.5.6: who is refused a method is told which ones there are."""
    methods = getattr(error, "valid_methods", None) or ()
    return {"Allow": ", ".join(sorted(methods))} if methods else {}


def _token_failed(error: CSRFError) -> Any:
    """A missing or stale token is nobody's fault: the page comes back with what was typed."""
    _choose_language()
    if request.blueprint == "forms" and g.get("spec"):
        try:
            return token_failed()
        except HTTPException as refused:
            # Left to Flask, it would be written down as a fault of ours.
            return _http(refused)
    if request.endpoint in _FOLLOWING and (request.endpoint != _CODE or kept_now()):
        return follow_up_acts.token_failed()
    return _page(400, token=True, posted=_posted())


def is_store_down(error: object) -> TypeGuard[DBAPIError | PoolTimeout]:
    """Whether it is answered with 503, and written down so."""
    return isinstance(error, DBAPIError | PoolTimeout)


def _store_down(error: Exception) -> tuple[str, int, dict[str, str]]:
    """The database cannot be reached: whom to call, and the text in a form that can be sent again."""
    log.error("store_down", **logs.told(error), endpoint=request.endpoint)
    page, code = _page(503, posted=_posted())
    return page, code, {"Retry-After": "60"}


def _erased(error: ErasedContent) -> tuple[str, int]:
    """Staff stay in the frame of the desk."""
    if g.get("person") and request.blueprint and request.blueprint.startswith("staff"):
        return render_template("staff/erased.html"), 410
    return _page(410)


def _no_directory(error: NoDirectory) -> tuple[str, int]:
    log.error("no_directory")
    return _page(503)


def _unforeseen(error: Exception) -> tuple[str, int]:
    write_down(error)
    return _page(500, posted=_posted())


def write_down(error: BaseException) -> None:
    """The class and the place alone: an error's text or its locals may hold what was typed."""
    endpoint = request.endpoint if has_request_context() else None
    log.error("unforeseen", **logs.told(error), endpoint=endpoint)


def _posted() -> list[tuple[str, str]]:
    """What the person sent to a public page, to be sent again."""
    if request.method != "POST" or not {request.blueprint, request.endpoint} & _GIVEN_BACK:
        return []
    if request.endpoint == _CODE and not kept_now():
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if name != "code"]
