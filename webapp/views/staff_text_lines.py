"""A text message that came in, in words: for the list of texts and for the page of a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from casework.directory import Directory
from casework.inbound import e164
from forms.cleaning import one_line, running_text
from forms.words import N_
from webapp.accounts.users import workers_of
from webapp.house import house
from webapp.i18n import say
from webapp.store.inbound_desk import TextLine
from webapp.views.staff_answers import team_name, worker_name
from webapp.views.staff_times import age


@dataclass(frozen=True, slots=True)
class Shown:
    """A note in words. `dial` is what a telephone's dialler takes, where the sender is a number at all."""

    line: TextLine
    number: str = field(repr=False)
    dial: str = field(repr=False)
    body: str = field(repr=False)
    team: str
    age: str
    handled_by: str

    @property
    def erased(self) -> bool:
        return self.line.body is None

    @property
    def may_be_moved(self) -> bool:
        """What was erased is handled for good."""
        return not (self.erased and self.line.handled_at)


@dataclass(frozen=True, slots=True)
class TextEvent:
    """That a note came in, or that somebody has seen to it, as a line of the timeline; nothing of what it says."""

    at: datetime
    kind: str
    actor: str
    detail: Mapping[str, str] = field(default_factory=dict)


def events_of(texts: Sequence[Shown]) -> list[TextEvent]:
    """What the page of their case tells of notes beside its own timeline."""
    came = [TextEvent(text.line.received_at, "text_came", "luotsi") for text in texts]
    handled = [
        TextEvent(text.line.handled_at, "text_handled", text.line.handled_by)
        for text in texts
        if text.line.handled_at and text.line.handled_by
    ]
    return [*came, *handled]


def shown_texts(lines: Sequence[TextLine], here: Directory, at: datetime) -> list[Shown]:
    """Notes as a template shows them. What is invisible or would turn the page around is taken out of their words."""
    users = {line.handled_by.removeprefix("user:") for line in lines if line.handled_by}
    workers = workers_of(house().engine, users)
    return [_shown(line, here, at, workers.get((line.handled_by or "")[5:])) for line in lines]


def _shown(line: TextLine, here: Directory, at: datetime, worker: str | None) -> Shown:
    return Shown(
        line=line,
        number=one_line(line.number) or "",
        dial=e164(line.number or ""),
        body=running_text(line.body) or "",
        team=team_name(line.head.team if line.head else line.team, here),
        age=age(at - line.received_at),
        handled_by=worker_name(worker, here) if worker else say(N_("A member of staff")),
    )
