"""A county that says something else than the demo's, for the length of a test."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask


def say_of_county(app: Flask, patch: pytest.MonkeyPatch, **changed: Any) -> None:
    """Change fields of the county in this process's directory; its revision stays, so that it is not read anew."""
    current = app.extensions["house"].current
    known = current.get()
    patch.setattr(current, "_current", replace(known, county=replace(known.county, **changed)))
