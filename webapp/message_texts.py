"""Neutral texts: from a purpose and a language to the words that leave the house. Pages and workers use the same.

The templates in templates/messages/ get county, link, phone and opening time, and staff texts the opaque case number;
any other word is refused here, so no name, topic or place can slip in. A county's own wording (`messages.toml`) goes
before the shipped one, as long as nothing is wrong with it; else the shipped one goes, so that no wording stops a
message. Nothing here depends on a request or on what was rendered before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import product
from pathlib import Path
from typing import Final, Literal

import phonenumbers
from babel.dates import format_datetime
from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from casework import message_texts as own
from casework.calendar import HELSINKI, closes_at, is_open, next_opening
from casework.directory import County, Directory
from webapp.catalogues import CLOCK_PATTERN, DAY_PATTERN, base, complete, known, translations

TEMPLATES: Final = Path(__file__).resolve().parents[1] / "templates" / "messages"
#: Fields of a date pattern that a short message leaves out: the day of the week and the year.
_NOT_SHORT: Final = re.compile(r"[Ec]+[,.]? *|[,.]? *y+")

Channel = Literal["sms", "email"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """Plain strings. `subject` is empty for SMS; an e-mail's body has blank lines between paragraphs.

    `is_own`: in the county's wording. `faults`: why that was not used though there is one.
    """

    subject: str
    body: str = field(repr=False)
    is_own: bool = False
    faults: tuple[own.Fault, ...] = ()


def spoken(language: str, county: County) -> str:
    """The language itself, or the county's first one where its catalogue is gone."""
    if language in known():
        return language
    return next((code for code in county.languages if code in known()), complete()[0])


def words(
    purpose: str, language: str, here: Directory, origin: str, number: str, at: datetime
) -> dict[str, str]:
    """All that a text may say, for `render`: the county, the one link, whom to call, and for staff the opaque number.

    `language`: one that has a catalogue. `origin`: of the public address, without a slash. The phone is that of the
    team that takes in all contacts, the same for everybody, so that it tells nothing; `opens` is '' while it answers.
    """
    county = here.name(here.county.sender_names, language)
    if purpose in own.FOR_STAFF:
        page = "/staff/digest" if purpose == "staff_digest" else "/staff/"
        return {"county": county, "link": f"{origin}{page}", "number": number}
    intake = here.teams.get(here.intake_team)
    opens = None
    if intake and not is_open(intake.hours, here.holidays, at):
        opens = next_opening(intake.hours, here.holidays, at)
    return {
        "county": county,
        "link": f"{origin}/{language}/follow-up",
        "phone": _dialled(intake.phone) if intake else "",
        "opens": moment_in_words(opens, language) if opens else "",
    }


def moment_in_words(moment: datetime, language: str) -> str:
    """An adverb of time as short as it can be, Europe/Helsinki: '17. elokuuta klo 8.00'."""
    local, texts, locale = (
        moment.astimezone(HELSINKI),
        translations(language),
        known()[language].locale,
    )
    day = format_datetime(local, _NOT_SHORT.sub("", texts.gettext(DAY_PATTERN)), locale=locale)
    time = format_datetime(local, texts.gettext(CLOCK_PATTERN), locale=locale)
    return str(texts.gettext("%(day)s at %(time)s") % {"day": day, "time": time})


def size_faults(here: Directory, origin: str, at: datetime) -> Iterator[str]:
    """What is wrong with the shipped text messages to senders, with the county's names and this address; in English.

    `origin`: of the public address, without a slash. An opening time is judged at its longest, where one is ever said.
    """
    intake = here.teams.get(here.intake_team)
    closed = intake and closes_at(intake.hours, here.holidays, at)
    for purpose, language in product(own.FOR_SENDERS, sorted(own.PLAIN_LANGUAGES)):
        said = words(purpose, language, here, origin, "", closed or at)
        if said["opens"]:
            ends_of_months = (
                datetime(at.year, month, 28, 14, tzinfo=UTC) for month in range(1, 13)
            )
            said["opens"] = max((moment_in_words(x, language) for x in ends_of_months), key=len)
        for reason in own.sms_faults(language, render(purpose, language, "sms", said).body):
            yield f"{purpose} in {language} {reason}"


