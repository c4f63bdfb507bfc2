"""Who the sender is, and how it is safe to reach them. Shared by the forms that allow silence."""

from __future__ import annotations

from typing import Any

from casework.commands import Contact, ContactWay, SafeTime, Scope
from forms.base import AllAnswers, Step, Surroundings
from forms.fields import Checks, EmailText, PhoneText, Radios, Text
from forms.phones import read_phone
from forms.words import N_, Words

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
    intro = (
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
    intro = (
        N_(
            "Choose only what is safe for you. Our text messages and e-mails never tell what the matter is."
        ),
    )

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

    @classmethod
    def asked(cls, answers: AllAnswers, around: Surroundings) -> bool:
        return not is_anonymous(answers)

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        way = self.way.data
        if way in {ContactWay.CALL, ContactWay.SMS} and not self.phone.data:
            valid = complain(self.phone, N_("Write the phone number on which we may reach you"))
        elif way == ContactWay.SMS and self.phone.phone and not self.phone.phone.textable:
            valid = complain(
                self.phone,
                N_(
                    "This number cannot take text messages. Give a mobile number with its country code if it "
                    "is not Finnish, or choose another way"
                ),
            )
        if way == ContactWay.EMAIL and not self.email.data:
            valid = complain(self.email, N_("Write the e-mail address to which we may write"))
        return valid


def complain(field: Any, msgid: str) -> bool:
    """Put an error on a field after its own validation; always False, as the outcome of `validate`."""
    field.errors = [*field.errors, Words(msgid)]
    return False


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
        safe_times=chosen or frozenset(SafeTime),
    )


def sender_of(answers: AllAnswers) -> dict[str, Any] | None:
    """What is kept of the sender under its own key; nothing of an anonymous one."""
    given = answers.get("contact")
    if given is None or is_anonymous(answers):
        return None
    return dict(given)
