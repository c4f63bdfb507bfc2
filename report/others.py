"""Faults that other public forms have told of themselves or were told of, and what ours does instead.

GOV.UK Forms: its own accessibility statement (govuk-forms/forms-runner, config/locales/en.yml) and
govuk-forms/forms-admin pull 1947. Open Forms: open-formulieren/open-forms issues 4622, 5138, 5460, 6592, 6601.
FixMyStreet: mysociety/fixmystreet issue 6139, pulls 4248, 4312, 4952. Several have been mended there since.
"""

from __future__ import annotations

from dataclasses import dataclass

from report import names as t


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of `whose`, what `ours` does, and the checks and tests that show it."""

    whose: str
    what: str
    ours: str
    checks: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


GOVUK, OPEN, FIX = "GOV.UK Forms", "Open Forms", "FixMyStreet"

FAULTS = (
    Fault(
        GOVUK,
        "asks for the same data twice (3.3.7)",
        "no question and no purpose of a field comes twice; going back shows every answer",
        (),
        (t.NO_SCRIPT, t.BACK, t.AGAIN),
    ),
    Fault(
        GOVUK,
        "the check page's title does not say 'Error'",
        "the check page has nothing to fill in, so it has no errors; every page that has one says so in its title",
        ("title",),
        (t.CHECKING,),
    ),
    Fault(
        GOVUK,
        "the check page's summary link misses the field",
        "what is missing opens on its own page; each link of a summary is pressed and must focus its field",
        ("errors", "summary"),
        (t.CHECKING, t.ERRORS),
    ),
    Fault(
        GOVUK,
        "the back link disappears on an error",
        "it stays, with the same address",
        ("errors",),
        (t.WAY_BACK,),
    ),
    Fault(
        GOVUK,
        "VoiceOver sometimes skips 'Change'",
        "an ordinary link in a paragraph of its own, outside of the list, each with its page's name, reached by "
        "Tab; whether VoiceOver reads it, a person must hear",
        ("keyboard",),
        (t.CHANGE, t.SPOKEN),
    ),
    Fault(GOVUK, "h3 without h2", "no page leaves out a rank", ("structure",)),
    Fault(
        GOVUK,
        "a help disclosure is not announced, and hard for Dragon",
        "help is written out beside its question; no form has a disclosure",
        ("traps",),
    ),
    Fault(
        GOVUK,
        "line breaks counted twice",
        "they count once, in the browser and on the server",
        (),
        (t.LINES,),
    ),
    Fault(OPEN, "an unexplained asterisk", "optional questions say so in words", ("traps",)),
    Fault(
        OPEN,
        "a date picker that no keyboard reaches",
        "dates are written in one's own words; there is no picker",
        ("traps", "keyboard"),
    ),
    Fault(
        OPEN,
        "the number of characters left is not announced",
        "shown beside the field and said in a pause of the writing",
        (),
        (t.LEFT,),
    ),
    Fault(
        OPEN,
        "error text of 3.7:1, borders of 2.9:1",
        "words have 4.5:1 and borders 3:1 on every ground; a county's colours are refused where they have less",
        (),
        (t.WORDS, t.MARKS, t.RINGS, t.PALE),
    ),
    Fault(OPEN, "a tooltip that cannot be reached", "there are no tooltips", ("traps",)),
    Fault(
        OPEN,
        "untranslated words",
        "in a made-up language, nothing on any page is left in English",
        ("language",),
    ),
    Fault(
        OPEN,
        "reflow, resizing, skip link, visible focus",
        "every page at 200 % and 400 % and tabbed through; the skip link begins each journey by keyboard",
        ("reflow", "spacing", "keyboard"),
        (t.KEYBOARD, t.ZOOMED),
    ),
    Fault(
        FIX,
        "a map without an alternative in words",
        "places are chosen from names or written; there is no map",
        ("traps",),
    ),
    Fault(
        FIX,
        "an error not tied to its field; the focus skips content",
        "each wrong field is described by its error first; Tab goes through all in the order of the page",
        ("errors", "keyboard"),
        (t.ERRORS,),
    ),
    Fault(
        FIX,
        "missing labels and fieldsets",
        "every control has a label, every group a legend",
        ("structure",),
    ),
    Fault(
        FIX,
        "the focus is lost after an action",
        "after adding or taking off a child it is where one goes on",
        (),
        (t.ADDED,),
    ),
    Fault(FIX, "the order of headings", "no page leaves out a rank", ("structure",)),
)
