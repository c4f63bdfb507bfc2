"""What codes are called at the desk: message ids by state, kind and rule; translated where they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from casework.access import Relation
from casework.commands import ContactWay, SafeTime
from casework.messages import Channel, MessageState, Purpose
from casework.model import CaseState, ClockKind, KnownAs, Mark, TimelineKind
from forms.words import N_

CASE_STATES = {
    CaseState.RECEIVED: N_("Not opened yet"),
    CaseState.IN_PROGRESS: N_("Being handled"),
    CaseState.ANSWERED: N_("Answered"),
    CaseState.CLOSED: N_("Closed"),
}

#: Which colour stands beside the words.
STATE_LOOKS = {
    CaseState.RECEIVED: "alert",
    CaseState.IN_PROGRESS: "info",
    CaseState.ANSWERED: "success",
    CaseState.CLOSED: "neutral",
}

CLOCKS = {
    ClockKind.ACKNOWLEDGEMENT: N_("Somebody opens the case"),
    ClockKind.PROMISED_REPLY: N_("The sender is answered"),
}

RELATIONS = {
    Relation.OWN: N_("You see this case because it is yours."),
    Relation.TEAM: N_("You see this case because it belongs to your team."),
    Relation.ESCALATED: N_("You see this case because your team was alerted about it."),
    Relation.NOT_OPENED: N_(
        "You see this case because nobody has opened it, though everybody was told: now it is for every lead."
    ),
}

KNOWN_AS = {
    KnownAs.NOT_IDENTIFIED: N_("Not identified: nobody has checked who the sender is"),
    KnownAs.CLIENT_CODE: N_("By a client code"),
    KnownAs.STRONG: N_("By strong identification"),
}

LANGUAGES = {"fi": N_("Finnish"), "sv": N_("Swedish"), "en": N_("English")}

WAYS = {
    ContactWay.NONE: N_(
        "Do not contact the sender. They read the state on the site with their code."
    ),
    ContactWay.CALL: N_("Call"),
    ContactWay.SMS: N_("Send a text message"),
    ContactWay.EMAIL: N_("Send e-mail"),
}

SAFE_TIMES = {
    SafeTime.MORNING: N_("in the morning 8–12"),
    SafeTime.AFTERNOON: N_("in the afternoon 12–16"),
    SafeTime.EVENING: N_("in the evening 16–20"),
}

EVENTS = {
    TimelineKind.RECEIVED: N_("The message came in"),
    TimelineKind.ROUTED: N_("The case was directed to a team"),
    TimelineKind.ON_CALL_ALERTED: N_("The emergency social services were alerted"),
    TimelineKind.ALARM_RAISED: N_("An alarm was raised: the directory must be mended"),
    TimelineKind.ADDITION_RECEIVED: N_("The sender added information"),
    TimelineKind.ACKNOWLEDGED: N_("The case was opened for the first time"),
    TimelineKind.TEAM_REMINDED: N_("The team was reminded"),
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
}

#: The same where it was done by set phrases.
ANSWERED_HERE = N_("The sender was answered on the follow-up page")

CHANNELS = {Channel.SMS: N_("Text message"), Channel.EMAIL: N_("E-mail")}

PURPOSES = {
    Purpose.RECEIVED: N_("Your message has been received"),
    Purpose.SOMETHING_NEW: N_("There is something new on the site"),
    Purpose.PLEASE_CALL: N_("Please call us"),
    Purpose.STAFF_NEW: N_("A new case"),
    Purpose.STAFF_URGENT: N_("An urgent case"),
    Purpose.STAFF_REMINDER: N_("Reminder of an unopened case"),
    Purpose.STAFF_DUE: N_("A limit is near or has passed"),
    Purpose.STAFF_DIGEST: N_("The summary of the morning"),
}

MESSAGE_STATES = {
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

MESSAGE_LOOKS = {
    MessageState.DELIVERED: "success",
    MessageState.UNDELIVERED: "error",
    MessageState.FAILED: "error",
    MessageState.EXPIRED: "error",
    MessageState.UNKNOWN: "alert",
}

NO_PHRASE = N_("Choose at least one sentence. Nothing was said yet")

NOTICES = {
    "answered": N_("The case is now marked as answered by phone."),
    "answered_here": N_("The case is now marked as answered on the follow-up page."),
    "said": N_("What you chose now stands on the sender's follow-up page."),
    "taken_back": N_("The phrase is not shown any more."),
    "code_given": N_(
        "A new code was given already, and is not shown again. If it was not heard, give another one."
    ),
    "closed": N_("The case is now closed."),
    "reopened": N_("The case is open again."),
    "late": N_("Somebody else was faster: the case had already changed. Nothing was done twice."),
}

#: Rules of `casework.routing`. Values: team, from, to, municipality, county, form, language, served_in.
RULES = {
    "feedback": N_(
        "Feedback on these pages concerns no child: it comes to the team that looks after the service."
    ),
    "unknown_municipality": N_(
        "The child's home municipality is not known, so the case came to the team that takes in all contacts."
    ),
    "successor": N_("%(from)s is today part of %(to)s."),
    "here_now": N_(
        "The home municipality belongs to %(county)s, but the child is in our area now."
    ),
    "other_county_transfer": N_(
        "The home municipality belongs to %(county)s: the case must be passed on there."
    ),
    "served_by_municipality": N_(
        "This team answers for %(municipality)s, the form “%(form)s” and the language %(language)s."
    ),
    "language_not_served": N_(
        "Nobody answers for %(municipality)s and this form in the language %(language)s, "
        "so the case came to the team that answers in %(served_in)s."
    ),
    "not_served": N_(
        "No team answers for %(municipality)s and the form “%(form)s”, "
        "so the case came to the team that takes in all contacts."
    ),
    "after_hours": N_("The message came when the team %(team)s was closed."),
    "never_opens": N_("The directory gives the team %(team)s no opening hours at all."),
    "on_call_alerted:statutory": N_(
        "%(team)s was alerted at once, because this form is a statutory one."
    ),
    "on_call_alerted:cannot_wait": N_(
        "%(team)s was alerted at once, because the sender says that this cannot wait."
    ),
    "on_call_unreachable": N_(
        "%(team)s should have been alerted but cannot be reached: call there."
    ),
    "nobody_would_see": N_("Nobody would have seen the case in the team %(team)s."),
    "fallback": N_("The case therefore came to the county's fallback team, %(team)s."),
    "fallback_no_reachable": N_(
        "No team of the county can be reached. The case waits in the team %(team)s."
    ),
}

UNNAMED_RULE = N_("A rule without an explanation: %(rule)s")

#: What a case asks for beyond its state.
MARKS: Mapping[Mark, str] = {
    Mark.NEW_INFORMATION: N_("New information"),
    Mark.TEAM_NOT_REACHED: N_("A team was not reached"),
    Mark.CALL_NEEDED: N_("Call the sender"),
    Mark.TRANSFER: N_("To be passed on to another county"),
    Mark.MAYBE_AUTOMATED: N_("A program may have filled this in. Read it all the same"),
}
