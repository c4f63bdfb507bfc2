"""The demo county, and random directories: sound ones, and ones with anything missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from casework.announcements import Announcement
from casework.bundle import parse
from casework.calendar import ALWAYS, OpeningHours, Span
from casework.directory import County, Directory, Municipality, OtherCounty
from casework.statements import Accessibility, Privacy, ReviewStatus, Shortcoming
from casework.teams import ContactKind, ContactPoint, Service, Team
from casework.workers import Worker
from webapp.holidays import finnish_holidays

DATA = Path(__file__).parents[2] / "webapp" / "data"
FORMS = ("guidance", "notification")
LANGUAGES = ("fi", "sv", "en")
CODES = ("005", "231", "280", "905", "946")
TEAMS = ("alpha", "beta", "gamma", "on-call")
WORKERS = ("malli", "prov", "testi")
DAYS = st.dates(date(2026, 3, 20), date(2026, 4, 10))
HOLIDAYS = finnish_holidays(range(2024, 2033))


@pytest.fixture(scope="session")
def demo_files() -> dict[str, str]:
    """The demo county's bundle as text by file name."""
    return {path.name: path.read_text("utf-8") for path in sorted((DATA / "demo").iterdir())}


@pytest.fixture(scope="session")
def references() -> dict[str, str]:
    """The national reference tables, as `parse` and `dump` take them."""
    return {
        "reference_municipalities": (DATA / "municipalities.csv").read_text("utf-8"),
        "reference_counties": (DATA / "wellbeing_counties.csv").read_text("utf-8"),
    }


@pytest.fixture(scope="session")
def read_bundle(references: dict[str, str]) -> Callable[[dict[str, str]], Directory]:
    """Parses a bundle over the references, as revision 1."""

    def read(files: dict[str, str]) -> Directory:
        return parse(files, **references, revision=1, holidays=HOLIDAYS)

    return read


@pytest.fixture(scope="session")
def demo(
    demo_files: dict[str, str], read_bundle: Callable[[dict[str, str]], Directory]
) -> Directory:
    """The demo county's directory."""
    return read_bundle(demo_files)


@pytest.fixture(scope="session")
def sound_directories() -> st.SearchStrategy[Directory]:
    """Directories that a bundle can say."""
    return _sound()


@pytest.fixture(scope="session")
def any_directories() -> st.SearchStrategy[Directory]:
    """Directories with roles, members, addresses, successors or whole teams missing."""
    return _broken()


ODD_TEXT = st.text("aÅö ,;\"'\n\r=#\x7f\\đ", min_size=1, max_size=6).filter(str.strip)
NAME = ODD_TEXT.map(lambda text: " ".join(text.split()))


def _names(
    languages: tuple[str, ...] = LANGUAGES, text: st.SearchStrategy[str] = NAME
) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(languages), text, min_size=1)


