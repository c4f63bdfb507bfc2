"""The kinds of question that a form may ask. Each says its error in words that help to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField

from forms.cleaning import one_line, running_text
from forms.identity import WrongIdentityCode, read_identity_code
from forms.phones import Phone, UnreadableNumber, read_phone
from forms.words import N_, wrong

LONG_TEXT = 10_000
SHORT_TEXT = 200

TOO_LONG = N_("Shorten this to %(limit)s characters. Now there are %(length)s")
CHOOSE = N_("Choose one of the alternatives")
BAD_EMAIL = N_("Write the e-mail address in the form name@example.fi")
ASK_PLAIN_NAME = N_("Write the part before @ with the letters a to z and digits")


class _Asked:
    """What every question has beside WTForms: its kind for the template, a hint, whether it may be left empty."""

    kind = "text"
    hint = ""
    needed = ""
    dependent = False  # needed or not by another answer: then 'optional' would mislead
    autocomplete = "off"
    options: list[tuple[str, str]] = []


class Text(_Asked, StringField):
    """A short answer on one line. `needed` is the error where it is empty; without one it is optional."""

    def __init__(
        self,
        label: str,
        *,
        hint: str = "",
        needed: str = "",
        limit: int = SHORT_TEXT,
        autocomplete: str = "off",
        dependent: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, filters=[self.clean], **kwargs)
        self.hint, self.needed, self.limit = hint, needed, limit
        self.dependent = dependent
        self.autocomplete = autocomplete

    @staticmethod
    def clean(raw: str | None) -> str | None:
        return one_line(raw)

    def pre_validate(self, form: Any) -> None:
        if not self.data and self.needed:
            raise wrong(self.needed)
        if self.data and len(self.data) > self.limit:
            raise wrong(TOO_LONG, limit=self.limit, length=len(self.data))


class LongText(Text, TextAreaField):
    """Free text with line breaks, counted in code points after cleaning."""

    kind = "long"

    def __init__(self, label: str, *, limit: int = LONG_TEXT, rows: int = 8, **kwargs: Any) -> None:
        super().__init__(label, limit=limit, **kwargs)
        self.rows = rows

    @staticmethod
    def clean(raw: str | None) -> str | None:
        return running_text(raw)


class PhoneText(Text):
    """A phone number. Once valid, `phone` is how it was read."""

    kind = "tel"
    phone: Phone | None = None

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data:
            try:
                self.phone = read_phone(self.data)
            except UnreadableNumber as error:
                raise wrong(error.words, **error.words.params) from None


class IdentityCodeText(Text):
    """A personal identity code (HETU), always optional; stored in capitals with a plain sign."""

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data:
            try:
                self.data = read_identity_code(self.data)
            except WrongIdentityCode as error:
                raise wrong(error.words) from None


class EmailText(Text):
    """An e-mail address; its domain is not asked for, since a slow name server proves nothing.

    The name before @ must be ASCII: mail to another one needs SMTPUTF8 (RFC 6531) all the way, which most
    servers lack. The domain may have any letters, and stays as it was typed.
    """

    kind = "email"

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data:
            try:
                self.data = _address(self.data, any_letters=False)
            except EmailNotValidError:
                raise wrong(_email_error(self.data)) from None


def _address(typed: str, *, any_letters: bool) -> str:
    return validate_email(typed, check_deliverability=False, allow_smtputf8=any_letters).normalized


def _email_error(typed: str) -> str:
    """What to ask for: where only the letters of the name are at fault, that and nothing else."""
    try:
        _address(typed, any_letters=True)
    except EmailNotValidError:
        return BAD_EMAIL
    return ASK_PLAIN_NAME


Choices = Sequence[tuple[str, str]]


class Radios(_Asked, RadioField):
    """One of a few. Nothing is chosen beforehand."""

    kind = "radios"

    def __init__(
        self, label: str, choices: Choices, *, hint: str = "", needed: str = "", **kwargs: Any
    ) -> None:
        super().__init__(label, validate_choice=False, **kwargs)
        self.options = list(choices)
        self.hint, self.needed = hint, needed

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            self.data = None
            if self.needed:
                raise wrong(self.needed)
        elif self.data not in dict(self.options):
            self.data = None
            raise wrong(self.needed or CHOOSE)


class Drop(_Asked, SelectField):
    """One of many, by the browser's own drop-down, with an empty first option."""

    kind = "select"

    def __init__(
        self, label: str, choices: Choices = (), *, hint: str = "", needed: str = "", **kwargs: Any
    ) -> None:
        super().__init__(label, validate_choice=False, **kwargs)
        self.options = list(choices)
        self.hint, self.needed = hint, needed

    pre_validate = Radios.pre_validate


class Checks(_Asked, SelectMultipleField):
    """Any number of a few."""

    kind = "checks"

    def __init__(
        self, label: str, choices: Choices, *, hint: str = "", needed: str = "", **kwargs: Any
    ) -> None:
        super().__init__(label, validate_choice=False, **kwargs)
        self.options = list(choices)
        self.hint, self.needed = hint, needed

    def pre_validate(self, form: Any) -> None:
        known = [value for value, _ in self.options]
        self.data = [value for value in known if value in (self.data or ())]
        if self.needed and not self.data:
            raise wrong(self.needed)


YES_NO = (("yes", N_("Yes")), ("no", N_("No")))
