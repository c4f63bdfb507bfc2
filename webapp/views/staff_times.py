"""How long ago something was, as the desk says it."""

from __future__ import annotations

from datetime import timedelta

from babel.units import format_unit

from webapp.i18n import locale


def age(passed: timedelta) -> str:
    """How long ago, in the largest unit that is full: '12 min', '2 h', '3 days'."""
    minutes = max(0, int(passed.total_seconds() // 60))
    for unit, length in (("day", 24 * 60), ("hour", 60)):
        if minutes >= length:
            return format_unit(minutes // length, f"duration-{unit}", "short", locale=locale())
    return format_unit(minutes, "duration-minute", "short", locale=locale())
