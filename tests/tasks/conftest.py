"""This process as a worker, at a noon that stands still, and a provider of texts that does as it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine

from casework.commands import Contact, ContactWay
from casework.messages import Channel
from casework.usecases import submit
from tasks.channels import Outgoing, SendingFailed
from tasks.house import dispatch, use
from tasks.house import house as opened
from tests.casework.fakes import command
from webapp.wiring import House, now

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)  # noon in Helsinki: no quiet hours


@dataclass
class Provider:
    """Of texts: refuses each with `fault`, or takes it. Keeps what it was handed."""

    fault: SendingFailed | None = None
    handed: list[Outgoing] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> str:
        self.handed.append(outgoing)
        if self.fault is not None:
            raise self.fault
        return f"SM{len(self.handed)}"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def provider(
    house: House, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Provider]:
    """This process works as a worker, on connections of its own, and no other is woken."""
    use(house.settings)
    mine = Provider()
    monkeypatch.setitem(dispatch()._channels, Channel.SMS, mine)
    monkeypatch.setattr(opened().wake_up, "wake", lambda queues: None)
    yield mine
    opened().engine.dispose()


@pytest.fixture
def write(house: House) -> Callable[..., None]:
    """Somebody asks for a text to each of these numbers."""

    def write_to(*numbers: str) -> None:
        for number in numbers:
            order = command(
                submission_id=uuid4(),
                reference=house.ids.reference(),
                code=house.ids.access_code(),
                contact=Contact(way=ContactWay.SMS, phone=number, textable=True),
            )
            submit(order, directory=house.directory, now=now(), ids=house.ids, work=house.work())

    return write_to
