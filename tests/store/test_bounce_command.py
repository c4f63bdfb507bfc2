"""`luotsi bounce`, as a mail server calls it: what moves, what does not, and what is said of it."""

from __future__ import annotations

import json
import os
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from pydantic import SecretStr
from sqlalchemy import Engine, text

from casework.commands import Contact, ContactWay
from casework.return_path import return_path
from tests.channels.conftest import closed_port
from tests.conftest import SECRET
from tests.returned import MARKER, QMAIL, REPORT, plain, report
from tests.store.conftest import TYPED, Send
from webapp import bounces, config
from webapp.cli import main
from webapp.config import Settings, SettingsError
from webapp.ids import derived_key
from webapp.wiring import House

KEY = derived_key(SECRET, "bounce")
DELAYED = REPORT.replace("failed", "delayed").replace("Status: 5.1.1", "Status: 4.4.1")
#: What `Desk.became` says where nothing has moved.
NOTHING_DONE: tuple[list[str], list[Any], list[str]] = (["sent"], [], [])


def address(attempt: UUID, key: bytes = KEY) -> str:
    return return_path("bounces@luotsi.example.fi", attempt, key)


class Desk:
    """One mail to a sender that was sent, and what becomes of it."""

    def __init__(self, house: House, owner: Engine) -> None:
        self.attempt, self._owner = house.ids.row(), owner
        with owner.begin() as connection:
            connection.execute(text("delete from messages where recipient <> 'sender'"))
            connection.execute(
                text(
                    "insert into attempts (id, message_id, started_at, verdict) select :id, id, now(), 'accepted' "
                    "from messages"
                ),
                {"id": self.attempt},
            )
            connection.execute(
                text("update messages set state = 'sent', next_at = null, lease_until = null")
            )

    def rows(self, sql: str) -> list[Any]:
        with self._owner.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    @property
    def became(self) -> tuple[list[str], list[tuple[str, str]], list[str]]:
        """States of what the sender is sent, receipts, and calls that somebody must make."""
        return (
            [
                state
                for (state,) in self.rows("select state from messages where recipient = 'sender'")
            ],
            self.rows("select status, error_code from receipts order by received_at, status"),
            [kind for (kind,) in self.rows("select kind from timeline where kind = 'call_needed'")],
        )


@pytest.fixture
def desk(house: House, owner: Engine, send: Send, monkeypatch: pytest.MonkeyPatch) -> Desk:
    send(contact=Contact(ContactWay.EMAIL, email=TYPED["email"]))
    monkeypatch.setattr(config, "load", lambda: house.settings)
    return Desk(house, owner)


def run(mail: bytes, *arguments: str) -> int:
    result = CliRunner().invoke(main, ["bounce", *arguments], input=mail)
    assert result.output == ""
    return result.exit_code


def test_a_bounce_makes_a_call_task_and_tells_whoever_has_the_case(desk: Desk) -> None:
    assert run(report(address(desk.attempt))) == 0
    assert desk.became == (["undelivered"], [("undelivered", "5.1.1")], ["call_needed"])
    told = desk.rows("select purpose, state from messages where recipient <> 'sender'")
    assert told == [("staff_undeliverable", "pending")]
    assert desk.rows("select reason from messages where recipient = 'sender'") == [
        ("recipient_refused",)
    ]


