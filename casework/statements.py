"""What a county itself says of its pages: its own review of their accessibility, and who looks after privacy.

Empty is 'not said': the pages then say that the county has not told it, and claim nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class ReviewStatus(StrEnum):
    """How far the pages meet the requirements, in the words of the EU's model statement (2018/1523)."""

    PARTIAL = "partial"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """What is not accessible, and why; each by language."""

    part: Mapping[str, str]
    reason: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Accessibility:
    """The county's own review. Without `status`, `reviewed_on` and `reviewed_by` there was none.

    `phone` and `email` are for feedback and for getting the information in another way.
    """

    status: ReviewStatus | None = None
    reviewed_on: date | None = None
    reviewed_by: str = ""
    phone: str = ""
    email: str = ""
    shortcomings: tuple[Shortcoming, ...] = ()


@dataclass(frozen=True, slots=True)
class Privacy:
    """Who answers for the register, and how to reach the data protection officer ('dpo')."""

    controller: str = ""
    address: str = ""
    dpo_email: str = field(default="", repr=False)
    dpo_phone: str = field(default="", repr=False)
    notice_url: str = ""
