"""The start page."""

from __future__ import annotations

from flask import render_template

from forms.registry import FORMS
from webapp.views.contact import own_municipalities
from webapp.views.public import bp


@bp.get("/<lang>/")
def start() -> str:
    return render_template("public/start.html", forms=FORMS, choices=own_municipalities())
