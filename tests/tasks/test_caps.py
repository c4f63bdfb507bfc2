"""Texts to senders are counted before they go: anybody can type anybody's number into a form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from casework.access import Role, Viewer
from casework.caps import CAP_PER_NUMBER
from casework.commands import Contact, ContactWay, SayPhrases
from casework.messages import Queue
from casework.phrases import Phrase
from casework.usecases import claim_messages, say_phrases, submit
from tasks import housekeeping, outbox
from tasks.house import house as opened
from tasks.house import use
from tests.casework.fakes import command
from webapp.metrics import StoreFigures
from webapp.wiring import House

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)  # noon in Helsinki: no quiet hours
OURS = "+358401234567"
ELSEWHERE = "+447911123456"


pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture(autouse=True)
def worker(house: House) -> Iterator[None]:
    """This process works as a worker, on connections of its own."""
    use(house.settings)
    yield
    opened().engine.dispose()


@pytest.fixture
def write(house: House) -> Callable[[str], None]:
    """Somebody asks for a text to a number."""

    def write_to(number: str) -> None:
        order = command(
            submission_id=uuid4(),
            reference=house.ids.reference(),
            code=house.ids.access_code(),
            contact=Contact(way=ContactWay.SMS, phone=number, textable=True),
        )
        submit(order, directory=house.directory, now=MONDAY, ids=house.ids, work=house.work())

    return write_to


def send_all(house: House) -> None:
    """What a worker does with the queue, at a moment at which its texts are due."""
    at = datetime.now(UTC)
    claimed_now, *_ = claim_messages(
        Queue.DEFAULT,
        directory=house.directory,
        now=at,
        ids=house.ids,
        work=house.work(),
    )
    for claimed in claimed_now:
        outbox._send(claimed)


def suppressed(owner: Engine) -> int:
    with owner.connect() as connection:
        counted = "select count(*) from messages where channel = 'sms' and state = 'suppressed'"
        return int(connection.execute(text(counted)).scalar_one())


def test_a_number_is_texted_so_often_in_a_day_and_then_the_page_alone_tells(
    house: House, owner: Engine, write: Callable[[str], None]
) -> None:
    for _ in range(CAP_PER_NUMBER):
        write(OURS)
    send_all(house)
    assert suppressed(owner) == 0
    write(OURS)
    send_all(house)
    assert suppressed(owner) == 1


def test_what_tells_of_set_phrases_takes_its_share_of_the_same_day(
    house: House, owner: Engine, write: Callable[[str], None]
) -> None:
    write(OURS)
    with owner.connect() as connection:
        case_id = connection.execute(text("select id from cases")).scalar_one()
    contact = Contact(way=ContactWay.SMS, phone=OURS, textable=True)
    worker = Viewer("1", "testi-paivystaja", frozenset({Role.DUTY_WORKER}))
    for _ in range(CAP_PER_NUMBER):
        say_phrases(
            SayPhrases(case_id, uuid4(), (Phrase.READ,)),
            worker,
            lambda _: contact,
            directory=house.directory,
            now=MONDAY,
            ids=house.ids,
            work=house.work(),
            log=house.access_log,
        )
    send_all(house)
    assert suppressed(owner) == 1


def test_a_number_of_a_country_that_the_county_does_not_name_is_not_texted(
    house: House, owner: Engine, write: Callable[[str], None]
) -> None:
    write(ELSEWHERE)
    send_all(house)
    assert suppressed(owner) == 1


def test_the_counts_of_days_that_are_over_are_purged(house: House, owner: Engine) -> None:
    assert house.number_caps.take(OURS, date(2026, 2, 20))
    housekeeping.purge()
    with owner.connect() as connection:
        assert connection.execute(text("select count(*) from number_caps")).scalar_one() == 0


def test_over_the_days_budget_no_sender_is_texted_and_an_alarm_is_raised(
    house: House,
    write: Callable[[str], None],
    owner: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alarms: list[str] = []
    monkeypatch.setattr(outbox.log, "error", lambda event, **known: alarms.append(event))
    here = opened().current.get()
    small = replace(here, county=replace(here.county, sms_daily_budget=2))
    monkeypatch.setattr(opened().current, "get", lambda: small)
    for last in range(4):
        write(f"+35840123456{last}")
    send_all(house)
    assert suppressed(owner) == 2
    assert alarms == ["text_budget_spent"] * 2
    figures = [
        f for f in StoreFigures(house.engine).collect() if f.name == "luotsi_texts_to_senders_today"
    ]
    today = [sample.value for figure in figures for sample in figure.samples]
    assert today == [4]
