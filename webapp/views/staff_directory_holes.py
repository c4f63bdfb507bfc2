"""Holes of the directory in plain words, each with its smallest example and the page where it is mended."""

from __future__ import annotations

from collections.abc import Mapping

from forms.words import N_

#: What each kind of hole means. `subject` is in words already.
HOLES: Mapping[str, str] = {}
_UNNAMED = N_("%(subject)s: a hole of a kind without an explanation, %(kind)s")
