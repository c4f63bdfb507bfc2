"""The directory's watch: open cases are compared with each new revision, and the proof is made anew each night."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

import structlog

from casework import usecases
from casework.bundle import BundleError
from casework.calendar import HELSINKI
from casework.directory import Directory
from casework.directory_check import check
from casework.errors import NoDirectory
from casework.usecases.reviewing import BATCH
from tasks.celery_app import app
from tasks.house import forms, house
from webapp.wiring import now, read_directory

log = structlog.get_logger()

#: The proof looks a year ahead from today, so it is made anew each day.
_PROOF_AGE = timedelta(hours=23)


@app.task(name="directory.review")
def review() -> None:
    """Propose moves of open cases that the newest directory would place elsewhere."""
    the_house = house()
    reviewed = BATCH
    while reviewed == BATCH:
        reviewed = usecases.review_cases(
            directory=the_house.directory,
            before=_revision,
            now=now(),
            ids=the_house.ids,
            work=the_house.work(),
        )
        if reviewed:
            log.info("cases_reviewed", count=reviewed)


@lru_cache(maxsize=4)
def _revision(number: int) -> Directory:
    """An older revision. One that this version of the program cannot read changes nothing: the newest stands for it."""
    try:
        return read_directory(house().revisions.files(number), number, stored=True)
    except (BundleError, NoDirectory) as error:
        log.warning("directory_revision_unreadable", revision=number, fault=type(error).__name__)
        return house().directory


@app.task(name="directory.prove")
def prove() -> None:
    """Prove once a day, and after each change, that every contact has somebody; a hole is an alarm."""
    revisions, directory = house().revisions, house().directory
    at, last = now(), revisions.latest_check()
    if last and last.revision == directory.revision and at - last.at < _PROOF_AGE:
        return
    holes = check(directory, at.astimezone(HELSINKI).date(), forms=forms())
    # Two workers may have been asked at once: one alarm a day is enough.
    kept = revisions.store_check_once(directory.revision, holes, at, lasts=_PROOF_AGE)
    if kept and holes:
        kinds = sorted({hole.kind for hole in holes})
        log.error("directory_holes", count=len(holes), kinds=kinds, revision=directory.revision)
