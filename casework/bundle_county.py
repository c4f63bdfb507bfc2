"""Reading `county.toml`: what a county changes without code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from casework import bundle_notices as notices
from casework import bundle_times as times
from casework import bundle_values as values
from casework import contrast
from casework.bundle_tables import Problems
from casework.bundle_toml import COUNTY_FILE, Reader, load
from casework.caps import SMS_COUNTRIES, SMS_DAILY_BUDGET
from casework.directory import REPEAT_EVERY, URGENCY_WITHIN, County
from casework.message_texts import name_faults

NEEDED_ROLES: Final = ("intake_team", "fallback_team", "on_call_team")
#: `feedback_team` may be left out: then it is the fallback team.
TEAM_ROLES: Final = (*NEEDED_ROLES, "feedback_team")

_PLAIN: Final = ("code", "emergency_number", "emergency_social_services", "logo", *TEAM_ROLES)
_LISTS: Final = ("languages", "closed_forms", "sms_countries")
_NUMBERS: Final = ("sms_daily_budget", "urgency_minutes", "escalation_repeat_minutes")
_TABLES: Final = ("names", "sender_names", "crisis_line_hours", "colours", "texts")

#: The urgency is assessed "at once": a county may shorten the hour, never lengthen it.
_URGENCY_MINUTES: Final = (1, 60)
_REPEAT_MINUTES: Final = (5, 240)

_TOKEN = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_CALLING_CODE = re.compile(r"[1-9][0-9]{0,2}")
_LOGO = re.compile(r"(?:[a-z0-9-]+\.(?:svg|png))?")


@dataclass(frozen=True, slots=True)
class CountyFile:
    """The county, the keys of its named teams, and the line of each key for problems."""

    county: County
    teams: Mapping[str, str]
    lines: Mapping[str, int]


def read_county(text: str, problems: Problems, *, stored: bool = False) -> CountyFile:
    """The county's settings; whatever is wrong is noted and read as empty.

    Of a `stored` file the sender names are not judged again: no rule of a newer version may stop a service.
    """
    reader = load(COUNTY_FILE, text, problems)
    data = reader.data
    for name in data:
        if name not in (*_PLAIN, *_LISTS, *_NUMBERS, *_TABLES, *notices.TABLES):
            reader.wrong(name, "unknown key")
    teams = {role: reader.plain(role, values.key) for role in NEEDED_ROLES}
    teams["feedback_team"] = reader.optional("feedback_team", data.get("feedback_team"), values.key)
    county = _county(reader)
    for name, names in (("names", county.names), ("sender_names", county.sender_names)):
        for language in county.languages:
            if language not in names:
                reader.wrong(f"{name}.{language}", "is missing")
    if not stored:
        _check_sender_names(reader, county.sender_names)
    return CountyFile(county, teams, reader.lines)


def _county(reader: Reader) -> County:
    languages = reader.words("languages", values.page_language)
    return County(
        code=reader.plain("code", values.county_code),
        names=reader.by_language("names", reader.table("names")),
        sender_names=reader.by_language("sender_names", reader.table("sender_names")),
        emergency_number=reader.plain("emergency_number", values.phone),
        emergency_social_services=reader.plain("emergency_social_services", values.phone),
        crisis_line_hours=reader.by_language(
            "crisis_line_hours", reader.table("crisis_line_hours")
        ),
        colours=_colours(reader),
        texts=_texts(reader),
        closed_forms=frozenset(reader.words("closed_forms", values.key)),
        languages=languages,
        logo=reader.read("logo", reader.data.get("logo", ""), _logo, ""),
        sms_countries=reader.words("sms_countries", _calling_code, SMS_COUNTRIES),
        sms_daily_budget=reader.whole("sms_daily_budget", SMS_DAILY_BUDGET),
        accessibility=notices.read_accessibility(reader, languages),
        privacy=notices.read_privacy(reader),
        announcements=notices.read_announcements(reader, languages),
        urgency_within=_minutes(reader, "urgency_minutes", URGENCY_WITHIN, _URGENCY_MINUTES),
        repeat_every=_minutes(reader, "escalation_repeat_minutes", REPEAT_EVERY, _REPEAT_MINUTES),
    )


def _check_sender_names(reader: Reader, names: Mapping[str, str]) -> None:
    for language, name in names.items():
        for reason in name_faults(name) if name else ():
            reader.wrong(f"sender_names.{language}", reason)


def _minutes(reader: Reader, name: str, default: timedelta, limits: tuple[int, int]) -> timedelta:
    return timedelta(minutes=reader.whole(name, times.minutes(default), *limits))


def _texts(reader: Reader) -> dict[str, Mapping[str, str]]:
    return {
        name: reader.by_language(f"texts.{name}", reader.table(f"texts.{name}", table))
        for name, table in _tokens(reader, "texts").items()
    }


def _tokens(reader: Reader, name: str) -> Mapping[str, object]:
    """A table of the county's own names; each that is none is noted."""
    table = reader.table(name)
    for token in table:
        reader.read(f"{name}.{token}", token, _token, "")
    return table


def _colours(reader: Reader) -> dict[str, str]:
    """The county's colours; one that makes words or marks too faint is a problem."""
    table = _tokens(reader, "colours")
    read = {name: reader.read(f"colours.{name}", c, values.colour, "") for name, c in table.items()}
    well = {name: colour for name, colour in read.items() if colour and _TOKEN.fullmatch(name)}
    for name, reason in contrast.faults(well):
        reader.wrong(f"colours.{name}", reason)
    return read


def _token(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise ValueError("expected a name as color-bus")
    return text


def _calling_code(text: str) -> str:
    if not _CALLING_CODE.fullmatch(text):
        raise ValueError("expected a calling code without + or zeros before it, as 358")
    return text


def _logo(text: str) -> str:
    if not _LOGO.fullmatch(text):
        raise ValueError("expected a file name that ends in .svg or .png")
    return text
