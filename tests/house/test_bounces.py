"""What a mail says that came to a return path: reports in every packing, answers of machines and people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.returned import MARKER, QMAIL, REPORT, in_base64, plain, report
from webapp.bounces import LONGEST, Report, Told, read

TO = "bounces+token@luotsi.example.fi"


def told(mail: bytes) -> tuple[Told, str]:
    found = read(mail)
    return found.told, found.status


FAILED = (Told.FAILED, "5.1.1")
HUMAN = "Return-Path: <maija@koe.example>"
ANSWERING = "Return-Path: <>\nAuto-Submitted: auto-replied"
EXCHANGE = "Microsoft Outlook <MicrosoftExchange0123abcd@koe.example>"


@pytest.mark.parametrize(
    "mail",
    [
        report(TO),
        report(TO, headers=""),
        report(TO, headers="Return-Path: <MAILER-DAEMON>"),
        report(TO, headers="From MAILER-DAEMON Mon Aug  3 08:00:00 2026\nReturn-Path: <>"),
        # A report that a machine can read is one, whoever sends it.
        report(TO, headers="Return-Path: <odd@mx.example>\nAuto-Submitted: auto-replied"),
        report(TO, headers="Return-Path: <>\nSubject: Automatic reply: out of office"),
        report(TO, kind="multipart/mixed"),
        report(TO, part="Content-Type: message/global-delivery-status; charset=utf-8"),
        report(TO, part="Content-Type: MESSAGE/Delivery-Status; charset=broken"),
        report(TO, part="Content-Type: text/plain"),
        report(
            TO,
            in_base64(REPORT),
            part="Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64",
        ),
        report(
            TO,
            REPORT.replace("Status: ", "Status: =\n"),
            part="Content-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable",
        ),
        report(TO, part="Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64"),
        report(TO, REPORT.upper()),
        report(TO, REPORT.replace("Action: failed", "Action:\tfailed (for good)")),
        report(TO, REPORT.replace("Action: failed\n", "")),
        report(TO, REPORT.replace("Action: failed", "Action: teleported")),
        report(TO, REPORT.replace("Status: 5.1.1\n", "")),
        report(TO, REPORT.replace("Status: 5.1.1", "Status: 5.0.0 (permanent failure)")),
        report(
            TO, REPORT + "\nFinal-Recipient: rfc822; b@c.example\nAction: relayed\nStatus: 2.0.0"
        ),
        report(TO).replace(b"\n", b"\r\n"),
        report(TO, REPORT.replace("no such user", "käyttäjää ei ole")),
        report(TO).replace(b"no such user", b"\xe4\xff\x00 user"),
        report(TO) + b"x" * 3 * LONGEST,
    ],
)
def test_a_report_that_it_did_not_arrive_is_read_in_any_packing(mail: bytes) -> None:
    assert told(mail) == FAILED


def test_a_report_is_found_inside_another_mail() -> None:
    inner = report(TO).decode()
    forwarded = f"{HUMAN}\nContent-Type: message/rfc822\n\n{inner}".encode()
    mixed = (
        f'{HUMAN}\nContent-Type: multipart/mixed; boundary="outer"\n\n'
        f"--outer\nContent-Type: text/plain\n\nscanned\n"
        f"--outer\nContent-Type: message/rfc822\n\n{inner}\n--outer--\n"
    ).encode()
    assert [told(forwarded), told(mixed)] == [FAILED, FAILED]


@pytest.mark.parametrize(
    ("action", "status", "expected"),
    [
        ("delayed", "4.4.1", (Told.DELAYED, "4.4.1")),
        ("delayed", "5.1.1", (Told.DELAYED, "5.1.1")),
        ("delivered", "2.0.0", (Told.PASSED_ON, "2.0.0")),
        ("relayed", "2.1.9", (Told.PASSED_ON, "2.1.9")),
        ("expanded", "2.0.0", (Told.PASSED_ON, "2.0.0")),
        ("failed", "4.4.7", (Told.FAILED, "4.4.7")),
        ("failed", "5.2.2", (Told.FAILED, "5.2.2")),
    ],
)
def test_the_action_says_what_happened_and_the_status_why(
    action: str, status: str, expected: tuple[Told, str]
) -> None:
    fields = REPORT.replace("failed", action).replace("Status: 5.1.1", f"Status: {status}")
    assert told(report(TO, fields)) == expected


EXIM = "Return-Path: <>\nAuto-Submitted: auto-replied\nX-Failed-Recipients: " + MARKER


@pytest.mark.parametrize(
    ("mail", "status"),
    [
        (plain(TO, QMAIL), "5.1.1"),
        (plain(TO, "A message that you sent could not be delivered.", headers=EXIM), ""),
        (plain(TO, "x", "Mail delivery failed: returning message to sender", EXIM), ""),
        (plain(TO, f"<{MARKER}>: 550 5.1.1 no such user", "Returned mail"), "5.1.1"),
        (plain(TO, "mx.example #550 5.7.1 no", "Undeliverable: x"), "5.7.1"),
        (plain(TO, "Viestiä ei voitu toimittaa.", "Toimitus epäonnistui"), ""),
        (plain(TO, "Meddelandet kunde inte levereras.", "Hej"), ""),
        (plain(TO, "Viestiä ei voi toimittaa.", "x"), ""),
        (plain(TO, "Meddelandet kan inte levereras.", "x"), ""),
        # A server that calls its report an automatic answer.
        (plain(TO, "550 5.1.10 not found", "x", ANSWERING, "postmaster@mx.example"), "5.1.10"),
        (plain(TO, "550 5.1.10 not found", "x", ANSWERING, EXCHANGE), "5.1.10"),
        (plain(TO, QMAIL, headers="", sender="<postmaster@mx.example>"), "5.1.1"),
        (
            plain(TO, "<p>Your message could<br>not be delivered</p><p>550 5.2.2 full</p>").replace(
                b"Subject", b"Content-Type: text/html\nSubject"
            ),
            "5.2.2",
        ),
    ],
)
def test_plain_words_of_a_server_that_gave_up_are_believed(mail: bytes, status: str) -> None:
    assert told(mail) == (Told.FAILED, status)


@pytest.mark.parametrize(
    "mail",
    [
        plain(TO, "Will keep trying until message is 5 days old. 451 4.4.1", "Warning: message"),
        plain(TO, "Your message could not be delivered yet. It will be retried.", "Delayed"),
        plain(TO, "Delivery has been delayed", "Delivery delayed"),
        plain(TO, "Toimitusta yritetään uudelleen.", "Ilmoitus"),
        plain(TO, "We will retry for 47 more hours.", "Delivery Status Notification (Delay)", EXIM),
    ],
)
def test_plain_words_of_a_server_that_goes_on_trying_are_no_failure(mail: bytes) -> None:
    assert told(mail)[0] is Told.DELAYED


PERSON = "Maija <maija@koe.example>"
AWAY = "I am away. Your message could not be delivered to me in person. 550 5.1.1"


@pytest.mark.parametrize(
    "mail",
    [
        plain(TO, AWAY, "Re: Viesti", "Return-Path: <>\nAuto-Submitted: auto-replied", PERSON),
        plain(TO, AWAY, "Re: Viesti", "Return-Path: <>\nAuto-Submitted: Auto-Replied; x=y", PERSON),
        plain(TO, AWAY, "Re: Viesti", "Return-Path: <>\nAuto-Submitted: auto-generated (vacation)"),
        plain(TO, AWAY, "Re: Viesti", "Return-Path: <>\nX-Autoreply: yes"),
        plain(TO, AWAY, "Re: Viesti", "Return-Path: <>\nX-Autorespond: yes"),
        plain(TO, AWAY, "Re: Viesti", "Return-Path: <>\nPrecedence: auto_reply"),
        *(
            plain(TO, AWAY, subject)
            for subject in (
                "Automatic reply: Viesti vastaanotettu",
                "Out of Office",
                "Out of the office until Monday",
                "Auto-Reply",
                "Automaattinen vastaus: Viesti",
                "Poissaoloilmoitus",
                "Olen poissa",
                "Olen lomalla 5.1.26 asti",
                "Autosvar: Meddelande",
                "Automatiskt svar: Meddelande",
                "Frånvaro",
                "Frånvarande",
                "=?utf-8?q?Fr=C3=A5nvaro?=",
                "=?iso-8859-1?B?RnLlbnZhcm8=?=",
                "Ej på kontoret",
                "På semester",
            )
        ),
        # People.
        plain(TO, "Re: kiitos", "Re: Viesti vastaanotettu", HUMAN, "maija@koe.example"),
        plain(TO, QMAIL, "Fwd: failure notice", HUMAN, "maija@koe.example"),
        plain(TO, REPORT, "Re: failure", HUMAN, "maija@koe.example"),
        plain(TO, QMAIL, "x", "", "maija@koe.example"),
    ],
)
def test_an_automatic_answer_and_a_persons_reply_are_no_bounces(mail: bytes) -> None:
    assert told(mail)[0] is Told.ANSWERED


@pytest.mark.parametrize(
    "mail",
    [
        plain(TO, "Hei", "Hei"),
        plain(TO, "Soita 550 0001 tai +358 550 123, auki 5.1.2026 ja 5.1.26", "Hei"),
        plain(TO, "Please click to prove that you are a person", "Confirm"),
    ],
)
def test_a_machine_that_does_not_say_that_it_gave_up_is_not_understood(mail: bytes) -> None:
    assert told(mail) == (Told.UNCLEAR, "")


def test_headers_tell_for_whom_it_came_the_surest_first_and_do_not_show() -> None:
    found = read(b"To: d@x\nX-Original-To: b@x\nEnvelope-To: c@x\nDelivered-To: a@x\nCc: e@x\n\nx")
    assert found.addressees == ("a@x", "b@x", "c@x", "d@x")
    assert "a@x" not in repr(found)
    inner = b"Subject: x\nContent-Type: message/rfc822\n\nTo: inner@x\n\nx"
    assert read(inner).addressees == ()


def nested(levels: int) -> bytes:
    return b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (level, level)
        for level in range(levels)
    )


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\x00" * 1000,
        b"\xff\xfe" * 1000,
        nested(45) + b"--45\n" * 40000,
        nested(3000),
        b"Content-Type: message/rfc822\n\n" * 5000,
        b"Subject: =?utf-8?b?%%%?=\nReturn-Path: <>\n\n",
        b"Subject: =?nonsense?q?=FF?=\nReturn-Path: <>\n\n",
        b"Content-Type: text/plain; charset=\xff\nReturn-Path: <>\n\n550",
        b"Content-Transfer-Encoding: base64\nReturn-Path: <>\n\nA\n",
        b"Content-Type: multipart/report\n\n",
        b": \n" * 10000,
    ],
)
def test_a_mail_that_is_made_to_hurt_is_read_like_any_other(mail: bytes) -> None:
    assert read(mail).told in {Told.UNCLEAR, Told.ANSWERED}


PIECES = st.sampled_from(
    [
        *(b"Return-Path: <>\n", b"Content-Type: multipart/report; boundary=x\n", b"\n", b"--x\n"),
        *(b"Content-Type: message/delivery-status\n", b"Action: failed\n", b"Status: 5.1.1\n"),
        *(b"Content-Transfer-Encoding: base64\n", b"--x--\n", b"Subject: =?utf-8?q?=", b"\xff\x00"),
        *(b"Content-Type: message/rfc822\n", b"Delivered-To: \xe4@x\n", b"From: <>\n", b"\r", b" "),
    ]
)


@given(
    st.binary(max_size=2000) | st.lists(PIECES | st.binary(max_size=20), max_size=60).map(b"".join)
)
def test_no_bytes_at_all_make_it_raise(mail: bytes) -> None:
    found = read(mail)
    assert isinstance(found, Report)
    assert all(isinstance(one, str) for one in found.addressees)
