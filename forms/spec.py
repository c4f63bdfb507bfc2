"""What a public form is: its pages, its words, and the command that its answers make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from casework.commands import ChildConcerned, Scope, Submit
from forms.base import AllAnswers, Step, StepAnswers, Surroundings, sent_of
from forms.contact import contact_of, sender_of
from forms.language import language_of
from forms.places import children_of
from forms.waiting import cannot_wait


class Audience(StrEnum):
    """Whom a form is for; the start page groups the forms by it."""

    FAMILY = "family"
    NEIGHBOUR = "neighbour"
    PROFESSIONAL = "professional"
    SERVICE = "service"  # about these pages themselves, never about a child


@dataclass(frozen=True, slots=True)
class Born:
    """What a message was given when its draft was begun."""

    submission_id: UUID
    reference: str
    code: str


@dataclass(frozen=True, slots=True)
class Onward:
    """A form that the answers lead away to: `carried` are the answers that go with the writer, by page."""

    slug: str
    carried: AllAnswers


@dataclass(frozen=True, slots=True)
class FormSpec:
    """A public form as the registry knows it. A form whose questions change gets a new `version`."""

    slug: str
    domain_identifier: str
    version: int
    title: str
    lead: tuple[str, ...]
    send_label: str
    audience: Audience
    statutory: bool
    steps: tuple[type[Step], ...]
    #: What must be known before the first page and before sending.
    notes: tuple[str, ...] = ()
    #: Whom it concerns: one case each, at least one.
    children: Callable[[AllAnswers, Surroundings], tuple[ChildConcerned, ...]] = children_of
    #: Whether some pages' answers say that it cannot wait; pages that are not there say nothing.
    cannot_wait: Callable[[AllAnswers], bool] = cannot_wait
    #: Where the answers lead to another form.
    onward: Callable[[AllAnswers], Onward | None] = lambda answers: None

    @property
    def listed(self) -> bool:
        """Whether the start page names it among the forms."""
        return self.audience is not Audience.SERVICE

    def to_command(
        self, born: Born, answers: AllAnswers, around: Surroundings, *, suspect: bool = False
    ) -> Submit:
        """The whole form as one command. `answers` are complete and valid."""
        return Submit(
            submission_id=born.submission_id,
            reference=born.reference,
            code=born.code,
            form=self.slug,
            domain_identifier=self.domain_identifier,
            form_version=self.version,
            language=language_of(answers, around),
            children=self.children(answers, around),
            contact=contact_of(answers),
            cannot_wait=self.cannot_wait(answers),
            statutory=self.statutory,
            suspect=suspect,
            shared=self.by_scope(answers).get(Scope.SHARED, {}),
            sender=sender_of(self.by_scope(answers).get(Scope.SENDER, {}), answers),
        )

    def asked_steps(self, answers: AllAnswers, around: Surroundings) -> list[type[Step]]:
        return [step for step in self.steps if step.asked(answers, around)]

    def first_unanswered(self, answers: AllAnswers, around: Surroundings) -> type[Step] | None:
        """The first page that is asked and has no valid answer stored yet."""
        for step in self.asked_steps(answers, around):
            if step.slug not in answers:
                return step
        return None

    def by_scope(self, answers: AllAnswers) -> dict[str, Any]:
        """Answers of some pages, parted by whom they are about: by page, and of children a list in order."""
        parted: dict[str, Any] = {}
        for step in self.steps:
            if step.slug in answers:
                given = sent_of(answers[step.slug])
                if step.scope is Scope.CHILD:
                    parted[step.scope.value] = step.children_of(given)
                else:
                    parted.setdefault(step.scope.value, {})[step.slug] = given
        return parted

    def only_asked(self, answers: AllAnswers, around: Surroundings) -> dict[str, StepAnswers]:
        """Answers without those of pages that are not asked any more: they are not kept."""
        asked = {step.slug: step for step in self.asked_steps(answers, around)}
        return {
            slug: given
            for slug, given in answers.items()
            if slug in asked and asked[slug].still_holds(given, answers, around)
        }
