"""What a form is: a list of steps, and a command made of their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from wtforms import FieldList, Form, FormField
from wtforms.meta import DefaultMeta

from casework.commands import Scope, Submit
from casework.directory import Directory

#: Answers of a whole form: step slug -> field name -> cleaned value.
StepAnswers = Mapping[str, Any]
AllAnswers = Mapping[str, StepAnswers]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a question may need to know of the world: the directory, the day, the page's language."""

    directory: Directory
    today: date
    language: str


@dataclass(frozen=True, slots=True)
class Born:
    """What a message was given when its draft was begun."""

    submission_id: UUID
    reference: str
    code: str


class _NoTranslations:
    """Texts are translated when a page is rendered, never here."""

    def gettext(self, string: str) -> str:
        return string

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return singular if n == 1 else plural


class QuestionMeta(DefaultMeta):
    def get_translations(self, form: Any) -> Any:
        return _NoTranslations()


class Step(Form):
    """One page of questions. Subclasses give `slug`, `title` and fields."""

    Meta = QuestionMeta

    slug: ClassVar[str]
    title: ClassVar[str]
    intro: ClassVar[tuple[str, ...]] = ()
    template: ClassVar[str] = "forms/step.html"
    scope: ClassVar[Scope] = Scope.SHARED

    around: Surroundings

    @classmethod
    def asked(cls, answers: AllAnswers, around: Surroundings) -> bool:
        """Whether this page is asked at all, given the answers so far."""
        return True

    def prepare(self, around: Surroundings, answers: AllAnswers) -> None:
        """Fill in choices that depend on the surroundings; called before validation and rendering."""
        self.around = around

    def answers(self) -> dict[str, Any]:
        """The cleaned answers, as JSON can hold them."""
        return dict(self.data)

    @classmethod
    def children_of(cls, answers: StepAnswers) -> list[StepAnswers]:
        """The answers about each child in order; for pages of the scope `child`."""
        raise NotImplementedError(cls)

    def rows(self) -> Iterator[tuple[str, str, list[Any]]]:
        """(field id, label, what was answered) for the page that checks the answers; values are message ids
        where a choice was made and plain text where something was typed."""
        for field in self:
            yield from _rows_of(field)


class Typed(str):
    """Text that a person typed: shown as it is, never looked up in a catalogue."""


def _rows_of(field: Any) -> Iterator[tuple[str, str, list[Any]]]:
    if isinstance(field, FieldList):
        for entry in field:
            yield from _rows_of(entry)
    elif isinstance(field, FormField):
        for inner in field:
            yield from _rows_of(inner)
    else:
        yield field.id, field.label.text, shown(field)


def shown(field: Any) -> list[Any]:
    """What a field's answer looks like to a reader: message ids of choices, or typed text."""
    if not field.data:
        return []
    if field.options:
        labels = dict(field.options)
        values = field.data if isinstance(field.data, list) else [field.data]
        return [labels.get(value, Typed(value)) for value in values]
    return [Typed(field.data)]


@dataclass(frozen=True, slots=True)
class FormSpec:
    """A public form as the registry knows it."""

    slug: str
    domain_identifier: str
    version: int
    title: str
    lead: tuple[str, ...]
    send_label: str
    statutory: bool
    steps: tuple[type[Step], ...]
    to_command: Callable[[Born, AllAnswers, Surroundings], Submit]
    #: Whether some pages' answers say that it cannot wait; pages that are not there say nothing.
    cannot_wait: Callable[[AllAnswers], bool]

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
                given = answers[step.slug]
                if step.scope is Scope.CHILD:
                    parted[step.scope.value] = step.children_of(given)
                else:
                    parted.setdefault(step.scope.value, {})[step.slug] = given
        return parted

    def only_asked(self, answers: AllAnswers, around: Surroundings) -> dict[str, StepAnswers]:
        """Answers without those of pages that are not asked any more: they are not kept."""
        slugs = {step.slug for step in self.asked_steps(answers, around)}
        return {slug: given for slug, given in answers.items() if slug in slugs}
