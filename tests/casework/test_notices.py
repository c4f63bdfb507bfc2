"""Who is told by which contact point, and what comes after one that failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from casework.commands import Contact, ContactWay
from casework.directory import Directory
from casework.messages import Channel, Purpose, Queue, Spare
from casework.notices import About, alert_points, sender_notice, staff_notice
from casework.teams import ContactKind, ContactPoint, Team
from tests.casework.fakes import CountingIds

NOW = datetime(2026, 3, 2, 22, tzinfo=UTC)
ABOUT = About(UUID(int=1), UUID(int=2), "ABCD-EFGH", "received:1")


def keys(team: Team, *, urgent: bool) -> list[str]:
    return [point.key for point in alert_points(team, urgent=urgent)]


def test_the_phone_comes_first_when_it_is_urgent_and_mail_when_it_is_not(demo: Directory) -> None:
    on_call = demo.teams["on-call"]
    assert keys(on_call, urgent=True) == ["on-call-mobile", "on-call-second", "on-call-mail"]
    assert keys(on_call, urgent=False) == ["on-call-mail", "on-call-mobile", "on-call-second"]


def test_a_landline_is_never_written_to(demo: Directory) -> None:
    landline = ContactPoint("desk", ContactKind.LANDLINE, "+35861234567", "fi")
    coast = demo.teams["coast"]
    assert keys(replace(coast, alert=(landline, *coast.alert)), urgent=True) == keys(
        coast, urgent=True
    )
    lonely = replace(coast, alert=(landline,))
    assert staff_notice(lonely, ABOUT, Purpose.STAFF_NEW, CountingIds(), NOW) is None


def test_an_alert_speaks_the_language_of_its_contact_point(demo: Directory) -> None:
    notice = staff_notice(demo.teams["swedish"], ABOUT, Purpose.STAFF_URGENT, CountingIds(), NOW)
    assert notice is not None
    assert (notice.language, notice.channel, notice.queue) == ("sv", Channel.SMS, Queue.URGENT)
    assert notice.address not in repr(notice)


PHONE, MAIL = "+358500000001", "testi@example.org"
BY_MAIL, BY_TEXT = Spare(Channel.EMAIL, MAIL), Spare(Channel.SMS, PHONE)


@pytest.mark.parametrize(
    ("contact", "spare"),
    [
        (Contact(ContactWay.SMS, PHONE, True, MAIL, may_use_other=True), BY_MAIL),
        (Contact(ContactWay.SMS, PHONE, True, MAIL), None),
        (Contact(ContactWay.SMS, PHONE, True, may_use_other=True), None),
        (Contact(ContactWay.EMAIL, PHONE, True, MAIL, may_use_other=True), BY_TEXT),
        (Contact(ContactWay.EMAIL, PHONE, True, MAIL), None),
        (Contact(ContactWay.EMAIL, "029 123 4567", False, MAIL, may_use_other=True), None),
        (Contact(ContactWay.EMAIL, "", False, MAIL, may_use_other=True), None),
    ],
)
def test_the_other_way_of_a_sender_is_kept_only_where_it_was_given_and_allowed(
    contact: Contact, spare: Spare | None
) -> None:
    notice = sender_notice(contact, ABOUT, Purpose.RECEIVED, "fi", CountingIds(), NOW)
    assert notice is not None
    assert notice.spare == spare
    assert MAIL not in repr(notice)
    assert PHONE not in repr(replace(notice, address_hash=None))


def test_a_number_that_is_texted_can_be_found_again_and_an_address_cannot() -> None:
    ids = CountingIds()
    text = sender_notice(
        Contact(ContactWay.SMS, PHONE, True), ABOUT, Purpose.RECEIVED, "fi", ids, NOW
    )
    mail = sender_notice(
        Contact(ContactWay.EMAIL, email=MAIL), ABOUT, Purpose.RECEIVED, "fi", ids, NOW
    )
    assert text is not None
    assert mail is not None
    assert (text.address_hash, mail.address_hash) == (ids.number_hash(PHONE), None)
