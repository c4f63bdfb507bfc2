"""WCAG 2.2, levels A and AA: each criterion, which of our tests look at it, and what is left to a person.

Source: https://www.w3.org/TR/WCAG22/ . axe's rules name their criteria themselves and are not listed here.
"""

from __future__ import annotations

from dataclasses import dataclass

from report import names as t


@dataclass(frozen=True, slots=True)
class Criterion:
    """`checks` are names of `tests.browser.checks`, run on every page; `tests` names of tests (`report.names`).

    `person` is what a person must judge, `absent` why the criterion does not arise on these pages.
    """

    number: str
    name: str
    checks: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    person: str = ""
    absent: str = ""


NO_MEDIA = "the pages have no sound and no moving pictures"
NO_GESTURES = "nothing is dragged, drawn, shaken or held: there is only pressing and typing"

CRITERIA = (
    Criterion(
        "1.1.1",
        "Non-text Content",
        ("structure",),
        person="icons stand beside words; is each as clear?",
    ),
    Criterion("1.2.1", "Audio-only and Video-only", absent=NO_MEDIA),
    Criterion("1.2.2", "Captions (Prerecorded)", absent=NO_MEDIA),
    Criterion("1.2.3", "Audio Description or Media Alternative", absent=NO_MEDIA),
    Criterion("1.2.4", "Captions (Live)", absent=NO_MEDIA),
    Criterion("1.2.5", "Audio Description (Prerecorded)", absent=NO_MEDIA),
    Criterion(
        "1.3.1",
        "Info and Relationships",
        ("structure", "errors", "html"),
        (t.SPOKEN,),
        person="do headings and groups say what eyes see?",
    ),
    Criterion(
        "1.3.2", "Meaningful Sequence", ("keyboard",), (t.SPOKEN,), person="read aloud, in order"
    ),
    Criterion("1.3.3", "Sensory Characteristics", person="texts that a county writes itself"),
    Criterion("1.3.4", "Orientation", ("reflow",), (t.PHONE,), person="a telephone, turned"),
    Criterion("1.3.5", "Identify Input Purpose", (), (t.PURPOSE, t.NO_PURPOSE)),
    Criterion("1.4.1", "Use of Color", (), (t.FORCED, t.FORCED_ERRORS)),
    Criterion("1.4.2", "Audio Control", absent=NO_MEDIA),
    Criterion("1.4.3", "Contrast (Minimum)", (), (t.WORDS, t.GROUNDS, t.PALE)),
    Criterion("1.4.4", "Resize Text", ("reflow",), person="real zoom of 200 %"),
    Criterion("1.4.5", "Images of Text", ("structure",), person="a county's own logo"),
    Criterion("1.4.10", "Reflow", ("reflow",), (t.ZOOMED, t.PHONE), person="real zoom of 400 %"),
    Criterion(
        "1.4.11",
        "Non-text Contrast",
        (),
        (t.MARKS, t.RINGS, t.FORCED, t.PALE),
        person="Windows contrast themes",
    ),
    Criterion("1.4.12", "Text Spacing", ("spacing",)),
    Criterion(
        "1.4.13",
        "Content on Hover or Focus",
        ("traps",),
        person="only the skip links appear on focus",
    ),
    Criterion("2.1.1", "Keyboard", ("keyboard",), (t.KEYBOARD, t.ENTER)),
    Criterion("2.1.2", "No Keyboard Trap", ("keyboard",), (t.KEYBOARD,)),
    Criterion(
        "2.1.4",
        "Character Key Shortcuts",
        ("traps",),
        absent="the one shortcut is Shift pressed three times, and Shift is no character",
    ),
    Criterion(
        "2.2.1",
        "Timing Adjustable",
        person="unsent answers are kept for 24 hours from the last change; a page says so 2 hours before",
    ),
    Criterion("2.2.2", "Pause, Stop, Hide", ("keyboard",), (t.STILL,)),
    Criterion("2.3.1", "Three Flashes or Below", ("keyboard",), absent=NO_MEDIA),
    Criterion("2.4.1", "Bypass Blocks", (), (t.KEYBOARD,)),
    Criterion("2.4.2", "Page Titled", ("title",)),
    Criterion(
        "2.4.3",
        "Focus Order",
        ("keyboard", "summary"),
        (t.KEYBOARD, t.ERRORS, t.ADDED),
        person="does the order make sense?",
    ),
    Criterion("2.4.4", "Link Purpose (In Context)", (), (t.CHANGE,), person="links by their words"),
    Criterion("2.4.5", "Multiple Ways", person="pages outside of the forms"),
    Criterion("2.4.6", "Headings and Labels", (), (t.SPOKEN,), person="are the words understood?"),
    Criterion("2.4.7", "Focus Visible", ("keyboard",), (t.KEYBOARD, t.FORCED_FOCUS)),
    Criterion("2.4.11", "Focus Not Obscured (Minimum)", ("keyboard",), (t.KEYBOARD, t.SMALL)),
    Criterion("2.5.1", "Pointer Gestures", absent=NO_GESTURES),
    Criterion("2.5.2", "Pointer Cancellation", absent=NO_GESTURES),
    Criterion("2.5.3", "Label in Name", ("structure",), person="speech control"),
    Criterion("2.5.4", "Motion Actuation", absent=NO_GESTURES),
    Criterion("2.5.7", "Dragging Movements", ("traps",), absent=NO_GESTURES),
    Criterion("2.5.8", "Target Size (Minimum)", ("targets",)),
    Criterion("3.1.1", "Language of Page", ("title", "language")),
    Criterion("3.1.2", "Language of Parts", ("structure", "language"), person="what people write"),
    Criterion("3.2.1", "On Focus", ("keyboard",), (t.KEYBOARD,)),
    Criterion("3.2.2", "On Input", (), (t.NO_SCRIPT, t.KEYBOARD)),
    Criterion("3.2.3", "Consistent Navigation", (), (t.SAME,)),
    Criterion(
        "3.2.4",
        "Consistent Identification",
        (),
        (t.SAME,),
        person="the same words for the same things",
    ),
    Criterion("3.2.6", "Consistent Help", (), (t.SAME,)),
    Criterion("3.3.1", "Error Identification", ("title", "errors", "summary"), (t.ERRORS,)),
    Criterion("3.3.2", "Labels or Instructions", ("structure",), person="are hints enough?"),
    Criterion("3.3.3", "Error Suggestion", (), (t.SPOKEN,), person="do the words help to mend it?"),
    Criterion("3.3.4", "Error Prevention", (), (t.NO_SCRIPT, t.CHANGE, t.CHECKING)),
    Criterion("3.3.7", "Redundant Entry", (), (t.NO_SCRIPT, t.BACK, t.AGAIN, t.KEPT, t.LANGUAGE)),
    Criterion("3.3.8", "Accessible Authentication (Minimum)", (), (t.KEYBOARD,)),
    Criterion(
        "4.1.2",
        "Name, Role, Value",
        ("structure", "errors", "html"),
        (t.SPOKEN,),
        person="NVDA, JAWS, VoiceOver, TalkBack",
    ),
    Criterion("4.1.3", "Status Messages", (), (t.ERRORS, t.LEFT), person="by ear"),
)
