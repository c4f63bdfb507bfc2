"""Where a mail comes back to when it cannot be delivered: an address of its own for each attempt (VERP).

Between the name and the @ stands a token: the attempt's id and a keyed hash of it, so that nobody can make one up and
have a message count as lost. It is in base32, 42 letters and digits of one case, since servers fold case; it is found
again wherever it stands, since some of them change the delimiter or put words of their own around an address.
Whoever gets the mail may read the token in it, and can say no more with it than that this one mail did not arrive.
Source: RFC 5321, sections 2.4 (case), 4.4 (return path) and 4.5.3.1.1 (64 octets before the @).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Final
from uuid import UUID

_HASH_BYTES: Final = 10
_TOKEN: Final = 42
_LONGEST_LOCAL_PART: Final = 64
# What is left of a local part beside a delimiter and a token.
_LONGEST_NAME: Final = _LONGEST_LOCAL_PART - 1 - _TOKEN
_ADDRESS: Final = re.compile(rf"[A-Za-z0-9_.+-]{{1,{_LONGEST_NAME}}}@[^\s@<>\"]{{1,253}}")
#: What `is_return_address` asks for, in words.
RETURN_ADDRESS: Final = f"an address with at most {_LONGEST_NAME} plain letters before the @"
#: Every place at which a token may begin: what a server put before it may be made of the same letters.
_PLACES: Final = re.compile(rf"(?=([a-z2-7]{{{_TOKEN}}}))")
#: More than any address has, and a bound on how much of a stranger's text is looked at.
_LONGEST_TEXT: Final = 1000


def is_return_address(address: str) -> bool:
    """Whether tokens fit into it: an e-mail address whose local part has at most 21 plain characters."""
    return _ADDRESS.fullmatch(address) is not None


def return_path(address: str, attempt_id: UUID, key: bytes) -> str:
    """The return path of one attempt: `bounces@example.fi` becomes `bounces+<token>@example.fi`."""
    name, _, domain = address.rpartition("@")
    told = attempt_id.bytes + _hash(attempt_id.bytes, key)
    token = base64.b32encode(told).decode().rstrip("=").lower()
    return f"{name}+{token}@{domain}"


def attempt_in(text: str, key: bytes) -> UUID | None:
    """The attempt of the first genuine token in `text`, an address in whatever form a server left it."""
    for place in _PLACES.finditer(text[:_LONGEST_TEXT].lower()):
        told = base64.b32decode(place[1].upper() + "=" * (-_TOKEN % 8))
        attempt, proof = told[:16], told[16:]
        if hmac.compare_digest(proof, _hash(attempt, key)):
            return UUID(bytes=attempt)
    return None


def _hash(attempt: bytes, key: bytes) -> bytes:
    return hmac.digest(key, attempt, hashlib.sha256)[:_HASH_BYTES]
