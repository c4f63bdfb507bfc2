"""The start page: the first question of 'Which form is mine?', the contact finder, and all forms."""

from __future__ import annotations

from flask import render_template

from forms.registry import FORMS
from forms.spec import Audience, FormSpec
from forms.words import N_
from webapp.views.contact import finder
from webapp.views.public import bp

#: Headings of the list of all forms, in order.
GROUPS = (
    (Audience.FAMILY, N_("For families")),
    (Audience.NEIGHBOUR, N_("For those who worry about a child")),
    (Audience.PROFESSIONAL, N_("For professionals")),
)


@bp.get("/<lang>/")
def start() -> str:
    return render_template("public/start.html", groups=_groups(), forms=FORMS, finder=finder())


def _groups() -> list[tuple[str, list[FormSpec]]]:
    """The listed forms under their headings; a heading without forms is left out."""
    listed = [spec for spec in FORMS.values() if spec.listed]
    found = [
        (heading, [spec for spec in listed if spec.audience is audience])
        for audience, heading in GROUPS
    ]
    return [(heading, specs) for heading, specs in found if specs]
