"""One server and one Chromium a test process; every visitor gets a fresh browser context."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests import pseudo
from tests.browser import chromium, nu, site, titles, trouble_states
from tests.browser.checks import Instruments
from tests.browser.site import Site
from tests.browser.visitor import Visitor

_HERE = Path(__file__).parent

LANGUAGES = ("fi", "sv", "en")
#: And one that a county adds, which reads from right to left.
ALL_LANGUAGES = (*LANGUAGES, pseudo.CODE)
MakeVisitor = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop of its own from its first use on."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: _HERE in item.path.parents)


def say_aloud(config: pytest.Config, words: str) -> None:
    """One line that is seen although pytest keeps what tests print to itself."""
    capture = config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        sys.stderr.write(f"\n*** {words} ***\n")


@pytest.fixture(scope="session")
def chrome(request: pytest.FixtureRequest) -> Iterator[Browser]:
    lacking = chromium.missing()
    if lacking:
        words = f"NO BROWSER TESTS: {' and '.join(lacking)} missing"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        say_aloud(request.config, words)
        pytest.skip(words)
    with chromium.launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site.opened(tmp_path_factory.mktemp("site"), pseudo_language=True) as running:
        yield running


@pytest.fixture(scope="session")
def without_database(live: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with site.opened_without_database(tmp_path_factory.mktemp("dead"), live) as url:
        yield url


@pytest.fixture(scope="session")
def in_trouble(chrome: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site of its own, from which no message leaves. (`chrome` says what this machine lacks.)"""
    with site.opened(tmp_path_factory.mktemp("trouble"), pseudo_language=True) as running:
        trouble_states.make_trouble(running)
        yield running.url


@pytest.fixture(scope="session")
def instruments(chrome: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instruments]:
    """What the checks of every page share. (Asks for `chrome`, which says what this machine lacks.)"""
    log = tmp_path_factory.mktemp("nu") / "nu.log"
    with nu.opened(log) as checker:
        yield Instruments(checker, titles.shared_book(tmp_path_factory))


@pytest.fixture(scope="session")
def windows(chrome: Browser, live: Site) -> Iterator[dict[str, Visitor]]:
    """One window a language, used again and again by tests that only look at a page."""
    opened = {language: Visitor(chrome, live.url, language) for language in ALL_LANGUAGES}
    yield opened
    for visitor in opened.values():
        visitor.close()


@pytest.fixture
def visit(chrome: Browser, live: Site) -> Iterator[MakeVisitor]:
    """Makes visitors: `visit("fi", **options of the browser context)`."""
    made: list[Visitor] = []

    def make(language: str = "fi", url: str = "", **options: Any) -> Visitor:
        made.append(Visitor(chrome, url or live.url, language, **options))
        return made[-1]

    yield make
    for visitor in made:
        visitor.close()
