"""A tick of the clocks over many open cases: nothing due, many due at once, and two Beats at the same moment."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import Engine, create_engine, text

from bench.report import Part, Row
from bench.stage import Stage
from casework import usecases
from casework.commands import ChildConcerned, Contact, Submit
from casework.usecases.clocks import BATCH
from webapp import wiring

#: A county with a hundred thousand open cases has far more than any in Finland; this many due at once, more still.
CASES, DUE = 100_000, 1_000
_BUDGET = 2.0

#: Open cases with all five clocks of a statutory matter, of which none acts within the hour. They are never
#: opened here, so they need no keys.
_FILL = (
    """insert into submissions (id, reference, code_hash, form, domain_identifier, form_version, language, known_as,
    received_at) select md5('s' || n)::uuid, 'S' || n, decode(md5('c' || n), 'hex'), 'notification',
    'child_welfare_notification', 1, 'fi', 'not_identified', now() from generate_series(1, :count) n""",
    """insert into cases (id, submission_id, number, form, form_version, team, alerted_teams, marks, state, language,
    after_hours, urgent, statutory, directory_revision, reviewed_revision, created_at)
    select md5('k' || n)::uuid, md5('s' || n)::uuid, 'K' || n, 'notification', 1,
    (array['north', 'coast', 'south', 'swedish'])[1 + n % 4], '{}', '{}', 'received', 'fi', false, false, true, 1, 1,
    now() - n * interval '1 second' from generate_series(1, :count) n""",
    """insert into clocks (id, case_id, kind, started_at, due_at, act_at) select md5(kind || n)::uuid,
    md5('k' || n)::uuid, kind, now(), now() + interval '2 hours', now() + interval '1 hour' + n * interval '1 second'
    from generate_series(1, :count) n, unnest(array['acknowledgement', 'urgency', 'assessment_start', 'parties_told',
    'assessment_finish']) kind""",
    "analyze",
)
#: The event of an alert names its clock, see `casework.usecases.clocks`.
_DOUBLED = """select count(*) - count(distinct split_part(event, ':', 2)) from messages
    where event like 'clock:%' and created_at >= :since"""


def measure(stage: Stage, *, rounds: int, cases: int = CASES, due: int = DUE) -> Part:
    house = wiring.build(stage.settings)
    owner = create_engine(stage.postgres.owner_url)
    with owner.begin() as connection:
        for statement in _FILL:
            connection.execute(text(statement), {"count": cases} if ":count" in statement else {})
    for _ in range(due):
        _submit(house)
    idle, busy = [], []
    for _ in range(rounds):
        idle.append(_tick(house))
        _make_due(owner)
        busy.append(_tick(house))
    _make_due(owner)
    doubled = _two_beats(house, owner)
    owner.dispose()
    house.engine.dispose()
    middle = statistics.median(busy)
    return Part(
        "Clocks",
        f"{cases:,} open cases with five clocks each. A tick takes the next step of every clock that is due: reads"
        " it, decides whom to tell, seals and stores the alerts, notes it on the timeline and moves the clock on.",
        [
            Row("tick, nothing due", f"{statistics.median(idle) * 1000:.0f} ms", "", "", "", None),
            Row(
                f"tick, {due:,} due at once",
                f"{middle:.2f} s",
                "",
                "",
                f"< {_BUDGET:.0f} s",
                middle < _BUDGET,
            ),
            Row(
                "alerts doubled by two Beats at once",
                str(doubled),
                "",
                "",
                "0",
                doubled == 0,
            ),
        ],
    )


def _submit(house: wiring.House) -> None:
    ids = house.ids
    usecases.submit(
        Submit(
            submission_id=ids.row(),
            reference=ids.reference(),
            code=ids.access_code(),
            form="guidance",
            domain_identifier="guidance_request",
            form_version=1,
            language="fi",
            children=(ChildConcerned("905"),),
            contact=Contact(),
            cannot_wait=True,
            statutory=False,
            shared={},
            sender=None,
        ),
        directory=house.directory,
        now=wiring.now() - timedelta(hours=1),
        ids=ids,
        work=house.work(),
    )


def _make_due(owner: Engine) -> None:
    """The acknowledgement of every real submission is due now, from its first step."""
    with owner.begin() as connection:
        connection.execute(
            text(
                "update clocks set act_at = now() - interval '1 second', step = 0, started_at = now()"
                " from cases where cases.id = clocks.case_id and clocks.kind = 'acknowledgement'"
                " and cases.form = 'guidance'"
            )
        )


def _tick(house: wiring.House) -> float:
    began = time.perf_counter()
    raised = BATCH
    while raised == BATCH:
        raised = usecases.raise_due(
            directory=house.directory, now=wiring.now(), ids=house.ids, work=house.work()
        )
    return time.perf_counter() - began


def _two_beats(house: wiring.House, owner: Engine) -> int:
    """How many alerts two ticks at once make beyond one for each clock that they raise."""
    since = wiring.now()
    with ThreadPoolExecutor(2) as beats:
        for done in [beats.submit(_tick, house) for _ in range(2)]:
            done.result()
    with owner.connect() as connection:
        found = connection.execute(text(_DOUBLED), {"since": since})
        return int(found.scalar_one())
