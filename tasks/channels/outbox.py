"""The demo's channel: nothing leaves the machine, and what would have left is noted for the page /dev/outbox."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tasks.channels import Channel, Outgoing


class OutboxChannel:
    """Accepts everything at once."""

    def send(self, outgoing: Outgoing) -> str:
        """The id names the attempt, so it differs from try to try as a provider's would."""
        return f"outbox-{outgoing.attempt_id}"


class _Noted:
    """Writes down what a channel is about to be given, one JSON object a line. Demo only."""

    def __init__(self, channel: Channel, note: Path) -> None:
        self._channel = channel
        self._note = note

    def send(self, outgoing: Outgoing) -> str:
        entry = {
            "id": str(outgoing.message_id),
            "to": outgoing.to,
            "subject": outgoing.subject,
            "body": outgoing.body,
        }
        line = (json.dumps(entry, ensure_ascii=False) + "\n").encode()
        # One write to a file opened for appending: lines of two workers do not mix.
        handle = os.open(self._note, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line)
        finally:
            os.close(handle)
        return self._channel.send(outgoing)


def noted(channel: Channel, note: Path) -> Channel:
    """`channel`, with each message noted in the file `note` before it goes."""
    return _Noted(channel, note)
