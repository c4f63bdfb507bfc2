"""The text of one part of a mail, in whatever way it was packed."""

from __future__ import annotations

import binascii
import quopri
import re
from email.message import Message
from typing import Final

#: No more of one part is looked at, in characters.
_LONGEST: Final = 64 * 1024
_TAG: Final = re.compile(r"<[^<>]{0,500}>")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/=\s]*")
_PADDING: Final = re.compile(r"[=\s]")


def decoded(part: Message) -> str:
    """The text of a part that is no multipart, also where its encoding is not one that such a part may have.

    Python takes a report apart as if it were a mail: it is put together again, fields first. Letters outside ASCII may
    be replaced.
    """
    inside = part.get_payload()
    if isinstance(inside, list):
        raw = "\n\n".join(_flat(block) for block in inside if isinstance(block, Message))
    else:
        raw = str(inside or "")
    return _unpacked(raw[:_LONGEST], str(part.get("Content-Transfer-Encoding", "")))


def without_tags(text: str) -> str:
    return _TAG.sub(" ", text)


def _flat(block: Message) -> str:
    fields = [f"{name}: {value}" for name, value in block.items()]
    inside = block.get_payload()
    return "\n".join([*fields, "", inside if isinstance(inside, str) else ""])


def _unpacked(raw: str, encoding: str) -> str:
    packed = raw.encode("utf-8", "surrogateescape")
    match encoding.strip().lower():
        case "base64" if _BASE64.fullmatch(raw):
            letters = _PADDING.sub("", raw)
            whole = letters[: len(letters) - (len(letters) % 4 == 1)]
            packed = binascii.a2b_base64(whole + "=" * (-len(whole) % 4))
        case "quoted-printable":
            packed = quopri.decodestring(packed)
    return packed.decode("utf-8", "replace")
