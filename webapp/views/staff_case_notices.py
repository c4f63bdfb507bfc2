"""What the last press on the page of a case did, in words, as long as it is still so."""

from __future__ import annotations

from collections.abc import Collection

from flask import request

from casework.model import TimelineKind
from forms.words import Words
from webapp.i18n import in_words, say
from webapp.store.case_file import CaseFile
from webapp.views import staff_words as words

#: A contact was planned, for another day than was chosen.
PUT_OFF = "follow_up_put_off"
#: Notices that do not hang on the state of the case.
_ALWAYS = frozenset({"late", "said", "taken_back", "code_given"})
#: What the newest entry of staff on the timeline allows to say, where that is more than its own code.
_ALSO = {TimelineKind.FOLLOW_UP_PLANNED.value: frozenset({PUT_OFF})}


def notice_of(case: CaseFile, of_state: Collection[str]) -> str | None:
    """The code of the notice, by the address; a kept address must not tell yesterday's news. `of_state`: the codes
    that the case's state bears out."""
    code = request.args.get("notice", "")
    # What staff did last, whatever the service itself has noted since.
    done = [line.kind.value for line in case.timeline if line.actor.startswith("user:")]
    still_so = {*of_state, *_ALWAYS, *(set(done[-1:]) & set(words.DONE))}
    for kind in done[-1:]:
        still_so |= _ALSO.get(kind, frozenset())
    return code if code in still_so else None


def notice_in_words(case: CaseFile, code: str) -> str:
    """What it says, in the reader's language. Of a planned contact when it is due, which no address tells."""
    planned = [
        line.detail.get("follow_up", "")
        for line in case.timeline
        if line.kind is TimelineKind.FOLLOW_UP_PLANNED and line.actor.startswith("user:")
    ]
    due = [in_words(one.due_at) for one in case.follow_ups if str(one.id) in planned[-1:]]
    return say(Words(words.NOTICES[code], moment=next(iter(due), "–")))
