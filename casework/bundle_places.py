"""Reading the bundle's municipalities and counties over the national reference tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from casework import bundle_times as times
from casework import bundle_values as values
from casework.bundle_tables import Problems, Row, Table, unique
from casework.directory import Municipality, OtherCounty

MUNICIPALITIES_FILE: Final = "municipalities.csv"
COUNTIES_FILE: Final = "counties.csv"
REFERENCE_MUNICIPALITIES: Final = "reference municipalities"
REFERENCE_COUNTIES: Final = "reference counties"
REFERENCE_POSTAL_CODES: Final = "reference postal codes"

_NO_WORDS: Final[tuple[str, ...]] = ()
_REFERENCE = Table(
    REFERENCE_MUNICIPALITIES,
    ("code", "name_fi", "wellbeing_county_code", "languages"),
    named=True,
)
_OVERRIDES = Table(
    MUNICIPALITIES_FILE,
    ("code", "valid_from", "valid_to", "successor"),
    ("county", "languages"),
    named=True,
)
_REFERENCE_COUNTIES = Table(REFERENCE_COUNTIES, ("code", "name_fi"), named=True)
_POSTAL_CODES = Table(REFERENCE_POSTAL_CODES, ("postal_code", "municipality_code"))
_CONTACTS = Table(COUNTIES_FILE, ("code", "phone", "email", "url"), named=True)


def read_counties(
    text: str | None, reference: str, own: str, problems: Problems
) -> dict[str, OtherCounty]:
    """All counties but `own` by code: names from the reference, contacts from the bundle."""
    known = unique(_REFERENCE_COUNTIES.rows(reference, problems) if reference else [], "code")
    counties = {}
    for row in known:
        code = row.read("code", values.county_code, row.text("code"))
        counties[code] = OtherCounty(code, row.names())
    for row in unique(_CONTACTS.rows(text, problems) if text is not None else [], "code"):
        code = row.read("code", values.county_code, row.text("code"))
        names = row.names() or (counties[code].names if code in counties else {})
        if code == own:
            row.wrong("this is the county itself; its contacts stand in county.toml")
        if not names:
            row.wrong(f"county {code} is not in the reference and has no name here")
        counties[code] = OtherCounty(
            code,
            names,
            phone=row.read("phone", values.optional(values.phone), ""),
            email=row.read("email", values.optional(values.email), ""),
            url=row.read("url", values.optional(values.url), ""),
        )
    return {code: county for code, county in counties.items() if code != own}


def read_municipalities(
    text: str | None, reference: str, problems: Problems
) -> tuple[dict[str, Municipality], list[Row]]:
    """All municipalities by code, and the bundle's rows for the checks across files."""
    found: dict[str, Municipality] = {}
    for row in unique(_REFERENCE.rows(reference, problems) if reference else [], "code"):
        code = row.read("code", values.municipality_code, row.text("code"))
        county = row.read("wellbeing_county_code", values.county_code, "")
        languages = row.read("languages", values.languages, _NO_WORDS)
        found[code] = Municipality(code, row.names(), county, languages)
    rows = unique(_OVERRIDES.rows(text, problems) if text is not None else [], "code")
    for row in rows:
        code = row.read("code", values.municipality_code, row.text("code"))
        found[code] = _overridden(row, found.get(code, Municipality(code, {}, "", ())))
    return found, rows


def read_postal_codes(reference: str, problems: Problems) -> dict[str, tuple[str, ...]]:
    """From postal code to codes of municipalities, one or more; {} for an empty text."""
    found: dict[str, tuple[str, ...]] = {}
    rows = _POSTAL_CODES.rows(reference, problems) if reference else []
    for row in unique(rows, "postal_code", "municipality_code"):
        code = row.read("postal_code", values.postal_code, "")
        municipality = row.read("municipality_code", values.municipality_code, "")
        found[code] = (*found.get(code, ()), municipality)
    return found


def check_places(
    rows: list[Row],
    municipalities: Mapping[str, Municipality],
    counties: Mapping[str, OtherCounty],
    own: str,
) -> None:
    """Note successors that do not exist or go round, and counties that nobody knows."""
    for row in rows:
        place = municipalities[row.text("code")]
        if place.county and place.county != own and place.county not in counties:
            row.wrong(f"county: there is no county {place.county}")
        if place.successor is not None and place.successor not in municipalities:
            row.wrong(f"successor: there is no municipality {place.successor}")
        elif _goes_round(place, municipalities):
            row.wrong("successor: the successors lead back to this municipality")


def _overridden(row: Row, base: Municipality) -> Municipality:
    """The reference's municipality with the filled cells of the bundle's row put over it."""
    says_languages = bool(row.text("languages"))
    languages = row.read("languages", values.languages, _NO_WORDS) if says_languages else ()
    place = replace(
        base,
        names={**base.names, **row.names()},
        county=row.read("county", values.optional(values.county_code), "") or base.county,
        languages=languages or base.languages or ("fi",),
        valid_from=row.read("valid_from", times.day_or_none, None),
        valid_to=row.read("valid_to", times.day_or_none, None),
        successor=row.read("successor", values.optional(values.municipality_code), "") or None,
    )
    if not place.names or not place.county:
        row.wrong(f"municipality {place.code} is not in the reference: name and county needed")
    if place.valid_from and place.valid_to and place.valid_to < place.valid_from:
        row.wrong("valid_to is before valid_from")
    return place


def _goes_round(place: Municipality, municipalities: Mapping[str, Municipality]) -> bool:
    seen: set[str] = set()
    code = place.successor
    while code is not None and code not in seen:
        if code == place.code:
            return True
        seen.add(code)
        heir = municipalities.get(code)
        code = heir.successor if heir else None
    return False
