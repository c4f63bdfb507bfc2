"""What casework needs of the room around it for what leaves the house and what comes in by text: rows of messages,
their providers, contacts planned for later, and how all that is erased. Part of `casework.ports`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from casework.commands import Contact
from casework.follow_ups import DueFollowUp, FollowUpState, PlannedFollowUp
from casework.inbound import Correspondent, InboundText, Place
from casework.messages import (
    Begin,
    Channel,
    Claimed,
    Message,
    MessageState,
    Outcome,
    Queue,
    Rate,
)

if TYPE_CHECKING:
    from casework.usecases.copies import Copy
    from casework.usecases.doubts import Doubt, Unconfirmed
    from casework.usecases.erasure import Erasable, Erased


class Outbox(Protocol):
    def add(self, messages: Sequence[Message]) -> None:
        """Store rows; a row for the same (event, recipient, channel) is left as it is."""

    def recipients_of(self, event: str) -> frozenset[str]:
        """Who has been told of this event, or is about to be."""

    def on_the_way(self, event: str) -> frozenset[str]:
        """Those of them who have it as far as is known, or for whom it waits and nobody was told instead yet."""

    def last_to(self, submission_id: UUID, recipient: str) -> datetime | None:
        """When this recipient was last told of anything."""

    def note_untold(self, message: Message) -> None:
        """Nobody is left who could be told of it: the log calls for a person."""

    def claim(
        self, queue: Queue, now: datetime, lease_until: datetime, limit: int
    ) -> list[Claimed]:
        """Claim what may go now, the oldest first; nothing of a broken channel. What cannot be opened has failed."""

    def unopened(self) -> Sequence[Message]:
        """What the last claim found and could not open, once."""

    def claim_probe(self, channel: Channel, now: datetime, lease_until: datetime) -> list[Claimed]:
        """One row of this channel, broken or not; whatever waits longest, were it meant for a little later."""

    def give_back(
        self, claimed: Sequence[Claimed], next_at: datetime | None, now: datetime
    ) -> None:
        """Claimed rows that were not tried, back to waiting until `next_at`, None: as before; the claim does not
        count."""

    def begin(self, claimed: Claimed, attempt_id: UUID, now: datetime) -> Begin:
        """Move to `submitting` if the lease is still ours, and note the attempt.

        What was meant for a sender who chose another way of contact since then, or who wants no texts, and what tells
        of set phrases that were all taken back, is moved to `suppressed` instead.
        """

    def suppress_waiting(
        self, submission_id: UUID, recipient: str, now: datetime, *, event: str = ""
    ) -> None:
        """What has not left yet for this recipient, of one event or of all, is not sent, nor is what goes again:
        pending or claimed, to `suppressed`."""

    def suppress_again(self, attempt_id: UUID, now: datetime) -> None:
        """The attempt's message has arrived after all: what was to replace it and has not left is not sent."""

    def suppress(self, claimed: Claimed, reason: str, now: datetime) -> bool:
        """Claimed, and not to be sent at all: moved to `suppressed`; whether it was still ours."""

    def spoil(self, claimed: Claimed, reason: str, now: datetime) -> bool:
        """Claimed, and impossible to send: moved to `failed`; whether it was still ours."""

    def add_again(
        self, message: Message, row_id: UUID, event: str, at: datetime, now: datetime
    ) -> None:
        """The same to the same address once more, not before `at`."""

    def add_spare(self, message: Message, row_id: UUID, now: datetime) -> bool:
        """The same by the spare way that was sealed with it; False where it has none, or it cannot go by it."""

    def finish(
        self,
        claimed: Claimed,
        attempt_id: UUID,
        outcome: Outcome,
        state: MessageState,
        next_at: datetime | None,
        now: datetime,
    ) -> bool:
        """Store how an attempt ended; False where a receipt had moved the row already."""

    def add_receipt(
        self,
        receipt_id: UUID,
        attempt_id: UUID,
        provider_id: str,
        status: str,
        error_code: str,
        now: datetime,
    ) -> None:
        """Append one receipt; the same one again is nothing new."""

    def apply_receipt(
        self, attempt_id: UUID, to: MessageState, reason: str, now: datetime
    ) -> Message | None:
        """Move the attempt's message along, if that is a legal move; the message when it moved. That it did not arrive
        is believed of its newest attempt alone."""


