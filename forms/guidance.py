"""Guidance and advice: anyone may ask, also without a name and without naming the child.

There is no national schema for this request (THL's Sosmeta has none); the fields are those that counties
commonly ask.
"""

from __future__ import annotations

from typing import Any

from casework.commands import Submit
from forms.base import AllAnswers, Born, FormSpec, Step, Surroundings
from forms.contact import ContactStep, YouStep, complain, contact_of, sender_of
from forms.fields import LongText, Radios, Text
from forms.places import ChildrenStep, ElsewhereStep, children_of
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

LANGUAGES = (
    ("fi", N_("Finnish")),
    ("sv", N_("Swedish")),
    ("en", N_("English")),
    ("other", N_("Some other language")),
)

YES_NO = (("yes", N_("Yes")), ("no", N_("No")))


class MatterStep(Step):
    slug = "matter"
    title = N_("What would you like help with?")

    topic = Radios(N_("What is it mostly about?"), TOPICS)
    message = LongText(
        N_("Tell us in your own words"),
        hint=N_("A few sentences are enough. At most 10,000 characters."),
        needed=N_("Write a few words about what you would like help with"),
    )


class LanguageStep(Step):
    slug = "language"
    title = N_("In which language may we answer you?")

    language = Radios(N_("Language"), LANGUAGES, needed=N_("Choose the language of our answer"))
    other_language = Text(
        N_("Which language?"),
        hint=N_("Fill this in if you chose some other language"),
        dependent=True,
    )
    interpreter = Radios(
        N_("Do you need an interpreter?"),
        YES_NO,
        needed=N_("Say whether you need an interpreter"),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if self.language.data == "other" and not self.other_language.data:
            return complain(self.other_language, N_("Write which language"))
        return valid


class WaitingStep(Step):
    slug = "waiting"
    title = N_("Can this wait until we read it in our opening hours?")
    intro = (N_("If someone is in danger now, do not wait for an answer to this form: call 112."),)

    can_wait = Radios(
        N_("Can this wait until we read it in our opening hours?"),
        (
            ("yes", N_("Yes, it can wait")),
            ("no", N_("No, it cannot wait")),
        ),
        needed=N_("Say whether this can wait until we read it in our opening hours"),
    )


def cannot_wait(answers: AllAnswers) -> bool:
    """The sender's own answer; it is never the urgency assessment."""
    return bool(answers.get("waiting", {}).get("can_wait") == "no")


def to_command(born: Born, answers: AllAnswers, around: Surroundings) -> Submit:
    """The whole form as one command. `answers` are complete and valid."""
    matter, language, waiting = answers["matter"], answers["language"], answers["waiting"]
    wanted = language["language"]
    return Submit(
        submission_id=born.submission_id,
        reference=born.reference,
        code=born.code,
        form=GUIDANCE.slug,
        domain_identifier=GUIDANCE.domain_identifier,
        form_version=GUIDANCE.version,
        language=around.language if wanted == "other" else wanted,
        children=children_of(answers, around),
        contact=contact_of(answers),
        cannot_wait=cannot_wait(answers),
        statutory=GUIDANCE.statutory,
        shared={**matter, **language, **waiting},
        sender=sender_of(answers),
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
    statutory=False,
    steps=(
        MatterStep,
        ChildrenStep,
        ElsewhereStep,
        YouStep,
        ContactStep,
        LanguageStep,
        WaitingStep,
    ),
    to_command=to_command,
    cannot_wait=cannot_wait,
)
