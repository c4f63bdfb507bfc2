"""A hole in a directory: a way in which a message, an alert or an answer would end with nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hole:
    """One hole. `subject` is the key or code of what is to be mended: a team, worker, municipality, point, form.

    `example` is the smallest case that falls into it: text to text, moments in UTC (`at`, `from`, `until`), days in
    Finland (`on`). It holds keys and codes of the directory, and never a name, an address or a client code.
    """

    kind: str
    subject: str
    example: Mapping[str, str] = field(default_factory=dict)
