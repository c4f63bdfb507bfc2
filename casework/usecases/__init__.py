"""What the house does: each function is one command, one unit of work, one commit."""

from casework.usecases.cases import (
    CaseAct,
    answer_case,
    answer_on_page,
    close_case,
    open_case,
    reopen_case,
)
from casework.usecases.clocks import raise_due
from casework.usecases.delivery import (
    begin_attempt,
    claim_messages,
    finish_attempt,
    suppress_message,
)
from casework.usecases.doubts import Doubt, doubtful_messages, settle_doubt
from casework.usecases.following import (
    change_contact,
    renew_code,
    say_phrases,
    take_back_phrase,
)
from casework.usecases.receipts import record_receipt
from casework.usecases.submit import add_information, submit
from casework.usecases.sweeping import sweep_outbox

__all__ = [
    "CaseAct",
    "Doubt",
    "add_information",
    "answer_case",
    "answer_on_page",
    "begin_attempt",
    "change_contact",
    "claim_messages",
    "close_case",
    "doubtful_messages",
    "finish_attempt",
    "open_case",
    "raise_due",
    "record_receipt",
    "renew_code",
    "reopen_case",
    "say_phrases",
    "settle_doubt",
    "submit",
    "suppress_message",
    "sweep_outbox",
    "take_back_phrase",
]
