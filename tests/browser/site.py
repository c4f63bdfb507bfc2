"""A whole site for the browser: servers, the fictional county at hours that do not depend on the clock."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from casework.calendar import HELSINKI
from tests import pseudo
from tests.conftest import TWILIO_SID, TWILIO_TOKEN
from tests.live import Processes, processes, until
from webapp import demo_county, wiring
from webapp.config import Settings
from webapp.embedded.postgres import EmbeddedPostgres
from webapp.embedded.process import free_port
from webapp.embedded.valkey import EmbeddedValkey
from webapp.store.crypto import new_keyset

#: Municipalities of the county's team that is always open, of the one that is now closed, of another county.
OPEN, CLOSED, ELSEWHERE = "288", "905", "091"
#: The form that is closed where there is no database.
CLOSED_FORM = "own-worker"
ROTA_TEAM = "practice"


#: The settings behind each site that is open, by its address: for what is done to a site from the command line.
SETTINGS: dict[str, Settings] = {}


@dataclass(frozen=True, slots=True)
class Site:
    """Where the pages are, and the processes behind them."""

    url: str
    settings: Settings
    running: Processes


def county(now: datetime, *, pseudo_language: bool = False) -> dict[str, str]:
    """The demo's bundle, with the north open for a day at least and the coast closed for two."""
    files = demo_county.bundle_files(demo_county.FOLDER)
    today = now.astimezone(HELSINKI).weekday()
    north = _week({today: "00:00-24:00", (today + 1) % 7: "00:00-24:00"}, "08:00-16:00")
    coast = _week({(today + 3) % 7: "08:00-16:00"}, "closed")
    files["teams.csv"] = _with_hours(files["teams.csv"], "north", f"{north},no")
    files["teams.csv"] = _with_hours(files["teams.csv"], "coast", f"{coast},no")
    # The same teams in every language: a page then looks the same in each.
    services = files["services.csv"].replace("fi en", "fi sv en")
    files["services.csv"] = services.replace("swedish,*,*,sv\n", "")
    _with_a_rota(files, now)
    files["messages.toml"] = _own_text("fi", "sv", "en")
    return _with_pseudo_language(files) if pseudo_language else files


def _with_a_rota(files: dict[str, str], now: datetime) -> None:
    """A team beside the others, which takes no messages: it has a rota with a swap and with hours of nobody, and
    somebody of it is away.
    """
    columns = len(files["teams.csv"].splitlines()[0].split(","))
    week = ",".join(["08:00-16:00"] * 7)
    row = f"{ROTA_TEAM},Esimerkin harjoitus,Exempelövning,Example practice,112,{week},no,no,60,3,,yes,"
    assert row.count(",") == columns - 1
    files["teams.csv"] += row + "\n"
    files["contact_points.csv"] += f"{ROTA_TEAM},practice-mail,email,practice@example.org,fi,\n"
    for worker in ("natt-exempel", "yo-esimerkki"):
        files["workers.csv"] = re.sub(
            rf"(?m)^({worker}(?:,[^,]*){{3}},[^,]*)", rf"\1 {ROTA_TEAM}", files["workers.csv"]
        )
    today = now.astimezone(HELSINKI).date()
    files["rota.csv"] += (
        f"{ROTA_TEAM},yo-esimerkki,{today} 08:00,{today} 12:00,natt-exempel\n"
        f"{ROTA_TEAM},natt-exempel,{today} 22:00,{today + timedelta(days=1)} 06:00,\n"
    )
    files["absences.csv"] += f"natt-exempel,{today},{today + timedelta(days=2)},yo-esimerkki\n"


def _own_text(*languages: str) -> str:
    """One text in the county's own words, shown at the desk; nothing of the tests sends it."""
    said = 'sms = "{number}: {link} {county}"'
    return "".join(f"[staff_due.{code}]\n{said}\n" for code in languages)


def _with_pseudo_language(files: dict[str, str]) -> dict[str, str]:
    """The county offers the made-up language too: its own texts are not in it, but for its names."""
    toml = files["county.toml"].replace('"en", ', f'"en", "{pseudo.CODE}", ', 1)
    for table in ("names", "sender_names"):
        toml = re.sub(
            rf"(?m)^\[{table}\].*\n", rf'\g<0>{pseudo.CODE} = "{pseudo.NAME}"\n', toml, count=1
        )
    services = files["services.csv"].replace("fi sv en", f"fi sv en {pseudo.CODE}")
    changed = {"county.toml": toml, "services.csv": services}
    return {**files, **changed, "messages.toml": _own_text("fi", "sv", "en", pseudo.CODE)}


