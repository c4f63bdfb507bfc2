"""One stylesheet and one small script.

The sheet: the design system's parts that we use, our own rules, the county's colours. The script adds to pages
that work without it.

The design system is installed by npm and never copied into the repository; where it is missing the pages
stay whole and plain with our own rules.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_HDS = _ROOT / "node_modules" / "hds-core" / "lib"
_OWN = Path(__file__).parent / "static" / "site.css"
_SCRIPT = Path(__file__).parent / "static" / "site.js"
_COMPONENTS = (
    "button",
    "text-input",
    "radio-button",
    "checkbox",
    "selection-group",
    "fieldset",
    "notification",
    "error-summary",
    "status-label",
    "table",
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A stylesheet or script with its digest, plain and compressed."""

    digest: str
    body: bytes = field(repr=False)
    gzipped: bytes = field(repr=False)


def has_design_system() -> bool:
    return (_HDS / "base.min.css").exists()


def _parts() -> list[Path]:
    parts = [_HDS / "base.min.css"]
    parts += [_HDS / "components" / name / f"{name}.min.css" for name in _COMPONENTS]
    return [part for part in parts if part.exists()] + [_OWN]


@lru_cache(maxsize=8)
def _sheet(colours: tuple[tuple[str, str], ...]) -> Sheet:
    texts = [part.read_text("utf-8") for part in _parts()]
    # Source maps would be one more request, and one that fails.
    texts = [text.split("/*# sourceMappingURL")[0] for text in texts]
    if colours:
        rules = "".join(f"--{name}:{value};" for name, value in colours)
        texts.append(f":root{{{rules}}}")
    return _packed("\n".join(texts))


def _packed(text: str) -> Sheet:
    body = text.encode()
    digest = hashlib.sha256(body).hexdigest()[:16]
    return Sheet(digest, body, gzip.compress(body, 9, mtime=0))


@lru_cache(maxsize=1)
def script() -> Sheet:
    return _packed(_SCRIPT.read_text("utf-8"))


def stylesheet(colours: Mapping[str, str]) -> Sheet:
    """The sheet for a county's colours: CSS custom property without its dashes -> colour."""
    return _sheet(tuple(sorted(colours.items())))
