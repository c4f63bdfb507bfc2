"""Where somebody lives: the question that decides who answers."""

from __future__ import annotations

from typing import Any

from casework.commands import ChildConcerned
from casework.directory import Directory, Municipality
from forms.base import AllAnswers, Questions, Step, StepAnswers, Surroundings
from forms.fields import Drop, Radios, Text
from forms.words import N_, wrong

UNKNOWN = "unknown"
OTHER = "other"
#: A note of the page itself, which is no answer: the leading sign keeps it out of what is sent.
_ABOUT = "_about"

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
            raise wrong(N_("Write the name of the municipality or its postal code"))
        around: Surroundings = form.around
        found = around.directory.find_places(self.data, around.today)
        if not found:
            raise wrong(
                N_(
                    "We do not know a municipality by this name or postal code. Check the spelling, or choose "
                    "\u201cI do not know or do not want to say\u201d"
                )
            )
        if len(found) > 1:
            names = ", ".join(Directory.name(m.names, around.language) for m in found[:6])
            raise wrong(
                N_("This may be one of several municipalities: %(names)s. Write the whole name"),
                names=names,
            )
        self.data = Directory.name(found[0].names, around.language)


class Place(Questions):
    """The home municipality. Only this is needed everywhere, and 'I do not know' is an answer."""

    municipality = Drop(
        N_("Home municipality"),
        hint=N_(
            "It decides which team answers you. If the address is protected for safety, choose "
            "\u201cI do not know or do not want to say\u201d."
        ),
        needed=N_("Choose the home municipality, or that you do not know it"),
    )
    other_municipality = OtherMunicipality(
        N_("Which municipality?"),
        hint=N_("The name in Finnish or Swedish, or the postal code"),
        dependent=True,
    )


def offer_municipalities(form: Any, around: Surroundings) -> None:
    """Fill in the drop-downs of a page's list."""
    choices = municipality_choices(around)
    for entry in form.entries:
        entry.form.municipality.options = choices


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


def municipality_of(entry: Any, around: Surroundings) -> Municipality | None:
    """The municipality that the answers about a person name, or None where it is not known."""
    code = entry["municipality"]
    if code == UNKNOWN:
        return None
    if code != OTHER:
        return around.directory.municipalities.get(code)
    found = around.directory.find_municipalities(entry["other_municipality"], around.today)
    return found[0] if found else None


#: The pages that name a place, and their lists; each place is a case. Of parents the first decides.
CHILDREN = "children"
PARENTS = "parents"


def concerned(answers: AllAnswers) -> list[StepAnswers]:
    """The answers about each child; where none is born yet, those about the first of the parents."""
    children = answers.get(CHILDREN, {}).get(CHILDREN, [])
    parents = answers.get(PARENTS, {}).get(PARENTS, [])
    return [*children, *parents[:1]]


def _everybody(answers: AllAnswers) -> list[StepAnswers]:
    """Whoever of the family has a page of their own: the children, and both parents of one not yet born."""
    pages = ((CHILDREN, CHILDREN), (PARENTS, PARENTS))
    return [entry for page, name in pages for entry in answers.get(page, {}).get(name, [])]


def hides_place(answers: AllAnswers) -> bool:
    """Whether somebody of the family has non-disclosure. One of them hides all of it: a brother's municipality tells
    the sister's."""
    return any(entry.get("non_disclosure") == "yes" for entry in _everybody(answers))


def outside(answers: AllAnswers, around: Surroundings) -> list[Municipality]:
    """Municipalities of other counties that the answers name, each once."""
    named = (municipality_of(entry, around) for entry in concerned(answers))
    return list({m.code: m for m in named if m and not around.directory.is_own(m)}.values())


class ElsewhereStep(Step):
    slug = "elsewhere"
    title = N_("The home municipality belongs to another county")
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

    @classmethod
    def still_holds(cls, given: StepAnswers, answers: AllAnswers, around: Surroundings) -> bool:
        """The answer was about certain municipalities; about others it is asked anew."""
        return sorted(given.get(_ABOUT) or ()) == sorted(m.code for m in outside(answers, around))

    def prepare(self, around: Surroundings, answers: AllAnswers) -> None:
        super().prepare(around, answers)
        self.municipalities = outside(answers, around)

    def answers(self) -> dict[str, Any]:
        return {**super().answers(), _ABOUT: [m.code for m in self.municipalities]}


_PLACE = ("municipality", "other_municipality")


def children_of(answers: AllAnswers, around: Surroundings) -> tuple[ChildConcerned, ...]:
    """Each of those concerned with its municipality; at least one.

    With non-disclosure the municipality decides the way and is kept with the sealed answers alone.
    """
    choice = answers.get("elsewhere", {}).get("where_now")
    hidden = hides_place(answers)
    children = []
    for entry in concerned(answers):
        municipality = municipality_of(entry, around)
        away = municipality is not None and not around.directory.is_own(municipality)
        told = {name: value or "" for name, value in entry.items() if name not in _PLACE}
        if hidden:
            told |= {name: entry.get(name) or "" for name in _PLACE}
        children.append(
            ChildConcerned(
                municipality=municipality.code if municipality else None,
                here_now=away and choice == HERE_NOW,
                send_anyway=away and choice == SEND_ANYWAY,
                non_disclosure=hidden,
                client_code=entry.get("client_code") or "",
                worker_name=entry.get("worker_name") or "",
                answers=told,
            )
        )
    return tuple(children)
