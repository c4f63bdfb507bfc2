"""The messages of a case as its page tells them: what became of each, and who acts next where it is not over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext, ngettext

from casework.access import teams_of
from casework.directory import Directory
from casework.messages import Channel, MessageState
from casework.usecases.doubts import ASK_UNTIL
from forms.words import N_
from webapp.i18n import say, short_moment
from webapp.store.case_file import CaseFile, MessageLine
from webapp.views import staff_message_words as words
from webapp.views.staff_answers import team_name, worker_name
from webapp.views.staff_door import viewer
from webapp.views.staff_times import age

_S = MessageState
_OVER_BADLY = frozenset({_S.UNDELIVERED, _S.FAILED, _S.EXPIRED, _S.SUPPRESSED})
_ON_ITS_WAY = frozenset({_S.ACCEPTED, _S.SENT})
_IN_HAND = frozenset({_S.CLAIMED, _S.SUBMITTING})


@dataclass(frozen=True, slots=True)
class Told:
    """One row of the table. `happened` and `more` are in the reader's language."""

    recipient: str
    line: MessageLine
    happened: str
    look: str
    more: tuple[str, ...]


def messages_of(case: CaseFile, here: Directory, at: datetime) -> list[Told]:
    """Messages with their recipients in words, without addresses.

    Alerts to teams and workers that only another child's case concerns would tell whose that case is: they stay out.
    """
    seen = {case.head.team, *case.head.alerted_teams, *teams_of(viewer(), here)}
    shown = []
    for line in case.messages:
        kind, _, rest = line.recipient.partition(":")
        key = rest.split(":")[0]
        if kind == "worker":
            if line.case_id == case.head.id:
                shown.append(_told(worker_name(key, here), line, at))
        elif kind != "team":
            shown.append(_told(say(N_("The sender")), line, at))
        elif key in seen:
            shown.append(_told(team_name(key, here), line, at))
    return shown


def _told(recipient: str, line: MessageLine, at: datetime) -> Told:
    return Told(
        recipient=recipient,
        line=line,
        happened=say(_happened(line, at)),
        look=words.MESSAGE_LOOKS.get(line.state, "info"),
        more=tuple(_more(line, at)),
    )


def _happened(line: MessageLine, at: datetime) -> str:
    """The message id of what became of it."""
    if line.state in _OVER_BADLY and line.reason in words.MESSAGE_ENDS and not _old_mail(line):
        return words.MESSAGE_ENDS[line.reason]
    if line.state is _S.PENDING and line.next_at is not None and line.next_at > at:
        return words.TRIED_AGAIN if line.attempts else words.NOT_YET_TIME
    if line.state is _S.UNKNOWN and line.channel is Channel.SMS and _asked_about(line, at):
        return words.ASKING
    return words.MESSAGE_STATES[line.state]


def _old_mail(line: MessageLine) -> bool:
    """Mail knows no safe hours: it was only too late."""
    return line.state is _S.EXPIRED and line.channel is Channel.EMAIL


def _asked_about(line: MessageLine, at: datetime) -> bool:
    """Whether the operator is still asked; from a day on the note on the case is what remains."""
    return line.reason != "no_receipt" and at - line.changed_at < ASK_UNTIL


def _more(line: MessageLine, at: datetime) -> list[str]:
    """Why, who acts next, and since when."""
    fault = words.MESSAGE_FAULTS.get(line.reason)
    shows_fault = line.state in {*_OVER_BADLY, _S.PENDING, _S.UNKNOWN}
    told = [say(fault)] if fault and shows_fault else []
    if line.state is _S.PENDING:
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
