"""Texts that come in, by the use case, on the real database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, text

from casework.access import Role, Viewer, visible_teams
from casework.inbound import Arrived, Correspondent
from casework.usecases import handle_text, take_in_text
from tests.store.conftest import MONDAY
from webapp.store.inbound_desk import TextLine
from webapp.wiring import House

NUMBER, OWN = "+358500000041", "+15005550006"
MEMBER = Viewer("1", "testi-paivystaja", frozenset({Role.DUTY_WORKER}))
SOUTH = Viewer("2", "testi-etela", frozenset({Role.DUTY_WORKER}))
MINUTE = timedelta(minutes=1)


def write(
    house: House, body: str, sid: str, *, sender: str = NUMBER, at: Any = MONDAY + MINUTE
) -> bool:
    return take_in_text(
        Arrived(sid, sender, body),
        OWN,
        directory=house.directory,
        now=at,
        ids=house.ids,
        work=house.work(),
    )


def handle(house: House, text_id: UUID, viewer: Viewer = MEMBER, **changes: Any) -> bool:
    rooms: dict[str, Any] = {
        "directory": house.directory,
        "now": MONDAY + 2 * MINUTE,
        "ids": house.ids,
        "work": house.work(),
        "log": house.access_log,
    }
    return handle_text(text_id, viewer, **{"handled": True, **rooms, **changes})


def waiting(house: House, viewer: Viewer = MEMBER) -> list[TextLine]:
    return list(house.texts.waiting(visible_teams(viewer, house.directory), 50))


def query(owner: Engine, sql: str) -> list[Any]:
    with owner.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def change(owner: Engine, sql: str, **values: Any) -> None:
    with owner.begin() as connection:
        connection.execute(text(sql), values)


def known(house: House) -> Correspondent | None:
    with house.work() as work:
        return work.inbound.correspondent(house.ids.number_hash(NUMBER))
