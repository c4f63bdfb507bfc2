"""Pages on which something is told of several: children, guardians, parents. Added and removed without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from wtforms import FieldList, FormField

from forms.base import AllAnswers, Group, Step, StepAnswers, Surroundings, rows_of
from forms.words import Words

#: The number of an entry in the name of its fields.
_INDEX = re.compile(r"([0-9]{1,4})-.*", re.DOTALL)


class Entries(FieldList):  # type: ignore[type-arg]  # generic in its stubs alone
    """A list whose numbers are plain ones: WTForms fails on '\u00b2', which is a digit to it and no number."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        for name in formdata:
            found = (
                _INDEX.fullmatch(name.removeprefix(f"{prefix}-"))
                if name.startswith(prefix)
                else None
            )
            if found:
                yield int(found.group(1))


class ListStep(Step):
    """A page with one list of like entries. Subclasses name the list's field and what an entry is called."""

    template = "forms/list.html"

    #: The name of the list's field; it is the only field of the page.
    entries_field: ClassVar[str]
    #: What one entry is called where there is one alone, and where there are more.
    alone: ClassVar[str]
    numbered: ClassVar[str]
    #: The buttons.
    add_label: ClassVar[str]
    remove_label: ClassVar[str]
    #: Whether there may be none: an entry that was left empty is then nobody.
    may_be_none: ClassVar[bool] = False

    #: The entry with which its writer goes on after one was added or taken off: it gets the focus.
    next_entry: int = -1

    @property
    def entries(self) -> Any:
        """The list of entries; each has a `form`."""
        return self[self.entries_field]

    def prepare(self, around: Surroundings, answers: AllAnswers) -> None:
        super().prepare(around, answers)
        for entry in self.entries:
            entry.form.around = around

    def heading(self, number: int) -> Words:
        """What the entry of this number, from 1, is called."""
        return Words(self.numbered if len(self.entries) > 1 else self.alone, number=number)

    def remove_text(self, number: int) -> Words:
        """What the button says that takes this entry off the page."""
        return Words(self.remove_label, number=number)

    def add_entry(self) -> None:
        if len(self.entries) < self.entries.max_entries:
            self.entries.append_entry()
            self.next_entry = len(self.entries) - 1

    def remove_entry(self, index: int) -> None:
        """Take out one entry and keep the others, at least one."""
        kept = [entry for i, entry in enumerate(self.entries.data) if i != index]
        self._refill(kept or [{}])
        self.next_entry = min(index, len(self.entries) - 1)

    def _refill(self, entries: list[dict[str, Any]]) -> None:
        while len(self.entries):
            self.entries.pop_entry()
        self.entries.last_index = -1
        for entry in entries:
            self.entries.append_entry(entry)

    def validate(self, extra_validators: Any = None) -> bool:
        if self.may_be_none:
            told = [entry for entry in self.entries.data if _says_something(entry)]
            if len(told) < len(self.entries):
                self._refill(told or [{}])
                self.prepare(self.around, {})
            if not told:
                return True
        return super().validate(extra_validators)

    def answers(self) -> dict[str, Any]:
        told = [dict(entry) for entry in self.entries.data if _says_something(entry)]
        return {self.entries_field: told if self.may_be_none else list(self.entries.data)}

    @classmethod
    def children_of(cls, answers: StepAnswers) -> list[StepAnswers]:
        return list(answers[cls.entries_field])

    def groups(self) -> Iterator[Group]:
        for number, entry in enumerate(self.entries, start=1):
            heading = self.heading(number) if len(self.entries) > 1 else None
            yield Group(heading, [row for field in entry.form for row in rows_of(field)])


def _says_something(entry: dict[str, Any]) -> bool:
    return any(value not in (None, "", []) for value in entry.values())


def list_of(form: Any, most: int) -> Any:
    """A field for up to `most` entries of a kind, at least one on the page."""
    return Entries(FormField(form), min_entries=1, max_entries=most)
