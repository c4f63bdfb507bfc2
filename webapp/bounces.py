"""What a mail says that came to a return path: a report of a server, an automatic answer, or a person's.

A report that a machine can read (RFC 3464) is believed wherever it lies in the mail, in whatever encoding, and with
whatever headers around it: Postfix and Exim call their bounces auto-replied too. Where there is none, a wrong 'failed'
makes a needless call and a missed one leaves a family without word. So plain words count only in a mail without a
sender that is no automatic answer, and only where they say plainly that it was given up; X-Failed-Recipients, which
no automatic answer has, is such a word.
Sources: RFC 3464, 3834 and 6533; exim.org and cr.yp.to/proto/qsbmf.txt for reports in plain words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from enum import StrEnum
from typing import Final

from webapp.bounce_texts import decoded, without_tags

#: No more of a mail is looked at, in bytes: reports stand before the mail that they are about.
LONGEST: Final = 256 * 1024
#: The parser compares each line with the boundary of each layer: hundreds of them cost it a minute.
_MOST_LAYERS: Final = 50
_MOST_PARTS: Final = 100
_OPENING: Final = 8000
#: Where servers note for whom a mail came in, the surest first; Envelope-To is Exim's name.
_ADDRESSEES: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
_REPORTS: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
_MACHINES: Final = frozenset({"mailer-daemon", "postmaster", "mail-daemon"})
#: Exchange's, with letters of the house after it.
_EXCHANGE: Final = "microsoftexchange"


class Told(StrEnum):
    """What a mail says of the one that it is about."""

    FAILED = "failed"
    DELAYED = "delayed"  # a server goes on trying
    PASSED_ON = "passed_on"  # delivered, or given to a server that reports nothing
    ANSWERED = "answered"  # by a person or a machine: nothing about its delivery
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Report:
    """`status`: an enhanced status (RFC 3463), or ''. `addressees`: headers that may hold the return path."""

    told: Told
    status: str = ""
    addressees: tuple[str, ...] = field(default=(), repr=False)


_ACTIONS: Final = {
    "failed": Told.FAILED,
    "delayed": Told.DELAYED,
    "delivered": Told.PASSED_ON,
    "relayed": Told.PASSED_ON,
    "expanded": Told.PASSED_ON,
}
_CLASSES: Final = {"5": Told.FAILED, "4": Told.DELAYED, "2": Told.PASSED_ON}
_GRAVEST_FIRST: Final = (Told.FAILED, Told.DELAYED, Told.PASSED_ON)

_ACTION: Final = re.compile(r"(?im)^[ \t]*action[ \t]*:[ \t]*([a-z]+)")
_STATUS: Final = re.compile(r"(?im)^[ \t]*status[ \t]*:[ \t]*([245]\.\d{1,3}\.\d{1,3})(?!\d)")
_DIAGNOSTIC: Final = re.compile(r"(?im)^[ \t]*diagnostic-code[ \t]*:(.*(?:\n[ \t].*)*)")
_ENHANCED: Final = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_BLANK_LINE: Final = re.compile(r"\n[ \t\r]*\n")

#: A letter outside ASCII may be one dot or more, by how it came.
_AUTOMATIC_SUBJECT: Final = re.compile(
    r"(?i)auto[- ]?(reply|response|svar)|automa\w+ (reply|response|vastaus|svar)|out of (the )?office"
    r"|vacation|poissa|lomalla|fr.{1,2}nvar|ej p.{1,2} kontoret|semester"
)
#: In a subject or in the first lines of a mail.
_STILL_TRYING: Final = re.compile(
    r"(?i)will (keep|continue)\s+(on )?(trying|to try)|will (be retried|retry)|delivery (is |has been )?delayed"
    r"|\(delay\)"
    r"|warning: (message|could not send)|yritet.{2,4}n (uudelleen|uudestaan)|f.{1,2}rs.{1,2}ker (igen|p.{1,2} nytt)"
)
_GIVEN_UP: Final = re.compile(
    r"(?i)undeliver(able|ed)|delivery (to .{1,200} )?(has )?(failed|failure)|failure notice"
    r"|returned mail|returning message|(could|can) ?not be delivered|unable to deliver"
    r"|wasn't able to deliver|permanent (fatal )?(error|failure)"
    r"|ei (voitu|voida|voi) toimittaa|toimit(us|taminen) ep.{1,2}onnistui"
    r"|(kunde|kan) inte levereras|(gick|g.{1,2}r) inte att leverera"
)
#: A server's own words: a reply for good before an enhanced status or a word, or Exchange's '#5.1.1'.
_REFUSAL: Final = re.compile(
    r"(?<![\d.+-])5[0-5]\d[ -](?:#?(5\.\d{1,3}\.\d{1,3})(?![\d.])|[<A-Za-z])"
    r"|#(5\.\d{1,3}\.\d{1,3})(?![\d.])"
)


def read(mail: bytes) -> Report:
    """What a mail says. Never raises, whatever it is given."""
    mail = mail[:LONGEST]
    if mail.lower().count(b"boundary") > _MOST_LAYERS:
        return Report(Told.UNCLEAR)
    try:
        message = message_from_bytes(mail)
        return Report(*_told(message), tuple(_addressees(message)))
    except Exception:  # noqa: BLE001
        # The parser gives up on some that are made to hurt it; whoever calls says that nothing was understood.
        return Report(Told.UNCLEAR)


def _addressees(message: Message) -> Iterator[str]:
    for name in _ADDRESSEES:
        yield from (str(value) for value in message.get_all(name, ())[:20])


def _told(message: Message) -> tuple[Told, str]:
    by_machine = _is_of_a_machine(message)
    found = list(_reported(message, plain_text_too=by_machine))
    for told in _GRAVEST_FIRST:
        for one, status in found:
            if one is told:
                return told, status
    return _in_plain_words(message) if by_machine else (Told.ANSWERED, "")


def _is_of_a_machine(message: Message) -> bool:
    """Whether it has no sender, as a bounce must not (RFC 5321, 4.5.5), or the name that stands for none."""
    path = message.get("Return-Path")
    if path is not None and str(path).strip() in {"", "<>"}:
        return True
    return _is_named_as_one(message.get("From", "") if path is None else path)


def _is_named_as_one(sender: object) -> bool:
    name = parseaddr(str(sender))[1].partition("@")[0].lower()
    return name in _MACHINES or name.startswith(_EXCHANGE)


def _reported(message: Message, *, plain_text_too: bool) -> Iterator[tuple[Told, str]]:
    """What each part for machines says of each recipient."""
    for part, within in _parts(message):
        readable = part.get_content_type() in _REPORTS
        if readable or (plain_text_too and not within and part.get_content_maintype() == "text"):
            for group in _BLANK_LINE.split(decoded(part)):
                yield from _of_one_recipient(group)


def _of_one_recipient(group: str) -> Iterator[tuple[Told, str]]:
    action, status = _ACTION.search(group), _STATUS.search(group)
    told = _ACTIONS.get(action[1].lower()) if action else None
    if told is None and status:
        told = _CLASSES[status[1][0]]
    if told is None:
        return
    code = status[1] if status else ""
    if told is Told.FAILED and (not code or code.endswith(".0.0")):
        closer = _DIAGNOSTIC.search(group)
        named = _ENHANCED.search(closer[1]) if closer else None
        code = named[1] if named else code
    yield told, code


def _in_plain_words(message: Message) -> tuple[Told, str]:
    """Of a mail without a sender, and without a part for machines."""
    subject = _subject(message)
    text, has_failed = f"{subject}\n{_opening(message)}", bool(message.get("X-Failed-Recipients"))
    if not has_failed and _is_automatic(message, subject):
        return Told.ANSWERED, ""
    if _STILL_TRYING.search(text):
        return Told.DELAYED, ""
    if has_failed:
        return Told.FAILED, ""
    refusal = _REFUSAL.search(text)
    if refusal:
        return Told.FAILED, refusal[1] or refusal[2] or ""
    return (Told.FAILED if _GIVEN_UP.search(text) else Told.UNCLEAR), ""


def _is_automatic(message: Message, subject: str) -> bool:
    """Whether somebody's mailbox answers by itself. Source: RFC 3834 and the headers that came before it."""
    submitted = str(message.get("Auto-Submitted", "")).strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    # Mail servers call their reports automatic answers too; a person's mailbox has a person's name.
    is_answer = submitted.startswith("auto-replied") and not _is_named_as_one(message["From"] or "")
    return (
        is_answer
        or "vacation" in submitted
        or precedence in {"auto_reply", "auto-reply"}
        or any(name in message for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder"))
        or _AUTOMATIC_SUBJECT.search(subject) is not None
    )


def _subject(message: Message) -> str:
    raw = str(message.get("Subject", ""))[:1000]
    try:
        return str(make_header(decode_header(raw)))
    except (HeaderParseError, LookupError, ValueError):
        return raw


def _opening(message: Message) -> str:
    """The first text of the mail itself, not of one within it."""
    for part, within in _parts(message):
        if not within and part.get_content_maintype() == "text":
            text = decoded(part)
            plain = without_tags(text) if part.get_content_subtype() == "html" else text
            return plain[:_OPENING]
    return ""


def _parts(message: Message) -> Iterator[tuple[Message, bool]]:
    """Every part in order, and whether it lies in a mail within this one. Reports are not taken apart."""
    waiting, seen = [(message, False)], 0
    while waiting and seen < _MOST_PARTS:
        part, within = waiting.pop()
        seen += 1
        yield part, within
        inside = part.get_payload()
        if isinstance(inside, list) and part.get_content_type() not in _REPORTS:
            deeper = within or part.get_content_maintype() == "message"
            waiting += [(one, deeper) for one in reversed(inside) if isinstance(one, Message)]