class Channels(Protocol):
    """How the sending itself is, told to all workers alike."""

    def take(
        self, channel: Channel, rate: Rate, wanted: int, now: datetime, *, force: bool
    ) -> tuple[int, datetime | None]:
        """Take up to `wanted` places in the provider's rate; how many there were, and when there is one again, if
        there were too few. `force`: all of them, and whoever comes next waits for it."""

    def broke(
        self,
        channel: Channel,
        reason: str,
        now: datetime,
        *,
        probe_at: datetime,
        by_receipt: bool = False,
    ) -> bool:
        """Stop the channel; whether it had been whole until now. `by_receipt`: it takes messages and delivers none."""

    def arrives(self, channel: Channel) -> None:
        """A receipt says that a message is on its way: that ends a break of which receipts had told."""

    def to_probe(self, now: datetime, *, next_at: datetime) -> Sequence[Channel]:
        """Broken channels whose time to be tried has come; each is given to one caller, the next one at `next_at`."""

    def mended(self, channel: Channel, now: datetime) -> bool:
        """The channel takes messages; whether that ended a break. One of which receipts told ends only when no more of
        them came for a while."""


class Upkeep(Protocol):
    """What the brooms do to the outbox."""

    def park(self, now: datetime, limit: int) -> Sequence[Message]:
        """Claimed rows whose workers died again and again, moved to `failed`."""

    def release_leases(self, now: datetime) -> None:
        """Claimed rows whose worker died before anything left: back to waiting, and counted."""

    def expire(self, now: datetime, limit: int) -> Sequence[Message]:
        """Waiting rows whose time is over, moved to `expired`."""

    def give_up_submitting(self, now: datetime, limit: int) -> Sequence[Message]:
        """Rows whose worker died while the provider had them, moved to `unknown`."""

    def give_up_receipts(self, since: datetime, now: datetime) -> None:
        """SMS handed over before `since` without a final receipt, moved to `unknown`."""

    def long_doubts(self, since: datetime, now: datetime, limit: int) -> Sequence[Message]:
        """Messages to senders `unknown` since before `since`, each told once."""

    def stuck(self, now: datetime, limit: int) -> Sequence[Message]:
        """Alerts that were tried, or whose channel is broken, and wait too long; each told once, and of one
        recipient a few at a time."""

    def doubts(self, since: datetime, until: datetime, limit: int) -> Sequence[Doubt]:
        """`unknown` SMS whose last attempt began between the two, the longest unasked first."""

    def unconfirmed(self, until: datetime, limit: int) -> Sequence[Unconfirmed]:
        """SMS that the provider took before `until`, without a final receipt, not asked about since then."""

    def asked(self, attempt_ids: Sequence[UUID], now: datetime) -> None:
        """Note that the provider is asked about these attempts."""

    def settle_found(self, doubt: Doubt, provider_id: str, now: datetime) -> None:
        """`unknown` to `accepted`: the provider has it under this id."""

    def settle_missing(self, doubt: Doubt, now: datetime) -> None:
        """`unknown` to `pending`: the provider has nothing, so it certainly was not sent. Of an erased submission to
        `suppressed`."""

    def waiting_queues(self, now: datetime) -> frozenset[Queue]:
        """Queues with a row that may go now."""


