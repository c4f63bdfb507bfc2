"""The child's guardians or others who look after it: none, one or several."""

from __future__ import annotations

from forms import people
from forms.lists import ListStep, list_of
from forms.words import N_

MOST_GUARDIANS = 8


class Guardian(people.Names, people.Address, people.Telephone, people.Relation):
    pass


class GuardiansStep(ListStep):
    slug = "guardians"
    title = N_("Who looks after the child?")
    intro = (
        N_(
            "Tell about guardians and others who look after the child. You can leave this page empty if you do "
            "not know them."
        ),
    )
    entries_field = "guardians"
    alone = N_("A guardian, or another person who looks after the child")
    numbered = N_("Guardian or other person %(number)s")
    add_label = N_("Add another person")
    remove_label = N_("Take person %(number)s off this form")
    may_be_none = True

    guardians = list_of(Guardian, MOST_GUARDIANS)
