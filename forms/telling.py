"""Whether child and guardians know of the notification."""

from __future__ import annotations

from forms.base import Step
from forms.fields import YES_NO, LongText, Radios
from forms.words import N_


class ToldStep(Step):
    slug = "told"
    title = N_("Do the child and the guardians know of the notification?")
    intro = (
        N_("You do not have to tell them. Do not tell, if it could endanger the child or you."),
    )

    told_child = Radios(N_("The child has been told of the notification"), YES_NO)
    told_guardian = Radios(
        N_("At least one of the guardians has been told of the notification"), YES_NO
    )
    told_more = LongText(
        N_("More about telling the child and the guardians"),
        hint=N_("For example who told, or why nobody was told"),
        limit=2000,
        rows=4,
    )
