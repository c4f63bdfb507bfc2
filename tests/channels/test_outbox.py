"""The demo's channel sends nothing and still gives each attempt an id of its own."""

from __future__ import annotations

from tasks.channels import Channel
from tasks.channels.outbox import OutboxChannel
from tests.channels.conftest import Write


def test_each_attempt_gets_an_id_of_its_own(write: Write) -> None:
    channel: Channel = OutboxChannel()
    outgoing = write()
    assert channel.send(outgoing) == f"outbox-{outgoing.attempt_id}"
    assert channel.send(write()) != channel.send(write())


def test_a_message_in_print_shows_neither_address_nor_text(write: Write) -> None:
    shown = repr(write(to="+358400000001", body="Salainen"))
    assert "358400000001" not in shown
    assert "Salainen" not in shown
