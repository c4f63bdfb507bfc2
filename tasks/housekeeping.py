"""What is over is deleted: drafts and unsaved changes of the directory after a day, sessions at their end, handled texts
of nobody's case after a month."""

from __future__ import annotations

import structlog

from casework.calendar import HELSINKI
from tasks.celery_app import app
from tasks.house import house
from webapp.wiring import now

log = structlog.get_logger()


@app.task(name="housekeeping.purge")
def purge() -> None:
    the_house = house()
    drafts, sessions = the_house.drafts.purge(now()), the_house.sessions.purge(now())
    the_house.revisions.purge(now())
    the_house.number_caps.purge(now().astimezone(HELSINKI).date())
    texts = the_house.texts.purge(now())
    log.info("purged", drafts=drafts, sessions=sessions, texts=texts)
