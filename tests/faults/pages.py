"""Reading a page as a browser does where a test must press the button that the page offers."""

from __future__ import annotations

from html.parser import HTMLParser


class ResendForm(HTMLParser):
    """The form of an error page: `action` and `fields` as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self._inside = False
        self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and "resend" in given.get("class", ""):
            self._inside, self.action = True, given["action"]
        elif self._inside and tag == "input":
            self.fields[given["name"]] = given["value"]
        elif self._inside and tag == "textarea":
            self._area = given["name"]
            self.fields[self._area] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # A browser drops the line break right after the opening tag.
            self.fields[self._area] = self.fields[self._area].removeprefix("\n")
            self._area = ""
        elif tag == "form":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data
