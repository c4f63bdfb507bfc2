"""Who the sender is, and how it is safe to reach them. Shared by the forms that allow silence."""

from __future__ import annotations

from typing import Any, ClassVar

from casework.commands import Contact, ContactWay, SafeTime, Scope
from forms.base import AllAnswers, Step, Surroundings
from forms.fields import Checks, EmailText, PhoneText, Radios, Text
from forms.phones import read_phone
from forms.words import N_

ANONYMOUS = "anonymous"
NAMED = "named"

WAYS = (
    (ContactWay.NONE.value, N_("Do not contact me. I look at this site myself")),
    (ContactWay.CALL.value, N_("Call me")),
    (ContactWay.SMS.value, N_("Send me a text message")),
    (ContactWay.EMAIL.value, N_("Send me e-mail")),
)

TIMES = (
    (SafeTime.MORNING.value, N_("In the morning, from 8 to 12")),
    (SafeTime.AFTERNOON.value, N_("In the afternoon, from 12 to 16")),
    (SafeTime.EVENING.value, N_("In the evening, from 16 to 20")),
)


class YouStep(Step):
    slug = "you"
    scope = Scope.SENDER
    title = N_("Do you want to give your contact details?")
    intro: ClassVar[tuple[str, ...]] = (
        N_(
            "You can ask without giving your name or number. Then we cannot contact you, but you get a code "
            "with which you see on this site how things stand."
        ),
    )

    identity = Radios(
        N_("Do you want to give your contact details?"),
        (
            (NAMED, N_("Yes, I want to be contacted or give my name")),
            (ANONYMOUS, N_("No, I stay anonymous")),
        ),
        needed=N_("Choose whether you give your contact details"),
    )


def is_anonymous(answers: AllAnswers) -> bool:
    """Whether the sender stays unknown; then no contact field is asked or stored."""
    identity: str | None = answers.get("you", {}).get("identity")
    return identity == ANONYMOUS


class ContactStep(Step):
    slug = "contact"
    scope = Scope.SENDER
    title = N_("How may we contact you?")
    intro: ClassVar[tuple[str, ...]] = (
        N_(
            "Choose only what is safe for you. Our text messages and e-mails never tell what the matter is."
        ),
    )

    #: What to ask where the form needs a name, or a number whichever way is chosen; empty where it does not.
    name_needed: ClassVar[str] = ""
    phone_needed: ClassVar[str] = ""

    way = Radios(N_("How may we contact you?"), WAYS, needed=N_("Choose how we may contact you"))
    name = Text(N_("Your name"), autocomplete="name")
    phone = PhoneText(
        N_("Phone number"),
        dependent=True,
        hint=N_("Needed if we may call you or send you a text message"),
        autocomplete="tel",
    )
    email = EmailText(
        N_("E-mail address"),
        dependent=True,
        hint=N_("Needed if we may send you e-mail"),
        limit=254,
        autocomplete="email",
    )
    safe_times = Checks(
        N_("When is it safe to call or text you?"),
        TIMES,
        hint=N_("If you choose none, any of these times will do"),
    )
    may_leave_message = Radios(
        N_("If you do not answer, may we leave a message or send a text?"),
        (
            ("yes", N_("Yes, you may")),
            ("no", N_("No, do not leave a message")),
        ),
    )
    # Unanswered is no: another way may be read by somebody else.
    may_use_other = Radios(
        N_(
            "If a text message or e-mail does not reach you, may we use the other one, phone or e-mail, "
            "that you gave?"
        ),
        (
            ("yes", N_("Yes, you may")),
            ("no", N_("No, use only the way that I chose")),
        ),
        hint=N_("If you do not answer, we use only the way that you chose"),
    )

    @classmethod
    def asked(cls, answers: AllAnswers, around: Surroundings) -> bool:
        return not is_anonymous(answers)

    def prepare(self, around: Surroundings, answers: AllAnswers) -> None:
        super().prepare(around, answers)
        if self.name_needed:
            self.name.needed = self.name_needed
        if self.phone_needed:
            self.phone.needed = self.phone_needed

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        way = self.way.data
        if way in {ContactWay.CALL, ContactWay.SMS} and not self.phone.data:
            valid = self.complain(
                self.phone, N_("Write the phone number on which we may reach you")
            )
        elif way == ContactWay.SMS and self.phone.phone and not self.phone.phone.textable:
            valid = self.complain(
                self.phone,
                N_(
                    "This number cannot take text messages. Give a mobile number with its country code if it "
                    "is not Finnish, or choose another way"
                ),
            )
        if way == ContactWay.EMAIL and not self.email.data:
            valid = self.complain(self.email, N_("Write the e-mail address to which we may write"))
        return valid


def contact_of(answers: AllAnswers) -> Contact:
    """The sender's choices of contact; empty for an anonymous sender."""
    given = answers.get("contact")
    if given is None or is_anonymous(answers):
        return Contact()
    phone = read_phone(given["phone"]) if given.get("phone") else None
    chosen = frozenset(SafeTime(name) for name in given.get("safe_times") or ())
    return Contact(
        way=ContactWay(given["way"]),
        phone=phone.number if phone else "",
        textable=bool(phone and phone.textable),
        email=given.get("email") or "",
        may_leave_message=given.get("may_leave_message") == "yes",
        may_use_other=given.get("may_use_other") == "yes",
        safe_times=chosen or frozenset(SafeTime),
    )


class NamedContactStep(ContactStep):
    """For a sender that the form needs by name."""

    name_needed = N_("Write your name")


class NotifierContactStep(ContactStep):
    """For a sender whose name an earlier page has asked: nothing is asked twice."""

    name = None  # type: ignore[assignment]  # how WTForms takes a field of a parent away


class ProfessionalContactStep(NotifierContactStep):
    phone_needed = N_("Write the phone number on which we may ask you more")


def sender_of(pages: AllAnswers, answers: AllAnswers) -> dict[str, Any] | None:
    """What is kept of the sender under its own key; nothing of an anonymous one.

    The choices of contact, and beside them the other `pages` about the sender, each under its own name.
    """
    if is_anonymous(answers):
        return None
    others = {slug: given for slug, given in pages.items() if slug not in {"you", "contact"}}
    return {**pages.get("contact", {}), **others} or None
