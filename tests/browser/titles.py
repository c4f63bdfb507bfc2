"""No two pages may share a title: a book of titles that all test processes write into."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Book:
    """A folder with one file for each title in each language; who comes second is compared with the first."""

    folder: Path

    def owner(self, title: str, language: str, page: str) -> str:
        """The page that has this title: `page`, unless another one was here before."""
        place = self.folder / hashlib.sha256(f"{language} {title}".encode()).hexdigest()
        # Written aside and then linked, so that no other process ever reads half a name.
        aside = place.with_suffix(f".{os.getpid()}")
        aside.write_text(page, "utf-8")
        try:
            os.link(aside, place)
        except FileExistsError:
            return place.read_text("utf-8")
        finally:
            aside.unlink()
        return page


def shared_book(factory: pytest.TempPathFactory) -> Book:
    """The book of this run of tests: pytest-xdist gives each of its processes a folder in one common folder."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "titles"
    folder.mkdir(exist_ok=True)
    return Book(folder)
