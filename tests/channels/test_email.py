"""SmtpMail over real SMTP: what goes on the wire, and what is known when it does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from functools import partial
from uuid import UUID

import pytest

from casework.return_path import attempt_in, return_path
from tasks.channels import PermanentFailure
from tasks.channels.email import SmtpMail
from tests.channels.conftest import Write
from tests.emulators.smtp import SmtpSink

FROM = "ala-vastaa@esimerkkiala.example"
NAMES = {"fi": "Länsi-Åbon hyvinvointialue", "sv": "Västra Åbo välfärdsområde, Österbotten"}
MAIJA = "maija@koe.example"


def mail(sink: SmtpSink, back: Callable[[UUID], str] | None = None) -> SmtpMail:
    return SmtpMail(sink.url, FROM, NAMES, back)


def test_a_mail_arrives_whole_and_in_plain_ascii_on_the_wire(write: Write) -> None:
    outgoing = write(MAIJA, subject="Näet tilanteen, Åsa")
    with SmtpSink() as sink:
        assert mail(sink).send(outgoing) == f"<{outgoing.message_id}@esimerkkiala.example>"
        (came,) = sink.wait_for(1)
    assert came.raw.isascii()
    message = came.message
    assert message["Subject"] == "Näet tilanteen, Åsa"
    assert message["To"] == MAIJA
    assert message["From"].addresses[0].display_name == NAMES["fi"]
    assert message["From"].addresses[0].addr_spec == FROM
    assert message["Auto-Submitted"] == "auto-generated"
    # Answers by themselves are not wanted; a report that it did not arrive is.
    assert message["X-Auto-Response-Suppress"] == "DR, RN, NRN, OOF, AutoReply"
    assert message["Content-Language"] == "fi"
    assert not {"Reply-To", "Sender", "List-Unsubscribe"} & set(message)
    assert message["Date"].datetime.tzinfo is not None
    assert message.get_content_type() == "multipart/alternative"
    plain, page = message.iter_parts()
    assert plain.get_content().splitlines() == outgoing.body.splitlines()
    assert '<html lang="fi" dir="ltr">' in page.get_content()
    assert (came.mail_from, came.rcpt_tos) == (FROM, (MAIJA,))


def test_the_sender_is_named_in_the_language_of_the_text(write: Write) -> None:
    with SmtpSink() as sink:
        mail(sink).send(write(MAIJA, language="sv"))
        SmtpMail(sink.url, FROM, "Esimerkkiala").send(write(MAIJA))
        first, second = sink.wait_for(2)
    assert first.message["From"].addresses[0].display_name == NAMES["sv"]
    assert second.message["From"].addresses[0].display_name == "Esimerkkiala"


def test_each_attempt_of_one_message_has_the_same_message_id(write: Write) -> None:
    outgoing = write(MAIJA)
    with SmtpSink() as sink:
        first = mail(sink).send(outgoing)
        again = mail(sink).send(replace(outgoing, attempt_id=write().attempt_id))
        ids = {one.message["Message-ID"] for one in sink.wait_for(2)}
    assert ids == {first} == {again}
    assert re.fullmatch(r"<[0-9a-f-]{36}@esimerkkiala\.example>", first)


@pytest.mark.parametrize(
    ("to", "envelope"),
    [
        ("toimisto@päiväkoti-esimerkki.fi", "toimisto@xn--pivkoti-esimerkki-qqbc.fi"),
        ("maija@faß.example", "maija@xn--fa-hia.example"),
        ("maija@FAß.example", "maija@xn--fa-hia.example"),
        ("maija@posti.county.local", "maija@posti.county.local"),
        ("maija+koe@koe.example", "maija+koe@koe.example"),
        ("o'neil.matti@koe.example", "o'neil.matti@koe.example"),
        ("maija@koe.example ", MAIJA),
        ("\t maija@koe.example\u00a0\u200b\n", MAIJA),
        ("Maija.M@KOE.Example", "Maija.M@koe.example"),
    ],
)
def test_an_address_is_trimmed_and_its_domain_goes_in_ascii(
    write: Write, to: str, envelope: str
) -> None:
    with SmtpSink() as sink:
        mail(sink).send(write(to))
        (came,) = sink.wait_for(1)
    assert came.rcpt_tos == (envelope,)
    assert came.message["To"] == envelope


def test_bounces_of_each_attempt_go_to_an_address_of_its_own(write: Write) -> None:
    back = partial(return_path, "palautukset@päiväkoti-esimerkki.fi", key=b"key")
    first = write(MAIJA)
    again = replace(first, attempt_id=write().attempt_id)
    with SmtpSink() as sink:
        for outgoing in (first, again):
            mail(sink, back).send(outgoing)
        came = sink.wait_for(2)
    for outgoing, one in zip((first, again), came, strict=True):
        name, _, domain = one.mail_from.rpartition("@")
        assert attempt_in(name, b"key") == outgoing.attempt_id
        assert (name.partition("+")[0], domain) == ("palautukset", "xn--pivkoti-esimerkki-qqbc.fi")
        assert one.message["From"].addresses[0].addr_spec == FROM
        assert b"palautukset" not in one.raw


def test_an_address_to_which_nothing_can_come_back_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        SmtpMail("smtp://127.0.0.1", FROM, NAMES, partial(return_path, "a b@c.example", key=b"k"))


def test_fifty_mails_at_once_each_arrive_in_their_own_language(write: Write) -> None:
    said = {"fi": "Hei, tämä on päivän viesti", "sv": "Hej, så här löd det", "en": "Hello"}
    outgoing = [
        write(MAIJA, subject=f"{said[language]} {number}", body=said[language], language=language)
        for number in range(17)
        for language in said
    ]
    with SmtpSink() as sink:
        channel = mail(sink)
        with ThreadPoolExecutor(8) as pool:
            sent = set(pool.map(channel.send, outgoing))
        came = sink.wait_for(len(outgoing))
    assert len(sent) == len(outgoing)
    for one in came:
        language = one.message["Content-Language"]
        plain, page = one.message.iter_parts()
        assert one.message["Subject"].startswith(said[language])
        assert plain.get_content().strip() == said[language]
        assert f'<html lang="{language}"' in page.get_content()
        if language in NAMES:
            assert one.message["From"].addresses[0].display_name == NAMES[language]


@pytest.mark.parametrize("length", [80, 200])
def test_a_long_subject_and_long_addresses_arrive_whole(write: Write, length: int) -> None:
    subject = ("Sinulle on jotakin ääkkösellistä luettavaa. " * 9)[:length].strip()
    domain = ".".join(["pitka" * 6] * 4) + ".example"
    to = f"{'a' * 60}@{domain}"
    outgoing = write(to, subject=subject)
    with SmtpSink() as sink:
        channel = SmtpMail(sink.url, f"x@{domain}", "Ö" * 90 + ", å")
        sent = channel.send(outgoing)
        (came,) = sink.wait_for(1)
    assert came.message["Subject"] == subject
    assert came.message["To"].addresses[0].addr_spec == to
    # Decoded by the rules of RFC 2047; this Python's own parser puts spaces between the parts.
    (line,) = re.findall(rb"(?m)^From: ((?:.|\r\n )*?)\r\n(?! )", came.raw)
    assert str(make_header(decode_header(line.decode()))).startswith("Ö" * 90 + ", å")
    assert f"\r\nMessage-ID: {sent}\r\n".encode() in came.raw
    assert max(map(len, came.raw.splitlines())) <= 998


def test_a_line_that_is_a_dot_does_not_end_the_mail(write: Write) -> None:
    body = ".\n..\n.alku\n\nLoppu"
    with SmtpSink() as sink:
        mail(sink).send(write(MAIJA, body=body))
        (came,) = sink.wait_for(1)
    plain = next(came.message.iter_parts())
    assert plain.get_content().splitlines() == body.splitlines()


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "maija@koe.example\r\nBcc: muu@koe.example"},
        {"to": "maija@koe.example, muu@koe.example"},
        {"to": "Maija <maija@koe.example>"},
        {"to": "maija"},
        {"to": "@koe.example"},
        {"to": "maija@"},
        {"to": "mäijä@koe.example"},
        {"to": '"maija koe"@koe.example'},
        {"to": '"maija@muu.example"@koe.example'},
        {"to": f"{'m' * 65}@koe.example"},
        {"to": "maija@koe..example"},
        {"to": "maija@köe..example"},
        {"to": "maija@-köe.example"},
        {"subject": "Hei\r\nBcc: muu@koe.example"},
        {"subject": "Hei\nBcc: muu@koe.example"},
        {"subject": "Hei\x00"},
        {"language": "fi\r\nBcc: muu@koe.example"},
        {"to": "maija@koe.example\u2028Bcc: muu@koe.example"},
        {"subject": "Hei\u2028Bcc: muu@koe.example"},
        {"subject": "Hei\x85Bcc: muu@koe.example"},
    ],
)
def test_a_header_can_not_be_smuggled_in(write: Write, wrong: dict[str, str]) -> None:
    with SmtpSink() as sink:
        with pytest.raises(PermanentFailure) as raised:
            mail(sink).send(write(**({"to": MAIJA} | wrong)))
        assert sink.received == []
    assert raised.value.reason_class == "invalid_address_or_header"


def test_a_mail_kept_as_bytes_reads_the_same_again(write: Write) -> None:
    with SmtpSink() as sink:
        mail(sink).send(write(MAIJA, subject="Ä" * 120))
        (came,) = sink.wait_for(1)
    again = message_from_bytes(came.raw, policy=policy.default)
    assert again["Subject"] == "Ä" * 120


@pytest.mark.parametrize("name", ["Ala\r\nBcc: muu@koe.example", "Ala\nX: y", "Ala\x00"])
def test_no_header_is_smuggled_in_by_the_countys_own_name(write: Write, name: str) -> None:
    with SmtpSink() as sink:
        with pytest.raises(PermanentFailure):
            SmtpMail(sink.url, FROM, name).send(write(MAIJA))
        assert sink.received == []
