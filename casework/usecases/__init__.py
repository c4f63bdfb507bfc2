"""What the house does: each function is one command, one unit of work, one commit."""

from casework.usecases.acting import CaseAct
from casework.usecases.additions import add_information
from casework.usecases.breaks import channel_works, claim_probes
from casework.usecases.cases import (
    answer_case,
    answer_on_page,
    close_case,
    look_at_dates,
    open_case,
    reopen_case,
)
from casework.usecases.clocks import raise_due
from casework.usecases.copies import (
    Copy,
    copies_to_forget,
    copy_forgotten,
    copy_kept,
    give_copies_back,
)
from casework.usecases.delivery import (
    begin_attempt,
    claim_messages,
    finish_attempt,
    give_back,
    spoil_message,
    suppress_message,
)
from casework.usecases.digest import send_digests
from casework.usecases.doubts import (
    Doubt,
    Unconfirmed,
    asked_about,
    doubtful_messages,
    settle_doubt,
    unconfirmed_messages,
)
from casework.usecases.erasure import (
    Erasable,
    Erased,
    clear_aftermath,
    erasable,
    erase_submission,
)
from casework.usecases.following import (
    change_contact,
    renew_code,
    say_phrases,
    take_back_phrase,
)
from casework.usecases.inbound import handle_text, relation_to_text, take_in_text
from casework.usecases.matters import (
    assess_urgency,
    finish_assessment,
    make_matter,
    not_needed,
    start_assessment,
    take_back_act,
    take_back_matter,
    tell_parties,
)
from casework.usecases.moves import accept_proposal, decline_proposal, move_case
from casework.usecases.planning import (
    cancel_follow_up,
    move_follow_up,
    plan_follow_up,
    restore_follow_up,
)
from casework.usecases.promises import PauseReason, pause_reply, resume_reply
from casework.usecases.receipts import Recorded, record_receipt
from casework.usecases.reviewing import review_cases
from casework.usecases.saying import say_due
from casework.usecases.submit import submit
from casework.usecases.sweeping import Swept, sweep_outbox
from casework.usecases.transfers import transfer_cancelled, transfer_confirmed, transfer_sent

__all__ = [
    "CaseAct",
    "Copy",
    "Doubt",
    "Erasable",
    "Erased",
    "PauseReason",
    "Recorded",
    "Swept",
    "Unconfirmed",
    "accept_proposal",
    "add_information",
    "answer_case",
    "answer_on_page",
    "asked_about",
    "assess_urgency",
    "begin_attempt",
    "cancel_follow_up",
    "change_contact",
    "channel_works",
    "claim_messages",
    "claim_probes",
    "clear_aftermath",
    "close_case",
    "copies_to_forget",
    "copy_forgotten",
    "copy_kept",
    "decline_proposal",
    "doubtful_messages",
    "erasable",
    "erase_submission",
    "finish_assessment",
    "finish_attempt",
    "give_back",
    "give_copies_back",
    "handle_text",
    "look_at_dates",
    "make_matter",
    "move_case",
    "move_follow_up",
    "not_needed",
    "open_case",
    "pause_reply",
    "plan_follow_up",
    "raise_due",
    "record_receipt",
    "relation_to_text",
    "renew_code",
    "reopen_case",
    "restore_follow_up",
    "resume_reply",
    "review_cases",
    "say_due",
    "say_phrases",
    "send_digests",
    "settle_doubt",
    "spoil_message",
    "start_assessment",
    "submit",
    "suppress_message",
    "sweep_outbox",
    "take_back_act",
    "take_back_matter",
    "take_back_phrase",
    "take_in_text",
    "tell_parties",
    "transfer_cancelled",
    "transfer_confirmed",
    "transfer_sent",
    "unconfirmed_messages",
]
