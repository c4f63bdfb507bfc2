"""What codes are called at the desk: message ids by state, kind and rule; translated where they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from casework.access import Relation
from casework.commands import ContactWay, SafeTime
from casework.messages import Channel, Purpose
from casework.model import CaseState, KnownAs
from forms.words import N_
from webapp.views.staff_event_words import ACTS as ACTS
from webapp.views.staff_event_words import ANSWERED_HERE as ANSWERED_HERE
from webapp.views.staff_event_words import CLOCKS as CLOCKS
from webapp.views.staff_event_words import DONE as DONE
from webapp.views.staff_event_words import EVENTS as EVENTS
from webapp.views.staff_event_words import FOLLOW_UPS as FOLLOW_UPS
from webapp.views.staff_event_words import FOUND_URGENT as FOUND_URGENT
from webapp.views.staff_event_words import MARKS as MARKS
from webapp.views.staff_event_words import MOVED_TO as MOVED_TO
from webapp.views.staff_event_words import PAUSE_REASONS as PAUSE_REASONS
from webapp.views.staff_event_words import TEXT_EVENTS as TEXT_EVENTS
from webapp.views.staff_event_words import WHY_CANCELLED as WHY_CANCELLED
from webapp.views.staff_message_words import MESSAGE_STATES as MESSAGE_STATES

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

CHANNELS = {Channel.SMS: N_("Text message"), Channel.EMAIL: N_("E-mail")}

PURPOSES: Mapping[str, str] = {
    Purpose.RECEIVED: N_("Your message has been received"),
    Purpose.SOMETHING_NEW: N_("There is something new on the site"),
    Purpose.PLEASE_CALL: N_("Please call us"),
    Purpose.STAFF_NEW: N_("A new case"),
    Purpose.STAFF_URGENT: N_("An urgent case"),
    Purpose.STAFF_REMINDER: N_("Reminder of an unopened case"),
    Purpose.STAFF_ESCALATION: N_("More people are told about an unopened case"),
    Purpose.STAFF_UNDELIVERABLE: N_("A message to the sender did not arrive: call"),
    Purpose.STAFF_DUE: N_("A limit is near or has passed"),
    Purpose.STAFF_DIGEST: N_("The summary of the morning"),
}

#: The same where it is not the first that staff are told of the case: by what the event's name begins with.
SOMETHING_NEW = N_("Something new in the case")
LATER_EVENTS = ("addition:", "texted:")

NO_PHRASE = N_("Choose at least one sentence. Nothing was said yet")

#: What the last press did: by its own code, or by what stands on the timeline since then.
NOTICES: dict[str, str] = {
    "answered": N_("The case is now marked as answered by phone."),
    "answered_here": N_("The case is now marked as answered on the follow-up page."),
    "said": N_("What you chose now stands on the sender's follow-up page."),
    "taken_back": N_("The phrase is not shown any more."),
    "code_given": N_(
        "A new code was given already, and is not shown again. If it was not heard, give another one."
    ),
    "closed": N_("The case is now closed."),
    "reopened": N_("The case is open again."),
    **DONE,
    "follow_up_put_off": N_(
        "The contact is planned. Time: %(moment)s. The team is closed at the time that you chose, so the contact "
        "moved to its next opening."
    ),
    "late": N_("Somebody else was faster: the case had already changed. Nothing was done twice."),
}

#: Rules of `casework.routing`. Values: team, from, to, municipality, county, form, language, served_in,
#: worker, workers, deputy.
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
        "An alert to %(team)s was made at once, because this form is a statutory one."
    ),
    "on_call_alerted:cannot_wait": N_(
        "An alert to %(team)s was made at once, because the sender says that this cannot wait."
    ),
    "on_call_unreachable": N_(
        "%(team)s should have been alerted but cannot be reached: call there."
    ),
    "nobody_would_see": N_("Nobody would have seen the case in the team %(team)s."),
    "fallback": N_("The case therefore came to the county's fallback team, %(team)s."),
    "fallback_no_reachable": N_(
        "No team of the county can be reached. The case waits in the team %(team)s."
    ),
    "client_code": N_("The sender's client code leads to %(worker)s."),
    "client_code_unknown": N_("The sender gave a client code that leads to nobody. Ask for it."),
    "worker_named": N_("The sender named %(worker)s as the worker."),
    "worker_not_found": N_("The sender named a worker whom the directory does not know."),
    "worker_ambiguous": N_("The name that the sender gave may mean several workers: %(workers)s."),
    "worker_absent": N_("%(worker)s is away, and nobody stands in."),
    "worker_without_team": N_("%(worker)s belongs to no team of the directory."),
    "deputy": N_("%(worker)s is away, and %(deputy)s stands in."),
    "deputy_absent": N_("%(worker)s is away, and so is %(deputy)s, who should stand in."),
}

UNNAMED_RULE = N_("A rule without an explanation: %(rule)s")
