"""A family that already has a worker writes to that worker.

There is no national schema for this contact (THL's Sosmeta has none). Whether a child is a client is never
confirmed to the sender: the message goes on in the same way with and without a match.
"""

from __future__ import annotations

from forms.base import Step
from forms.children import OwnChildrenStep
from forms.contact import NamedContactStep
from forms.fields import LongText
from forms.language import LanguageStep
from forms.places import ElsewhereStep
from forms.spec import Audience, FormSpec
from forms.waiting import WaitingStep
from forms.words import N_


class OwnMatterStep(Step):
    slug = "matter"
    title = N_("What do you want to tell or ask your worker?")

    message = LongText(
        N_("What do you want to tell or ask your worker?"),
        hint=N_("A few sentences are enough. At most 10,000 characters."),
        needed=N_("Write a few words to your worker"),
    )


OWN_WORKER = FormSpec(
    slug="own-worker",
    domain_identifier="worker_contact",
    version=1,
    title=N_("Write to your own social worker"),
    lead=(
        N_("If the child already has a social worker, your message goes to that worker."),
        N_("If the worker is away, a colleague or the duty team reads it."),
    ),
    send_label=N_("Send the message"),
    audience=Audience.FAMILY,
    statutory=False,
    steps=(
        OwnMatterStep,
        OwnChildrenStep,
        ElsewhereStep,
        NamedContactStep,
        LanguageStep,
        WaitingStep,
    ),
)