def _some(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    picked = st.sets(st.sampled_from(values), min_size=1).map(frozenset)
    return st.one_of(st.just(frozenset({"*"})), picked)


@st.composite
def _spans(draw: st.DrawFn) -> tuple[Span, ...]:
    """Up to two spans of a day, in order, the last one perhaps past midnight."""
    marks = sorted(draw(st.sets(st.integers(0, 1439), min_size=0, max_size=4)))
    spans = [Span(a, b) for a, b in zip(marks[::2], marks[1::2], strict=False)]
    if spans:
        opens = spans.pop().opens
        spans.append(Span(opens, draw(st.integers(opens + 1, opens + 1440))))
    return tuple(spans)


def _hours() -> st.SearchStrategy[OpeningHours]:
    made = st.builds(
        OpeningHours,
        weekly=st.tuples(*[_spans()] * 7),
        exceptions=st.dictionaries(DAYS, _spans(), max_size=2),
        closed_on_holidays=st.booleans(),
    )
    return st.one_of(st.just(ALWAYS), made)


@st.composite
def _municipalities(draw: st.DrawFn) -> dict[str, Municipality]:
    """Five municipalities, the first one this county's; successors come later in the list."""
    found = {}
    for index, code in enumerate(CODES):
        first, last = sorted((draw(DAYS), draw(DAYS)))
        heirs = st.sampled_from(CODES[index + 1 :]) if CODES[index + 1 :] else st.none()
        found[code] = Municipality(
            code=code,
            names=draw(_names(("fi", "sv", "se"))),
            county=draw(st.sampled_from(("16", "17"))) if index else "17",
            languages=draw(st.permutations(LANGUAGES).map(lambda x: tuple(x[:2]))),
            valid_from=draw(st.sampled_from((None, None, first))),
            valid_to=draw(st.sampled_from((None, None, last))),
            successor=draw(st.one_of(st.none(), heirs)),
        )
    return found


@st.composite
def _team(draw: st.DrawFn, key: str, own: tuple[str, ...]) -> Team:
    services = st.builds(Service, _some(own), _some(FORMS), _some(LANGUAGES))
    return Team(
        key=key,
        names=draw(_names()),
        services=tuple(draw(st.lists(services, max_size=3, unique=True))),
        hours=draw(_hours()),
        phone="+358500000110",
        members=tuple(sorted(draw(st.sets(st.sampled_from(WORKERS))))),
        lead=draw(st.sampled_from((None, *WORKERS))),
        alert=tuple(
            ContactPoint(
                key=f"{key}-{kind.value}",
                kind=kind,
                address="a@example.org" if kind is ContactKind.EMAIL else "+358500000120",
                language=draw(st.sampled_from(LANGUAGES)),
            )
            for kind in draw(st.lists(st.sampled_from(ContactKind), max_size=2, unique=True))
        ),
        acknowledge_within=timedelta(minutes=draw(st.integers(1, 120))),
        reply_within_working_days=draw(st.integers(0, 5)),
    )


@st.composite
def _county(draw: st.DrawFn) -> County:
    names = st.fixed_dictionaries({code: _names().map(lambda n: min(n.values())) for code in "ab"})
    spoken = draw(names)
    return County(
        code="17",
        names={"fi": spoken["a"], "sv": spoken["b"]},
        sender_names={"fi": spoken["b"], "sv": spoken["a"], "en": spoken["a"]},
        emergency_number="112",
        emergency_social_services="+358500000100",
        crisis_line_hours=draw(_names()),
        colours=draw(st.sampled_from(({}, {"color-bus": "#00567a"}))),
        texts=draw(
            st.dictionaries(st.sampled_from(("notice", "help_text")), _names(text=ODD_TEXT))
        ),
        closed_forms=draw(st.sampled_from((frozenset(), frozenset({"guidance"})))),
        languages=("fi", "sv"),
        logo=draw(st.sampled_from(("", "logo.svg"))),
        sms_countries=draw(st.sampled_from(((), ("358",), ("358", "46", "1")))),
        accessibility=draw(_accessibility()),
        privacy=draw(
            st.builds(
                Privacy,
                controller=st.one_of(st.just(""), ODD_TEXT),
                dpo_email=st.sampled_from(("", "tietosuoja@example.org")),
                notice_url=st.sampled_from(("", "https://example.org/a")),
            )
        ),
        announcements=tuple(draw(st.lists(_announcement(), max_size=2))),
    )


def _said() -> st.SearchStrategy[dict[str, str]]:
    """A text that is there in every language of the county, or at least in Finnish."""
    return _names(text=ODD_TEXT).filter(lambda said: "fi" in said)


@st.composite
def _accessibility(draw: st.DrawFn) -> Accessibility:
    """Not reviewed, or reviewed and signed; what is full has no shortcomings."""
    status = draw(st.sampled_from((None, *ReviewStatus)))
    found = st.lists(st.builds(Shortcoming, part=_said(), reason=_said()), max_size=2)
    return Accessibility(
        status=status,
        reviewed_on=draw(DAYS) if status else None,
        reviewed_by=draw(ODD_TEXT) if status else "",
        phone=draw(st.sampled_from(("", "+358500000190"))),
        email=draw(st.sampled_from(("", "palaute@example.org"))),
        shortcomings=() if status is ReviewStatus.FULL else tuple(draw(found)),
    )


@st.composite
def _announcement(draw: st.DrawFn) -> Announcement:
    """A break in a year with both changes of the clocks."""
    moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31))
    starts_at = draw(moments).replace(tzinfo=UTC)
    return Announcement(
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=draw(st.integers(1, 3000))),
        shown_from=starts_at - timedelta(minutes=draw(st.integers(0, 20_000))),
        text=draw(_said()),
        meanwhile=draw(st.one_of(st.just({}), _said())),
    )


@st.composite
def _sound(draw: st.DrawFn) -> Directory:
    places = draw(_municipalities())
    own = tuple(code for code, place in places.items() if place.county == "17")
    keys = draw(st.sets(st.sampled_from(TEAMS), min_size=1))
    roles = st.sampled_from(sorted(keys))
    workers = {
        key: Worker(key, f"Esimerkki {key}", f"{key}@example.org", ("fi",)) for key in WORKERS
    }
    return Directory(
        revision=1,
        county=draw(_county()),
        municipalities=places,
        counties={
            "16": OtherCounty("16", draw(_names()), "", "", ""),
            "18": OtherCounty(
                "18", draw(_names()), "116117", "x@example.org", "https://example.org"
            ),
        },
        teams={key: draw(_team(key, own)) for key in sorted(keys)},
        workers=workers,
        holidays=HOLIDAYS,
        intake_team=draw(roles),
        fallback_team=draw(roles),
        on_call_team=draw(roles),
        feedback_team=draw(roles),
    )


@st.composite
def _broken(draw: st.DrawFn) -> Directory:
    sound = draw(_sound())
    loose: dict[str, Any] = {
        role: draw(st.sampled_from((*TEAMS, "nowhere")))
        for role in ("intake_team", "fallback_team", "on_call_team", "feedback_team")
    }
    codes = st.one_of(st.none(), st.sampled_from(CODES))
    loose["municipalities"] = {
        code: replace(place, successor=draw(codes)) for code, place in sound.municipalities.items()
    }
    loose["workers"] = {key: sound.workers[key] for key in draw(st.sets(st.sampled_from(WORKERS)))}
    return replace(sound, **loose)
