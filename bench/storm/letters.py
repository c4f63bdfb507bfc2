"""Messages for the storm: sealed and stored as a submission stores them, each to a number or address of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Final
from uuid import UUID

from casework.directory import DEFAULT_LANGUAGE
from casework.messages import Channel, Message, Purpose, Queue
from casework.model import Case, CaseState, KnownAs, Submission
from casework.notices import SENDER
from webapp import wiring

#: The demo county's team whose contact points are in use; what cannot reach one goes to the other.
_TEAM: Final = "coast"
_TEAM_MOBILE, _TEAM_MAIL = f"team:{_TEAM}:coast-mobile", f"team:{_TEAM}:coast-mail"
#: Of ten messages: whom, by what, which text, and in which queue.
_MIX: Final = (
    *((SENDER, Channel.SMS, Purpose.RECEIVED, Queue.DEFAULT),) * 5,
    *((_TEAM_MOBILE, Channel.SMS, Purpose.STAFF_URGENT, Queue.URGENT),) * 2,
    *((SENDER, Channel.EMAIL, Purpose.RECEIVED, Queue.DEFAULT),) * 2,
    (_TEAM_MAIL, Channel.EMAIL, Purpose.STAFF_NEW, Queue.DEFAULT),
)
#: How many numbers there are that nobody can have: +358 50 000 0000 and on.
NUMBERS: Final = 10_000


def number(place: int) -> str:
    """The `place`th fictional number."""
    return f"+358500{place % NUMBERS:06}"


class Letters:
    """Writes messages into the outbox; `urgent` and the like are spread evenly by the place of each."""

    def __init__(
        self, house: wiring.House, mix: Sequence[tuple[str, Channel, Purpose, Queue]] = _MIX
    ) -> None:
        self._house = house
        self._mix = mix

    def made(self, places: Iterable[int]) -> list[tuple[Submission, Case, Message]]:
        """A submission with one case and one message for each place, not stored yet."""
        now = wiring.now()
        return [self._one(place, now) for place in places]

    def store(self, made: Sequence[tuple[Submission, Case, Message]]) -> None:
        """In one commit. Raises what the database raises, AlreadySubmitted where an earlier try was stored."""
        with self._house.work() as work:
            for submission, case, message in made:
                work.submissions.add(submission, [case], [], [], [message])
            work.commit()

    def wake(self, made: Sequence[tuple[Submission, Case, Message]]) -> None:
        """As the web process does after a commit."""
        self._house.wake_up.wake(frozenset(message.queue for _, _, message in made))

    def _one(self, place: int, now: datetime) -> tuple[Submission, Case, Message]:
        ids = self._house.ids
        submission, case = ids.row(), ids.row()
        whole = Submission(
            id=submission,
            reference=ids.reference(),
            form="guidance",
            domain_identifier="guidance_request",
            form_version=1,
            language=DEFAULT_LANGUAGE,
            received_at=now,
            known_as=KnownAs.NOT_IDENTIFIED,
            shared={},
            sender=None,
            code_hash=ids.code_hash(ids.access_code()),
        )
        matter = _case(case, submission, ids.reference(), now)
        return whole, matter, self._message(place, matter, now)

    def _message(self, place: int, case: Case, now: datetime) -> Message:
        recipient, channel, purpose, queue = self._mix[place % len(self._mix)]
        texts = channel is Channel.SMS
        address = number(place) if texts else f"testi-{place}@example.org"
        of_sender = texts and recipient == SENDER
        return Message(
            id=self._house.ids.row(),
            submission_id=case.submission_id,
            case_id=case.id,
            case_number=case.number,
            event=f"received:{case.submission_id}",
            recipient=recipient,
            channel=channel,
            purpose=purpose,
            language=DEFAULT_LANGUAGE,
            queue=queue,
            created_at=now,
            not_before=now,
            # Without the person's safe hours, so that nothing hangs on the time of day.
            expires_at=None,
            address=address,
            address_hash=self._house.ids.number_hash(address) if of_sender else None,
        )


def _case(case: UUID, submission: UUID, number: str, now: datetime) -> Case:
    return Case(
        id=case,
        submission_id=submission,
        number=number,
        team=_TEAM,
        worker=None,
        state=CaseState.RECEIVED,
        created_at=now,
        language=DEFAULT_LANGUAGE,
        municipality="905",
        after_hours=False,
        urgent=False,
        alerted_teams=(),
        transfer_to=None,
        marks=(),
        directory_revision=1,
        child={},
    )


def in_groups(places: range, size: int) -> Iterable[range]:
    """The places in groups of at most `size`."""
    return (
        range(at, min(at + size, places.stop))
        for at in chain(range(places.start, places.stop, size))
    )
