"""What is asked of a person, as THL's national schemas ask it: groups of fields that the forms share.

Labels follow Sosmeta's documents 1.2.246.537.6.1506.4009, .4018 and .4019. A page has them in the order in which it
names the groups.
"""

from __future__ import annotations

from typing import Any

from forms.base import Questions
from forms.fields import YES_NO, IdentityCodeText, LongText, PhoneText, Radios, Text
from forms.words import N_, Words

ASK_NAME = N_(
    "Write a name. If you know only a part of it, write that, or write \u201cnot known\u201d"
)


class Names(Questions):
    """Family name and first names. One of the two is enough: some people have a single name, or are known by one."""

    last_name = Text(N_("Family name"), dependent=True)
    first_names = Text(N_("First names"), dependent=True)

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if not self.last_name.data and not self.first_names.data and not self.last_name.errors:
            self.last_name.errors = [Words(ASK_NAME)]
            return False
        return valid


class Identity(Questions):
    identity_code = IdentityCodeText(
        N_("Personal identity code"), hint=N_("Only if you know it"), limit=40
    )
    age = Text(N_("Age"), hint=N_("Age or date of birth. An estimate is enough"), limit=60)


class Work(Questions):
    job_title = Text(N_("Job title"))
    organisation = Text(N_("Organisation"), needed=N_("Write where you work"))


class Protection(Questions):
    non_disclosure = Radios(
        N_("Non-disclosure for personal safety"),
        (*YES_NO, ("unknown", N_("I do not know"))),
        hint=N_(
            "Has the person a non-disclosure order (turvakielto)? If you answer yes, the municipality stands in "
            "no list and no notice"
        ),
    )


class Address(Questions):
    street_address = Text(N_("Street address"))
    postal_code = Text(N_("Postal code"), limit=20)
    post_office = Text(N_("Post office"))


class Telephone(Questions):
    phone = PhoneText(N_("Phone number"))


class Living(Questions):
    lives = Radios(
        N_("Where does the child live?"),
        (
            ("guardians", N_("With the parents or guardians")),
            ("one_guardian", N_("With one parent or guardian")),
            ("alternating", N_("In turns with both")),
            ("private", N_("With a relative or in another private home")),
            ("foster", N_("In a foster family")),
            ("institution", N_("In an institution")),
            ("elsewhere", N_("Somewhere else")),
            ("unknown", N_("I do not know")),
        ),
    )
    lives_more = LongText(N_("Other information about where the child lives"), limit=2000, rows=3)


class Relation(Questions):
    relation = Text(
        N_("Relation to the child"), hint=N_("For example mother, father or grandparent")
    )
