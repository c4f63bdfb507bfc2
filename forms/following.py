"""What may be asked of somebody who has the code of a message: more information, and other choices of contact."""

from __future__ import annotations

from forms.base import Step
from forms.contact import NotifierContactStep
from forms.fields import LongText, Radios
from forms.words import N_


class MoreStep(Step):
    """Something to add. It goes to those who have the message, and is never shown again to whoever has the code."""

    slug = "more"
    title = N_("What do you want to add?")
    intro = (N_("It goes to those who handle your message. It is not shown here afterwards."),)

    more = LongText(
        N_("What you want to add"),
        hint=N_("At most 10,000 characters."),
        needed=N_("Write what you want to add"),
    )
    can_wait = Radios(
        N_("Can this wait until we read it in our opening hours?"),
        (
            ("yes", N_("Yes, it can wait")),
            ("no", N_("No, it cannot wait")),
        ),
    )


class NewContactStep(NotifierContactStep):
    """Never filled in beforehand: whoever has the code must not learn a number from it."""

    title = N_("How may we contact you from now on?")
    intro = (
        N_(
            "What you choose here takes the place of what you chose before. We do not show what that was."
        ),
        N_(
            "Choose only what is safe for you. Our text messages and e-mails never tell what the matter is."
        ),
    )
