"""How many texts a number was sent in a day. No number is stored: a row is a keyed hash, of that day alone."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date

from sqlalchemy import Engine, delete
from sqlalchemy.dialects.postgresql import insert

from casework.caps import CAP_PER_NUMBER
from webapp.store.tables import number_caps

#: The row that counts the texts to all numbers together; no hash is as short.
ALL = b"all"


class NumberCaps:
    """Counts in PostgreSQL, so that a lost broker opens no door. Each take is a transaction of its own."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        """`key`: `derived_key(secret_key, "number-cap")` of `webapp.ids`."""
        self._at_once = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._key = key

    def take(self, number: str, on: date) -> bool:
        """Count one text to `number` (E.164) on the day `on`; False where the day's share was used up.

        A text that is tried again takes once, before its first attempt.
        """
        return self._count(self._hash(number, on), on) <= CAP_PER_NUMBER

    def _count(self, of: bytes, on: date) -> int:
        row = insert(number_caps).values(number_hash=of, day=on, count=1)
        counted = row.on_conflict_do_update(
            index_elements=[number_caps.c.number_hash, number_caps.c.day],
            set_={"count": number_caps.c.count + 1},
        ).returning(number_caps.c.count)
        with self._at_once.connect() as connection:
            return int(connection.execute(counted).scalar_one())

    def take_of_all(self, on: date) -> int:
        """Count one text to any sender on the day `on`; how many there were with it."""
        return self._count(ALL, on)

    def purge(self, before: date) -> int:
        """Forget the days before `before`; how many rows went."""
        with self._at_once.connect() as connection:
            return connection.execute(
                delete(number_caps).where(number_caps.c.day < before)
            ).rowcount

    def _hash(self, number: str, on: date) -> bytes:
        # The day goes into the hash too, so that one number's days can not be put together.
        return hmac.digest(self._key, f"{on.isoformat()} {number}".encode(), hashlib.sha256)
