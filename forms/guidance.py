"""Guidance and advice: anyone may ask, also without a name and without naming the child.

There is no national schema for this request (THL's Sosmeta has none); the fields are those that counties
commonly ask.
"""

from __future__ import annotations

from forms.base import Step
from forms.children import AdvisedChildrenStep
from forms.contact import ContactStep, YouStep
from forms.fields import LongText, Radios
from forms.language import LanguageStep
from forms.places import ElsewhereStep
from forms.spec import Audience, FormSpec
from forms.waiting import WaitingStep
from forms.words import N_

TOPICS = (
    ("coping", N_("Coping in everyday life")),
    ("parenting", N_("Parenting or disagreements at home")),
    ("child_mood", N_("The child's mood or behaviour")),
    ("school", N_("School or day care")),
    ("substances", N_("Alcohol, drugs or gambling")),
    ("violence", N_("Violence or fear")),
    ("separation", N_("Separation or custody")),
    ("money_housing", N_("Money or housing")),
    ("other", N_("Something else")),
    ("untold", N_("I do not want to say yet")),
)


class MatterStep(Step):
    slug = "matter"
    title = N_("What would you like help with?")

    topic = Radios(N_("What is it mostly about?"), TOPICS)
    message = LongText(
        N_("Tell us in your own words"),
        hint=N_("A few sentences are enough. At most 10,000 characters."),
        needed=N_("Write a few words about what you would like help with"),
    )


GUIDANCE = FormSpec(
    slug="guidance",
    domain_identifier="guidance_request",
    version=1,
    title=N_("Ask for guidance and advice"),
    lead=(
        N_("You can ask for advice for yourself, for your child or for a child you worry about."),
        N_("You do not have to give your name or the child's name."),
    ),
    send_label=N_("Send the message"),
    audience=Audience.FAMILY,
    statutory=False,
    steps=(
        MatterStep,
        AdvisedChildrenStep,
        ElsewhereStep,
        YouStep,
        ContactStep,
        LanguageStep,
        WaitingStep,
    ),
)
