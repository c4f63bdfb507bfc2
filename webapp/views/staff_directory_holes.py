"""Holes of the directory in plain words, each with its smallest example and the page where it is mended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from casework.directory import Directory
from casework.directory_check import Hole

HOLES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class HoleLine:
    """`example` and `link` may be empty."""

    words: str
    example: str
    link: str


def hole_lines(holes: Iterable[Hole], here: Directory) -> list[HoleLine]:
    return [HoleLine(hole.kind, str(hole.example), "") for hole in holes]
