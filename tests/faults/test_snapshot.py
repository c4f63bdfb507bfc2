"""The copy of the directory on disk: all that a starting process has while the database is away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from webapp import demo_county
from webapp.embedded.process import free_port
from webapp.store.directory import DirectoryRevisions
from webapp.store.engine import make_engine
from webapp.wiring import CurrentDirectory


@pytest.fixture
def nowhere() -> Iterator[Engine]:
    """A database on a port where nobody listens."""
    engine = make_engine(f"postgresql+psycopg://luotsi_app@127.0.0.1:{free_port()}/luotsi")
    yield engine
    engine.dispose()


def snapshot(folder: Path, content: str) -> None:
    (folder / "directory.json").write_text(content, "utf-8")


def test_a_process_that_starts_without_a_database_works_with_the_copy_on_disk(
    tmp_path: Path, nowhere: Engine
) -> None:
    files = demo_county.bundle_files(demo_county.FOLDER)
    snapshot(tmp_path, json.dumps({"revision": 7, "files": files}))
    current = CurrentDirectory(DirectoryRevisions(nowhere), tmp_path)
    assert current.get().revision == 7
    assert current.get().county.emergency_social_services == "+358500000100"


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"revision": 1, "files": {}}', '{"revision": 1, "files": null}'],
)
def test_a_copy_that_cannot_be_read_is_as_good_as_none(
    tmp_path: Path, nowhere: Engine, content: str
) -> None:
    snapshot(tmp_path, content)
    current = CurrentDirectory(DirectoryRevisions(nowhere), tmp_path)
    assert current.last_known() is None
    with pytest.raises(OperationalError):
        current.get()
