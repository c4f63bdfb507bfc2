"""A visitor: one browser context and, with the same cookies, quick plain requests to reach deep pages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Response

from tests.web.walking import ANSWERS, code_on, token
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


class Walker:
    """One person who walks through the form by plain requests, in one language."""

    def __init__(self, url: str, language: str) -> None:
        self.url, self.language = url, language
        self.address = next(_addresses)
        self.client: Any = PlainClient(url, self.address, language)
        #: A token, and the cookies it goes with: it holds for every form of one session.
        self._token: tuple[str, dict[str, str]] = ("", {})

    def beside(self) -> Walker:
        """Another person, at another address."""
        return Walker(self.url, self.language)

    def at(self, path: str) -> str:
        """The address of a public page in this person's language."""
        return f"/{self.language}{path}"

    def press(self, at: str, **fields: Any) -> Answer:
        """Post to an address that shows its own form by GET."""
        found, cookies = self._token
        if not found or cookies != self.client.cookies:
            found = token(self.client.get(at))
            self._token = found, dict(self.client.cookies)
        pressed: Answer = self.client.post(at, {"csrf_token": found, **fields})
        return pressed

    def walk_to(self, step: str, answers: Mapping[str, Mapping[str, Any]]) -> str:
        """Answer every page before `step`; the address of `step`."""
        given = {**ANSWERS, **answers}
        at = self.press(self.at("/forms/guidance")).headers["Location"]
        while (here := at.rsplit("/", 1)[1]) != step:
            assert here != "check", f"the page '{step}' is not asked"
            answer = self.press(at, action="next", **given[here])
            assert answer.status_code == 303, (here, answer.text)
            at = answer.headers["Location"]
        return at

    def send(self, answers: Mapping[str, Mapping[str, Any]]) -> str:
        """The whole form; the address of the receipt."""
        answer = self.press(self.walk_to("check", answers))
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def follow(self, receipt: str) -> str:
        """Show the follow-up page with the code of a receipt; its address."""
        return self.follow_code_of(self.client.get(receipt))

    def follow_code_of(self, receipt: Answer) -> str:
        """The same with a receipt that somebody else has before them."""
        answer = self.press(self.at("/follow-up"), code=code_on(receipt))  # type: ignore[arg-type]
        assert answer.status_code == 303, answer.text
        return self.at("/follow-up")

    def sign_in(self, email: str) -> None:
        answer = self.press(f"/staff/login?lang={self.language}", email=email, password=PASSWORD)
        assert answer.status_code == 303, answer.text

    def find_case(self, receipt: Answer) -> str:
        """The address of the case behind somebody's receipt; this person is signed in."""
        number = urlencode({"number": self.reference_on(receipt)})
        answer = self.client.get(f"/staff/find?{number}")
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"])

    @staticmethod
    def reference_on(receipt: Answer) -> str:
        found = re.search(r'class="reference">([^<]+)<', receipt.text)
        assert found, receipt.text
        return found.group(1)


class Visitor(Walker):
    """A walker with a browser, which has the same cookies."""

    def __init__(self, browser: Browser, url: str, language: str, **options: Any) -> None:
        super().__init__(url, language)
        self.context: BrowserContext = browser.new_context(
            base_url=url,
            locale=language,
            extra_http_headers={"X-Forwarded-For": self.address},
            **{"viewport": {"width": 1280, "height": 800}, **options},
        )
        self.context.set_default_timeout(8000)
        self._page: Page | None = None
        self._documents: list[Response] = []

    @property
    def page(self) -> Page:
        if self._page is None:
            self._page = self.context.new_page()
            self._page.on("response", self._keep_document)
        return self._page

    def _keep_document(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self._documents = [response]

    @property
    def html(self) -> str:
        """The page that is shown, as it came over the wire."""
        return self._documents[-1].text()

    def open(self, at: str) -> Page:
        """Show an address, with the cookies that the plain requests have got."""
        cookies: Any = [
            {"name": name, "value": value, "url": self.url}
            for name, value in self.client.cookies.items()
        ]
        self.context.add_cookies(cookies)
        self.page.goto(at)
        return self.page

    def forget(self) -> None:
        """Become somebody else in the same window, which is quicker than a new one."""
        super().__init__(self.url, self.language)
        self.context.clear_cookies()
        self.context.set_extra_http_headers({"X-Forwarded-For": self.address})

    def close(self) -> None:
        self.context.close()
