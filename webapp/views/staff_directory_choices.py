"""What the directory's forms offer to choose from, each as (cell, words); names of people and places go before keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from casework.directory import ANY, Directory
from casework.teams import ContactKind, PointUse, Tell
from forms.registry import FORMS
from forms.words import N_
from webapp import catalogues
from webapp.i18n import language
from webapp.pages import local_day
from webapp.views.staff_answers import form_title, language_name, team_name
from webapp.wiring import now

Pairs = Iterator[tuple[str, str]]

KINDS = {
    ContactKind.MOBILE.value: N_("Mobile phone: text messages go here"),
    ContactKind.LANDLINE.value: N_("Landline: can only be called"),
    ContactKind.EMAIL.value: N_("E-mail"),
    ContactKind.ADDRESS.value: N_("Street address"),
}
USES = {
    PointUse.NEW.value: N_("Told of new cases"),
    PointUse.URGENT.value: N_("Told of what cannot wait, and reminded"),
    PointUse.PUBLIC.value: N_("Shown to everybody on the contact page"),
}
TELLS = {
    Tell.ON_DUTY.value: N_("The case's own worker, else the team's first contact point"),
    Tell.TEAM.value: N_("The whole team"),
    Tell.LEAD.value: N_("The team lead"),
    Tell.ON_CALL.value: N_("The emergency social services"),
}


@dataclass(frozen=True, slots=True)
class Around:
    """What choices depend on: the newest directory, the team whose page it is ('' for none), and the teams whose
    workers may be chosen where not all may (None: all).
    """

    directory: Directory
    team: str = ""
    own: frozenset[str] | None = None


Choices = Callable[[Around], Pairs]


def workers(around: Around) -> Pairs:
    """Everybody."""
    yield from sorted(((w.key, w.name) for w in around.directory.workers.values()), key=_by_name)


def own_workers(around: Around) -> Pairs:
    """Those of one's own teams."""
    known, own = around.directory.workers, around.own
    yield from (p for p in workers(around) if own is None or own & set(known[p[0]].teams))


def members(around: Around) -> Pairs:
    """Those of the team whose page it is."""
    keys = around.directory.teams[around.team].members
    yield from (pair for pair in workers(around) if pair[0] in keys)


def teams(around: Around) -> Pairs:
    here = around.directory
    yield from sorted(((key, team_name(key, here)) for key in here.teams), key=_by_name)


def languages(around: Around) -> Pairs:
    """Of people and messages: ways of writing, such as plain Finnish, are languages of pages alone."""
    codes = dict.fromkeys((*around.directory.county.languages, "fi", "sv", "en"))
    yield from ((code, language_in_words(code)) for code in codes if len(code) <= 3)


def page_languages(around: Around) -> Pairs:
    yield from ((code, language_in_words(code)) for code in around.directory.county.languages)


def language_in_words(code: str) -> str:
    """In the reader's language where there is a word for it, else as the language calls itself."""
    said = language_name(code)
    return catalogues.own_name(code) if said == code and code in catalogues.known() else said


def municipalities(around: Around) -> Pairs:
    here, today = around.directory, local_day(now())
    found = ((m.code, here.name(m.names, language())) for m in here.own_municipalities(today))
    yield from sorted(found, key=_by_name)


def counties(around: Around) -> Pairs:
    here = around.directory
    found = ((code, here.county_name(code, language())) for code in here.counties)
    yield from sorted(found, key=_by_name)


def forms(around: Around) -> Pairs:
    yield from ((slug, form_title(slug)) for slug in FORMS)


def with_all(words: str, choices: Choices) -> Choices:
    """The same, and all of them as the first choice."""

    def offered(around: Around) -> Pairs:
        yield ANY, words
        yield from choices(around)

    return offered


def fixed(pairs: Mapping[str, str]) -> Choices:
    return lambda around: iter(pairs.items())


def _by_name(pair: tuple[str, str]) -> tuple[str, str]:
    return pair[1].casefold(), pair[0]
