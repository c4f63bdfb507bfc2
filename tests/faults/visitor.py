"""A person with a browser: keeps cookies, follows no redirect by itself, speaks to the live web server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urljoin

import requests
from flask.testing import FlaskClient

_PATIENCE_SECONDS = 20


class Visitor:
    """Has the words of Flask's test client, so that `tests.web.walking` leads it through the forms."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy between this machine and itself
        #: Addresses asked for and answered with, and cookies: what a proxy or a history could keep.
        self.trail: list[str] = []

    def get(self, at: str) -> requests.Response:
        return self._ask("GET", at)

    def post(self, at: str, data: Mapping[str, Any] | None = None) -> requests.Response:
        return self._ask("POST", at, data)

    def _ask(
        self, method: str, at: str, data: Mapping[str, Any] | None = None
    ) -> requests.Response:
        answer = self._session.request(
            method,
            urljoin(self._origin, at),
            data=data,
            allow_redirects=False,
            timeout=_PATIENCE_SECONDS,
        )
        told = answer.headers
        self.trail += [answer.url, told.get("Location", ""), told.get("Set-Cookie", "")]
        return answer

    def leave(self) -> None:
        self._session.close()


def as_client(visitor: Visitor) -> FlaskClient:
    """For the type checker: walking asks for `get` and `post` and no more."""
    return cast(FlaskClient, visitor)
