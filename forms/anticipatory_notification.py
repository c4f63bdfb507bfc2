"""An anticipatory child welfare notification: a professional's worry about a child not yet born (LSL 25 c \u00a7).

Fields and labels: THL's Sosmeta, document 1.2.246.537.6.1506.4019 (2022-09-28). One case, for the child to come;
the home municipality is that of the first of the parents.
"""

from __future__ import annotations

from dataclasses import replace

from casework.commands import ChildConcerned, Scope
from forms import people
from forms.base import AllAnswers, Step, Surroundings
from forms.contact import ProfessionalContactStep
from forms.fields import YES_NO, LongText, Radios, Text
from forms.lists import ListStep, list_of
from forms.needs import NeedsStep
from forms.notifier import ProfessionalStep
from forms.places import PARENTS, ElsewhereStep, Place, children_of, offer_municipalities
from forms.professional_notification import PROFESSIONAL_NOTES
from forms.spec import Audience, FormSpec
from forms.waiting import WaitingStep
from forms.words import N_

MOST_PARENTS = 2


class _Reach(people.Protection, people.Address, people.Telephone):
    pass


class ExpectantParent(people.Names, people.Identity, Place, _Reach):
    pass


class ParentsStep(ListStep):
    slug = PARENTS
    scope = Scope.SHARED
    title = N_("Which parents does the notification concern?")
    intro = (N_("The home municipality of the first parent decides which team answers."),)
    entries_field = PARENTS
    alone = N_("Expectant parent")
    numbered = N_("Expectant parent %(number)s")
    add_label = N_("Add another parent")
    remove_label = N_("Take parent %(number)s off this form")

    parents = list_of(ExpectantParent, MOST_PARENTS)

    def prepare(self, around: Surroundings, answers: AllAnswers) -> None:
        super().prepare(around, answers)
        offer_municipalities(self, around)


class OtherParent(people.Names, people.Address, people.Telephone):
    pass


class OtherParentStep(ListStep):
    slug = "other-parent"
    title = N_("The other parent of the child to come")
    intro = (
        N_("If the notification does not concern the other parent. You can leave this page empty."),
    )
    entries_field = "other_parent"
    alone = N_("The other parent")
    numbered = N_("The other parent")
    add_label = N_("Add another parent")
    remove_label = N_("Take parent %(number)s off this form")
    may_be_none = True

    other_parent = list_of(OtherParent, 1)


class ReasonsStep(NeedsStep):
    title = N_("Why do you make an anticipatory notification?")
    intro = (
        N_(
            "A mere suspicion that somebody uses alcohol or drugs is not enough: tell what it is based on."
        ),
    )


class FamilyStep(Step):
    slug = "family"
    title = N_("What is the family's situation?")

    born_about = Text(
        N_("Estimated time of birth"),
        hint=N_("For example 15.4.2027, or April 2027"),
        needed=N_("Write when the child is expected"),
    )
    family_situation = LongText(
        N_("Description of the family and housing situation"),
        hint=N_("Tell of other children too, if there are any"),
        rows=6,
    )
    earlier_support = LongText(N_("Support given earlier"), rows=4)
    additional = LongText(N_("Additional information"), rows=4)


class ToldParentsStep(Step):
    slug = "told"
    title = N_("Do the parents know of the notification?")

    told_mother = Radios(
        N_("The expectant mother has been told of the anticipatory notification"),
        YES_NO,
        needed=N_("Say whether the expectant mother has been told"),
    )
    told_other_parent = Radios(
        N_("The other parent has been told of the anticipatory notification"),
        YES_NO,
        hint=N_("Choose no also if the other parent is not known"),
        needed=N_("Say whether the other parent has been told"),
    )
    told_more = LongText(
        N_("More about telling the parents"),
        hint=N_("For example why they have not been told"),
        limit=2000,
        rows=4,
    )


def child_to_come(answers: AllAnswers, around: Surroundings) -> tuple[ChildConcerned, ...]:
    """One case, for the child; what is told of the parents stays with the message, and is not kept twice."""
    return tuple(
        replace(child, answers={"non_disclosure": "yes"} if child.non_disclosure else {})
        for child in children_of(answers, around)
    )


ANTICIPATORY_NOTIFICATION = FormSpec(
    slug="anticipatory-notification",
    domain_identifier="anticipatory_notification",
    version=1,
    title=N_("Make an anticipatory notification about an unborn child"),
    lead=(
        N_(
            "For professionals who have reason to believe that a child will need child welfare support at once after birth."
        ),
    ),
    notes=PROFESSIONAL_NOTES,
    send_label=N_("Send the notification"),
    audience=Audience.PROFESSIONAL,
    statutory=True,
    steps=(
        ReasonsStep,
        FamilyStep,
        ParentsStep,
        ElsewhereStep,
        OtherParentStep,
        ToldParentsStep,
        ProfessionalStep,
        ProfessionalContactStep,
        WaitingStep,
    ),
    children=child_to_come,
)
