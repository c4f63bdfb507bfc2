"""The end of a form: all answers once more, the one commit, the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import structlog
from flask import redirect, render_template, request
from flask import url_for as address
from werkzeug.wrappers import Response

from casework import usecases
from casework.calendar import is_open
from casework.commands import AddInformation
from casework.directory import Directory
from casework.errors import AlreadySubmitted
from casework.messages import Queue
from casework.model import FollowUp
from casework.teams import Team
from forms.base import Surroundings
from forms.places import hides_place
from forms.spec import Born
from webapp.house import directory, house
from webapp.store.drafts import Draft, DraftChanged
from webapp.views import drafting
from webapp.views.contact import team_card
from webapp.views.form_pages import TRAP, Answer, bp, gone, show_check, spec, surroundings
from webapp.wiring import now

log = structlog.get_logger()


@bp.get("/<slug>/<uuid:draft>/check")
def check(draft: UUID) -> Answer:
    kept, around = drafting.load(draft, spec()), surroundings()
    if kept is None:
        return gone()
    if page := drafting.unsaved(kept, spec()):
        return redirect(address("forms.step", draft=draft, step=page, then="check"), 303)
    if kept.sent and not kept.content.get("addition"):
        return redirect(address("forms.receipt", draft=draft), 303)
    if not kept.sent:
        missing = spec().first_unanswered(kept.content["answers"], around)
        if missing is not None:
            return redirect(address("forms.step", draft=draft, step=missing.slug), 303)
        if spec().onward(kept.content["answers"]):
            return redirect(address("forms.onward", draft=draft), 303)
    return show_check(kept, around)


@bp.post("/<slug>/<uuid:draft>/check")
def send(draft: UUID) -> Answer:
    kept, around = drafting.load(draft, spec()), surroundings()
    if kept is None:
        return gone()
    if page := drafting.unsaved(kept, spec()):
        return redirect(address("forms.step", draft=draft, step=page, then="check"), 303)
    if kept.sent:
        return _send_addition(kept)
    answers = kept.content["answers"]
    missing = spec().first_unanswered(answers, around)
    if missing is not None:
        return redirect(address("forms.step", draft=draft, step=missing.slug), 303)
    if spec().onward(answers):
        return redirect(address("forms.onward", draft=draft), 303)
    born = Born(kept.submission_id, kept.content["reference"], kept.content["code"])
    at, the_house = now(), house()
    work = the_house.work()
    try:
        with the_house.drafts.sending(work, kept, drafting.sent_content(kept, at)):
            taken_in = usecases.submit(
                spec().to_command(born, answers, around, suspect=_looks_automated()),
                directory=around.directory,
                now=at,
                ids=the_house.ids,
                work=work,
            )
    except (AlreadySubmitted, DraftChanged):
        return _after_another_tab(draft, around)
    if taken_in.alarm:
        log.error("routing_alarm", submission=str(taken_in.submission_id))
    the_house.wake_up.wake(frozenset({Queue.URGENT, Queue.DEFAULT}))
    return redirect(address("forms.receipt", draft=draft), 303)


def _looks_automated() -> bool:
    """Whether a field was filled in that no person sees. Some browsers do so too: it only marks the message."""
    return bool(request.form.get(TRAP, "").strip())


def _after_another_tab(draft: UUID, around: Surroundings) -> Answer:
    """Another tab or press was faster: it sent the message, or it stored an answer, which is to be checked."""
    newest = drafting.load(draft, spec())
    if newest is None:
        return gone()
    if newest.sent:
        return redirect(address("forms.receipt", draft=draft), 303)
    missing = spec().first_unanswered(newest.content["answers"], around)
    if missing is not None:
        return redirect(address("forms.step", draft=draft, step=missing.slug), 303)
    return show_check(newest, around, notice="changed"), 409


def _send_addition(kept: Draft) -> Response:
    addition, left = kept.content.get("addition"), False
    if addition:
        usecases.add_information(
            AddInformation(
                kept.submission_id,
                drafting.addition_id(kept),
                spec().by_scope(addition),
                cannot_wait=spec().cannot_wait(addition),
                non_disclosure=hides_place(addition),
            ),
            directory=directory(),
            now=now(),
            ids=house().ids,
            work=house().work(),
        )
        newest = drafting.addition_sent(kept, spec())
        left = newest is not None and "addition" in newest.content
        house().wake_up.wake(frozenset({Queue.URGENT, Queue.DEFAULT}))
    return redirect(address("forms.check" if left else "forms.receipt", draft=kept.id), 303)


@bp.get("/<slug>/<uuid:draft>/receipt")
def receipt(draft: UUID) -> Answer:
    kept = drafting.load(draft, spec())
    if kept is None:
        return gone()
    if not kept.sent:
        return redirect(address("forms.check", draft=draft), 303)
    with house().work() as work:
        followed = work.submissions.follow_up_by_id(kept.submission_id)
    if followed is None:
        return gone()
    here = directory()
    teams = _teams_told(followed, here)
    return render_template(
        "forms/receipt.html",
        spec=spec(),
        draft=kept,
        followed=followed,
        code=_code(kept, followed),
        added=bool(kept.content.get("added")),
        tell_of_start=bool(kept.content.get("by_text")) and house().settings.texts_can_be_answered,
        cards=[team_card(team, here) for team in teams.values()],
        closed_then={
            key
            for key, team in teams.items()
            if not is_open(team.hours, here.holidays, followed.received_at)
        },
        number_now=_number_now(teams, here),
    )


def _teams_told(followed: FollowUp, here: Directory) -> dict[str, Team]:
    """The teams of which the sender is told, by key."""
    return {
        case.team: here.teams.get(case.team) or here.teams[here.fallback_team]
        for case in followed.cases
    }


def _number_now(teams: Mapping[str, Team], here: Directory) -> str:
    """Whom to call at once: a team that the sender is told of and that is at work, else those who always are."""
    at = now()
    at_work = (team.phone for team in teams.values() if is_open(team.hours, here.holidays, at))
    return next(at_work, here.county.emergency_social_services)


def _code(kept: Draft, followed: FollowUp) -> str | None:
    """The code while it may be shown, unless a worker has given another one meanwhile."""
    code = drafting.code_to_show(kept, now())
    if code is None:
        return None
    with house().work() as work:
        found = work.submissions.follow_up(house().ids.code_hash(code))
    return code if found and found.submission_id == followed.submission_id else None


@bp.get("/<slug>/<uuid:draft>/receipt.txt")
def receipt_file(draft: UUID) -> Answer:
    """The receipt as a file to keep, without a word of what it is about; not on a device that others use."""
    kept = drafting.load(draft, spec())
    if kept is None or not kept.sent or kept.shared_device:
        return gone()
    with house().work() as work:
        followed = work.submissions.follow_up_by_id(kept.submission_id)
    if followed is None:
        return gone()
    here = directory()
    text = render_template(
        "forms/receipt.txt",
        # The public address, whatever name a proxy within the house was asked by.
        link=house().settings.origin + address("public.follow_up"),
        followed=followed,
        code=_code(kept, followed),
        number_now=_number_now(_teams_told(followed, here), here),
    )
    named = f'attachment; filename="{followed.reference}.txt"'
    return Response(text, mimetype="text/plain", headers={"Content-Disposition": named})


@bp.post("/<slug>/<uuid:draft>/receipt")
def saved(draft: UUID) -> Answer:
    """'I have saved it': from now on the code is nowhere but with the person."""
    kept = drafting.load(draft, spec())
    if kept is None:
        return gone()
    if kept.sent:
        drafting.forget_code(kept, spec())
    return redirect(address("forms.receipt", draft=draft), 303)
