"""Random counties, as `county.toml` can say them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from casework.announcements import Announcement
from casework.directory import County
from casework.statements import Accessibility, Privacy, ReviewStatus, Shortcoming

LANGUAGES = ("fi", "sv", "en")
DAYS = st.dates(date(2026, 3, 20), date(2026, 4, 10))
ODD_TEXT = st.text("aÅö ,;\"'\n\r=#\x7f\\đ", min_size=1, max_size=6).filter(str.strip)
NAME = ODD_TEXT.map(lambda text: " ".join(text.split()))
#: Sender names have no control character.
SENDER_NAME = NAME.filter(lambda text: "\x7f" not in text)


def names(
    languages: tuple[str, ...] = LANGUAGES, text: st.SearchStrategy[str] = NAME
) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(languages), text, min_size=1)


@st.composite
def counties(draw: st.DrawFn) -> County:
    spoken = {code: min(draw(names()).values()) for code in "ab"}
    return County(
        code="17",
        names={"fi": spoken["a"], "sv": spoken["b"]},
        sender_names=draw(st.fixed_dictionaries(dict.fromkeys(LANGUAGES, SENDER_NAME))),
        emergency_number="112",
        emergency_social_services="+358500000100",
        crisis_line_hours=draw(names()),
        colours=draw(st.sampled_from(({}, {"color-bus": "#00567a"}))),
        texts=draw(st.dictionaries(st.sampled_from(("notice", "help_text")), names(text=ODD_TEXT))),
        closed_forms=draw(st.sampled_from((frozenset(), frozenset({"guidance"})))),
        languages=("fi", "sv"),
        logo=draw(st.sampled_from(("", "logo.svg"))),
        sms_countries=draw(st.sampled_from(((), ("358",), ("358", "46", "1")))),
        sms_daily_budget=draw(st.sampled_from((0, 1000))),
        urgency_within=timedelta(minutes=draw(st.integers(1, 60))),
        repeat_every=timedelta(minutes=draw(st.integers(5, 240))),
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
    return names(text=ODD_TEXT).filter(lambda said: "fi" in said)


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
