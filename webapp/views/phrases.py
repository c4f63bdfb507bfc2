"""The words of the set phrases, for the desk that says them and the page that shows them."""

from __future__ import annotations

from collections.abc import Mapping

from casework.phrases import Phrase
from forms.words import N_

PHRASES: Mapping[Phrase, str] = {
    Phrase.READ: N_("We have read your message."),
    Phrase.WILL_CONTACT: N_("A worker will contact you in the way that you chose."),
    Phrase.PLEASE_CALL: N_("Please call us. The number is on this page."),
    Phrase.TRIED_TO_CALL: N_("We have tried to call you."),
    Phrase.TELL_MORE: N_("Please add more information: what happened, when and where?"),
    Phrase.TAKEN_FORWARD: N_("We are taking the matter forward."),
    Phrase.MAY_NOT_TELL: N_("We cannot tell you more, because the matter is secret by law."),
    Phrase.PASSED_ON: N_("The matter belongs to another county. We have passed it on there."),
    Phrase.RIGHT_TO_WRITE: N_(
        "You did right to write. If somebody is in danger, call the emergency number."
    ),
    Phrase.ADVICE: N_("You can get advice by phone. Call us in our opening hours."),
    Phrase.DID_YOU_GET_HELP: N_("Did you get the help that you needed?"),
}
