"""Who makes a notification or contact, and in what capacity.

Codes of the capacity are those of the national classification 1.2.246.537.6.1243 (Palvelutarpeen ilmoittaja).
"""

from __future__ import annotations

from casework.commands import Scope
from forms import people
from forms.base import AllAnswers, Step, Surroundings
from forms.contact import is_anonymous
from forms.fields import YES_NO, LongText, Radios, Text
from forms.words import N_

PRIVATE = (
    ("1", N_("It is about me myself, and I am under 18")),
    ("2", N_("Somebody close, in the same household")),
    ("3", N_("Somebody close, in another household")),
    ("4", N_("Another private person")),
    ("5", N_("The child's guardian ad litem or trustee")),
)

PROFESSIONAL = (
    ("6", N_("A person who works in social welfare")),
    ("7", N_("A health care professional")),
    ("8", N_("A professional of a social or health care organisation")),
    ("9", N_("An employment authority")),
    ("10", N_("The police")),
    ("11", N_("A fire and rescue authority")),
    ("12", N_("An emergency response centre authority")),
    ("13", N_("A professional of early childhood education")),
    ("14", N_("A professional of morning and afternoon activities for schoolchildren")),
    ("15", N_("A professional of education, or another organiser of education")),
    ("16", N_("A youth work professional")),
    ("17", N_("A professional of a parish or another religious community")),
    ("18", N_("A professional of a reception centre")),
    ("19", N_("A prison and probation authority")),
    ("23", N_("An enforcement authority")),
    ("24", N_("The Social Insurance Institution, Kela")),
    ("22", N_("Another notifier")),
)


class PrivateNotifierStep(Step, people.Names, people.Address):
    slug = "notifier"
    scope = Scope.SENDER
    title = N_("Who are you?")
    intro = (
        N_(
            "As a rule the family may see who made the notification. Next you can ask us to withhold it."
        ),
    )

    capacity = Radios(N_("In what capacity do you notify?"), PRIVATE)

    @classmethod
    def asked(cls, answers: AllAnswers, around: Surroundings) -> bool:
        return not is_anonymous(answers)


class ProfessionalStep(Step, people.Names, people.Work, people.Address):
    """A mandated notifier is never anonymous."""

    slug = "notifier"
    scope = Scope.SENDER
    title = N_("Who are you?")

    capacity = Radios(
        N_("In what capacity do you notify?"),
        PROFESSIONAL,
        needed=N_("Choose in what capacity you notify"),
    )
    capacity_more = Text(N_("More about your capacity"))


class SecrecyStep(Step):
    slug = "secrecy"
    scope = Scope.SENDER
    title = N_("Do you ask us to withhold who you are?")
    intro = (
        N_(
            "As a rule those whom the notification concerns may see it, and who made it. You can ask us to "
            "withhold who you are, if telling it would be against the child's interest or would endanger you."
        ),
        N_("Asking is no guarantee: the law decides, and we assess each case."),
    )

    secrecy_requested = Radios(
        N_("I ask that my details are kept secret"),
        YES_NO,
        needed=N_("Say whether you ask us to withhold who you are"),
    )
    secrecy_grounds = LongText(
        N_("Grounds for the request"),
        hint=N_("Why would telling it be dangerous or against the child's interest?"),
        limit=2000,
        rows=4,
    )

    @classmethod
    def asked(cls, answers: AllAnswers, around: Surroundings) -> bool:
        return not is_anonymous(answers)
