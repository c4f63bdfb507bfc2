"""The Flask application: puts the rooms together, sets the headers of every answer, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request
from flask_wtf import CSRFProtect
from werkzeug.exceptions import InternalServerError
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import assets, config, i18n, limits, logs, pages, wiring
from webapp.accounts import staff_accounts
from webapp.accounts.sessions import RowSessions
from webapp.house import house
from webapp.views import (
    choosing,
    contact,
    dev,
    errors,
    follow_up,
    follow_up_acts,
    form_onward,
    form_pages,
    form_sending,
    forms,
    hooks,
    information,
    leaving,
    operators,
    public,
    staff,
    starting,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: The largest body that is read, in bytes; beyond it the answer is 413.
LARGEST_BODY = 2 * 1024 * 1024
_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

csrf = CSRFProtect()


class Luotsi(Flask):
    """Flask, but whatever goes wrong is written down by its class and place: its text may quote what was typed."""

    def log_exception(self, exc_info: Any) -> None:
        """What was raised after the view, as while the session was kept; its page is made by `errors` all the same.

        That the store is down is written down by its own page.
        """
        if not errors.is_store_down(exc_info[1]):
            errors.write_down(exc_info[1])

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """What even the page of an error could not answer: the server would write it down with its text."""
        try:
            return super().wsgi_app(environ, start_response)
        except Exception as error:  # noqa: BLE001
            errors.write_down(error)
            return InternalServerError()(environ, start_response)


def create(settings: config.Settings | None = None) -> Flask:
    """Build the application. Reads the settings from the environment unless they are given."""
    settings = settings or config.load()
    logs.configure()
    app = Luotsi(
        "webapp", static_folder=None, template_folder=str(_TEMPLATES), root_path=str(_TEMPLATES)
    )
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        MAX_FORM_PARTS=2000,
        # A slow writer must not lose the text: tokens live as long as their session.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.extensions["house"] = wiring.build(settings)
    app.session_interface = RowSessions(house(app).sessions, https=settings.https)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    csrf.init_app(app)
    limits.init(app, settings)
    i18n.init(app)
    pages.init(app)
    staff_accounts.init(app, settings)
    _register(app, settings)
    return app


def _register(app: Flask, settings: config.Settings) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    # Pages that share a blueprint: naming their modules here is what puts them there.
    assert all(
        part.bp is public.bp
        for part in (
            starting,
            choosing,
            contact,
            follow_up,
            follow_up_acts,
            information,
            leaving,
        )
    )
    assert all(part.bp is form_pages.bp for part in (forms, form_sending, form_onward))
    for blueprint in (public.bp, form_pages.bp, staff.bp, operators.bp, hooks.bp):
        app.register_blueprint(blueprint)
    csrf.exempt(hooks.bp)
    if settings.demo:
        app.register_blueprint(dev.bp)
    errors.init(app)
    app.after_request(_set_headers)
    app.context_processor(_site)


def _site() -> dict[str, object]:
    """What every page knows: the county with its numbers and colours, as of the last known directory."""
    directory = house().current.last_known()
    if directory is None:
        sheet = assets.stylesheet({})
        return {"county": None, "county_name": "Luotsi", "sheet": sheet, "script": assets.script()}
    county = directory.county
    return {
        "county": county,
        "county_name": directory.name(county.names, i18n.language()),
        "sheet": assets.stylesheet(county.colours),
        "script": assets.script(),
    }


def _set_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if g.get("language"):
        response.headers.setdefault("Content-Language", pages.this_language().tag)
    return response
