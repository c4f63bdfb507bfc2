"""What the messages say, in each language, as a phone and a mailbox show them: shipped, or in the county's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request
from flask_babel import gettext, ngettext
from flask_security import auth_required

from casework import message_texts as texts
from casework.calendar import closes_at
from casework.directory import Directory
from casework.messages import Purpose
from casework.sms_segments import segments
from forms.words import N_
from webapp import catalogues
from webapp.house import house
from webapp.i18n import language as page_language
from webapp.message_texts import Channel, Rendered, render, words
from webapp.views.staff_directory_reasons import told
from webapp.views.staff_words import PURPOSES
from webapp.wiring import now

bp = Blueprint("message_texts", __name__, url_prefix="/message-texts")

#: Stands for a case in texts to staff.
EXAMPLE = "ABCD-EFGH"
GROUPS = ((N_("To the sender"), texts.FOR_SENDERS), (N_("To staff"), texts.FOR_STAFF))
#: Units in a text of one segment, and in each of several.
_ROOM = {"GSM-7": (160, 153), "UCS-2": (70, 67)}


@dataclass(frozen=True, slots=True)
class Shown:
    """One text in one channel. `spoken`: the language that it is in. `faults`: why the county's own is not used."""

    text: Rendered
    spoken: catalogues.Language
    measure: str
    faults: Sequence[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One purpose: what its texts are called at the desk, and the texts."""

    key: str
    title: str
    sms: Shown
    email: Shown


@bp.get("")
@auth_required("session")
def index() -> str:
    # Asked of the database: who has just saved a text wants to see it.
    here, known = house().current.newest(), catalogues.known()
    codes = _codes(here)
    wanted = (request.args.get("language"), page_language(), codes[0])
    code = next(one for one in wanted if one in codes)
    at = _a_closed_moment(here, now())
    groups = [
        (title, [_kind(purpose, code, here, at) for purpose in purposes])
        for title, purposes in GROUPS
    ]
    return render_template(
        "staff/message_texts.html",
        shown_in=known[code],
        shown_name=catalogues.own_name(code),
        tabs=[known[one] for one in codes],
        names={one: catalogues.own_name(one) for one in codes},
        groups=groups,
        saved=request.args.get("notice") == "saved",
    )


def _codes(here: Directory) -> list[str]:
    """Languages in which a message may be: complete ones, and partial ones in which the county has its own texts."""
    known = catalogues.known()
    worded = {code for each in here.message_texts.values() for code in each}
    asked = dict.fromkeys((*here.county.languages, *texts.LANGUAGES))
    return [one for one in asked if one in known and (known[one].is_complete or one in worded)]


def _a_closed_moment(here: Directory, at: datetime) -> datetime:
    """A moment at which nobody answers, so that the opening time is shown; now, where somebody always does."""
    intake = here.teams[here.intake_team]
    return closes_at(intake.hours, here.holidays, at) or at


def _kind(purpose: str, code: str, here: Directory, at: datetime) -> Kind:
    said = words(purpose, code, here, house().settings.origin, _number(purpose), at)
    sms, email = (_shown(purpose, code, channel, said, here) for channel in ("sms", "email"))
    return Kind(purpose, PURPOSES[Purpose(purpose)], sms, email)


def _number(purpose: str) -> str:
    return EXAMPLE if "number" in texts.variables(purpose) else ""


def _shown(
    purpose: str, code: str, channel: Channel, said: dict[str, str], here: Directory
) -> Shown:
    text = render(purpose, code, channel, said, here.message_texts)
    spoken = code if text.is_own else catalogues.base(code)
    return Shown(
        text=text,
        spoken=catalogues.known()[spoken],
        measure=_measure(text.body) if channel == "sms" else "",
        faults=[f"{fault.field}: {told(fault.reason)}" for fault in text.faults],
    )


def _measure(text: str) -> str:
    """'1 segment, GSM-7, 112 of 160'."""
    took = segments(text)
    alone, joined = _ROOM[took.encoding]
    return str(
        gettext(
            "%(segments)s, %(encoding)s, %(units)s of %(room)s",
            segments=ngettext("1 segment", "%(num)s segments", took.count),
            encoding=took.encoding,
            units=took.units,
            room=alone if took.count == 1 else joined * took.count,
        )
    )
