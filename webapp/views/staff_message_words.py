"""What became of a message, in plain words: message ids by its state and by the reason behind it.

Reasons are classes of fault from channels, receipts and the outbox. One that has no words here shows the words of
its state alone, never the class itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from casework.messages import Channel, MessageState
from forms.words import N_

MESSAGE_STATES: Mapping[MessageState, str] = {
    MessageState.PENDING: N_("Waiting to be sent"),
    MessageState.CLAIMED: N_("Waiting to be sent"),
    MessageState.SUBMITTING: N_("Being handed to the operator"),
    MessageState.ACCEPTED: N_("Handed to the operator, arrival not confirmed"),
    MessageState.SENT: N_("Sent on, arrival not confirmed"),
    MessageState.DELIVERED: N_("Delivered"),
    MessageState.UNDELIVERED: N_("Could not be delivered"),
    MessageState.FAILED: N_("Could not be sent"),
    MessageState.EXPIRED: N_("Not sent: its time had passed"),
    MessageState.SUPPRESSED: N_("Not sent, by the sender's own choice"),
    MessageState.UNKNOWN: N_("Not known whether it arrived"),
}

MESSAGE_LOOKS: Mapping[MessageState, str] = {
    MessageState.DELIVERED: "success",
    MessageState.UNDELIVERED: "error",
    MessageState.FAILED: "error",
    MessageState.EXPIRED: "error",
    MessageState.UNKNOWN: "alert",
}

TRIED_AGAIN = N_("Waiting to be tried again")
NOT_YET_TIME = N_("Waiting for its time")
#: While the channel is broken nothing is tried, whatever its time.
BROKEN: Mapping[Channel, str] = {
    Channel.SMS: N_("Waits: text messages do not go out"),
    Channel.EMAIL: N_("Waits: e-mail does not go out"),
}
UNWANTED = N_("Will not be sent: the person has asked for no texts (STOP)")
ASKING = N_("Not known whether it arrived: we are asking the operator")

_OURS = N_("Our own settings are at fault: technical support has been told")
_NOT_REACHED = N_("The operator or the mail server does not answer")
_ANSWER_LOST = N_("The answer of the operator or the mail server got lost")

_UNSAFE_HOUR = N_("Not sent: outside the safe hours")
_NOT_TO_THIS_COUNTRY = N_("Not sent: texts do not go to this country")

#: Why a message that is over did not arrive; stands in the place of its state.
MESSAGE_ENDS: Mapping[str, str] = {
    "invalid_number": N_("The number does not exist"),
    "not_mobile": N_("Landline: cannot take texts"),
    "unreachable": N_("The phone was switched off or out of reach"),
    "no_route": N_("The operator cannot reach this number"),
    "opted_out": N_("The person has asked for no texts (STOP)"),
    "country": _NOT_TO_THIS_COUNTRY,
    "country_not_enabled": _NOT_TO_THIS_COUNTRY,
    "blocked": N_("The operator lets no texts through to this number"),
    "held_by_provider": N_("Texts to this number were held back for some hours"),
    "expired": N_("The operator could not deliver it within the safe hours"),
    "operator_silent": N_("The recipient's operator did not answer"),
    "over_number_cap": N_("Not sent: too many texts to this number today"),
    "over_budget": N_("Not sent: the county's texts for today are used up"),
    "safe_hours_over": _UNSAFE_HOUR,
    "too_late": _UNSAFE_HOUR,
    "contact_changed": N_("Not sent: the sender has chosen another way"),
    "erased": N_("Not sent: the sender's details have been erased"),
    "text_refused": N_("The text was refused on its way"),
    "recipient_refused": N_("The mailbox does not exist"),
    "mailbox_full": N_("The mailbox is full"),
    "mailbox_closed": N_("The mailbox is no longer in use"),
    "mail_refused": N_("The recipient's mail server did not take the message"),
    "mail_server_away": N_("The recipient's mail server could not be reached"),
    "invalid_address_or_header": N_("The address is not a real one"),
    "workers_died": N_("Worker stopped again and again: technical support has been told"),
    "cannot_be_rendered": N_("The text could not be made: technical support has been told"),
    "cannot_be_opened": N_("The address could not be opened: technical support has been told"),
}

#: Why a message has not gone yet, went in doubt, or was given up after many tries; stands beside its state.
MESSAGE_FAULTS: Mapping[str, str] = {
    "too_many_requests": N_("The operator asks us to wait"),
    "refused_for_now": N_("It was refused for the moment"),
    "connect_timeout": _NOT_REACHED,
    "connect_failed": _NOT_REACHED,
    "proxy_refused": _NOT_REACHED,
    "server_too_slow": _NOT_REACHED,
    "timeout": _NOT_REACHED,
    "read_timeout": _ANSWER_LOST,
    "connection_lost": _ANSWER_LOST,
    "provider_fault": _ANSWER_LOST,
    "answer_not_understood": _ANSWER_LOST,
    "worker_died": N_("The sending program stopped while it was handing it over"),
    "held_up": N_("The sending program was held up before it left"),
    "fault_of_ours": N_("Our own program is at fault: technical support has been told"),
    "no_receipt": N_("The operator has not told whether it arrived"),
    "not_authorised": _OURS,
    "account_suspended": _OURS,
    "trial_account": _OURS,
    "setting_refused": _OURS,
    "no_such_account": _OURS,
    "sender_refused": _OURS,
    "certificate_refused": _OURS,
    "server_refuses_us": _OURS,
    "server_lacks_feature": _OURS,
    "bad_address": _OURS,
    "unexpected_redirect": _OURS,
}
