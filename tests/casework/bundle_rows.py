"""A bundle with one more row, and what is said of a bundle that is not taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casework.bundle import BundleError
from casework.directory import Directory

Files = dict[str, str]
Read = Callable[[Files], Directory]


def problems(read: Read, files: Files) -> list[tuple[str, int, str]]:
    """File, line and reason of each wrong row."""
    with pytest.raises(BundleError) as caught:
        read(files)
    return [(p.file, p.line, p.reason) for p in caught.value.problems]


def with_line(files: Files, file: str, line: str) -> tuple[Files, int]:
    """The bundle with one more line in a file, and that line's number."""
    text = files[file] + line + "\n"
    return {**files, file: text}, text.count("\n")


def with_lines(files: Files, file: str, *lines: str) -> Files:
    """The bundle with more lines in a file."""
    return {**files, file: "".join(f"{line}\n" for line in (files[file].rstrip("\n"), *lines))}
