"""'Which form is mine?': plain questions as links, and what to read before and after writing.

Each answer is an address of its own. Nothing is asked in a form, kept, or put behind a question mark.
"""

from __future__ import annotations

from flask import render_template

from forms.registry import FORMS
from webapp.views.public import bp


@bp.get("/<lang>/urgent")
def urgent() -> str:
    """Somebody is in danger now: whom to call. The forms come after that."""
    return render_template("public/urgent.html")


@bp.get("/<lang>/which/<any(client, who, young, parent, private, professional):page>")
def which(page: str) -> str:
    """A question (`client`, `who`), or the forms for whoever answered it."""
    return render_template(f"public/which_{page}.html", forms=FORMS)


@bp.get("/<lang>/what-next")
def what_next() -> str:
    """What happens to a message after it was sent."""
    return render_template("public/what_next.html")
