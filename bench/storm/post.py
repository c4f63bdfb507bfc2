"""Messages that come in at a steady rate while everything else goes on, as from a web process."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bench.storm.letters import Letters, in_groups
from casework.errors import AlreadySubmitted
from casework.messages import Message
from casework.model import Case, Submission
from webapp import wiring

#: So many are stored in one commit.
GROUP: Final = 5
_Made = Sequence[tuple[Submission, Case, Message]]


class Post(threading.Thread):
    """Stores `count` messages at `rate` a second, and wakes the workers after each commit."""

    def __init__(self, letters: Letters, places: range, rate: float) -> None:
        super().__init__(name="post", daemon=True)
        self._letters = letters
        self._places = places
        self._rate = rate
        #: When each message was certainly stored.
        self.committed: dict[UUID, datetime] = {}
        self.fault: Exception | None = None

    def run(self) -> None:
        try:
            began = time.monotonic()
            for turn, group in enumerate(in_groups(self._places, GROUP)):
                time.sleep(max(0.0, began + turn * GROUP / self._rate - time.monotonic()))
                made = self._letters.made(group)
                self._stored(made)
                self._letters.wake(made)
        except Exception as error:  # noqa: BLE001 - told to the main thread, which raises it
            self.fault = error

    def _stored(self, made: _Made) -> None:
        """As a person does who reads that it could not be stored: again, until it was."""
        while True:
            try:
                self._letters.store(made)
            except (AlreadySubmitted, IntegrityError):
                break  # The answer to an earlier try was lost.
            except (DBAPIError, PoolTimeout):
                time.sleep(0.2)
            else:
                break
        now = wiring.now()
        self.committed.update({message.id: now for _, _, message in made})

    def finished(self) -> bool:
        """Whether everything is stored. Raises what went wrong."""
        if self.fault is not None:
            raise self.fault
        return not self.is_alive()
