"""What is wrong with a row of the bundle, in the reader's language.

`casework` gives its reasons in English, for the command line too. The patterns here are the same texts as message
ids; a reason that none of them fits is shown as it is.
"""

from __future__ import annotations

import re
from typing import Final

from forms.words import N_, Words
from webapp.i18n import say

_PATTERNS: Final = (
    N_("code: no municipality belongs to county %(county)s"),
    N_("the file is missing"),
    N_("no part of a bundle has this name"),
    N_("there is no team '%(key)s'"),
    N_("no team in teams.csv has this key"),
    N_("expected a name as color-bus"),
    N_("expected a calling code without + or zeros before it, as 358"),
    N_("expected a file name that ends in .svg or .png"),
    N_("not readable: %(error)s"),
    N_("too large: the file, or one of its lines"),
    N_("unknown key"),
    N_("is missing"),
    N_("is empty"),
    N_("no worker in workers.csv has this key"),
    N_("expected somebody else than the worker"),
    N_("expected %(number)s, steps are counted from 1 without gaps"),
    N_("what has shortcomings is partial"),
    N_("is not after starts"),
    N_("is after starts"),
    N_("expected partial or full"),
    N_("there is no such time: the clocks are put forward then"),
    N_("is missing: a review has all of the three"),
    N_("municipality %(code)s is not in the reference: name and county needed"),
    N_("valid_to is before valid_from"),
    N_("this is the county itself; its contacts stand in county.toml"),
    N_("county %(code)s is not in the reference and has no name here"),
    N_("there is no county %(code)s"),
    N_("there is no municipality %(code)s"),
    N_("the successors lead back to this municipality"),
    N_("the worker is on duty in this team already: see line %(line)s"),
    N_("the worker is away already: see line %(line)s"),
    N_("has no rota, its column 'rota' in teams.csv is not yes"),
    N_("is not a member of the team"),
    N_("no shift is longer than %(hours)s hours"),
    N_("the header row is missing"),
    N_("column '%(name)s' is missing"),
    N_("column '%(name)s' stands twice"),
    N_("unknown column '%(name)s'"),
    N_("%(cells)s cells under %(columns)s columns"),
    N_("not readable as a table: %(error)s"),
    N_("stands on line %(line)s already"),
    N_("the team has no name"),
    N_("%(code)s is not a municipality of this county"),
    N_("serves what the other team on line %(line)s serves already"),
    N_("expected a date as YYYY-MM-DD"),
    N_("expected a year from 2000 to 2999"),
    N_("expected a day and a time as 2026-12-24 22:00"),
    N_("there is no such time as %(time)s here"),
    N_("expected hours as 08:00-16:00, not '%(text)s'"),
    N_("there is no such time in '%(text)s'"),
    N_("there is no such day as %(day)s"),
    N_("spans of one day overlap in '%(text)s'"),
    N_("expected a table"),
    N_("expected a text in quotes"),
    N_("expected a list of texts"),
    N_("names a value twice"),
    N_("expected a whole number from %(low)s to %(high)s"),
    N_("expected a whole number from %(low)s"),
    N_("expected [[%(path)s]]"),
    N_("expected %(digits)s digits with leading zeros, not '%(text)s'"),
    N_("expected small letters, digits and hyphens"),
    N_("expected a language code such as 'fi', not '%(text)s'"),
    N_("expected a language code such as 'fi'"),
    N_("expected yes or no"),
    N_("expected a number that begins with +358, or a short number"),
    N_("expected an e-mail address"),
    N_("expected an address that begins with https://"),
    N_("expected a colour as #00567a"),
    N_("expected a number that begins with +358"),
    N_("a street address is public and nothing else"),
    N_("expected %(low)s to %(high)s letters a to z and digits"),
    N_("expected mobile, landline, email or address"),
    N_("expected new, urgent or public"),
    N_("expected on-duty, team, lead or on-call"),
    N_("last_day is before first_day"),
    N_("unknown variable %(name)s; those are %(names)s"),
    N_("has a brace that belongs to no variable"),
    N_("has a control character"),
    N_("has more than one line"),
    N_("has an address of its own; the variable link is the only one"),
    N_("tells what it is about: %(word)s"),
    N_(
        "the variable link stands alone between blanks; only a full stop, comma or bracket may follow"
    ),
    N_("has letters of two alphabets in one word: %(word)s"),
    N_("the variable %(name)s is missing"),
    N_("the emergency number 112 is missing"),
    N_("the variable %(name)s needs a line of its own: without a value its line is left out"),
    N_("has more than %(number)s characters"),
    N_("has letters that the plain alphabet of phones lacks: %(letters)s"),
    N_("takes %(count)s segments with the longest values, %(units)s units; at most %(most)s"),
    N_("is not a colour that can be changed; those are %(names)s"),
    N_(
        "%(front)s on %(ground)s has a contrast of %(ratio)s to 1; %(what)s must have %(least)s to 1"
    ),
)
_PARAMETER: Final = re.compile(r"%\((\w+)\)s")
#: The column or path with which a reason may begin: 'first_day: ', 'colours.color-bus: '.
_ABOUT: Final = re.compile(r"([\w.-]+(?:, [\w.-]+)*): (.*)", re.DOTALL)


def _compiled(pattern: str) -> re.Pattern[str]:
    """A value with which a reason begins is one word: else it would swallow the column before it."""
    first, *parts = _PARAMETER.split(pattern)
    text = re.escape(first)
    for name, rest in zip(parts[::2], parts[1::2], strict=True):
        value = ".*" if text else r"\S+"
        text += f"(?P<{name}>{value})" + re.escape(rest)
    return re.compile(text, re.DOTALL)


_REASONS: Final = tuple((pattern, _compiled(pattern)) for pattern in _PATTERNS)


def worded(reason: str) -> Words | None:
    """A reason without its column as words to translate; None for one that is not known."""
    for msgid, pattern in _REASONS:
        if match := pattern.fullmatch(reason):
            return Words(msgid, **match.groupdict())
    return None


def about(reason: str) -> tuple[str, str]:
    """(column, the rest); the column is '' where the reason names none."""
    match = _ABOUT.fullmatch(reason)
    if match is None or worded(reason) is not None:
        return "", reason
    return match[1], match[2]


def told(reason: str) -> str:
    """A reason in the page's language, with its column as the file calls it."""
    column, rest = about(reason)
    words = worded(rest)
    said = say(words) if words is not None else rest
    return f"{column}: {said}" if column else said
