"""What people ask of the house, in the imperative. A form turns valid answers into one of these."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from casework.model import Answers
from casework.phrases import Phrase


class ContactWay(StrEnum):
    """How the sender wants to be reached; the first choice is not at all."""

    NONE = "none"
    CALL = "call"
    SMS = "sms"
    EMAIL = "email"


class SafeTime(StrEnum):
    """Windows of local time in which the sender says that contact is safe."""

    MORNING = "morning"  # 8-12
    AFTERNOON = "afternoon"  # 12-16
    EVENING = "evening"  # 16-20


@dataclass(frozen=True, slots=True)
class Contact:
    """The sender's own choices of contact. Empty where the sender stays anonymous."""

    way: ContactWay = ContactWay.NONE
    phone: str = field(default="", repr=False)  # E.164, or as typed where it is for calling only
    textable: bool = False  # whether an SMS may be sent to `phone`
    email: str = field(default="", repr=False)
    may_leave_message: bool = False
    may_use_other: bool = (
        False  # whether the other of SMS and e-mail may be used where the first one failed
    )
    safe_times: frozenset[SafeTime] = frozenset(SafeTime)


@dataclass(frozen=True, slots=True)
class ChildConcerned:
    """A child that the message concerns, and where it should go."""

    municipality: str | None  # Statistics Finland's code; None: not known or not told
    here_now: bool = False
    send_anyway: bool = False
    #: Non-disclosure for personal safety: the municipality decides the way and is stored nowhere in the clear.
    non_disclosure: bool = False
    #: What the sender says of a worker whom the child already has; as typed.
    client_code: str = field(default="", repr=False)
    worker_name: str = field(default="", repr=False)
    answers: Answers = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Submit:
    """Take in one message. Id, reference and access code were born with the draft: sending twice is one submission."""

    submission_id: UUID
    reference: str
    form: str
    domain_identifier: str
    form_version: int
    language: str
    children: tuple[ChildConcerned, ...]
    contact: Contact
    cannot_wait: bool
    statutory: bool
    code: str = field(repr=False)
    shared: Answers = field(repr=False)
    sender: Answers | None = field(repr=False)
    #: Something filled in what no person sees. It marks the message and never holds it back.
    suspect: bool = False


class Scope(StrEnum):
    """Whom a page of answers is about: it decides under which key they are kept and who reads them.

    What is said of a child stays with that child's own case: siblings may belong to other teams.
    """

    SHARED = "shared"
    SENDER = "sender"
    CHILD = "child"


@dataclass(frozen=True, slots=True)
class ChangeContact:
    """The sender's new choices of contact; `ContactWay.NONE` withdraws the request for contact.

    `answers` is what was answered, by page, to be kept under the sender's own key; `contact` the same for what is
    planned already. Without it nothing that is planned leaves the house.
    """

    submission_id: UUID
    change_id: UUID
    way: ContactWay
    answers: Answers = field(repr=False)
    contact: Contact = field(default_factory=Contact, repr=False)


@dataclass(frozen=True, slots=True)
class SayPhrases:
    """Say set phrases on the follow-up page of a case. A repeated press says nothing twice, and tells of it once."""

    case_id: UUID
    press_id: UUID
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class AddInformation:
    """Add what was written after the message had been sent: answers by scope; of children, a list in order.

    `non_disclosure`: somebody's place is to be hidden from now on.
    """

    submission_id: UUID
    addition_id: UUID
    answers: Answers = field(repr=False)
    cannot_wait: bool = False
    non_disclosure: bool = False
