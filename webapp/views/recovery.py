"""When a session or its token is gone: the page comes back with what was typed, and a plain word about it."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask import url_for as address

from webapp.limits import BEGINNINGS, limiter
from webapp.views import drafting
from webapp.views.form_pages import (
    Answer,
    find_page,
    gone,
    show_check,
    show_step,
    spec,
    surroundings,
)


def give_back(step: str, notice: str = "lost") -> Answer:
    """The session or its token is gone: the same page again, with the text, in a message of its own."""
    around = surroundings()
    page = next((page for page in spec().steps if page.slug == step), None)
    if page is None:
        return gone()
    # A draft for each such page: as many as may be begun by pressing the button, and no more.
    with limiter.limit(BEGINNINGS):
        kept = drafting.begin(spec(), shared_device=bool(request.form.get("shared_device")))
    form = page(request.form)
    form.prepare(around, {})
    return show_step(form, kept, around, notice=notice), 400


def token_failed() -> Answer:
    """What `views.errors` answers for a form page whose token is missing or stale."""
    values = request.view_args or {}
    draft, step = values.get("draft"), values.get("step")
    kept = drafting.load(draft, spec()) if draft else None
    around = surroundings()
    if kept is None:
        return give_back(step) if step else _start_again()
    if step:
        page = find_page(step, kept, around)
        if page is None:
            return gone()
        form = page(request.form)
        form.prepare(around, kept.content.get("answers", {}))
        return show_step(form, kept, around, notice="token"), 400
    if request.endpoint == "forms.send" and not kept.sent:
        return show_check(kept, around, notice="token"), 400
    return redirect(address("forms.receipt" if kept.sent else "forms.check", draft=draft), 303)


def _start_again() -> tuple[str, int]:
    if request.endpoint == "forms.begin":
        return (
            render_template("forms/start.html", spec=spec(), unfinished=[], notice="token"),
            400,
        )
    return gone()
