"""A mandated notifier's child welfare notification: school, day care, health care, police and others (LSL 25 \u00a7).

Fields and labels: THL's Sosmeta, document 1.2.246.537.6.1506.4009 (2023-04-28). A mandated notifier is never
anonymous. LSL 25.3 \u00a7: suspected sexual and violent offences against a child are told to the police, too.
"""

from __future__ import annotations

from forms.additional import AdditionalStep
from forms.base import AllAnswers, Surroundings
from forms.children import NotifiedChildrenStep
from forms.contact import NotifierContactStep
from forms.guardians import GuardiansStep
from forms.needs import NeedsStep
from forms.notification import ContentStep
from forms.notifier import ProfessionalStep, SecrecyStep
from forms.places import ElsewhereStep
from forms.spec import Audience, FormSpec
from forms.telling import ToldStep
from forms.waiting import WaitingStep
from forms.words import N_

#: What every professional's form says before it begins.
PROFESSIONAL_NOTES = (
    N_(
        "If you suspect a sexual offence or a violent offence against a child, tell the police as well "
        "(Child Welfare Act, section 25)."
    ),
    N_("Never send a notification by unprotected e-mail."),
    N_(
        "You can print your answers before you send them. Afterwards they cannot be shown here any more."
    ),
)


class ProfessionalContentStep(ContentStep):
    title = N_("What is the notification about?")
    intro = (
        N_(
            "The duty to notify is your own: no permission is needed, and nobody else can be asked to do it."
        ),
        N_(
            "If you suspect a sexual or violent offence against the child, tell the police as well."
        ),
    )


class CarriedNeedsStep(NeedsStep):
    """Only where a contact that was begun together became a notification: what was chosen there stays."""

    @classmethod
    def asked(cls, answers: AllAnswers, around: Surroundings) -> bool:
        return cls.slug in answers


class CarriedAdditionalStep(AdditionalStep):
    """Likewise."""

    @classmethod
    def asked(cls, answers: AllAnswers, around: Surroundings) -> bool:
        return cls.slug in answers


PROFESSIONAL_NOTIFICATION = FormSpec(
    slug="professional-notification",
    domain_identifier="child_welfare_notification",
    version=1,
    title=N_("Make a child welfare notification in your work"),
    lead=(
        N_(
            "For schools, early childhood education, health care, the police and all who have the duty to notify."
        ),
        N_("Make the notification without delay. You do not need the family's consent."),
    ),
    notes=PROFESSIONAL_NOTES,
    send_label=N_("Send the notification"),
    audience=Audience.PROFESSIONAL,
    statutory=True,
    steps=(
        CarriedNeedsStep,
        ProfessionalContentStep,
        CarriedAdditionalStep,
        NotifiedChildrenStep,
        ElsewhereStep,
        GuardiansStep,
        ToldStep,
        ProfessionalStep,
        SecrecyStep,
        NotifierContactStep,
        WaitingStep,
    ),
)
