"""Sealing of what people typed. A key per case and per submission, wrapped by the keyset of the settings.

Every ciphertext is bound by its associated data to one row and one field, so that a blob moved to another
row does not open. Destroying a wrapped key erases everything that it sealed, in every backup to come.
"""

from __future__ import annotations

import io
import json
from typing import Any
from uuid import UUID

import tink
from tink import aead, cleartext_keyset_handle

from casework.errors import ErasedContent, TamperedContent

aead.register()

_CASE_KEY = aead.aead_key_templates.AES256_GCM


def new_keyset() -> str:
    """A fresh master keyset as Tink JSON; whoever holds it can read everything."""
    out = io.StringIO()
    handle = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
    cleartext_keyset_handle.write(tink.JsonKeysetWriter(out), handle)
    return out.getvalue()


class OpenKey:
    """A key that is unwrapped and ready. Never stored, never logged."""

    __slots__ = ("_primitive",)

    def __init__(self, primitive: aead.Aead) -> None:
        self._primitive = primitive

    def seal(self, content: bytes, row: UUID, field: str) -> bytes:
        return bytes(self._primitive.encrypt(content, _bound_to(row, field)))

    def open(self, sealed: bytes, row: UUID, field: str) -> bytes:
        """Raises TamperedContent where the blob is not the one sealed for this row and field."""
        try:
            return bytes(self._primitive.decrypt(sealed, _bound_to(row, field)))
        except tink.TinkError as error:
            raise TamperedContent(field) from error

    def seal_json(self, content: Any, row: UUID, field: str) -> bytes:
        return self.seal(json.dumps(content, ensure_ascii=False).encode(), row, field)

    def open_json(self, sealed: bytes, row: UUID, field: str) -> Any:
        return json.loads(self.open(sealed, row, field))


class Keys:
    """The master keyset: makes, wraps and unwraps the keys of rows, and seals what belongs to no case."""

    def __init__(self, keyset: str) -> None:
        handle = cleartext_keyset_handle.read(tink.JsonKeysetReader(keyset))
        self._master = handle.primitive(aead.Aead)
        self.own = OpenKey(self._master)

    def new(self, row: UUID, field: str) -> tuple[OpenKey, bytes]:
        """A fresh key and its wrapped form, bound to the row that keeps it."""
        handle = tink.new_keyset_handle(_CASE_KEY)
        out = io.BytesIO()
        handle.write_with_associated_data(
            tink.BinaryKeysetWriter(out), self._master, _bound_to(row, field)
        )
        return OpenKey(handle.primitive(aead.Aead)), out.getvalue()

    def unwrap(self, wrapped: bytes | None, row: UUID, field: str) -> OpenKey:
        """Raises ErasedContent where the key was destroyed, TamperedContent where it was not wrapped for this
        row."""
        if wrapped is None:
            raise ErasedContent(field)
        try:
            handle = tink.read_keyset_handle_with_associated_data(
                tink.BinaryKeysetReader(wrapped), self._master, _bound_to(row, field)
            )
        except tink.TinkError as error:
            raise TamperedContent(field) from error
        return OpenKey(handle.primitive(aead.Aead))


def _bound_to(row: UUID, field: str) -> bytes:
    return row.bytes + field.encode()
