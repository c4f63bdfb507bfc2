"""What was answered and why it came here, in the reader's language: labels of forms, names of the directory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from wtforms import FieldList, FormField

from casework.directory import Directory
from forms.base import Step
from forms.following import MoreStep
from forms.lists import ListStep
from forms.phones import UnreadableNumber, read_phone
from forms.places import OTHER, UNKNOWN
from forms.registry import FORMS
from forms.words import N_, Words
from webapp.i18n import language, locale, say
from webapp.views.staff_words import LANGUAGES, RULES, UNNAMED_RULE

#: Pages that the follow-up page asks, whatever form the message had.
_FOLLOWING: tuple[type[Step], ...] = (MoreStep,)
#: The one question whose choices are the directory's.
_MUNICIPALITY = "municipality"
_NO_PLACE = {
    OTHER: N_("Another municipality"),
    UNKNOWN: N_("I do not know or do not want to say"),
}


@dataclass(frozen=True, slots=True)
class Answered:
    """One question with its answer; both empty: it was asked and left unanswered.

    `label` and `chosen` are message ids, `typed` is text as the sender wrote it.
    """

    label: str
    chosen: tuple[str, ...] = ()
    typed: tuple[str, ...] = field(default=(), repr=False)


class Section(NamedTuple):
    """The answers of one page, or of one of several entries on it. The heading is a message id, or empty."""

    heading: str
    rows: list[Answered]


def form_title(slug: str) -> str:
    """What the form is called on its own start page; a form that is no longer offered keeps its slug."""
    spec = FORMS.get(slug)
    return say(spec.title) if spec else slug


def sections(form: str, answers: Mapping[str, Any], here: Directory) -> list[Section]:
    """Answers page by page, each under what the page asked; of a list each entry by itself."""
    pages = _pages(form)
    found: list[Section] = []
    loose = {}
    for name, given in answers.items():
        page = pages.get(name)
        if page is None or not isinstance(given, Mapping):
            loose[name] = given
        elif issubclass(page, ListStep):
            entries = given.get(page.entries_field) or []
            heading = page.numbered if len(entries) > 1 else page.alone
            for number, entry in enumerate(entries, start=1):
                words = Words(heading, number=number)
                found.append(Section(words, answered(form, entry, here)))
        else:
            found.append(Section(page.title, answered(form, given, here)))
    return [*([Section("", answered(form, loose, here))] if loose else []), *found]


def _pages(form: str) -> Mapping[str, type[Step]]:
    spec = FORMS.get(form)
    asked: tuple[type[Step], ...] = spec.steps if spec else ()
    return {page.slug: page for page in (*_FOLLOWING, *asked)}


def answered(form: str, answers: Mapping[str, Any], here: Directory) -> list[Answered]:
    """Every answer with its label, in the order given; answers may lie in pages and in lists of children.

    A name that the form does not know any more stands for itself.
    """
    known = _questions(form)
    return [
        _answered(name, known.get(name, (name, {})), value, here)
        for name, value in _leaves(answers)
        # Another answer made the question needless.
        if value or name not in _dependent(form)
    ]


def _leaves(answers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in answers.items():
        if isinstance(value, Mapping):
            yield from _leaves(value)
        elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
            for one in value:
                yield from _leaves(one)
        else:
            yield name, value


def _answered(
    name: str, question: tuple[str, Mapping[str, str]], value: Any, here: Directory
) -> Answered:
    label, choices = question
    values = value if isinstance(value, list) else [value]
    given = [str(one) for one in values if one not in (None, "")]
    if name == _MUNICIPALITY:
        given = [municipality_name(one, here) for one in given]
    return Answered(
        label,
        tuple(choices[one] for one in given if one in choices),
        tuple(one for one in given if one not in choices),
    )


@lru_cache
def _questions(form: str) -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """Field name -> (label, choices) over all pages of a form."""
    return {
        found.short_name: (found.label.text, dict(getattr(found, "options", ())))
        for step in _pages(form).values()
        for found in _fields(step())
    } | {_MUNICIPALITY: (N_("Home municipality"), _NO_PLACE)}


@lru_cache
def _dependent(form: str) -> frozenset[str]:
    """Names of questions that are asked only where another answer asks for them."""
    steps = _pages(form).values()
    return frozenset(f.short_name for step in steps for f in _fields(step()) if f.dependent)


def _fields(fields: Any) -> Iterator[Any]:
    for found in fields:
        if isinstance(found, FieldList):
            yield from _fields(found)
        elif isinstance(found, FormField):
            yield from _fields(found.form)
        else:
            yield found


def dialable(typed: str) -> str | None:
    """What a phone's dialler takes for a number that a person typed; None where it cannot be read."""
    try:
        number = read_phone(typed).number
    except UnreadableNumber:
        return None
    return "".join(sign for sign in number if sign.isdecimal() or sign == "+")


def team_name(key: str, here: Directory) -> str:
    team = here.teams.get(key)
    return Directory.name(team.names, language()) if team else key


def worker_name(key: str, here: Directory) -> str:
    worker = here.workers.get(key)
    return worker.name if worker else key


def municipality_name(code: str, here: Directory) -> str:
    place = here.municipalities.get(code)
    return Directory.name(place.names, language()) if place else code


def language_name(code: str) -> str:
    return say(LANGUAGES[code]) if code in LANGUAGES else code


def _county_name(code: str, here: Directory) -> str:
    county = here.counties.get(code)
    return Directory.name(county.names, language()) if county else code


def why(reason: Mapping[str, Any], here: Directory) -> str:
    """A rule that had a part in the routing, as a sentence with names instead of codes."""
    rule, detail = str(reason["rule"]), dict(reason["detail"])
    text = RULES.get(f"{rule}:{detail.get('because')}") or RULES.get(rule)
    if text is None:
        return say(Words(UNNAMED_RULE, rule=rule))
    named = {name: _named(name, str(value), here) for name, value in detail.items()}
    # A reason that was stored by another version may lack a value; the code is better than no page.
    blanks = dict.fromkeys(
        (
            *("team", "from", "to", "county", "municipality", "form", "served_in"),
            *("worker", "workers", "deputy"),
        ),
        "–",
    )
    return say(Words(text, **{**blanks, "language": "–", **named}))


def _named(name: str, value: str, here: Directory) -> str:
    if name == "team":
        return team_name(value, here)
    if name in {"municipality", "from", "to"}:
        return municipality_name(value, here)
    if name in {"worker", "workers", "deputy"}:
        return ", ".join(worker_name(key, here) for key in value.split())
    if name == "county":
        return _county_name(value, here)
    if name in {"language", "served_in"}:
        # As a word of the sentence: 'suomi', 'svenska', 'English'.
        return str(locale().languages.get(value, value))
    return form_title(value) if name == "form" else value
