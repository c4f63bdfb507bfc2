"""In which language the sender may be answered."""

from __future__ import annotations

from typing import Any

from forms.base import AllAnswers, Step, Surroundings
from forms.fields import YES_NO, Radios, Text
from forms.words import N_

LANGUAGES = (
    ("fi", N_("Finnish")),
    ("sv", N_("Swedish")),
    ("en", N_("English")),
    ("other", N_("Some other language")),
)


class LanguageStep(Step):
    slug = "language"
    title = N_("In which language may we answer you?")

    language = Radios(N_("Language"), LANGUAGES, needed=N_("Choose the language of our answer"))
    other_language = Text(
        N_("Which language?"),
        hint=N_("Fill this in if you chose some other language"),
        dependent=True,
    )
    interpreter = Radios(
        N_("Do you need an interpreter?"),
        YES_NO,
        needed=N_("Say whether you need an interpreter"),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if self.language.data != "other":
            self.other_language.data = ""
        if self.language.data == "other" and not self.other_language.data:
            return self.complain(self.other_language, N_("Write which language"))
        return valid


def language_of(answers: AllAnswers, around: Surroundings) -> str:
    """The language of messages to the sender: as asked for where it is one of ours, else the page's."""
    wanted: str = answers.get("language", {}).get("language") or "other"
    return around.language if wanted == "other" else wanted
