"""A mail that was taken and came back: piped in by the mail server, it ends with a person who calls."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.faults.stack import COAST_MAIL, Stack
from tests.live import environment, until
from tests.returned import MARKER, report

SENDER_MAIL = "testi@example.org"


def pipe_in(stack: Stack, mail: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """`luotsi bounce` as a process of its own, as a mail server starts it."""
    return subprocess.run(
        [sys.executable, "-m", "webapp.cli", "bounce", *arguments],
        input=mail,
        env=environment(stack.settings),
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def way_back(stack: Stack) -> str:
    """The return path of a mail to a sender that was taken, as the mail server of the recipient saw it."""
    stack.send()
    stack.state_becomes("sender", "sent")
    (mail,) = [one for one in stack.mail.received if SENDER_MAIL in one.rcpt_tos]
    return mail.mail_from


def test_a_bounce_ends_with_one_call_however_often_it_comes(stack: Stack, way_back: str) -> None:
    before = stack.mails_to(COAST_MAIL)
    # With another delimiter and in capitals, as a server on the way may make of it.
    for to in (way_back, way_back.replace("+", "-").upper(), way_back):
        came = pipe_in(stack, report(to))
        assert (came.returncode, came.stdout) == (0, b"")
        assert MARKER.encode() not in came.stderr
        assert way_back.encode() not in came.stderr
    assert stack.states()["sender"] == "undelivered"
    assert stack.timeline().count("call_needed") == 1
    # Nobody was woken: the sweep alone tells whoever has the case.
    until(lambda: stack.mails_to(COAST_MAIL) == before + 1, what=stack.told)
    assert stack.mails_to(SENDER_MAIL) == 1


def test_a_bounce_waits_in_the_mail_server_while_the_database_is_down(
    stack: Stack, way_back: str
) -> None:
    stack.may_complain = True
    mail = report("bounces@example.org")
    with stack.stopped_postgres():
        came = pipe_in(stack, mail, f"--recipient={way_back}")
        assert came.returncode == os.EX_TEMPFAIL
        assert MARKER.encode() not in came.stdout + came.stderr
    assert pipe_in(stack, mail, f"--recipient={way_back}").returncode == 0
    assert stack.states()["sender"] == "undelivered"
