"""Whatever staff press, in whatever order: clocks of law end by their own acts, and promises lose no time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from casework.calendar import open_time_between
from casework.directory import Directory
from casework.errors import IllegalMove
from casework.model import HOLDS_OPEN, STATUTORY_CLOCKS, CaseState, Clock, ClockKind
from casework.usecases import (
    PauseReason,
    answer_case,
    assess_urgency,
    close_case,
    finish_assessment,
    make_matter,
    move_case,
    not_needed,
    open_case,
    pause_reply,
    reopen_case,
    resume_reply,
    start_assessment,
    take_back_matter,
    tell_parties,
    transfer_cancelled,
    transfer_confirmed,
    transfer_sent,
)
from tests.casework.desk import Desk
from tests.casework.fakes import child, command

PROMISE = ClockKind.PROMISED_REPLY
#: Which clocks of law an act may end.
OWN: dict[str, frozenset[ClockKind]] = {
    "urgent": frozenset({ClockKind.URGENCY}),
    "calm": frozenset({ClockKind.URGENCY}),
    "start": frozenset({ClockKind.ASSESSMENT_START}),
    "told": frozenset({ClockKind.PARTIES_TOLD}),
    "finish": frozenset({ClockKind.ASSESSMENT_FINISH}),
    "not needed": frozenset({ClockKind.ASSESSMENT_START, ClockKind.ASSESSMENT_FINISH}),
}
ACTS: dict[str, Callable[..., object]] = {
    "urgent": partial(assess_urgency, urgent=True),
    "calm": partial(assess_urgency, urgent=False),
    "start": start_assessment,
    "told": tell_parties,
    "finish": finish_assessment,
    "not needed": not_needed,
    "open": open_case,
    "answer": answer_case,
    "close": close_case,
    "reopen": reopen_case,
    "pause": partial(pause_reply, reason=PauseReason.SENDER),
    "resume": resume_reply,
    "sent": transfer_sent,
    "confirmed": transfer_confirmed,
    "ours": transfer_cancelled,
    # MEMBER is of the teams between which it moves; their hours are the same.
    "to north": partial(move_case, team="north"),
    "to coast": partial(move_case, team="coast"),
}
ORDERS = {
    "plain": command(),
    "notification": command(form="notification", statutory=True),
    "elsewhere": command(child("743", send_anyway=True)),
}
WAITS = st.one_of(st.integers(0, 90), st.integers(0, 60 * 24 * 6))


class RandomActs(RuleBasedStateMachine):
    """One case, any acts, and as much time between them as may pass."""

    directory: Directory

    @initialize(order=st.sampled_from(sorted(ORDERS)))
    def send(self, order: str) -> None:
        self.desk = Desk(self.directory, order=ORDERS[order])
        self.by_form = ORDERS[order].statutory
        #: Opening time of the promise that was used up, and when it was last counted.
        self.used, self.counted_at = timedelta(0), self.desk.at
        self.budget = self._left(self._promise())

    @rule(minutes=WAITS)
    def wait(self, minutes: int) -> None:
        self.desk.at += timedelta(minutes=minutes)

    @rule(name=st.sampled_from(sorted(ACTS)))
    def act(self, name: str) -> None:
        self._do(name, ACTS[name], OWN.get(name, frozenset()))

    @rule()
    def make(self) -> None:
        self._do("make", partial(make_matter, by_form=self.by_form), frozenset())

    @rule()
    def take_back(self) -> None:
        before = self._clocks()
        untouched = all(before[kind].is_running for kind in STATUTORY_CLOCKS if kind in before)
        if self._tries(partial(take_back_matter, by_form=self.by_form)):
            assert untouched
            assert not self.by_form
        else:
            assert self._clocks() == before

    def _do(self, name: str, act: Callable[..., object], own: frozenset[ClockKind]) -> None:
        before = self._clocks()
        legal = self._tries(act)
        after = self._clocks()
        ended = {kind for kind in before if not before[kind].ended_at and after[kind].ended_at}
        assert ended & STATUTORY_CLOCKS in (own, frozenset())
        for kind in STATUTORY_CLOCKS & set(before) - ended:
            assert after[kind] == before[kind]
        if not legal:
            assert after == before
        self._count(before.get(PROMISE), after.get(PROMISE), anew=legal and name == "reopen")

    def _tries(self, act: Callable[..., object]) -> bool:
        try:
            self.desk.do(act)
        except IllegalMove:
            return False
        return True

    def _count(self, before: Clock | None, after: Clock | None, *, anew: bool) -> None:
        """Keep the books of the promise: what it has used, and what is left of it."""
        if before is None or after is None:
            return
        if before.is_running:
            until = min(self.desk.at, before.due_at)
            self.used += self._open_time(self.counted_at, until)
        self.counted_at = self.desk.at
        if anew:
            self.used, self.budget = timedelta(0), self._left(after)

    @invariant()
    def the_promise_has_neither_won_nor_lost_opening_time(self) -> None:
        promise = self._promise()
        if promise is None or promise.ended_at or promise.due_at <= self.counted_at:
            return
        since = promise.paused_at or self.counted_at
        assert self.used + self._open_time(since, promise.due_at) == self.budget

    @invariant()
    def nothing_is_closed_over_a_limit_of_law(self) -> None:
        if self.desk.case.state is CaseState.CLOSED:
            assert not [
                kind
                for kind, clock in self._clocks().items()
                if kind in HOLDS_OPEN and clock.ended_at is None
            ]

    @invariant()
    def no_clock_of_law_is_ever_paused(self) -> None:
        assert all(
            clock.paused_at is None for kind, clock in self._clocks().items() if kind is not PROMISE
        )

    def _clocks(self) -> dict[ClockKind, Clock]:
        return {clock.kind: clock for clock in self.desk.work.kept.clocks.values()}

    def _promise(self) -> Clock | None:
        return self._clocks().get(PROMISE)

    def _left(self, promise: Clock | None) -> timedelta:
        return self._open_time(self.desk.at, promise.due_at) if promise else timedelta(0)

    def _open_time(self, start: datetime, end: datetime) -> timedelta:
        hours = self.directory.teams["coast"].hours
        return open_time_between(hours, self.directory.holidays, start, end)


@pytest.mark.parametrize("steps", [40])
def test_whatever_is_pressed_the_limits_of_law_stand(demo: Directory, steps: int) -> None:
    machine = type("Machine", (RandomActs,), {"directory": demo})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=60, stateful_step_count=steps, deadline=None),
    )
