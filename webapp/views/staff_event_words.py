"""What happens to a case, what is waited for and what was just done: message ids by code, for the desk."""

from __future__ import annotations

from collections.abc import Mapping

from casework.follow_ups import FollowUpKind, WhyCancelled
from casework.model import STATUTORY_CLOCKS, ClockKind, Mark, TimelineKind
from casework.usecases import PauseReason
from forms.words import N_

CLOCKS: Mapping[ClockKind, str] = {
    ClockKind.ACKNOWLEDGEMENT: N_("Somebody opens the case"),
    ClockKind.PROMISED_REPLY: N_("The sender is answered"),
    ClockKind.URGENCY: N_("Somebody assesses how urgent the matter is"),
    ClockKind.ASSESSMENT_START: N_("The service needs assessment is started"),
    ClockKind.PARTIES_TOLD: N_("The child and a guardian are told about the matter"),
    ClockKind.ASSESSMENT_FINISH: N_("The service needs assessment is finished"),
    ClockKind.TRANSFER: N_("The other county confirms that it has the matter"),
}

EVENTS: Mapping[TimelineKind, str] = {
    TimelineKind.RECEIVED: N_("The message came in"),
    TimelineKind.ROUTED: N_("The case was directed to a team"),
    TimelineKind.ON_CALL_ALERTED: N_("An alert to the emergency social services was made"),
    TimelineKind.ALARM_RAISED: N_("An alarm was raised: the directory must be mended"),
    TimelineKind.ADDITION_RECEIVED: N_("The sender added information"),
    TimelineKind.ACKNOWLEDGED: N_("The case was opened for the first time"),
    TimelineKind.TEAM_REMINDED: N_("The team was reminded"),
    TimelineKind.WORKER_REMINDED: N_("The worker was reminded"),
    TimelineKind.ESCALATED: N_("More people were told, because a limit has come or passed"),
    TimelineKind.TEAM_NOT_REACHED: N_("The team could not be reminded: it has no working address"),
    TimelineKind.CALL_NEEDED: N_("A message could not be delivered: call instead"),
    TimelineKind.SENDER_ANSWERED: N_("The sender was answered by phone"),
    TimelineKind.CASE_CLOSED: N_("The case was closed"),
    TimelineKind.CASE_REOPENED: N_("The case was opened again"),
    TimelineKind.CONTACT_CHANGED: N_("The sender chose another way of contact"),
    TimelineKind.CONTACT_WITHDRAWN: N_("The sender asked not to be contacted"),
    TimelineKind.PHRASE_SAID: N_("A set phrase was said on the follow-up page"),
    TimelineKind.PHRASE_TAKEN_BACK: N_("A set phrase was taken back"),
    TimelineKind.CODE_RENEWED: N_("A new code was given for the follow-up page"),
    TimelineKind.URGENCY_ASSESSED: N_("The urgency was assessed"),
    TimelineKind.ASSESSMENT_STARTED: N_("The service needs assessment was started"),
    TimelineKind.PARTIES_TOLD: N_("The child and a guardian were told about the matter"),
    TimelineKind.ASSESSMENT_FINISHED: N_("The service needs assessment was finished"),
    TimelineKind.ASSESSMENT_NOT_NEEDED: N_("A service needs assessment was found needless"),
    TimelineKind.ACT_TAKEN_BACK: N_(
        "A mark at a time limit was taken back: it is waited for again"
    ),
    TimelineKind.MATTER_STARTED: N_("The message was made a child welfare matter"),
    TimelineKind.MATTER_TAKEN_BACK: N_("The message is not a child welfare matter after all"),
    TimelineKind.REPLY_PAUSED: N_("The time to answer was paused"),
    TimelineKind.REPLY_RESUMED: N_("The time to answer goes on"),
    TimelineKind.TRANSFER_SENT: N_("The matter was passed on to the other county"),
    TimelineKind.TRANSFER_CONFIRMED: N_("The other county confirmed that it has the matter"),
    TimelineKind.TRANSFER_CANCELLED: N_("The matter is ours after all"),
    TimelineKind.CASE_MOVED: N_("The case was moved"),
    TimelineKind.MOVE_PROPOSED: N_("The directory changed: a move was proposed"),
    TimelineKind.MOVE_DECLINED: N_("The case stays here, in spite of the proposed move"),
    TimelineKind.FOLLOW_UP_PLANNED: N_("A contact was planned"),
    TimelineKind.FOLLOW_UP_DONE: N_("A planned contact was made"),
    TimelineKind.FOLLOW_UP_CANCELLED: N_("A planned contact was cancelled"),
    TimelineKind.ERASED: N_("What was written was erased"),
    TimelineKind.TEXTS_STOPPED: N_("STOP came from the sender's number: no more texts go to it"),
    TimelineKind.TEXTS_STARTED: N_("START came from the sender's number: texts can go to it again"),
}

#: What is read from the texts themselves: the timeline does not keep it.
TEXT_EVENTS: Mapping[str, str] = {
    "text_came": N_("A text message came from the sender's number"),
    "text_handled": N_("The text message was marked as handled"),
}

