"""The page of one case: what stands, what was written, what is waited for, and what may be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from flask import render_template

from casework import usecases
from casework.access import Relation, relation_to
from casework.commands import ContactWay
from casework.directory import Directory, OtherCounty
from casework.model import CASE_MOVES, CaseHead, CaseState
from casework.phrases import Phrase
from forms.words import Words
from webapp.house import directory, house
from webapp.i18n import language, say
from webapp.store.case_file import CaseFile
from webapp.views import staff_words as words
from webapp.views.phrases import PHRASES
from webapp.views.staff_answers import (
    answered,
    form_title,
    language_name,
    municipality_name,
    sections,
    team_name,
    why,
    worker_name,
)
from webapp.views.staff_case_notices import notice_in_words, notice_of
from webapp.views.staff_case_people import (
    Happened,
    about_sender,
    actors_of,
    has_stopped,
    sender_of,
)
from webapp.views.staff_door import viewer
from webapp.views.staff_limits import limits, matter_acts, promise_acts, transfer_acts
from webapp.views.staff_messages import messages_of
from webapp.views.staff_planned import planned_on
from webapp.views.staff_text_lines import events_of, shown_texts
from webapp.views.staff_unheard import unheard

#: What must be mended on the page: the control at which it is, and the words.
Wrong = Sequence[tuple[str, str]]


class Act(NamedTuple):
    """What may be done with a case: the use case, the state that it leads to, the notice afterwards."""

    do: usecases.CaseAct
    to: CaseState
    notice: str


def page(
    case: CaseFile, relation: Relation, at: datetime, acts: Mapping[str, Act], wrong: Wrong = ()
) -> str:
    """The page. `acts` are those that move the case, by name."""
    here, head = directory(), case.head
    form, texts = head.form, shown_texts(house().texts.of_case(head.id), here, at)
    happened: list[Happened] = [*case.timeline, *events_of(texts)]
    happened.sort(key=attrgetter("at"))
    broken = {one.channel for one in house().sending.troubles(at) if one.is_broken}
    notice, stopped = _notice(case, acts), has_stopped(case)
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
        sender=sender_of(case.sender),
        earlier=[(chosen.at, sender_of(chosen.given)) for chosen in case.contacts[1:]],
        about_sender=about_sender(case, here),
        protected=head.protected or case.child.get("non_disclosure") == "yes",
        siblings=[(other, is_mine(other, here)) for other in case.siblings],
        reasons=[why(reason, here) for reason in case.reasons],
        timeline=happened,
        actors=actors_of(happened, here),
        messages=messages_of(case, here, broken, at),
        unheard=unheard(case, here, broken, at),
        stopped=stopped,
        texts=texts,
        acts=_acts(case, acts),
        notice=notice,
        notice_in_words=notice_in_words(case, notice) if notice else "",
        phrases=PHRASES,
        sayable=_sayable(case),
        press=house().ids.row(),
        errors=wrong,
        wrong=dict(wrong),
        at=at,
        limits=limits(case, here, at),
        matter_acts=matter_acts(case),
        promise_acts=promise_acts(case),
        planned=planned_on(case, at, here, has_stopped=stopped),
        transfer=_transfer(case, here),
        reasons_to_pause={reason.value: say(text) for reason, text in words.PAUSE_REASONS.items()},
        moved=lambda detail: _moved(detail, here),
        **_places(case, here),
    )


def _acts(case: CaseFile, acts: Mapping[str, Act]) -> list[str]:
    """What may be done now: 'answered on the page' only where something was said there."""
    possible = [name for name, act in acts.items() if act.to in CASE_MOVES[case.head.state]]
    return [name for name in possible if name != "answer-here" or case.said]


def _sayable(case: CaseFile) -> Mapping[Phrase, str]:
    """Phrases that may be said; 'in the way that you chose' only to somebody who has chosen one."""
    way = (case.sender or {}).get("way", ContactWay.NONE)
    hidden = {Phrase.WILL_CONTACT} if way == ContactWay.NONE else set()
    return {phrase: words for phrase, words in PHRASES.items() if phrase not in hidden}


def _notice(case: CaseFile, acts: Mapping[str, Act]) -> str | None:
    return notice_of(case, [act.notice for act in acts.values() if act.to is case.head.state])


@dataclass(frozen=True, slots=True)
class Transfer:
    """A matter of another county: how to reach it, and what may be done. `county` is None where it is not known."""

    county: OtherCounty | None
    name: str
    acts: tuple[str, ...]


def _transfer(case: CaseFile, here: Directory) -> Transfer | None:
    """The county of the case; of a protected one, whose columns do not tell it, from why it came here."""
    told = [
        str(reason["detail"].get("county"))
        for reason in case.reasons
        if reason["rule"] == "other_county_transfer"
    ]
    code, acts = case.head.transfer_to or next(iter(told), ""), transfer_acts(case)
    if not acts and case.head.transfer_to is None:
        return None
    return Transfer(here.counties.get(code), here.county_name(code, language()), acts)


def _places(case: CaseFile, here: Directory) -> dict[str, Any]:
    """Where the case may go: other teams, colleagues of its team, the viewer, and where the directory proposes."""
    head, me = case.head, viewer().worker
    if head.state is CaseState.CLOSED:
        return {"teams": {}, "colleagues": {}, "may_take": False, "proposed": "", "assigned": ""}
    team = here.teams.get(head.team)
    members = {*team.members, team.lead} - {head.worker} if team else set()
    known = {key: here.workers[key].name for key in members if key and key in here.workers}
    return {
        "teams": _by_name({k: team_name(k, here) for k in here.teams if k != head.team}),
        "colleagues": _by_name({key: name for key, name in known.items() if key != me}),
        "may_take": me in known,
        "proposed": team_name(head.proposed_team, here) if head.proposed_team else "",
        "assigned": worker_name(head.worker, here) if head.worker else "",
    }


def _moved(detail: Mapping[str, str], here: Directory) -> str:
    """That a case was moved, and where to."""
    place = team_name(detail.get("to", ""), here)
    if "to_worker" in detail:
        place = f"{place}, {worker_name(detail['to_worker'], here)}"
    return say(Words(words.MOVED_TO, place=place))


def _by_name(names: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(names.items(), key=lambda pair: pair[1].casefold()))


def is_mine(other: CaseHead, here: Directory) -> bool:
    return relation_to(viewer(), here, other) is not None
