"""Finland's holidays as plain dates, for the directory snapshot.

Christmas Eve and Midsummer Eve are among them: they are no holidays by law, but offices are shut
(150/1930 5 § treats them alike), and an answer must not be promised for them.
"""

from __future__ import annotations

from datetime import date

import holidays

from casework.calendar import is_eve


def finnish_holidays(years: range) -> frozenset[date]:
    """Every public holiday of the years, Saturdays and Sundays included, and both eves."""
    public = holidays.country_holidays("FI", years=years)
    days = (date(year, month, day) for year in years for month, day in _EVE_CANDIDATES)
    return frozenset(public) | frozenset(day for day in days if is_eve(day))


_EVE_CANDIDATES = ((12, 24), *((6, day) for day in range(19, 26)))