FOLLOW_UPS: Mapping[FollowUpKind, str] = {
    FollowUpKind.HELP_RECEIVED: N_("Ask the sender whether they got help"),
    FollowUpKind.PLEASE_CALL: N_("Ask the sender to call us"),
}
WHY_CANCELLED: Mapping[WhyCancelled, str] = {
    WhyCancelled.ADDITION: N_("the sender has written meanwhile"),
    WhyCancelled.CLOSED: N_("the case was closed"),
    WhyCancelled.WITHDRAWN: N_("the sender asked not to be contacted"),
    WhyCancelled.BY_WORKER: N_("a worker cancelled it"),
    WhyCancelled.MOVED: N_("it was moved to another day"),
    WhyCancelled.ERASED: N_("the message was erased"),
    WhyCancelled.UNREADABLE: N_("the contact details could not be opened, so call the sender"),
}

#: The same where more is known of it.
ANSWERED_HERE = N_("The sender was answered on the follow-up page")
FOUND_URGENT = {
    "yes": N_("The urgency was assessed: the matter is urgent"),
    "no": N_("The urgency was assessed: the matter is not urgent"),
}
MOVED_TO = N_("The case was moved: %(place)s")

PAUSE_REASONS: Mapping[PauseReason, str] = {
    PauseReason.SENDER: N_("We wait for the sender"),
    PauseReason.AUTHORITY: N_("We wait for another authority"),
    PauseReason.INTERPRETER: N_("We wait for an interpreter"),
}

#: The buttons beside what is waited for.
ACTS: Mapping[str, str] = {
    "urgent": N_("The matter is urgent"),
    "not-urgent": N_("The matter is not urgent"),
    "start": N_("The assessment has started"),
    "not-needed": N_("An assessment is obviously not needed"),
    "told": N_("The child and a guardian have been told"),
    "finish": N_("The assessment is finished"),
    **{f"undo-{kind.value}": N_("Take this mark back") for kind in STATUTORY_CLOCKS},
    "make-matter": N_("Make this a child welfare matter"),
    "take-back-matter": N_("This is not a child welfare matter"),
    "resume": N_("Let the time to answer go on"),
    "transfer-sent": N_("We have passed the matter on"),
    "transfer-confirmed": N_("The other county has confirmed it"),
    "transfer-ours": N_("The matter is ours after all"),
    "accept-move": N_("Move the case there"),
    "decline-move": N_("Keep the case here"),
    "take": N_("I take this case"),
    "give-back": N_("Give the case back to the team"),
}

#: What the last press did, shown until something else happens.
DONE: Mapping[str, str] = {
    TimelineKind.URGENCY_ASSESSED: N_("The urgency is now marked as assessed."),
    TimelineKind.ASSESSMENT_STARTED: N_("The assessment is now marked as started."),
    TimelineKind.PARTIES_TOLD: N_("It is now marked that the child and a guardian have been told."),
    TimelineKind.ASSESSMENT_FINISHED: N_("The assessment is now marked as finished."),
    TimelineKind.ASSESSMENT_NOT_NEEDED: N_("It is now marked that no assessment is needed."),
    TimelineKind.ACT_TAKEN_BACK: N_("The mark is taken back. The time limit is waited for again."),
    TimelineKind.MATTER_STARTED: N_(
        "This is now a child welfare matter. Its time limits are counted from its arrival."
    ),
    TimelineKind.MATTER_TAKEN_BACK: N_("This is not a child welfare matter any more."),
    TimelineKind.REPLY_PAUSED: N_("The time to answer is paused now."),
    TimelineKind.REPLY_RESUMED: N_("The time to answer goes on now."),
    TimelineKind.TRANSFER_SENT: N_("The matter is now marked as passed on."),
    TimelineKind.TRANSFER_CONFIRMED: N_("The other county has the matter now."),
    TimelineKind.TRANSFER_CANCELLED: N_("The matter is ours now."),
    TimelineKind.CASE_MOVED: N_("The case has moved now."),
    TimelineKind.MOVE_DECLINED: N_("The case stays here."),
    TimelineKind.FOLLOW_UP_PLANNED: N_("The contact is planned. Time: %(moment)s."),
    TimelineKind.FOLLOW_UP_CANCELLED: N_("The planned contact is cancelled now."),
}

NO_REASON = N_("Choose what you wait for. The time to answer still runs")
NO_TEAM = N_("Choose the team to which the case moves. It has not moved")
NO_WORKER = N_("Choose the worker who gets the case. Nothing has changed")
NOT_YET = N_("The case cannot be closed yet. This has not been done: %(what)s")

#: What a case asks for beyond its state.
MARKS: Mapping[Mark, str] = {
    Mark.NEW_INFORMATION: N_("New information"),
    Mark.TEAM_NOT_REACHED: N_("A team was not reached"),
    Mark.CALL_NEEDED: N_("Call the sender"),
    Mark.TRANSFER: N_("To be passed on to another county"),
    Mark.NOT_OPENED: N_("Nobody has opened this, though everybody was told"),
    Mark.MOVE_PROPOSED: N_("A move is proposed"),
    Mark.MAYBE_AUTOMATED: N_("A program may have filled this in. Read it all the same"),
}
