"""Where identifiers come from: UUIDv7 for rows, random letters for what people read aloud."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from functools import lru_cache
from uuid import UUID

import uuid6

#: 32 letters and digits without the look-alikes 0/O and 1/I: five bits each.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_GROUP = 4
#: 1 and I are none of our letters: who writes one has read an L. What a 0 or an O was, nobody can tell.
_MEANT = str.maketrans("1I", "LL")


def _letters(count: int) -> str:
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(count))
    return "-".join(drawn[i : i + _GROUP] for i in range(0, count, _GROUP))


def bare_code(typed: str) -> str:
    """What was meant by a typed code or reference: upper case, without spaces, hyphens or invisible marks.

    Letters of full width, as some keyboards write them, are taken for the plain ones.
    """
    plain = unicodedata.normalize("NFKC", typed).upper().translate(_MEANT)
    return "".join(letter for letter in plain if letter in ALPHABET)


def grouped(typed: str) -> str:
    """The same in groups of four, as references are stored."""
    bare = bare_code(typed)
    return "-".join(bare[i : i + _GROUP] for i in range(0, len(bare), _GROUP))


class RandomIds:
    """Implements `casework.ports.Ids`."""

    def __init__(self, secret_key: str) -> None:
        self._code_key = derived_key(secret_key, "access-code")
        self._number_key = derived_key(secret_key, "number-hash")

    def row(self) -> UUID:
        return UUID(int=uuid6.uuid7().int)

    def reference(self) -> str:
        return _letters(8)

    def access_code(self) -> str:
        return _letters(16)

    def code_hash(self, code: str) -> bytes:
        return hmac.digest(self._code_key, bare_code(code).encode(), hashlib.sha256)

    def number_hash(self, number: str) -> bytes:
        return hmac.digest(self._number_key, number.encode(), hashlib.sha256)


@lru_cache
def derived_key(secret_key: str, use: str) -> bytes:
    """A key for one use only, so that none of them tells another."""
    return hmac.digest(secret_key.encode(), f"luotsi/{use}".encode(), hashlib.sha256)
