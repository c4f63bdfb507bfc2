"""A time zone in which it is forenoon now: texts to people wait for the morning otherwise, and so would the figures."""

from __future__ import annotations

import os
import struct
import zoneinfo
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

#: Four hours and more are left of the day then, which is the longest that a text may wait at the provider.
_HOUR: Final = 10


def forenoon(folder: Path) -> dict[str, str]:
    """The environment of a process for which Europe/Helsinki is a zone where it is ten in the morning.

    Source: RFC 9636 (TZif), docs.python.org/3/library/zoneinfo.html#configuring-the-data-sources.
    """
    hours = (_HOUR - datetime.now(UTC).hour + 11) % 24 - 11
    file = folder / "zones" / "Europe" / "Helsinki"
    file.parent.mkdir(parents=True, exist_ok=True)
    counts = struct.pack(">6L", 0, 0, 0, 0, 1, 4)
    zone = struct.pack(">lBB", hours * 3600, 0, 0)
    file.write_bytes(b"TZif" + bytes(16) + counts + zone + b"TEN\0")
    return {"PYTHONTZPATH": os.pathsep.join((str(folder / "zones"), *zoneinfo.TZPATH))}
