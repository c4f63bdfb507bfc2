"""WCAG 2.2, levels A and AA: each criterion, which of our tests look at it, and what is left to a person.

Source: https://www.w3.org/TR/WCAG22/ . axe's rules name their criteria themselves and are not listed here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Criterion:
    """`checks` are names of `tests.browser.checks`, run on every page; `tests` names of browser tests.

    `person` is what a person must judge, `absent` why the criterion does not arise on these pages.
    """

    number: str
    name: str
    checks: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    person: str = ""
    absent: str = ""


KEYBOARD = "test_by_keyboard_alone_with_a_visible_focus_at_every_stop"
SMALL = "test_nothing_hides_the_focus_in_a_small_window"
ERRORS = "test_the_error_summary_takes_the_focus_and_leads_to_the_fields"
KEPT = "test_what_was_typed_stays_beside_the_error"
NO_SCRIPT = "test_without_javascript"
FORCED = "test_in_forced_colours_a_choice_made_looks_different"
FORCED_ERRORS = "test_in_forced_colours_an_error_and_the_present_language_are_marked"
RINGS = "test_borders_marks_and_the_ring_stand_out_from_the_ground"
ZOOMED = "test_on_a_window_as_small_as_four_hundred_percent_zoom_leaves"
SPACING = "test_a_readers_own_spacing_loses_nothing"
FOCUS = "test_the_focus_can_be_seen_on_every_kind_of_control"
TITLES = "test_no_two_pages_share_a_title"
AGAIN = "test_the_shown_page_of_a_choice_is_the_same_with_the_choice_made"
STILL = "test_nothing_moves_for_those_who_ask_for_stillness"
ENTER = "test_enter_in_a_childs_name_goes_on_and_neither_adds_nor_removes_a_child"
LANGUAGE = "test_another_language_shows_the_same_page_of_the_same_draft"

NO_MEDIA = "the pages have no sound and no moving pictures"
NO_GESTURES = "the pages have no script: nothing but pressing and typing"

CRITERIA = (
    Criterion("1.1.1", "Non-text Content", person="icons stand beside words; is each as clear?"),
    Criterion("1.2.1", "Audio-only and Video-only", absent=NO_MEDIA),
    Criterion("1.2.2", "Captions (Prerecorded)", absent=NO_MEDIA),
    Criterion("1.2.3", "Audio Description or Media Alternative", absent=NO_MEDIA),
    Criterion("1.2.4", "Captions (Live)", absent=NO_MEDIA),
    Criterion("1.2.5", "Audio Description (Prerecorded)", absent=NO_MEDIA),
    Criterion(
        "1.3.1",
        "Info and Relationships",
        checks=("structure",),
        person="do headings and groups say what eyes see?",
    ),
    Criterion("1.3.2", "Meaningful Sequence", tests=(KEYBOARD,), person="read aloud, in order"),
    Criterion("1.3.3", "Sensory Characteristics", person="texts that a county writes itself"),
    Criterion("1.3.4", "Orientation", person="a telephone, turned"),
    Criterion("1.3.5", "Identify Input Purpose"),
    Criterion("1.4.1", "Use of Color", tests=(FORCED, FORCED_ERRORS)),
    Criterion("1.4.2", "Audio Control", absent=NO_MEDIA),
    Criterion("1.4.3", "Contrast (Minimum)", person="a county's own colours"),
    Criterion("1.4.4", "Resize Text", checks=("reflow",), person="real zoom of 200 %"),
    Criterion("1.4.5", "Images of Text", person="a county's own logo"),
    Criterion("1.4.10", "Reflow", checks=("reflow",), tests=(ZOOMED,), person="real zoom of 400 %"),
    Criterion(
        "1.4.11", "Non-text Contrast", tests=(RINGS, FORCED), person="Windows contrast themes"
    ),
    Criterion("1.4.12", "Text Spacing", tests=(SPACING,)),
    Criterion("1.4.13", "Content on Hover or Focus", person="only the skip links appear on focus"),
    Criterion("2.1.1", "Keyboard", tests=(KEYBOARD, ENTER), person="the staff's pages"),
    Criterion("2.1.2", "No Keyboard Trap", tests=(KEYBOARD,)),
    Criterion("2.1.4", "Character Key Shortcuts", absent=NO_GESTURES),
    Criterion("2.2.1", "Timing Adjustable", person="unsent answers are kept for 24 hours"),
    Criterion("2.2.2", "Pause, Stop, Hide", tests=(STILL,)),
    Criterion("2.3.1", "Three Flashes or Below", absent=NO_MEDIA),
    Criterion("2.4.1", "Bypass Blocks", tests=(KEYBOARD,)),
    Criterion("2.4.2", "Page Titled", checks=("title",), tests=(TITLES,)),
    Criterion(
        "2.4.3", "Focus Order", tests=(KEYBOARD, ERRORS), person="does the order make sense?"
    ),
    Criterion("2.4.4", "Link Purpose (In Context)", person="links by their words"),
    Criterion("2.4.5", "Multiple Ways", person="pages outside of the form"),
    Criterion("2.4.6", "Headings and Labels", person="are the words understood?"),
    Criterion("2.4.7", "Focus Visible", tests=(KEYBOARD, FOCUS)),
    Criterion("2.4.11", "Focus Not Obscured (Minimum)", tests=(KEYBOARD, SMALL)),
    Criterion("2.5.1", "Pointer Gestures", absent=NO_GESTURES),
    Criterion("2.5.2", "Pointer Cancellation", absent=NO_GESTURES),
    Criterion("2.5.3", "Label in Name", person="voice control"),
    Criterion("2.5.4", "Motion Actuation", absent=NO_GESTURES),
    Criterion("2.5.7", "Dragging Movements", absent=NO_GESTURES),
    Criterion("2.5.8", "Target Size (Minimum)", checks=("targets",)),
    Criterion("3.1.1", "Language of Page", checks=("title",)),
    Criterion("3.1.2", "Language of Parts", checks=("structure",), person="what people write"),
    Criterion("3.2.1", "On Focus", tests=(KEYBOARD,)),
    Criterion("3.2.2", "On Input", tests=(NO_SCRIPT, KEYBOARD)),
    Criterion("3.2.3", "Consistent Navigation", person="head, bar and foot of all pages"),
    Criterion("3.2.4", "Consistent Identification", person="the same words for the same things"),
    Criterion("3.2.6", "Consistent Help", person="the numbers stand first in every head"),
    Criterion("3.3.1", "Error Identification", checks=("title", "structure"), tests=(ERRORS,)),
    Criterion("3.3.2", "Labels or Instructions", person="are hints enough?"),
    Criterion("3.3.3", "Error Suggestion", person="do the words help to mend it?"),
    Criterion(
        "3.3.4", "Error Prevention", tests=(NO_SCRIPT,), person="the page that checks answers"
    ),
    Criterion("3.3.7", "Redundant Entry", tests=(AGAIN, KEPT, LANGUAGE)),
    Criterion("3.3.8", "Accessible Authentication (Minimum)", tests=(KEYBOARD,)),
    Criterion(
        "4.1.2",
        "Name, Role, Value",
        checks=("structure",),
        person="NVDA, JAWS, VoiceOver, TalkBack",
    ),
    Criterion("4.1.3", "Status Messages", tests=(ERRORS,), person="by ear"),
)
