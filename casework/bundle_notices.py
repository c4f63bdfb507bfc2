"""The parts of `county.toml` that the law asks for: accessibility, privacy, breaks told in advance.

    [accessibility]  reviewed_on, reviewed_by, status (partial | full), phone, email
    [[accessibility.shortcomings]]  part.<language>, reason.<language>
    [privacy]        controller, address, dpo_email, dpo_phone, notice_url
    [[announcements]]  starts, ends, shown_from, text.<language>, meanwhile.<language>

All may be absent. Times without an offset are Helsinki's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final

from casework import bundle_times as times
from casework import bundle_values as values
from casework.announcements import NOTICE, Announcement
from casework.bundle_toml import Reader, toml
from casework.calendar import HELSINKI
from casework.directory import County
from casework.statements import Accessibility, Privacy, ReviewStatus, Shortcoming

TABLES: Final = ("accessibility", "privacy", "announcements")

_SIGNED: Final = ("status", "reviewed_on", "reviewed_by")
_ACCESSIBILITY: Final = (*_SIGNED, "phone", "email", "shortcomings")
_PRIVACY: Final[Mapping[str, Callable[[str], str]]] = {
    "controller": values.required,
    "address": values.required,
    "dpo_email": values.email,
    "dpo_phone": values.phone,
    "notice_url": values.url,
}
_ANNOUNCEMENT: Final = ("starts", "ends", "shown_from", "text", "meanwhile")
#: Stands where a time could not be read; the problem was noted, so that nobody ever sees it.
_NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


def read_accessibility(reader: Reader, languages: Sequence[str]) -> Accessibility:
    """The county's own review: signed whole or not at all."""
    table = reader.table("accessibility")
    reader.only("accessibility", table, _ACCESSIBILITY)
    signed = [name for name in _SIGNED if table.get(name) not in (None, "")]
    for name in _SIGNED if signed else ():
        if name not in signed:
            reader.wrong(f"accessibility.{name}", "is missing: a review has all of the three")

    def text(name: str, convert: Callable[[str], str]) -> str:
        return reader.optional(f"accessibility.{name}", table.get(name), convert)

    status = text("status", _status)
    shortcomings = tuple(
        _shortcoming(reader, path, one, languages)
        for path, one in reader.tables("accessibility.shortcomings", table.get("shortcomings"))
    )
    if status == ReviewStatus.FULL and shortcomings:
        reader.wrong("accessibility.status", "what has shortcomings is partial")
    return Accessibility(
        status=ReviewStatus(status) if status else None,
        reviewed_on=_day(reader, "accessibility.reviewed_on", table.get("reviewed_on")),
        reviewed_by=text("reviewed_by", values.required),
        phone=text("phone", values.phone),
        email=text("email", values.email),
        shortcomings=shortcomings,
    )


def read_privacy(reader: Reader) -> Privacy:
    table = reader.table("privacy")
    reader.only("privacy", table, _PRIVACY)
    return Privacy(
        **{
            name: reader.optional(f"privacy.{name}", table.get(name), convert)
            for name, convert in _PRIVACY.items()
        }
    )


def read_announcements(reader: Reader, languages: Sequence[str]) -> tuple[Announcement, ...]:
    found = reader.tables("announcements", reader.data.get("announcements"))
    return tuple(_announcement(reader, path, one, languages) for path, one in found)


def _announcement(
    reader: Reader, path: str, table: Mapping[str, object], languages: Sequence[str]
) -> Announcement:
    reader.only(path, table, _ANNOUNCEMENT)
    starts_at = _moment(reader, f"{path}.starts", table.get("starts"), first=True)
    ends_at = _moment(reader, f"{path}.ends", table.get("ends"), first=False)
    shown_from = starts_at - NOTICE
    if "shown_from" in table:
        shown_from = _moment(reader, f"{path}.shown_from", table["shown_from"], first=True)
    if _NEVER not in (starts_at, ends_at) and ends_at <= starts_at:
        reader.wrong(f"{path}.ends", "is not after starts")
    if shown_from > starts_at and starts_at is not _NEVER:
        reader.wrong(f"{path}.shown_from", "is after starts")
    meanwhile = table.get("meanwhile")
    return Announcement(
        starts_at=starts_at,
        ends_at=ends_at,
        shown_from=shown_from,
        text=reader.every_language(f"{path}.text", table.get("text"), languages),
        meanwhile={}
        if meanwhile is None
        else reader.every_language(f"{path}.meanwhile", meanwhile, languages),
    )


def _shortcoming(
    reader: Reader, path: str, table: Mapping[str, object], languages: Sequence[str]
) -> Shortcoming:
    reader.only(path, table, ("part", "reason"))
    return Shortcoming(
        part=reader.every_language(f"{path}.part", table.get("part"), languages),
        reason=reader.every_language(f"{path}.reason", table.get("reason"), languages),
    )


def _status(text: str) -> str:
    if text not in tuple(ReviewStatus):
        raise ValueError("expected partial or full")
    return text


def _day(reader: Reader, path: str, value: object) -> date | None:
    """A day, with or without quotes; None where there is none."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return None if value is None else reader.read(path, value, times.day_or_none, None)


def _moment(reader: Reader, path: str, value: object, *, first: bool) -> datetime:
    """A moment as UTC. Of an hour that comes twice it is the first passing, or the last one.

    A time inside the hour that clocks skip is no time: what was meant cannot be known.
    """
    said = _time_or_none(value) if isinstance(value, str) else value
    if not isinstance(said, datetime) or not 2000 < said.year < 2200:
        expected = "expected a time as 2026-12-01T18:00:00"
        reader.wrong(path, "is missing" if value is None else expected)
        return _NEVER
    if said.tzinfo is not None:
        return said.astimezone(UTC)
    moment = said.replace(tzinfo=HELSINKI, fold=0 if first else 1).astimezone(UTC)
    if moment.astimezone(HELSINKI).replace(tzinfo=None) != said:
        reader.wrong(path, "there is no such time: the clocks are put forward then")
    return moment


def _time_or_none(text: str) -> datetime | None:
    """A date and a time; a date alone says neither when it begins nor when it ends."""
    try:
        return datetime.fromisoformat(text) if len(text) > len("2026-12-01") else None
    except ValueError:
        return None


def written(county: County) -> Iterator[str]:
    """The lines of these parts, the same for equal counties; none for what is not said."""
    review = county.accessibility
    told = {name: getattr(review, name) for name in _ACCESSIBILITY if name != "shortcomings"}
    yield from _table("[accessibility]", told)
    for one in review.shortcomings:
        texts = {**_texts("part", one.part), **_texts("reason", one.reason)}
        yield from _table("[[accessibility.shortcomings]]", texts)
    yield from _table("[privacy]", {name: getattr(county.privacy, name) for name in _PRIVACY})
    for announced in county.announcements:
        times = {
            "starts": announced.starts_at.astimezone(HELSINKI),
            "ends": announced.ends_at.astimezone(HELSINKI),
            "shown_from": announced.shown_from.astimezone(HELSINKI),
        }
        texts = {**_texts("text", announced.text), **_texts("meanwhile", announced.meanwhile)}
        yield from _table("[[announcements]]", {**times, **texts})


def _texts(name: str, texts: Mapping[str, str]) -> dict[str, object]:
    return {f"{name}.{language}": texts[language] for language in sorted(texts)}


def _table(heading: str, told: Mapping[str, object]) -> Iterator[str]:
    lines = [f"{name} = {toml(value)}" for name, value in told.items() if value]
    if lines:
        yield from ("", heading, *lines)