def render(
    purpose: str,
    language: str,
    channel: Channel,
    said: Mapping[str, str],
    wordings: own.Wordings | None = None,
) -> Rendered:
    """The text of `purpose` in `language`, one that has a catalogue.

    `said`: county (the sender's name in that language), link (the one public link), phone and opens (an adverb of time
    such as '17. elokuuta klo 8.00'), each '' or absent when not said; for staff also number (the opaque case number).
    Raises ValueError for an unknown purpose or language, and for a word too many or too few.
    """
    if purpose not in own.PURPOSES or language not in known():
        raise ValueError(f"no text for {purpose!r} in {language!r}")
    context = _checked(purpose, said)
    wording = _wording(purpose, language, channel, wordings or {})
    faults: tuple[own.Fault, ...] = ()
    if wording is not None:
        faults = own.faults(purpose, language, wording, context)
        if not faults:
            return _filled(wording, channel, context)
    if channel == "sms":
        body = own.sms(_block(purpose, language, "sms", context))
        return Rendered("", body, faults=faults)
    return Rendered(
        _block(purpose, language, "subject", context),
        _block(purpose, language, "email", context),
        faults=faults,
    )


def render_html(subject: str, body: str, language: str) -> str:
    """The same e-mail as a plain page: escaped, no remote content, its language declared."""
    paragraphs = [part.splitlines() for part in body.split("\n\n")]
    tongue = known().get(language, known()["en"])
    template = _environment(translations(tongue.code)).get_template("mail.html")
    return template.render(subject=subject, paragraphs=paragraphs, spoken=tongue)


def _checked(purpose: str, said: Mapping[str, str]) -> dict[str, str]:
    """The words, each on one line."""
    allowed = {"county", "link", "phone", "opens"}
    if purpose in own.FOR_STAFF:
        allowed.add("number")
    strange = set(said) - allowed
    needed = {"county", own.needed(purpose)}
    if purpose in own.FOR_STAFF:
        needed.add("link")
    context = {word: own.one_line(said.get(word, "")) for word in allowed}
    missing = {word for word in needed if not context[word]}
    if strange or missing:
        raise ValueError(f"{purpose}: not allowed {sorted(strange)}, missing {sorted(missing)}")
    return context


def _wording(
    purpose: str, language: str, channel: Channel, wordings: own.Wordings
) -> own.Wording | None:
    """The county's wording for this channel, a partial language's else in the language that it is based on."""
    found = wordings.get(purpose, {})
    wording = found.get(language) or found.get(base(language))
    if wording is None:
        return None
    if channel == "sms":
        return own.Wording(sms=wording.sms) if wording.sms else None
    # The one without the other is no message.
    together = wording.subject and wording.email
    return own.Wording(subject=wording.subject, email=wording.email) if together else None


def _filled(wording: own.Wording, channel: Channel, context: Mapping[str, str]) -> Rendered:
    if channel == "sms":
        return Rendered("", own.sms(own.filled(wording.sms, context)), is_own=True)
    subject, body = (own.filled(text, context) for text in (wording.subject, wording.email))
    return Rendered(subject, body, is_own=True)


def _block(purpose: str, language: str, block: str, context: Mapping[str, str]) -> str:
    template = _environment(translations(language)).get_template(f"{purpose}.txt")
    return own.tidy("".join(template.blocks[block](template.new_context(dict(context)))))


@lru_cache(maxsize=64)
def _dialled(number: str) -> str:
    """'+358 50 0000100': it can be called from anywhere; a short number stays as it is."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@cache
def _environment(texts: Translations) -> Environment:
    """One environment per catalogue, never changed after it is made: threads cannot mix languages."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"], default=False, default_for_string=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    environment.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]
    return environment
