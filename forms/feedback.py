"""Feedback on the pages themselves: their accessibility (306/2019 10 §), or whatever else does not work.

It is never about a child: no municipality, no alert, a team and a clock of its own (`casework.routing.FEEDBACK`).
"""

from __future__ import annotations

from typing import Any

from casework.commands import ChildConcerned, ContactWay, Scope
from casework.routing import FEEDBACK as SLUG
from forms.base import AllAnswers, Step, Surroundings
from forms.fields import EmailText, LongText, Radios
from forms.spec import Audience, FormSpec
from forms.words import N_

NOT_ABOUT_A_CHILD = N_(
    "Do not write about a child or a family here: those who read this look after the pages. "
    "If you are worried about a child or need help, use the forms on the start page, or call."
)

ABOUT = (
    ("accessibility", N_("How accessible these pages are")),
    ("pages", N_("Something else about these pages")),
)


class PagesStep(Step):
    slug = "pages"
    title = N_("What would you like to tell us about these pages?")
    intro = (NOT_ABOUT_A_CHILD,)

    about = Radios(
        N_("What is your feedback about?"), ABOUT, needed=N_("Choose what your feedback is about")
    )
    message = LongText(
        N_("Your feedback"),
        hint=N_(
            "If something did not work, tell on which page, and which browser or aid you used. "
            "At most 10,000 characters."
        ),
        needed=N_("Write your feedback"),
    )


class AnswerStep(Step):
    slug = "contact"
    scope = Scope.SENDER
    title = N_("Where may we send our answer?")
    intro = (
        N_(
            "You do not have to give an address. Without one we cannot answer you, but we read your feedback "
            "all the same, and with your code you see on this site how it is doing."
        ),
    )

    email = EmailText(N_("E-mail address"), limit=254, autocomplete="email")

    def answers(self) -> dict[str, Any]:
        """The address, and the way of contact that giving or not giving it means."""
        way = ContactWay.EMAIL if self.email.data else ContactWay.NONE
        return {"way": way.value, "email": self.email.data or ""}


def nobodys_child(answers: AllAnswers, around: Surroundings) -> tuple[ChildConcerned, ...]:
    """One case, about no child."""
    return (ChildConcerned(municipality=None),)


FEEDBACK = FormSpec(
    slug=SLUG,
    domain_identifier="service_feedback",
    version=1,
    title=N_("Feedback on these pages"),
    lead=(
        N_(
            "Tell us if something on these pages does not work for you, is hard to use or could be better. "
            "We answer within two weeks."
        ),
        NOT_ABOUT_A_CHILD,
    ),
    send_label=N_("Send the feedback"),
    audience=Audience.SERVICE,
    statutory=False,
    steps=(PagesStep, AnswerStep),
    children=nobodys_child,
    cannot_wait=lambda answers: False,
)
