"""Whether it can wait: the sender's own answer, never the urgency assessment."""

from __future__ import annotations

from forms.base import AllAnswers, Step
from forms.fields import Radios
from forms.words import N_


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
    """What the answers say; pages that are not there say nothing."""
    return bool(answers.get("waiting", {}).get("can_wait") == "no")
