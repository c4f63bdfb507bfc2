"""Every page in every state that matters; each area has a module of its own."""

from __future__ import annotations

from tests.browser import (
    directory_states,
    fault_states,
    follow_up_states,
    form_states,
    legal_states,
    message_text_states,
    morning_states,
    planned_states,
    public_states,
    staff_states,
    text_states,
    trouble_states,
)
from tests.browser.state import State

STATES: tuple[State, ...] = (
    *public_states.STATES,
    *form_states.STATES,
    *follow_up_states.STATES,
    *legal_states.STATES,
    *fault_states.STATES,
    *staff_states.STATES,
    *directory_states.STATES,
    *morning_states.STATES,
    *planned_states.STATES,
    *message_text_states.STATES,
    *text_states.STATES,
    *trouble_states.STATES,
)
