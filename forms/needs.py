"""What support is needed, by the national classification 1.2.246.537.6.1282 (Sosiaalihuolto - Tuen tarve)."""

from __future__ import annotations

from typing import Any

from forms.base import Step
from forms.fields import Checks, LongText
from forms.words import N_

NEEDS = (
    ("1", N_("Managing everyday life")),
    ("2", N_("Housing")),
    ("3", N_("Money")),
    ("4", N_("Inclusion, or the risk of exclusion")),
    ("5", N_("Violence in a close relationship or in the family, or maltreatment")),
    ("6", N_("A sudden crisis")),
    ("7", N_("The child's balanced development and well-being")),
    ("8", N_("Problematic use of alcohol or drugs")),
    ("9", N_("Mental health problems")),
    ("10", N_("Reduced functional capacity")),
    ("11", N_("Support needed by somebody close")),
    ("99", N_("Another need for support")),
)


class NeedsStep(Step):
    slug = "needs"
    title = N_("Which needs for support are you worried about?")

    needs = Checks(
        N_("Needs for support"),
        NEEDS,
        hint=N_("Choose one or more"),
        needed=N_("Choose at least one need for support"),
    )
    needs_more = LongText(
        N_("More about the needs"),
        hint=N_("Needed if you chose another need for support"),
        limit=2000,
        rows=4,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if "99" in (self.needs.data or ()) and not self.needs_more.data:
            return self.complain(self.needs_more, N_("Write which need for support you mean"))
        return valid
