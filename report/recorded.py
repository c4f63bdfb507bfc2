"""What the accessibility statement of this release reads: a few figures of the run, as a file of the package."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from casework.calendar import HELSINKI
from report.criteria import CRITERIA

#: Read by `webapp.views.information`.
FILE = Path(__file__).resolve().parent.parent / "webapp" / "data" / "accessibility.json"


def record(
    now: datetime,
    *,
    page_states: int,
    languages: Iterable[str],
    axe: str,
    faults: Sequence[str],
    path: Path = FILE,
) -> None:
    """Write down one run: its day in Helsinki, how many states of pages in which languages, and its faults.

    `faults` are all that axe, our checks and the browser tests found; only their number is kept.
    """
    told: dict[str, Any] = {
        "tested_on": now.astimezone(HELSINKI).date().isoformat(),
        "page_states": page_states,
        "languages": list(languages),
        "axe": axe,
        "violations": len(faults),
        "left_to_people": [one.number for one in CRITERIA if one.person],
    }
    path.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
