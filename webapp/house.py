"""The house of the current request: what `wiring` built for this application."""

from __future__ import annotations

from flask import Flask, current_app

from casework.directory import Directory
from webapp.wiring import House


def house(app: Flask | None = None) -> House:
    found: House = (app or current_app).extensions["house"]
    return found


def directory() -> Directory:
    """The directory that this request works with. Raises NoDirectory before the first import."""
    return house().directory
