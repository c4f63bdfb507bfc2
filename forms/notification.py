"""A private person's child welfare notification, also without a name (lastensuojeluilmoitus).

Fields and labels: THL's Sosmeta, document 1.2.246.537.6.1506.4009 (2023-04-28). There the child's name and the
content are mandatory; a part of a name, or \u201cnot known\u201d, is a name too. An anonymous notifier is asked for no
contact detail, and none is kept.
"""

from __future__ import annotations

from typing import ClassVar

from forms.base import Step
from forms.children import NotifiedChildrenStep
from forms.contact import NotifierContactStep, YouStep
from forms.fields import LongText
from forms.guardians import GuardiansStep
from forms.notifier import PrivateNotifierStep, SecrecyStep
from forms.places import ElsewhereStep
from forms.spec import Audience, FormSpec
from forms.telling import ToldStep
from forms.waiting import WaitingStep
from forms.words import N_

CONTENT_HINT = N_(
    "Why are you worried? What has happened, when and where? How has it affected the child? Has somebody "
    "already done something? At most 10,000 characters."
)


class ContentStep(Step):
    slug = "matter"
    title = N_("What are you worried about?")
    intro: ClassVar[tuple[str, ...]] = (
        N_("Tell what you have seen or heard. You do not have to be sure, or to prove anything."),
    )

    content = LongText(
        N_("Content of the child welfare notification"),
        hint=CONTENT_HINT,
        needed=N_("Write what you are worried about"),
        rows=12,
    )


class AnonymityStep(YouStep):
    title = N_("Do you want to give your name?")
    intro = (
        N_(
            "A private person may make a notification without a name. Then we ask and keep nothing about you, "
            "and cannot contact you. You get a code with which you see on this site how things stand."
        ),
        N_(
            "If you notify because of your work, use the form for professionals: a professional gives a name."
        ),
    )


NOTIFICATION = FormSpec(
    slug="notification",
    domain_identifier="child_welfare_notification",
    version=1,
    title=N_("Make a child welfare notification as a private person"),
    lead=(
        N_("Make a notification if you are worried about a child's safety or well-being."),
        N_("You may do so without giving your name. You do not have to be sure."),
    ),
    send_label=N_("Send the notification"),
    audience=Audience.NEIGHBOUR,
    statutory=True,
    steps=(
        ContentStep,
        NotifiedChildrenStep,
        ElsewhereStep,
        GuardiansStep,
        AnonymityStep,
        PrivateNotifierStep,
        SecrecyStep,
        NotifierContactStep,
        ToldStep,
        WaitingStep,
    ),
)
