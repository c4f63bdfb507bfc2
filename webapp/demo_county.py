"""The demo's fictional county and its sign-ins. Every name and number in it is made up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from webapp import wiring
from webapp.accounts.users import ensure_user
from webapp.config import Settings
from webapp.store import migrate

FOLDER = Path(__file__).parent / "data" / "demo"
#: A password for a service that exists on one machine only, printed at each start.
PASSWORD = "luotsi-esittely"
#: E-mail, worker key, role, language, and who it is. Who looks after the directory is no worker in it.
PEOPLE: tuple[tuple[str, str | None, str, str, str], ...] = (
    (
        "paivystaja@example.org",
        "testi-paivystaja",
        "duty_worker",
        "fi",
        "a duty worker, in Finnish",
    ),
    (
        "jourhavande@example.org",
        "prov-jourhavande",
        "duty_worker",
        "sv",
        "a duty worker, in Swedish",
    ),
    (
        "sosiaalipaivystys@example.org",
        "yo-esimerkki",
        "duty_worker",
        "fi",
        "the emergency social services at night",
    ),
    ("esihenkilo@example.org", "malli-vastaava", "team_lead", "fi", "a team lead"),
    (
        "hakemisto@example.org",
        None,
        "directory_admin",
        "fi",
        "who looks after the directory, and sees no case",
    ),
)


def bundle_files(folder: Path) -> dict[str, str]:
    """The files of a bundle folder, by name."""
    return {
        path.name: path.read_text("utf-8-sig")
        for path in sorted(folder.iterdir())
        if path.suffix in {".toml", ".csv"}
    }


def prepare(settings: Settings) -> Iterator[str]:
    """Migrate and seed, as often as one likes; yields the sign-ins as lines."""
    assert settings.migration_database_url is not None
    migrate.upgrade(settings.migration_database_url.get_secret_value())
    house = wiring.build(settings)
    if house.revisions.latest() is None:
        files = bundle_files(FOLDER)
        here = wiring.read_directory(files, 0)
        house.revisions.add(files, here, "demo", wiring.now(), based_on=None)
    yield f"Sign-ins of the desk, all with the password {PASSWORD}:"
    for email, worker, role, language, who in PEOPLE:
        ensure_user(
            house.engine,
            email=email,
            password=PASSWORD,
            worker=worker,
            roles=(role,),
            language=language,
        )
        yield f"  {email:30}  {who}"
    house.engine.dispose()
