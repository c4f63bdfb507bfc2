"""The settings of a demo that runs, kept beside its data while it runs: for `./run luotsi ...` in the same checkout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from webapp.embedded.keepsakes import read, write
from webapp.embedded.place import CHECKOUT, FolderLock, home_of
from webapp.embedded.process import lives

_SETTINGS = "LUOTSI_"
_FILE = "running.json"


def note(home: Path, env: Mapping[str, str]) -> None:
    """Keep the settings among `env`, readable by their owner alone."""
    write(home / _FILE, {name: env[name] for name in env if name.startswith(_SETTINGS)})


def forget(home: Path) -> None:
    (home / _FILE).unlink(missing_ok=True)


def settings(
    environ: Mapping[str, str], folder: Path, *, checkout: Path = CHECKOUT, home: Path | None = None
) -> dict[str, str]:
    """The settings of the checkout's demo; none where no demo runs, or where there are others, which go first.

    Others are those of `environ`, and a `.env` in `folder`. Raises EmbeddedServerError where the file is damaged.
    """
    if any(name.startswith(_SETTINGS) for name in environ) or (folder / ".env").exists():
        return {}
    place = home or home_of(checkout)
    holder = FolderLock(place).holder()
    return read(place / _FILE) if holder is not None and lives(holder) else {}
