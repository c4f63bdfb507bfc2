"""What a look at a page found, as `./run report` reads it from the results of the tests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.browser.checks import Look

#: The name of the property in pytest's results.
NAME = "look"
#: axe names a criterion in a rule's tags: wcag143 is 1.4.3, wcag1410 is 1.4.10.
_TAG = re.compile(r"wcag(\d)(\d)(\d{1,2})")


def record(look: Look, found: Mapping[str, list[str]]) -> tuple[str, str]:
    """(name, JSON) of one look: the page, the complaints of each check, axe's rules by criterion, the weight."""
    browser = look.page.context.browser
    told: dict[str, Any] = {
        "page": look.state.page,
        "state": look.state.name,
        "language": look.language,
        "form": "/forms/" in look.known["path"],
        "checks": found,
        "axe": look.axe.get("testEngine", {}).get("version", ""),
        "chromium": browser.version if browser else "",
        "judged": _rules(look, "passes") | _rules(look, "violations"),
        "undecided": _rules(look, "incomplete"),
        "bytes": look.known["bytes"],
        "requests": look.known["requests"],
    }
    return NAME, json.dumps(told)


def _rules(look: Look, outcome: str) -> dict[str, list[str]]:
    """Rule -> the criteria that it looks at."""
    return {rule["id"]: list(_criteria(rule)) for rule in look.axe.get(outcome, ())}


def _criteria(rule: Mapping[str, Any]) -> Iterator[str]:
    for tag in rule["tags"]:
        if named := _TAG.fullmatch(tag):
            yield ".".join(named.groups())
