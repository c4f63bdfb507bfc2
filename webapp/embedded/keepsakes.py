"""Secrets of the demo: made once, kept beside the data they open, readable by their owner alone."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from webapp.embedded.place import EmbeddedServerError


def keep(path: Path, names: Iterable[str]) -> dict[str, str]:
    """The secrets kept in `path`; a name that is not there yet gets 256 random bits (URL-safe)."""
    kept = read(path)
    missing = {name: secrets.token_urlsafe(32) for name in names if name not in kept}
    if missing:
        write(path, kept | missing)
    return kept | missing


def read(path: Path) -> dict[str, str]:
    """What is kept in `path`, nothing if it is not there; EmbeddedServerError if damaged."""
    if not path.exists():
        return {}
    try:
        kept = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise EmbeddedServerError(
            f"{path} cannot be read: restore it, or delete its folder to start with empty data"
        ) from error
    return {str(name): str(value) for name, value in dict(kept).items()}


def write(path: Path, values: Mapping[str, str]) -> None:
    """Replace the file as a whole: a cut leaves the old one, never half a secret."""
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(dict(values), stream)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)