def _week(special: dict[int, str], ordinary: str) -> str:
    return ",".join(special.get(day, ordinary) for day in range(7))


def _with_hours(teams: str, key: str, hours: str) -> str:
    changed, times = re.subn(
        rf"(?m)^({key}(?:,[^,]*){{4}}),(?:[^,]*,){{7}}(?:yes|no)", rf"\1,{hours}", teams
    )
    assert times == 1, f"no team {key} in the demo's county"
    return changed


@contextmanager
def opened(folder: Path, *, workers: bool = False, pseudo_language: bool = False) -> Iterator[Site]:
    """Servers and web, and the workers if asked; everything is ended and forgotten afterwards.

    With `pseudo_language` the site speaks `tests.pseudo` too, as a county adds a language.
    """
    with ExitStack() as stack:
        postgres = stack.enter_context(EmbeddedPostgres(durable=False))
        valkey = stack.enter_context(EmbeddedValkey())
        port = free_port()
        settings = _settings(postgres, valkey, folder, port)
        if pseudo_language:
            pseudo.write(folder / "catalogues")
            further = {"catalogues_dir": str(folder / "catalogues")}
            settings = settings.model_copy(update=further)
        for _ in demo_county.prepare(settings):
            pass
        _load(county(wiring.now(), pseudo_language=pseudo_language), settings)
        running = stack.enter_context(processes(folder, settings))
        running.port = port
        if workers:
            running.start_background()
        url = running.start_web()
        # The first page leaves the directory's snapshot on disk, for the server without a database.
        urllib.request.urlopen(f"{url}/fi/", timeout=10).close()
        SETTINGS[url] = settings
        yield Site(url, settings, running)


def _settings(
    postgres: EmbeddedPostgres, valkey: EmbeddedValkey, folder: Path, port: int
) -> Settings:
    state = folder / "state"
    state.mkdir()
    values: dict[str, Any] = {
        "database_url": postgres.app_url,
        "migration_database_url": postgres.owner_url,
        "broker_url": valkey.url,
        "secret_key": "a-secret-of-the-browser-tests-" + "x" * 24,
        "keyset": new_keyset(),
        "public_url": f"http://localhost:{port}",
        "sms_provider": "outbox",
        "mail_provider": "outbox",
        # Nothing is sent to Twilio; texts that come in are signed as if by it.
        "twilio_account_sid": TWILIO_SID,
        "twilio_auth_token": TWILIO_TOKEN,
        "state_dir": state,
        # Each visitor names an address of its own, so that the limits count them one by one.
        "trusted_proxies": 1,
        "demo": True,
    }
    return Settings(**values)


def _load(files: dict[str, str], settings: Settings) -> None:
    house = wiring.build(settings)
    here, latest = wiring.read_directory(files, 0), house.revisions.latest()
    house.revisions.add(files, here, "tests", wiring.now(), based_on=latest)
    house.engine.dispose()


@contextmanager
def opened_without_database(folder: Path, like: Site) -> Iterator[str]:
    """The address of a web server whose database has gone; the directory is its last snapshot on disk."""
    nowhere = SecretStr(f"postgresql://luotsi_app:x@127.0.0.1:{free_port()}/luotsi")
    changed = {"database_url": nowhere, "state_dir": _with_a_closed_form(folder, like)}
    settings = like.settings.model_copy(update=changed)
    with processes(folder, settings) as running:
        running.port = free_port()
        running.start("web", "serve", "--port", str(running.port), "--workers", "1")
        until(lambda: _is_alive(running.url), what="web without its database")
        yield running.url


def _is_alive(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _with_a_closed_form(folder: Path, like: Site) -> Path:
    """A copy of the site's snapshot in which the county has closed one form."""
    kept = json.loads((like.settings.state_dir / "directory.json").read_text("utf-8"))
    toml = kept["files"]["county.toml"]
    kept["files"]["county.toml"] = toml.replace(
        "closed_forms = []", f'closed_forms = ["{CLOSED_FORM}"]'
    )
    assert kept["files"]["county.toml"] != toml
    state = folder / "closed"
    state.mkdir(exist_ok=True)
    (state / "directory.json").write_text(json.dumps(kept), "utf-8")
    return state