class Inbound(Protocol):
    """Texts that came in, and whose numbers want none of ours."""

    def correspondent(self, number_hash: bytes) -> Correspondent | None:
        """The open case whose sender was written to at this number, as long as numbers can be found: of the newest
        message, with several children.

        None where open cases of another message have the number too, or a protected one, were it closed: anybody may
        have given another's number, and would take her texts into his own case.
        """

    def origin(self, number_hash: bytes) -> UUID | None:
        """The message whose sender was written to at this number, also where all its cases are closed; None where
        there are several."""

    def is_protected(self, number_hash: bytes) -> bool:
        """Whether a case whose sender was written to at this number, open or closed, asks for non-disclosure."""

    def add(self, text: InboundText) -> bool:
        """Store it at once; False where the provider told of it before. A note waits, the rest is done with."""

    def is_told(self, text: InboundText, since: datetime) -> bool:
        """Whether staff were told, since then, of another note to the same case, or without one to the same team,
        that still waits."""

    def stop(self, number_hash: bytes) -> bool:
        """No texts to senders at this number from now on; whether that is new."""

    def start(self, number_hash: bytes) -> bool:
        """Texts again; whether they had been stopped."""

    def has_stopped(self, number_hash: bytes) -> bool: ...

    def place(self, text_id: UUID) -> Place | None:
        """Whose a note is; None where there is no such note."""

    def handle(self, text_id: UUID, by: str, at: datetime) -> bool:
        """The note waits no more; whether it had been waiting."""

    def reopen(self, text_id: UUID) -> bool:
        """The note waits again; whether it had been handled."""


class FollowUps(Protocol):
    """Contacts planned for later. What is over keeps no address."""

    def plan(self, planned: Sequence[PlannedFollowUp]) -> None:
        """Store them at the commit; one whose id is there already is left as it is."""

    def of(self, case_id: UUID) -> Sequence[PlannedFollowUp]:
        """Everything that is or was planned for the case, by the time when it is due; without anybody's address."""

    def heard_at(self, case_id: UUID) -> datetime | None:
        """When the sender last added something or chose about contact; None: not since the message."""

    def cancel(
        self, case_id: UUID, follow_up_id: UUID, reason: str, at: datetime
    ) -> PlannedFollowUp | None:
        """The one that was cancelled; None where it does not wait, or is no such one of the case."""

    def cancel_of_case(
        self, case_id: UUID, reason: str, at: datetime
    ) -> Sequence[PlannedFollowUp]: ...

    def cancel_of_submission(
        self, submission_id: UUID, reason: str, at: datetime
    ) -> Sequence[PlannedFollowUp]:
        """Those that waited, of all cases of the message."""

    def restore(self, again: PlannedFollowUp) -> bool:
        """A cancelled one waits again, until its new time; whether it was cancelled until now."""

    def replace_contact(self, submission_id: UUID, contact: Contact) -> None:
        """Those that wait go by this contact now."""

    def due(self, now: datetime, limit: int) -> Sequence[DueFollowUp]:
        """Those whose time has come, the longest waiting first, locked together with their cases; what somebody
        else holds is left for the next time."""

    def end(self, ids: Collection[UUID], state: FollowUpState, reason: str, at: datetime) -> None:
        """They wait no more."""

    def put_off(self, moved: Mapping[UUID, datetime]) -> None:
        """They wait until a later time."""


class Erasure(Protocol):
    """Takes one submission away. Rows stay, and nothing in them opens."""

    def find(self, reference: str) -> Erasable | None:
        """The submission of this reference, held with what is waited for in its cases."""

    def erase(self, submission_id: UUID, code_hash: bytes, now: datetime) -> Erased:
        """Destroy its keys and addresses, stop its messages, close its cases; only `code_hash` opens it from now on."""

    def register(self) -> Sequence[tuple[datetime, str]]:
        """When each was erased, and its reference; the oldest first. For whoever restores a backup."""

    def traced(self, since: datetime) -> Sequence[UUID]:
        """Submissions erased since then that have gained an address, a receipt or a copy at the provider again."""

    def erase_again(self, submission_id: UUID, now: datetime) -> None:
        """Take those away too."""


class Copies(Protocol):
    """Texts at the provider that are to be deleted there."""

    def queue_old(self, since: datetime, until: datetime, now: datetime) -> int:
        """Want those deleted whose attempt began between the two and whose message has rested since before `until`;
        none twice. How many."""

    def take(self, now: datetime, until: datetime, limit: int) -> Sequence[Copy]:
        """What is due, the longest waiting first; nobody else is given it before `until`."""

    def done(self, provider_id: str, now: datetime) -> None: ...

    def again(self, provider_id: str, tries: int, next_at: datetime) -> None: ...

    def purge(self, before: datetime) -> None:
        """Forget those that were deleted before then."""
