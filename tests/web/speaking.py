"""Reading which languages a page offers."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from flask.testing import FlaskClient

#: `offer("fi", "se")`: the county offers these languages; `offer()`: nothing is known of the county.
Offer = Callable[..., None]


def chosen(client: FlaskClient, header: str) -> str:
    answer = client.get("/", headers={"Accept-Language": header})
    assert answer.status_code == 302
    assert answer.headers["Vary"] == "Accept-Language"
    return answer.headers["Location"].strip("/")


def names_of_languages(page: str) -> list[str]:
    """What stands in the list of languages, in its order."""
    listed = re.search(r'<ul class="lang">(.*?)</ul>', page, re.DOTALL)
    assert listed
    return [html.unescape(name) for name in re.findall(r">([^<>]+)</a>", listed.group(1))]


def in_the_list(page: str, name: str) -> str:
    """The address behind a name in the list of languages."""
    found = re.search(rf'<a href="([^"]+)"[^>]*>{name}</a>', page)
    assert found
    return html.unescape(found.group(1))
