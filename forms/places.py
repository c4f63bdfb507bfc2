"""Which children it is about, and where each of them lives: the question that decides who answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from wtforms import FieldList, Form, FormField

from casework.commands import ChildConcerned, Scope
from casework.directory import Directory, Municipality
from forms.base import AllAnswers, QuestionMeta, Step, StepAnswers, Surroundings
from forms.fields import Drop, Radios, Text
from forms.words import N_, wrong

UNKNOWN = "unknown"
OTHER = "other"
MOST_CHILDREN = 12
#: The number of a child in the name of its fields.
_INDEX = re.compile(r"([0-9]{1,4})-.*", re.DOTALL)

HERE_NOW = "here_now"
SEND_ANYWAY = "send_anyway"


class OtherMunicipality(Text):
    """The name of a municipality that is not in the drop-down; all of Finland's are known."""

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if form.municipality.data != OTHER:
            self.data = ""
            return
        if not self.data:
            raise wrong(N_("Write the name of the municipality"))
        around: Surroundings = form.around
        found = around.directory.find_municipalities(self.data, around.today)
        if not found:
            raise wrong(
                N_(
                    "We do not know a municipality by this name. Check the spelling, or choose "
                    "\u201cI do not know or do not want to say\u201d"
                )
            )
        if len(found) > 1:
            names = ", ".join(Directory.name(m.names, around.language) for m in found[:6])
            raise wrong(
                N_("Several municipalities begin like this: %(names)s. Write the whole name"),
                names=names,
            )
        self.data = Directory.name(found[0].names, around.language)


class ChildForm(Form):
    """One child. Only the municipality is needed, and 'I do not know' is an answer."""

    Meta = QuestionMeta
    around: Surroundings

    municipality = Drop(
        N_("The child's home municipality"),
        hint=N_(
            "It decides which team answers you. If the address is protected for safety, choose "
            "\u201cI do not know or do not want to say\u201d."
        ),
        needed=N_("Choose the child's home municipality, or that you do not know it"),
    )
    other_municipality = OtherMunicipality(
        N_("Which municipality?"), hint=N_("The name in Finnish or Swedish"), dependent=True
    )
    child_name = Text(N_("The child's name"), hint=N_("You do not have to tell the name"))
    child_age = Text(N_("The child's age"), hint=N_("An estimate is enough"), limit=40)


class Children(FieldList):  # type: ignore[type-arg]  # generic in its stubs alone
    """A list whose numbers are plain ones: WTForms fails on '\u00b2', which is a digit to it and no number."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        for name in formdata:
            found = (
                _INDEX.fullmatch(name.removeprefix(f"{prefix}-"))
                if name.startswith(prefix)
                else None
            )
            if found:
                yield int(found.group(1))


class ChildrenStep(Step):
    slug = "children"
    scope = Scope.CHILD
    title = N_("Whom does it concern?")
    intro = (
        N_(
            "Tell about each child whom it concerns. If it concerns you and you are under 18, you are the child "
            "here."
        ),
    )
    template = "forms/children.html"

    children = Children(FormField(ChildForm), min_entries=1, max_entries=MOST_CHILDREN)

    def prepare(self, around: Surroundings, answers: AllAnswers) -> None:
        super().prepare(around, answers)
        choices = municipality_choices(around)
        for entry in self.children:
            entry.form.around = around
            entry.form.municipality.options = choices

    @classmethod
    def children_of(cls, answers: StepAnswers) -> list[StepAnswers]:
        return list(answers["children"])

    def add_child(self) -> None:
        if len(self.children) < MOST_CHILDREN:
            self.children.append_entry()

    def remove_child(self, index: int) -> None:
        """Take out one child and keep the others, at least one."""
        kept = [child for i, child in enumerate(self.children.data) if i != index]
        while len(self.children):
            self.children.pop_entry()
        self.children.last_index = -1
        for child in kept or [{}]:
            self.children.append_entry(child)


def municipality_choices(around: Surroundings) -> list[tuple[str, str]]:
    """The county's own municipalities by name in the page's language, then the two ways out."""
    own = around.directory.own_municipalities(around.today)
    named = [(m.code, Directory.name(m.names, around.language)) for m in own]
    return [
        *sorted(named, key=lambda choice: sorting_key(choice[1])),
        (OTHER, N_("Another municipality")),
        (UNKNOWN, N_("I do not know or do not want to say")),
    ]


def sorting_key(name: str) -> str:
    """Finnish and Swedish order: å, ä and ö come after z."""
    return name.casefold().translate(str.maketrans("åäö", "{|}"))


def municipality_of(child: Any, around: Surroundings) -> Municipality | None:
    """The municipality that a child's answers name, or None where it is not known."""
    code = child["municipality"]
    if code == UNKNOWN:
        return None
    if code != OTHER:
        return around.directory.municipalities.get(code)
    found = around.directory.find_municipalities(child["other_municipality"], around.today)
    return found[0] if found else None


def outside(answers: AllAnswers, around: Surroundings) -> list[Municipality]:
    """Municipalities of other counties that the answers name, each once."""
    named = (
        municipality_of(child, around) for child in answers.get("children", {}).get("children", ())
    )
    return list({m.code: m for m in named if m and not around.directory.is_own(m)}.values())


class ElsewhereStep(Step):
    slug = "elsewhere"
    title = N_("The child's home municipality belongs to another county")
    template = "forms/elsewhere.html"

    where_now = Radios(
        N_("How do you want to go on?"),
        (
            (HERE_NOW, N_("The child is in our area now: send this to our own team")),
            (SEND_ANYWAY, N_("Send this to us all the same: we pass it on to the right county")),
        ),
        needed=N_("Choose how you want to go on"),
    )

    municipalities: list[Municipality]

    @classmethod
    def asked(cls, answers: AllAnswers, around: Surroundings) -> bool:
        return bool(outside(answers, around))

    def prepare(self, around: Surroundings, answers: AllAnswers) -> None:
        super().prepare(around, answers)
        self.municipalities = outside(answers, around)


def children_of(answers: AllAnswers, around: Surroundings) -> tuple[ChildConcerned, ...]:
    """Each child of the answers with its municipality; at least one."""
    choice = answers.get("elsewhere", {}).get("where_now")
    concerned = []
    for child in answers["children"]["children"]:
        municipality = municipality_of(child, around)
        away = municipality is not None and not around.directory.is_own(municipality)
        concerned.append(
            ChildConcerned(
                municipality=municipality.code if municipality else None,
                here_now=away and choice == HERE_NOW,
                send_anyway=away and choice == SEND_ANYWAY,
                answers={name: child.get(name) or "" for name in ("child_name", "child_age")},
            )
        )
    return tuple(concerned)
