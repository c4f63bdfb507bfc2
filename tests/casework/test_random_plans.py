"""Whatever sender, worker and time do: each planned contact is said once, or cancelled, and ends."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from casework.calendar import HELSINKI
from casework.commands import Contact
from casework.directory import Directory
from casework.errors import IllegalMove
from casework.follow_ups import (
    FollowUpKind,
    FollowUpState,
    Plan,
)
from casework.messages import MessageState
from casework.model import TimelineKind
from casework.notices import SENDER
from casework.usecases import (
    cancel_follow_up,
    close_case,
    move_follow_up,
    open_case,
    plan_follow_up,
    reopen_case,
    restore_follow_up,
)
from tests.casework.desk import Desk
from tests.casework.fakes import command
from tests.casework.planned import (
    BY_MAIL,
    BY_SMS,
    CALL_ONLY,
    MORNINGS,
    add,
    choose,
    heard_now,
    planned,
    say_at,
)

WAITS = st.one_of(st.integers(0, 90), st.integers(0, 60 * 24 * 6))
CONTACTS = st.sampled_from([Contact(), CALL_ONLY, BY_MAIL, BY_SMS, MORNINGS])


class RandomPlans(RuleBasedStateMachine):
    """One case, and plans, acts, words of the sender and time in any order."""

    directory: Directory

    @initialize(contact=CONTACTS)
    def send(self, contact: Contact) -> None:
        self.desk = Desk(self.directory, order=command(contact=contact))
        self.desk.do(open_case)
        self.contact = contact

    @rule(minutes=WAITS)
    def wait(self, minutes: int) -> None:
        self.desk.at += timedelta(minutes=minutes)

    @rule(times=st.integers(1, 3))
    def beat(self, times: int) -> None:
        for _ in range(times):
            say_at(self.desk, self.desk.at)

    @rule(kind=st.sampled_from(FollowUpKind), when=st.integers(0, 9), on_a_day=st.booleans())
    def plan(self, kind: FollowUpKind, when: int, on_a_day: bool) -> None:
        day = self.desk.at.astimezone(HELSINKI).date() + timedelta(days=when)
        self._tries(
            plan_follow_up, Plan(self.desk.ids.row(), kind, day if on_a_day else when), True
        )

    @rule(number=st.integers(0, 5), act=st.sampled_from(["cancel", "restore", "move"]))
    def change(self, number: int, act: str) -> None:
        found = planned(self.desk)
        if not found:
            return
        one = found[number % len(found)]
        if act == "cancel":
            self._tries(cancel_follow_up, one.id)
        elif act == "restore":
            self._tries(restore_follow_up, one.id, True)
        else:
            self._tries(move_follow_up, one.id, Plan(self.desk.ids.row(), one.kind, 2), True)

    @rule()
    def add(self) -> None:
        add(self.desk)

    @rule(contact=CONTACTS)
    def choose(self, contact: Contact) -> None:
        choose(self.desk, contact)
        self.contact = contact

    @rule(act=st.sampled_from([close_case, reopen_case]))
    def end(self, act: Any) -> None:
        self._tries(act)

    def _tries(self, act: Any, *details: Any) -> None:
        given = [heard_now(self.desk, self.contact) if d is True else d for d in details]
        try:
            self.desk.do(act, *given)
        except IllegalMove:
            return

    @invariant()
    def each_is_said_once_at_most_and_never_while_cancelled(self) -> None:
        timeline = self.desk.work.kept.timeline
        events = Counter(e.detail["event"] for e in timeline if e.kind is TimelineKind.PHRASE_SAID)
        for one in planned(self.desk):
            assert events[f"follow_up:{one.id}"] == (one.state is FollowUpState.DONE)

    @invariant()
    def nobody_is_told_by_a_way_that_was_given_up(self) -> None:
        allowed = {self.contact.email, self.contact.phone} - {""}
        for message in self.desk.work.kept.messages:
            if message.recipient == SENDER and message.state is MessageState.PENDING:
                assert message.address in allowed

    @invariant()
    def what_is_over_keeps_no_address(self) -> None:
        for one in planned(self.desk):
            assert (one.contact is None) or (one.state is FollowUpState.PLANNED)

    def teardown(self) -> None:
        """Every one ends, if only somebody asks often enough."""
        if not hasattr(self, "desk"):
            return
        last = max((one.due_at for one in planned(self.desk)), default=self.desk.at)
        # At every hour of the day in turn, so that some of them lie in opening hours.
        for turn in range(72):
            say_at(self.desk, max(last, self.desk.at) + timedelta(hours=5 * turn))
        self.each_is_said_once_at_most_and_never_while_cancelled()
        assert not [one for one in planned(self.desk) if one.state is FollowUpState.PLANNED]


def test_whatever_happens_each_is_said_once_or_not_at_all(demo: Directory) -> None:
    machine = type("Machine", (RandomPlans,), {"directory": demo})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=60, stateful_step_count=40, deadline=None)
    )
