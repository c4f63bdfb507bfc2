"""The demo's channel: nothing leaves the machine; the page /dev/outbox reads the stored messages."""

from __future__ import annotations

from tasks.channels import Outgoing


class OutboxChannel:
    """Accepts everything at once."""

    def send(self, outgoing: Outgoing) -> str:
        """The id names the attempt, so it differs from try to try as a provider's would."""
        return f"outbox-{outgoing.attempt_id}"
