"""Whatever the other pages did not ask."""

from __future__ import annotations

from forms.base import Step
from forms.fields import LongText
from forms.words import N_


class AdditionalStep(Step):
    slug = "additional"
    title = N_("Do you want to add something?")

    additional = LongText(N_("Additional information"), hint=N_("At most 10,000 characters."))
