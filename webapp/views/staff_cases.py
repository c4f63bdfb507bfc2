"""One case at the desk: shown whole once the view is logged, and the few things that may be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask import url_for as address
from flask_security import auth_required
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response

from casework import usecases
from casework.access import Relation, relation_to, teams_of
from casework.commands import ContactWay
from casework.directory import Directory
from casework.errors import IllegalMove, NotFound
from casework.model import CASE_MOVES, CaseHead, CaseState
from casework.phrases import Phrase
from forms.words import N_
from webapp.accounts.users import workers_of
from webapp.house import directory, house
from webapp.i18n import say
from webapp.store.case_file import CaseFile, MessageLine
from webapp.views import staff_words as words
from webapp.views.phrases import PHRASES
from webapp.views.staff_answers import (
    Section,
    answered,
    dialable,
    form_title,
    language_name,
    municipality_name,
    sections,
    team_name,
    why,
)
from webapp.views.staff_door import viewer
from webapp.wiring import now

bp = Blueprint("cases", __name__, url_prefix="/cases")


class Act(NamedTuple):
    """What may be done with a case: the use case, the state that it leads to, the notice afterwards."""

    do: usecases.CaseAct
    to: CaseState
    notice: str


ACTS: Mapping[str, Act] = {
    "answer": Act(usecases.answer_case, CaseState.ANSWERED, "answered"),
    "answer-here": Act(usecases.answer_on_page, CaseState.ANSWERED, "answered_here"),
    "close": Act(usecases.close_case, CaseState.CLOSED, "closed"),
    "reopen": Act(usecases.reopen_case, CaseState.IN_PROGRESS, "reopened"),
}


#: Notices that do not hang on the state of the case.
_ALWAYS = {"late", "said", "taken_back", "code_given"}


def surroundings_of_act(at: datetime) -> dict[str, Any]:
    """What every use case of this page needs, opened for this request."""
    rooms = house()
    return {
        "directory": directory(),
        "now": at,
        "ids": rooms.ids,
        "work": rooms.work(),
        "log": rooms.access_log,
    }


@bp.get("/<uuid:case_id>")
@auth_required("session")
def show(case_id: UUID) -> str:
    """The whole case. Opening acknowledges, so only a real GET opens."""
    if request.method == "HEAD":
        raise MethodNotAllowed(valid_methods=["GET"])
    return show_case(case_id)


def show_case(case_id: UUID, wrong: str = "") -> str:
    """The page of a case, once the view is logged. `wrong`: what must be mended on it, in words."""
    at = now()
    try:
        _, relation = usecases.open_case(case_id, viewer(), **surroundings_of_act(at))
    except NotFound:
        raise NoSuchPage from None
    return _page(house().desk.case_file(case_id), relation, at, wrong)


@bp.post("/<uuid:case_id>/<any(answer, 'answer-here', close, reopen):act>")
@auth_required("session")
def do(case_id: UUID, act: str) -> Response:
    """Do one thing, then show the case again: with what was done, or that somebody else was faster."""
    chosen = ACTS[act]
    try:
        chosen.do(case_id, viewer(), **surroundings_of_act(now()))
        notice = chosen.notice
    except NotFound:
        raise NoSuchPage from None
    except IllegalMove:
        notice = "late"
    return redirect(address("staff.cases.show", case_id=case_id, notice=notice), 303)


def _page(case: CaseFile, relation: Relation, at: datetime, wrong: str) -> str:
    here, head = directory(), case.head
    form, messages = head.form, _messages(case, here)
    return render_template(
        "staff/case.html",
        words=words,
        case=case,
        head=head,
        relation=words.RELATIONS[relation],
        form=form_title(form),
        team=team_name(head.team, here),
        alerted=[team_name(key, here) for key in sorted(head.alerted_teams - {head.team})],
        language_of_case=language_name(head.language),
        municipality=municipality_name(case.municipality, here) if case.municipality else None,
        answers=sections(form, case.shared, here),
        child=answered(form, case.child, here),
        added=[(moment, sections(form, given, here)) for moment, given in case.additions],
        sender=_sender(case.sender),
        earlier=[(chosen.at, _sender(chosen.given)) for chosen in case.contacts[1:]],
        about_sender=_about_sender(case, here),
        protected=case.child.get("non_disclosure") == "yes",
        siblings=[(other, is_mine(other, here)) for other in case.siblings],
        reasons=[why(reason, here) for reason in case.reasons],
        actors=_actors(case, here),
        messages=messages,
        acts=_acts(case),
        notice=_notice(head.state),
        phrases=PHRASES,
        sayable=_sayable(case),
        press=house().ids.row(),
        wrong=wrong,
        at=at,
    )


def _acts(case: CaseFile) -> list[str]:
    """What may be done now: 'answered on the page' only where something was said there."""
    possible = [name for name, act in ACTS.items() if act.to in CASE_MOVES[case.head.state]]
    return [name for name in possible if name != "answer-here" or case.said]


def _sayable(case: CaseFile) -> Mapping[Phrase, str]:
    """Phrases that may be said; 'in the way that you chose' only to somebody who has chosen one."""
    way = (case.sender or {}).get("way", ContactWay.NONE)
    hidden = {Phrase.WILL_CONTACT} if way == ContactWay.NONE else set()
    return {phrase: words for phrase, words in PHRASES.items() if phrase not in hidden}


def _notice(state: CaseState) -> str | None:
    """What the last press did, as long as it is still so; a kept address must not tell yesterday's news."""
    code = request.args.get("notice", "")
    still_so = {act.notice for act in ACTS.values() if act.to is state} | _ALWAYS
    return code if code in still_so else None


