"""One whole house a test process for all tests of faults; what a test killed is started again after it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from tasks import house
from tests.emulators.smtp import SmtpSink
from tests.faults.stack import ByHand, Stack, always_open
from tests.live import processes
from tests.whole_house import house_settings
from webapp import demo_county, wiring
from webapp.config import Settings
from webapp.embedded.place import temporary_home
from webapp.embedded.postgres import EmbeddedPostgres
from webapp.embedded.twilio_emulator import TwilioEmulator
from webapp.embedded.valkey import EmbeddedValkey
from webapp.store import migrate


def _furnish(settings: Settings) -> None:
    """Tables, a county whose teams never close, and the demo's sign-ins."""
    assert settings.migration_database_url is not None
    migrate.upgrade(settings.migration_database_url.get_secret_value())
    opened = wiring.build(settings)
    files = always_open(demo_county.bundle_files(demo_county.FOLDER))
    here = wiring.read_directory(files, 0)
    opened.revisions.add(files, here, "tests", wiring.now(), based_on=None)
    opened.engine.dispose()
    for _ in demo_county.prepare(settings):
        pass


@pytest.fixture(scope="session")
def whole_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("faults")
    homes = [temporary_home("faults-postgres"), temporary_home("faults-valkey")]
    with ExitStack() as opened:
        for home in homes:
            opened.callback(shutil.rmtree, home, ignore_errors=True)
        postgres = opened.enter_context(EmbeddedPostgres(homes[0], durable=False))
        valkey = opened.enter_context(EmbeddedValkey(homes[1]))
        twilio = opened.enter_context(TwilioEmulator())
        mail = opened.enter_context(SmtpSink())
        settings, port = house_settings(postgres, valkey, twilio, mail.url, folder)
        _furnish(settings)
        owner = create_engine(postgres.owner_url, poolclass=NullPool)
        logs = folder / "logs"
        logs.mkdir()
        crew = opened.enter_context(processes(logs, settings))
        crew.port = port
        yield Stack(postgres, valkey, twilio, mail, settings, owner, crew, tuple(homes))
        owner.dispose()


@pytest.fixture
def stack(whole_house: Stack) -> Iterator[Stack]:
    """The house at rest, with nothing written in it."""
    whole_house.clean()
    yield whole_house
    # Whatever a failed test left hung must not hang the next one.
    whole_house.twilio.reset()
    assert whole_house.may_complain or not whole_house.new_complaints()


@pytest.fixture
def by_hand(stack: Stack) -> Iterator[ByHand]:
    house.use(stack.settings)
    yield ByHand()
    house.house().engine.dispose()
    house.use(stack.settings)
