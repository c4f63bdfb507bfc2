"""The messages of a case as its page tells them: what became of each, and who acts next where it is not over."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask_babel import gettext, ngettext

from casework.access import teams_of
from casework.directory import Directory
from casework.messages import Channel, MessageState, Purpose
from casework.usecases.doubts import ASK_UNTIL
from forms.words import N_
from webapp.i18n import say, short_moment
from webapp.store.case_file import CaseFile, MessageLine
from webapp.views import staff_message_words as words
from webapp.views.staff_answers import team_name, worker_name
from webapp.views.staff_door import viewer
from webapp.views.staff_times import age
from webapp.views.staff_words import LATER_EVENTS, PURPOSES, SOMETHING_NEW

_S = MessageState
_OVER_BADLY = frozenset({_S.UNDELIVERED, _S.FAILED, _S.EXPIRED, _S.SUPPRESSED})
_ON_ITS_WAY = frozenset({_S.ACCEPTED, _S.SENT})
_IN_HAND = frozenset({_S.CLAIMED, _S.SUBMITTING})


@dataclass(frozen=True, slots=True)
class Told:
    """One row of the table. `what`, `happened` and `more` are in the reader's language."""

    recipient: str
    line: MessageLine
    what: str
    happened: str
    look: str
    more: tuple[str, ...]


def messages_of(
    case: CaseFile, here: Directory, broken: Collection[Channel], at: datetime
) -> list[Told]:
    """Messages with their recipients in words, without addresses. `broken`: channels that are stopped.

    Alerts to teams and workers that only another child's case concerns would tell whose that case is: they stay out.
    """
    seen = {case.head.team, *case.head.alerted_teams, *teams_of(viewer(), here)}
    shown = []
    told = partial(_told, broken=broken, at=at)
    for line in case.messages:
        kind, _, rest = line.recipient.partition(":")
        key = rest.split(":")[0]
        if kind == "worker":
            if line.case_id == case.head.id:
                shown.append(told(worker_name(key, here), line))
        elif kind != "team":
            shown.append(told(say(N_("The sender")), line))
        elif key in seen:
            shown.append(told(team_name(key, here), line))
    return shown


def _told(recipient: str, line: MessageLine, *, broken: Collection[Channel], at: datetime) -> Told:
    happened = _waits(line, broken, at) if line.state is _S.PENDING else _happened(line, at)
    is_stuck = happened in {*words.BROKEN.values(), words.UNWANTED}
    return Told(
        recipient=recipient,
        line=line,
        what=say(_what(line)),
        happened=say(happened),
        look="alert" if is_stuck else words.MESSAGE_LOOKS.get(line.state, "info"),
        more=tuple(_more(line, at, is_stuck=is_stuck)),
    )


def _what(line: MessageLine) -> str:
    """The message id of what it tells: of a case only the first notice calls it new."""
    if line.purpose == Purpose.STAFF_NEW and line.event.startswith(LATER_EVENTS):
        return SOMETHING_NEW
    return PURPOSES.get(line.purpose, "")


def _waits(line: MessageLine, broken: Collection[Channel], at: datetime) -> str:
    """The message id of why it has not gone yet. One that was refused for a fault of ours has counted no attempt."""
    was_tried, later = bool(line.attempts or line.reason), (line.next_at or at) > at
    if line.is_unwanted:
        return words.UNWANTED
    if line.channel in broken and (was_tried or not later):
        return words.BROKEN[line.channel]
    if later:
        return words.TRIED_AGAIN if was_tried else words.NOT_YET_TIME
    return words.MESSAGE_STATES[line.state]


def _happened(line: MessageLine, at: datetime) -> str:
    """The message id of what became of it."""
    if line.state in _OVER_BADLY and line.reason in words.MESSAGE_ENDS and not _old_mail(line):
        return words.MESSAGE_ENDS[line.reason]
    if line.state is _S.UNKNOWN and line.channel is Channel.SMS and _asked_about(line, at):
        return words.ASKING
    return words.MESSAGE_STATES[line.state]


def _old_mail(line: MessageLine) -> bool:
    """Mail knows no safe hours: it was only too late."""
    return line.state is _S.EXPIRED and line.channel is Channel.EMAIL


def _asked_about(line: MessageLine, at: datetime) -> bool:
    """Whether the operator is still asked; from a day on the note on the case is what remains."""
    return line.reason != "no_receipt" and at - line.changed_at < ASK_UNTIL


def _more(line: MessageLine, at: datetime, *, is_stuck: bool) -> list[str]:
    """Why, who acts next, and since when."""
    fault = words.MESSAGE_FAULTS.get(line.reason)
    shows_fault = line.state in {*_OVER_BADLY, _S.PENDING, _S.UNKNOWN}
    told = [say(fault)] if fault and shows_fault else []
    if is_stuck:
        told.append(_since(line.created_at, at))
    elif line.state is _S.PENDING:
        told.append(_next_try(line, at))
    elif line.state in _IN_HAND or line.state is _S.UNKNOWN:
        told.append(_since(line.changed_at, at))
    elif line.state in _ON_ITS_WAY and line.channel is Channel.SMS:
        told.append(str(gettext("The operator tells us when it has arrived.")))
        told.append(_since(line.changed_at, at))
    return told


def _next_try(line: MessageLine, at: datetime) -> str:
    due = line.next_at or line.created_at
    if due <= at:
        return _since(due, at)
    if not line.attempts:
        # Nothing of what was refused for a fault of ours is counted.
        if line.reason:
            return str(gettext("next try at %(moment)s", moment=short_moment(due)))
        return str(gettext("not before %(moment)s", moment=short_moment(due)))
    return str(
        ngettext(
            "tried once, next try at %(moment)s",
            "tried %(num)s times, next try at %(moment)s",
            line.attempts,
            moment=short_moment(due),
        )
    )


def _since(moment: datetime, at: datetime) -> str:
    return str(
        gettext("since %(moment)s (%(age)s)", moment=short_moment(moment), age=age(at - moment))
    )
