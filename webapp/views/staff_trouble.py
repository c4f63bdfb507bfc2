"""The banner of the desk while messages do not leave: whoever would have texted must call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import g
from flask_babel import gettext

from casework.access import Role
from casework.calendar import HELSINKI
from casework.messages import Channel
from forms.words import N_, Words
from webapp.house import house
from webapp.i18n import clock, in_words, say
from webapp.views.staff_door import viewer
from webapp.wiring import now

#: Whoever answers people, or sees to it that they are answered.
_CONCERNED = frozenset({Role.DUTY_WORKER, Role.TEAM_LEAD})
_STANDING_STILL: Mapping[Channel, str] = {
    Channel.SMS: N_(
        "Text messages are not leaving since %(moment)s. Call people whom you would text."
    ),
    Channel.EMAIL: N_(
        "E-mail is not leaving since %(moment)s. Call people to whom you would write."
    ),
}


def for_templates() -> dict[str, Any]:
    """`troubles()` asks the database, at most each quarter of a minute; a page that does not call it asks nothing."""
    return {"troubles": _troubles}


def _troubles() -> list[str]:
    """One sentence a channel in the reader's language; none where all is well, or it is not the reader's affair."""
    if not g.get("person") or not viewer().roles & _CONCERNED:
        return []
    at = now()
    return [
        say(Words(_STANDING_STILL[trouble.channel], moment=_moment(trouble.since, at)))
        for trouble in house().sending.troubles(at)
    ]


def _moment(since: datetime, at: datetime) -> str:
    """The hour where it was today, else the day too."""
    if since.astimezone(HELSINKI).date() != at.astimezone(HELSINKI).date():
        return in_words(since)
    return str(gettext("%(time)s today", time=clock(since.astimezone(HELSINKI))))
