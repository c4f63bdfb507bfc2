"""Reading `county.toml`: what a county changes without code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from casework import bundle_values as values
from casework.bundle_tables import Problems, without_mark
from casework.caps import SMS_COUNTRIES
from casework.directory import County

COUNTY_FILE: Final = "county.toml"
TEAM_ROLES: Final = ("intake_team", "fallback_team", "on_call_team")

_PLAIN: Final = ("code", "emergency_number", "emergency_social_services", "logo", *TEAM_ROLES)
_LISTS: Final = ("languages", "closed_forms", "sms_countries")
_TABLES: Final = ("names", "sender_names", "crisis_line_hours", "colours", "texts")

_TOKEN = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_CALLING_CODE = re.compile(r"[1-9][0-9]{0,2}")
_LOGO = re.compile(r"(?:[a-z0-9-]+\.(?:svg|png))?")
_TABLE_LINE = re.compile(r"\s*\[([^\[\]]+)\]")
_KEY_LINE = re.compile(r"\s*\"?([A-Za-z0-9_-]+)\"?\s*=")
_AT_LINE = re.compile(r"at line (\d+)")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CountyFile:
    """The county, the keys of its three named teams, and the line of each key for problems."""

    county: County
    teams: Mapping[str, str]
    lines: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Reader:
    data: Mapping[str, object]
    lines: Mapping[str, int]
    problems: Problems

    def wrong(self, path: str, reason: str) -> None:
        line = self.lines.get(path, self.lines.get(path.rsplit(".", 1)[0], 0))
        self.problems.note(COUNTY_FILE, line, f"{path}: {reason}")

    def read(self, path: str, value: object, convert: Callable[[str], T], default: T) -> T:
        if not isinstance(value, str):
            self.wrong(path, "is missing" if value is None else "expected a text in quotes")
            return default
        try:
            return convert(value)
        except ValueError as error:
            self.wrong(path, str(error))
            return default

    def plain(self, name: str, convert: Callable[[str], str]) -> str:
        return self.read(name, self.data.get(name), convert, "")

    def words(
        self, name: str, each: Callable[[str], str], default: tuple[str, ...] | None = None
    ) -> tuple[str, ...]:
        found = self.data.get(name)
        if found is None and default is not None:
            return default
        if not isinstance(found, list):
            self.wrong(name, "is missing" if found is None else "expected a list of texts")
            return ()
        read = tuple(self.read(name, word, each, "") for word in found)
        if len(set(read)) < len(read):
            self.wrong(name, "names a value twice")
        return read

    def table(self, name: str, of: object = None) -> Mapping[str, object]:
        found = self.data.get(name, {}) if of is None else of
        if isinstance(found, dict):
            return found
        self.wrong(name, "expected a table")
        return {}

    def by_language(self, path: str, table: Mapping[str, object]) -> dict[str, str]:
        for language in table:
            self.read(f"{path}.{language}", language, values.language, "")
        return {
            language: self.read(f"{path}.{language}", text, values.required, "")
            for language, text in table.items()
        }


def read_county(text: str, problems: Problems) -> CountyFile:
    """The county's settings; whatever is wrong is noted and read as empty."""
    text = without_mark(text)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = _AT_LINE.search(str(error))
        problems.note(COUNTY_FILE, int(match[1]) if match else 0, f"not readable: {error}")
        problems.raise_if_any()
        raise
    reader = _Reader(data, _lines(text), problems)
    for name in data:
        if name not in (*_PLAIN, *_LISTS, *_TABLES):
            reader.wrong(name, "unknown key")
    teams = {role: reader.plain(role, values.key) for role in TEAM_ROLES}
    county = _county(reader)
    for name, names in (("names", county.names), ("sender_names", county.sender_names)):
        for language in county.languages:
            if language not in names:
                reader.wrong(f"{name}.{language}", "is missing")
    return CountyFile(county, teams, reader.lines)


def _county(reader: _Reader) -> County:
    colours, texts = reader.table("colours"), reader.table("texts")
    for name, table in (("colours", colours), ("texts", texts)):
        for token in table:
            reader.read(f"{name}.{token}", token, _token, "")
    return County(
        code=reader.plain("code", values.county_code),
        names=reader.by_language("names", reader.table("names")),
        sender_names=reader.by_language("sender_names", reader.table("sender_names")),
        emergency_number=reader.plain("emergency_number", values.phone),
        emergency_social_services=reader.plain("emergency_social_services", values.phone),
        crisis_line_hours=reader.by_language(
            "crisis_line_hours", reader.table("crisis_line_hours")
        ),
        colours={t: reader.read(f"colours.{t}", c, values.colour, "") for t, c in colours.items()},
        texts={
            name: reader.by_language(f"texts.{name}", reader.table(f"texts.{name}", table))
            for name, table in texts.items()
        },
        closed_forms=frozenset(reader.words("closed_forms", values.key)),
        languages=reader.words("languages", values.language),
        logo=reader.read("logo", reader.data.get("logo", ""), _logo, ""),
        sms_countries=reader.words("sms_countries", _calling_code, SMS_COUNTRIES),
    )


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


def _lines(text: str) -> dict[str, int]:
    """The line on which each key stands, by dotted path."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if heading := _TABLE_LINE.match(line):
            table = heading[1].strip().replace('"', "")
            found.setdefault(table, number)
        elif key := _KEY_LINE.match(line):
            found.setdefault(f"{table}.{key[1]}" if table else key[1], number)
    return found