def is_mine(other: CaseHead, here: Directory) -> bool:
    return relation_to(viewer(), here, other) is not None


def _sender(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The sender's block: None for an anonymous one."""
    if given is None:
        return None
    way = given.get("way")
    times = given.get("safe_times") or ()
    phone = given.get("phone") or ""
    return {
        "name": given.get("name") or _notifier(given),
        "way": words.WAYS[ContactWay(way)] if way in set(ContactWay) else None,
        "phone": phone,
        "dial": dialable(phone) if phone else None,
        "email": given.get("email") or "",
        # None chosen means any of those that the form offers, and no other.
        "times": [text for time, text in words.SAFE_TIMES.items() if not times or time in times],
        "may_leave_message": given.get("may_leave_message"),
    }


def _about_sender(case: CaseFile, here: Directory) -> list[Section]:
    """Who the sender is, and whether this is to be kept secret: the pages beside the choices of contact."""
    given = case.sender or {}
    pages = {slug: given[slug] for slug in ("notifier", "secrecy") if slug in given}
    return sections(case.head.form, pages, here)


def _notifier(given: Mapping[str, Any]) -> str:
    """The name of a notifier, which a page of its own has asked."""
    notifier = given.get("notifier") or {}
    names = (notifier.get("first_names"), notifier.get("last_name"))
    return " ".join(name for name in names if name)


def _actors(case: CaseFile, here: Directory) -> Mapping[str, str]:
    """Who is behind each line of the timeline: the name of the directory, else what kind of actor."""
    named = {line.actor for line in case.timeline}
    users = {actor.removeprefix("user:") for actor in named if actor.startswith("user:")}
    workers = workers_of(house().engine, users)
    return {actor: _actor(actor, workers, here) for actor in named}


def _actor(actor: str, workers: Mapping[str, str], here: Directory) -> str:
    if actor == "sender":
        return say(N_("The sender"))
    if not actor.startswith("user:"):
        return say(N_("The service itself"))
    worker = here.workers.get(workers.get(actor.removeprefix("user:"), ""))
    return worker.name if worker else say(N_("A member of staff"))


def _messages(case: CaseFile, here: Directory) -> list[tuple[str, MessageLine]]:
    """Messages with their recipients in words, without addresses.

    Alerts to teams that only another child's case concerns would tell whose that case is: they stay out.
    """
    seen = {case.head.team, *case.head.alerted_teams, *teams_of(viewer(), here)}
    shown = []
    for message in case.messages:
        kind, _, rest = message.recipient.partition(":")
        team = rest.split(":")[0]
        if kind != "team":
            shown.append((say(N_("The sender")), message))
        elif team in seen:
            shown.append((team_name(team, here), message))
    return shown
