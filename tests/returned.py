"""Mails as they come to a return path: reports of well-known servers, answers, and a person's reply. All made up."""

from __future__ import annotations

import base64
import textwrap

#: What no log and no terminal may show.
MARKER = "testi.testaaja.salainen@posti.example"

REPORT = f"""\
Reporting-MTA: dns; relay.example
Arrival-Date: Mon, 3 Aug 2026 08:00:00 +0300

Final-Recipient: rfc822; {MARKER}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{MARKER}>: no such user here
"""


def report(
    to: str,
    fields: str = REPORT,
    *,
    headers: str = "Return-Path: <>\nAuto-Submitted: auto-replied",
    kind: str = "multipart/report; report-type=delivery-status",
    part: str = "Content-Type: message/delivery-status",
) -> bytes:
    """A bounce as Postfix writes it, which calls it auto-replied; the parts that a test changes are arguments."""
    return "\n".join(
        [
            *headers.splitlines(),
            f"Delivered-To: {to}",
            "From: MAILER-DAEMON@relay.example (Mail Delivery System)",
            f"To: {to}",
            "Subject: Undelivered Mail Returned to Sender",
            "MIME-Version: 1.0",
            f'Content-Type: {kind}; boundary="xyz"',
            "",
            "--xyz",
            "Content-Type: text/plain; charset=us-ascii",
            "",
            "This is the mail system at host relay.example.",
            f"<{MARKER}>: host mx.example said: 550 5.1.1 no such user here",
            "",
            "--xyz",
            part,
            "",
            fields,
            "--xyz",
            "Content-Type: message/rfc822",
            "",
            "From: luotsi@example.org",
            f"To: {MARKER}",
            "Subject: Viesti vastaanotettu",
            "",
            "Hei!",
            "",
            "--xyz--",
            "",
        ]
    ).encode()


def plain(
    to: str,
    body: str,
    subject: str = "failure notice",
    headers: str = "Return-Path: <>",
    sender: str = "MAILER-DAEMON@mx.example",
) -> bytes:
    """A mail without any parts."""
    own = f"Delivered-To: {to}\nFrom: {sender}\nSubject: {subject}\n\n{body}\n"
    return "\n".join([*headers.splitlines(), own]).encode()


QMAIL = textwrap.dedent(
    f"""\
    Hi. This is the qmail-send program at mx.example.
    I'm afraid I wasn't able to deliver your message to the following addresses.
    This is a permanent error; I've given up. Sorry it didn't work out.

    <{MARKER}>:
    Sorry, no mailbox here by that name. (#5.1.1)

    --- Below this line is a copy of the message.
    """
)


def in_base64(fields: str) -> str:
    return base64.encodebytes(fields.encode()).decode()
