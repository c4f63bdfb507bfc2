"""A contact for assessing needs for support, made together with the child or a parent (SHL 35 \u00a7, LSL 25 a \u00a7).

Fields and labels: THL's Sosmeta, document 1.2.246.537.6.1506.4018 (2022-09-28). It needs consent. Without it the
way is the professional notification, and all that was written goes with the writer.
"""

from __future__ import annotations

from forms.additional import AdditionalStep
from forms.base import AllAnswers, Step
from forms.children import NotifiedChildrenStep
from forms.contact import ProfessionalContactStep
from forms.fields import LongText, Radios
from forms.guardians import GuardiansStep
from forms.needs import NeedsStep
from forms.notifier import ProfessionalStep
from forms.places import ElsewhereStep
from forms.professional_notification import PROFESSIONAL_NOTES, PROFESSIONAL_NOTIFICATION
from forms.spec import Audience, FormSpec, Onward
from forms.waiting import WaitingStep
from forms.words import N_


class ConsentStep(Step):
    slug = "consent"
    title = N_("Is the contact made with consent?")
    intro = (
        N_(
            "A contact is made together with the child or a parent. If it is made without delay, no separate "
            "child welfare notification is needed."
        ),
    )

    consent = Radios(
        N_("The contact is made with the consent of the child or a parent"),
        (
            ("yes", N_("Yes")),
            ("no", N_("No, there is no consent")),
        ),
        needed=N_("Say whether there is consent"),
    )


class SituationStep(Step):
    slug = "matter"
    title = N_("What is the situation?")

    content = LongText(
        N_("Description of the situation and the concern"),
        hint=N_(
            "What has led to this contact, and when? Which services does the family have now? At most 10,000 "
            "characters."
        ),
        needed=N_("Describe the situation"),
        rows=12,
    )


def onward(answers: AllAnswers) -> Onward | None:
    """Without consent: the notification, with the answers of every page that it asks too."""
    if answers.get(ConsentStep.slug, {}).get("consent") != "no":
        return None
    wanted = {step.slug for step in PROFESSIONAL_NOTIFICATION.steps}
    carried = {slug: dict(given) for slug, given in answers.items() if slug in wanted}
    return Onward(PROFESSIONAL_NOTIFICATION.slug, carried)


JOINT_CONTACT = FormSpec(
    slug="joint-contact",
    domain_identifier="social_welfare_contact",
    version=1,
    title=N_("Contact us together with the family"),
    lead=(
        N_(
            "For professionals who contact us together with the child or a parent, to have the need for support assessed."
        ),
        N_(
            "The family knows of it and agrees. Without consent, make a child welfare notification."
        ),
    ),
    notes=PROFESSIONAL_NOTES,
    send_label=N_("Send the contact"),
    audience=Audience.PROFESSIONAL,
    statutory=True,
    steps=(
        ConsentStep,
        NeedsStep,
        SituationStep,
        AdditionalStep,
        NotifiedChildrenStep,
        ElsewhereStep,
        GuardiansStep,
        ProfessionalStep,
        ProfessionalContactStep,
        WaitingStep,
    ),
    onward=onward,
)
