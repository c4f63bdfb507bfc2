"""A visitor: one browser context and, with the same cookies, quick plain requests to reach deep pages."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

from tests.web.walking import ANSWERS, begin, post
from webapp.demo_county import PASSWORD

#: Each visitor has an address of its own behind the (pretended) proxy: limits are counted per address.
_addresses = (f"10.{a}.{b}.{c}" for a, b, c in itertools.product(range(256), repeat=3))

DUTY_WORKER, IDLE_WORKER = "paivystaja@example.org", "jourhavande@example.org"


@dataclass(frozen=True, slots=True)
class Answer:
    """What `tests.web.walking` reads of a response."""

    status_code: int
    headers: HTTPMessage
    text: str


@dataclass
class PlainClient:
    """As much of a test client as `tests.web.walking` needs, over real HTTP, without following redirects."""

    url: str
    address: str
    language: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, at: str) -> Answer:
        return self._ask("GET", at, None)

    def post(self, at: str, data: Mapping[str, Any]) -> Answer:
        return self._ask("POST", at, urlencode(data, doseq=True))

    def _ask(self, method: str, at: str, body: str | None) -> Answer:
        parts = urlsplit(self.url)
        connection = HTTPConnection(str(parts.hostname), parts.port, timeout=20)
        headers = {"X-Forwarded-For": self.address, "Accept-Language": self.language}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={v}" for name, v in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, at, body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        for name, morsel in SimpleCookie(response.headers.get("Set-Cookie", "")).items():
            self.cookies[name] = morsel.value
        return Answer(response.status, response.headers, text)


class Visitor:
    """One person at one browser. Plain requests first, the page when it is the page that matters."""

    def __init__(self, browser: Browser, url: str, language: str, **options: Any) -> None:
        address = next(_addresses)
        self.url, self.language = url, language
        self.client = PlainClient(url, address, language)
        self.context: BrowserContext = browser.new_context(
            base_url=url,
            locale=language,
            extra_http_headers={"X-Forwarded-For": address},
            **{"viewport": {"width": 1280, "height": 800}, **options},
        )
        self.context.set_default_timeout(8000)
        self._page: Page | None = None

    @property
    def page(self) -> Page:
        self._page = self._page or self.context.new_page()
        return self._page

    def open(self, at: str) -> Page:
        """Show an address, with the cookies that the plain requests have got."""
        self.context.add_cookies(
            [{"name": n, "value": v, "url": self.url} for n, v in self.client.cookies.items()]
        )
        self.page.goto(at)
        return self.page

    def close(self) -> None:
        self.context.close()

    def at(self, path: str) -> str:
        """The address of a public page in this visitor's language."""
        return f"/{self.language}{path}"

    def walk_to(self, step: str, answers: Mapping[str, Mapping[str, Any]]) -> str:
        """Answer every page before `step`; the address of `step`."""
        at = begin(self.client, self.language)  # type: ignore[arg-type]  # the same few methods
        while (here := at.rsplit("/", 1)[1]) != step:
            assert here != "check", f"the page '{step}' is not asked"
            sent = post(self.client, at, action="next", **{**ANSWERS, **answers}[here])  # type: ignore[arg-type]
            assert sent.status_code == 303, (here, sent.text)
            at = sent.headers["Location"]
        return at

    def send(self, answers: Mapping[str, Mapping[str, Any]]) -> str:
        """The whole form by plain requests; the address of the receipt."""
        sent = post(self.client, self.walk_to("check", answers))  # type: ignore[arg-type]
        assert sent.status_code == 303, sent.text
        return sent.headers["Location"]

    def press(self, at: str, **fields: Any) -> Answer:
        """Post to an address that shows its own form by GET."""
        return post(self.client, at, **fields)  # type: ignore[arg-type, return-value]

    def sign_in(self, email: str = DUTY_WORKER) -> str:
        answer = self.press(f"/staff/login?lang={self.language}", email=email, password=PASSWORD)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]
