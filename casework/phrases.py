"""Set phrases: what a worker may say to a sender on the follow-up page.

Whoever has the code reads them, so none tells anything about a person or about what was written. Their words
stand with the pages, in each language.
"""

from __future__ import annotations

from enum import StrEnum


class Phrase(StrEnum):
    """One sentence, by its key. A key that was used once keeps its meaning for good."""

    READ = "read"
    WILL_CONTACT = "will_contact"
    PLEASE_CALL = "please_call"
    TRIED_TO_CALL = "tried_to_call"
    TELL_MORE = "tell_more"
    TAKEN_FORWARD = "taken_forward"
    MAY_NOT_TELL = "may_not_tell"
    PASSED_ON = "passed_on"
    RIGHT_TO_WRITE = "right_to_write"
    ADVICE = "advice"
    DID_YOU_GET_HELP = "did_you_get_help"
