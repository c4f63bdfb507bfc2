"""What a page of questions is. What a whole form is stands in `forms.spec`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, NamedTuple

from wtforms import Form, FormField
from wtforms.meta import DefaultMeta

from casework.commands import Scope
from casework.directory import Directory
from forms.words import Words

#: Answers of a whole form: step slug -> field name -> cleaned value.
StepAnswers = Mapping[str, Any]
AllAnswers = Mapping[str, StepAnswers]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a question may need to know of the world: the directory, the day, the page's language."""

    directory: Directory
    today: date
    language: str


class _NoTranslations:
    """Texts are translated when a page is rendered, never here."""

    def gettext(self, string: str) -> str:
        return string

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return singular if n == 1 else plural


class QuestionMeta(DefaultMeta):
    def get_translations(self, form: Any) -> Any:
        return _NoTranslations()


#: What a browser may fill in on a page about its own user, by the name of the field (WCAG 1.3.5; the values are
#: HTML's). On pages about others it may fill in nothing: it would be the wrong person.
PURPOSES: Mapping[str, str] = {
    "last_name": "family-name",
    "first_names": "given-name",
    "street_address": "address-line1",
    "postal_code": "postal-code",
    "post_office": "address-level2",
    "job_title": "organization-title",
    "organisation": "organization",
}


class Questions(Form):
    """Fields that know the surroundings of their page.

    A class may be put together of groups of fields: they stand in the order in which the class names the groups,
    and its own fields after them.
    """

    Meta = QuestionMeta
    around: Surroundings

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own, *groups = type(self).__mro__
        ranks = {group: rank for rank, group in enumerate([*groups, own])}
        place = {name: ranks[_home(name, own)] for name in self._fields}
        # Sorting is stable: within a group the order stays that of the class body.
        self._fields = {name: self._fields[name] for name in sorted(place, key=place.__getitem__)}


def _home(name: str, form: type) -> type:
    """The class that says what a field is."""
    return next(part for part in form.__mro__ if name in vars(part))


class Step(Questions):
    """One page of questions. Subclasses give `slug`, `title` and fields."""

    slug: ClassVar[str]
    title: ClassVar[str]
    intro: ClassVar[tuple[str, ...]] = ()
    template: ClassVar[str] = "forms/step.html"
    scope: ClassVar[Scope] = Scope.SHARED

    @classmethod
    def asked(cls, answers: AllAnswers, around: Surroundings) -> bool:
        """Whether this page is asked at all, given the answers so far."""
        return True

    @classmethod
    def still_holds(cls, given: StepAnswers, answers: AllAnswers, around: Surroundings) -> bool:
        """Whether an answer given earlier is still one, now that other pages say what they say."""
        return True

    def prepare(self, around: Surroundings, answers: AllAnswers) -> None:
        """Fill in choices that depend on the surroundings; called before validation and rendering."""
        self.around = around
        if self.scope is Scope.SENDER:
            question: Any
            for question in self:
                question.autocomplete = PURPOSES.get(question.short_name, question.autocomplete)

    def answers(self) -> dict[str, Any]:
        """The cleaned answers, as JSON can hold them."""
        return dict(self.data)

    def complain(self, field: Any, msgid: str) -> bool:
        """Put an error on a field after its own validation; always False, as the outcome of `validate`."""
        field.errors = [*field.errors, Words(msgid)]
        return False

    @classmethod
    def children_of(cls, answers: StepAnswers) -> list[StepAnswers]:
        """The answers about each child in order; for pages of the scope `child`."""
        raise NotImplementedError(cls)

    def groups(self) -> Iterator[Group]:
        """What was answered, for the page that checks the answers and for the desk."""
        yield Group(None, [row for field in self for row in rows_of(field)])


class Typed(str):
    """Text that a person typed: shown as it is, never looked up in a catalogue."""


def sent_of(answers: StepAnswers) -> dict[str, Any]:
    """A page's answers without its notes to itself, whose names begin with an underscore."""
    return {name: value for name, value in answers.items() if not name.startswith("_")}


class Row(NamedTuple):
    """One question: the id of its field, its label, and what was answered.

    Values are message ids where a choice was made and `Typed` where something was typed.
    """

    id: str
    label: str
    values: list[Any]


class Group(NamedTuple):
    """Questions that belong together: of a page, or of one of several children. A heading is for several."""

    heading: Words | None
    rows: list[Row]


def rows_of(field: Any) -> Iterator[Row]:
    """The questions of a field; one that another answer made needless is left out."""
    if isinstance(field, FormField):
        for inner in field:
            yield from rows_of(inner)
    elif field.data or not field.dependent:
        yield Row(field.id, field.label.text, shown(field))


def shown(field: Any) -> list[Any]:
    """What a field's answer looks like to a reader: message ids of choices, or typed text."""
    if not field.data:
        return []
    if field.options:
        labels = dict(field.options)
        values = field.data if isinstance(field.data, list) else [field.data]
        return [labels.get(value, Typed(value)) for value in values]
    return [Typed(field.data)]