def test_a_bounce_goes_by_the_other_way_where_the_sender_allowed_it(
    house: House, owner: Engine, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(contact=Contact(ContactWay.EMAIL, TYPED["phone"], True, TYPED["email"], False, True))
    monkeypatch.setattr(config, "load", lambda: house.settings)
    desk = Desk(house, owner)
    for _ in range(2):
        assert run(report(address(desk.attempt))) == 0
    assert desk.rows("select channel, state from messages order by created_at, id") == [
        ("email", "undelivered"),
        ("sms", "pending"),
    ]
    assert desk.became[2] == []


def test_the_same_bounce_again_and_another_one_later_ask_for_no_second_call(desk: Desk) -> None:
    to = address(desk.attempt)
    for mail in (report(to), report(to), plain(to, QMAIL.replace("5.1.1", "5.2.2"))):
        assert run(mail) == 0
    assert desk.became == (
        ["undelivered"],
        [("undelivered", "5.1.1"), ("undelivered", "5.2.2")],
        ["call_needed"],
    )


@pytest.mark.parametrize(
    ("fields", "noted"),
    [
        (DELAYED, ("delayed", "4.4.1")),
        (REPORT.replace("failed", "delivered").replace("5.1.1", "2.0.0"), ("passed_on", "2.0.0")),
    ],
)
def test_a_mail_that_is_late_or_was_passed_on_is_noted_and_may_still_come_back(
    desk: Desk, fields: str, noted: tuple[str, str]
) -> None:
    assert run(report(address(desk.attempt), fields)) == 0
    assert desk.became == (["sent"], [noted], [])
    assert run(report(address(desk.attempt))) == 0
    assert desk.became == (["undelivered"], [noted, ("undelivered", "5.1.1")], ["call_needed"])


def test_the_address_that_the_server_names_goes_before_the_headers(
    desk: Desk, house: House
) -> None:
    stranger = address(house.ids.row())
    assert run(report(stranger), f"--recipient={address(desk.attempt)}") == 0
    assert desk.became[0] == ["undelivered"]


@pytest.mark.parametrize("header", ["Delivered-To", "X-Original-To", "Envelope-To", "To"])
def test_without_it_each_header_of_the_envelope_will_do(desk: Desk, header: str) -> None:
    mail = plain(address(desk.attempt), QMAIL).replace(b"Delivered-To", header.encode())
    assert run(mail, "--recipient=bounces@luotsi.example.fi") == 0
    assert desk.became[0] == ["undelivered"]


def test_a_forged_bounce_changes_nothing(desk: Desk) -> None:
    forged = address(desk.attempt, b"another key")
    inside = report("bounces@luotsi.example.fi").replace(b"Hei!", address(desk.attempt).encode())
    for mail in (report(forged), report(forged.replace("+", "-")), report("a@b.fi"), inside):
        assert run(mail) == 0
    assert desk.became == NOTHING_DONE


def test_a_genuine_token_of_an_attempt_that_is_gone_is_kept_and_moves_nothing(
    desk: Desk, house: House
) -> None:
    assert run(report(address(house.ids.row()))) == 0
    assert desk.became == (["sent"], [("undelivered", "5.1.1")], [])


@pytest.mark.parametrize(
    "make",
    [
        lambda to: plain(to, QMAIL, "Automaattinen vastaus: Viesti"),
        lambda to: plain(to, QMAIL, "Re: Viesti", "Return-Path: <maija@koe.example>", "m@koe.fi"),
        lambda to: plain(to, "Hei", "Hei"),
        lambda to: b"To: " + to.encode() + b"\n\n\xff\x00",
    ],
)
def test_an_answer_and_what_nobody_understands_change_nothing(desk: Desk, make: Any) -> None:
    assert run(make(address(desk.attempt))) == 0
    assert desk.became == NOTHING_DONE


def test_a_long_mail_is_read_to_its_end_so_that_the_pipe_does_not_break(desk: Desk) -> None:
    assert run(report(address(desk.attempt)) + b"x" * 5 * bounces.LONGEST) == 0
    assert desk.became[0] == ["undelivered"]


def logged(shown: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shown.splitlines()]


def test_a_log_names_attempts_and_classes_and_nothing_of_the_mail(
    desk: Desk, capfd: pytest.CaptureFixture[str]
) -> None:
    to = address(desk.attempt)
    run(report(to))
    run(report(to.replace(to[10], "a" if to[10] != "a" else "b")))
    run(plain(to, f"{MARKER} Hei", MARKER))
    run(plain(to, MARKER, f"Re: {MARKER}", f"Return-Path: <{MARKER}>", MARKER))
    out, shown = capfd.readouterr()
    assert out == ""
    assert [(line["event"], line["level"]) for line in logged(shown)] == [
        ("bounce_recorded", "info"),
        ("mail_ignored", "info"),
        ("bounce_not_understood", "warning"),
        ("mail_ignored", "info"),
    ]
    for private in ("salainen", "posti.example", "bounces+", to.partition("+")[2][:20]):
        assert private not in shown


def test_a_server_keeps_the_mail_while_the_database_is_down(
    desk: Desk, house: House, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    nowhere = SecretStr(f"postgresql+psycopg://luotsi_app@127.0.0.1:{closed_port()}/luotsi")
    broken = house.settings.model_copy(update={"database_url": nowhere})
    monkeypatch.setattr(config, "load", lambda: broken)
    to = address(desk.attempt)
    assert run(report(to)) == os.EX_TEMPFAIL
    assert run(report("bounces@luotsi.example.fi")) == 0  # for which no database is needed
    told = [(line["event"], line.get("fault")) for line in logged(capfd.readouterr().err)]
    assert ("bounce_not_taken", "OperationalError") in told
    assert told[-1] == ("mail_ignored", None)
    assert desk.became == NOTHING_DONE


def test_a_server_keeps_the_mail_while_the_settings_are_wrong(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def wrong() -> Settings:
        raise SettingsError("LUOTSI_KEYSET is missing")

    monkeypatch.setattr(config, "load", wrong)
    assert run(plain("a@b.fi", QMAIL)) == os.EX_TEMPFAIL
    (line,) = logged(capfd.readouterr().err)
    assert (line["event"], line["fault"]) == ("bounce_not_taken", "LUOTSI_KEYSET is missing")
