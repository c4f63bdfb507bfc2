"""Message ids: marked here for the catalogues, translated where a page is rendered."""

from __future__ import annotations

from typing import Any

from wtforms.validators import ValidationError


def N_(msgid: str) -> str:
    """Mark a message id for extraction; the text itself is left alone."""
    return msgid


class Words(str):
    """A message id with the values that its translation needs."""

    params: dict[str, Any]

    def __new__(cls, msgid: str, **params: Any) -> Words:
        words = super().__new__(cls, msgid)
        words.params = params
        return words


def wrong(msgid: str, **params: Any) -> ValidationError:
    """An error on a field, to be raised."""
    return ValidationError(Words(msgid, **params))
