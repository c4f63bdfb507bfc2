"""Whom it concerns: each child is a case of its own."""

from __future__ import annotations

from casework.commands import Scope
from forms import people
from forms.base import AllAnswers, Questions, Surroundings
from forms.fields import Text
from forms.lists import ListStep, list_of
from forms.places import CHILDREN, Place, offer_municipalities
from forms.words import N_

MOST_CHILDREN = 12


class ChildrenStep(ListStep):
    """Subclasses say what is asked of each child."""

    slug = CHILDREN
    scope = Scope.CHILD
    title = N_("Whom does it concern?")
    entries_field = CHILDREN
    alone = N_("The child")
    numbered = N_("Child %(number)s")
    add_label = N_("Add another child")
    remove_label = N_("Take child %(number)s off this form")

    def prepare(self, around: Surroundings, answers: AllAnswers) -> None:
        super().prepare(around, answers)
        offer_municipalities(self, around)


class AdvisedChild(Place):
    """The least that can be asked: advice is given without a name."""

    child_name = Text(N_("The child's name"), hint=N_("You do not have to tell the name"))
    child_age = Text(N_("The child's age"), hint=N_("An estimate is enough"), limit=40)


class AdvisedChildrenStep(ChildrenStep):
    intro = (
        N_(
            "Tell about each child whom it concerns. If it concerns you and you are under 18, you are the child "
            "here."
        ),
    )

    children = list_of(AdvisedChild, MOST_CHILDREN)


class Residence(people.Protection, people.Address, people.Telephone, people.Living):
    """Where a child lives and is reached; all of it optional."""


class NotifiedChild(people.Names, people.Identity, Place, Residence):
    """A child as the national schemas describe one: only name and municipality are needed."""


class NotifiedChildrenStep(ChildrenStep):
    title = N_("Which child does it concern?")
    intro = (
        N_(
            "Tell about each child whom it concerns. You do not have to know everything: leave out what you do "
            "not know."
        ),
        N_("If it concerns you and you are under 18, you are the child here."),
    )

    children = list_of(NotifiedChild, MOST_CHILDREN)


class KnownChild(Questions):
    """A child that already has a worker: what helps to find the worker, and nothing that confirms it."""

    child_name = Text(
        N_("The child's first name or initials"), hint=N_("You do not have to tell the whole name")
    )
    client_code = Text(
        N_("Client code"), hint=N_("It is on the client plan, if you have one"), limit=40
    )
    worker_name = Text(
        N_("The name of the social worker"), hint=N_("If you remember it, or a part of it")
    )


class OwnChild(KnownChild, Place):
    pass


class OwnChildrenStep(ChildrenStep):
    title = N_("Whose worker do you want to reach?")
    intro = (
        N_(
            "Tell about each child whom it concerns. If it concerns you and you are under 18, you are the child "
            "here."
        ),
    )

    children = list_of(OwnChild, MOST_CHILDREN)
