"""The directory's watch in real workers: the proof is kept, and a change proposes moves."""

from __future__ import annotations

from forms.registry import FORMS
from tasks import directory as watch
from tasks import house
from tasks.directory import prove
from tests.faults.stack import ALERT, Stack
from tests.live import until
from webapp import wiring

_PROPOSED = "select team, proposed_team, marks from cases where proposed_team is not null"


def test_a_worker_proves_the_directory_once_a_day_and_after_each_change(stack: Stack) -> None:
    (newest,) = stack.rows("select max(revision) as revision from directory_revisions")
    checks = f"select holes from directory_checks where revision = {newest['revision']}"
    # Asked again until the worker has seen the newest revision, which it looks for each few seconds.
    until(lambda: _proved(stack, checks), what=stack.told)
    # Asked again at once, here and now: what was proved today of this revision is not proved again.
    house.use(stack.settings, tuple(FORMS))
    prove()
    house.house().engine.dispose()
    assert stack.rows(checks) == [{"holes": []}]


def _proved(stack: Stack, checks: str) -> bool:
    stack.publish("directory.prove", "periodic")
    return bool(stack.rows(checks))


def test_a_worker_proposes_the_move_of_a_case_that_the_newest_revision_places_elsewhere(
    stack: Stack,
) -> None:
    stack.send(**ALERT)
    opened = wiring.build(stack.settings)
    before = opened.revisions.latest()
    assert before is not None
    former = opened.revisions.files(before)
    moved = former["services.csv"].replace(
        "coast,280 399 475 499 905 946", "coast,280 399 475 499 946"
    )
    files = {**former, "services.csv": moved.replace("north,288", "north,905 288")}
    assert moved != files["services.csv"] != former["services.csv"]
    here = wiring.read_directory(files, before + 1)
    newest = opened.revisions.add(files, here, "tests", wiring.now(), based_on=before)
    try:
        until(lambda: _reviewed(stack, _PROPOSED), what=stack.told)
        (row,) = stack.rows(_PROPOSED)
        assert row == {"team": "coast", "proposed_team": "north", "marks": ["move_proposed"]}
        assert stack.timeline().count("move_proposed") == 1
    finally:
        # Revisions only ever grow: what was is published anew, and the workers go on from there.
        opened.revisions.add(
            former,
            wiring.read_directory(former, newest + 1),
            "tests",
            wiring.now(),
            based_on=newest,
        )
        opened.engine.dispose()
    # What was proposed is overtaken then.
    kept = "select id from cases where proposed_team is null"
    until(lambda: _reviewed(stack, kept), what=stack.told)


def _reviewed(stack: Stack, found: str) -> bool:
    """Asked again until the worker has seen the new revision, which it looks for each few seconds."""
    stack.publish("directory.review", "periodic")
    return bool(stack.rows(found))


def test_an_older_revision_that_cannot_be_read_holds_nothing_up(stack: Stack) -> None:
    house.use(stack.settings, tuple(FORMS))
    newest = house.house().directory
    watch._revision.cache_clear()
    assert watch._revision(newest.revision + 1000) is newest
    watch._revision.cache_clear()
    house.house().engine.dispose()
