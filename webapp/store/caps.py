"""How many texts a number was sent in a day. No number is stored: a row is a keyed hash, of that day alone."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date

from sqlalchemy import Engine, delete, text

from casework.caps import CAP_PER_NUMBER
from webapp.store.tables import number_caps

#: The row that counts the texts to all numbers together; no hash is as short.
ALL = b"all"


#: Both counts in one statement, which is its own transaction: the row of all numbers is held for an instant only.
_TAKE = text(
    "with mine as ("
    " insert into number_caps as c (number_hash, day, count) values (:number, :day, 1)"
    " on conflict (number_hash, day) do update set count = c.count + 1 returning count"
    "), all_numbers as ("
    " insert into number_caps as c (number_hash, day, count)"
    " select :whole, :day, 1 from mine where mine.count <= :cap"
    " on conflict (number_hash, day) do update set count = c.count + 1 returning count"
    # A crash of the database may forget the last of them: nobody minds a text more.
    ") select all_numbers.count, set_config('synchronous_commit', 'off', true)"
    " from mine left join all_numbers on true"
)
#: In the same order, so that the two never wait for each other.
_PUT_BACK = text(
    "with mine as ("
    " update number_caps set count = count - 1"
    " where number_hash = :number and day = :day and count > 0 returning day"
    ") update number_caps as c set count = c.count - 1 from mine"
    " where c.number_hash = :whole and c.day = mine.day and c.count > 0"
)


class NumberCaps:
    """Counts in PostgreSQL, so that a lost broker opens no door. Each take is a transaction of its own."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        """`key`: `derived_key(secret_key, "number-cap")` of `webapp.ids`."""
        self._at_once = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._key = key

    def take(self, number: str, on: date) -> int | None:
        """Count one text to `number` (E.164) on the day `on`; how many texts there were that day to all numbers with
        it, None where the number's share of the day was used up: then it counts for nobody.

        A text that is tried again takes once, before its first attempt.
        """
        values = {"number": self._hash(number, on), "whole": ALL, "day": on, "cap": CAP_PER_NUMBER}
        with self._at_once.connect() as connection:
            row = connection.execute(_TAKE, values).one()
        return None if row[0] is None else int(row[0])

    def put_back(self, number: str, on: date) -> None:
        """What was taken for a text that then did not begin to leave."""
        values = {"number": self._hash(number, on), "whole": ALL, "day": on}
        with self._at_once.connect() as connection:
            connection.execute(_PUT_BACK, values)

    def purge(self, before: date) -> int:
        """Forget the days before `before`; how many rows went."""
        with self._at_once.connect() as connection:
            return connection.execute(
                delete(number_caps).where(number_caps.c.day < before)
            ).rowcount

    def _hash(self, number: str, on: date) -> bytes:
        # The day goes into the hash too, so that one number's days can not be put together.
        return hmac.digest(self._key, f"{on.isoformat()} {number}".encode(), hashlib.sha256)
