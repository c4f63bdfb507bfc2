"""Settings: environment variables with the prefix `LUOTSI_`, or a `.env` file; each secret also as `*_FILE`.

They are read once and then leave `os.environ`: the WSGI server copies the environment into each request.
A wrong or missing setting stops the start with one line that names it.
"""

from __future__ import annotations

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError
from tink import TinkError

from casework.return_path import RETURN_ADDRESS, is_return_address
from webapp import catalogues
from webapp.store.crypto import Keys

PREFIX = "LUOTSI_"
_FILE_SUFFIX = "_FILE"
_LABEL = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?")
#: How each address of a server begins.
_SCHEMES = {
    "database_url": ("postgresql+psycopg", "postgresql"),
    "migration_database_url": ("postgresql+psycopg", "postgresql"),
    "broker_url": ("redis", "rediss"),
    "smtp_url": ("smtp", "smtps", "smtp+starttls"),
}
_UNREADABLE = "cannot be read: it needs a host, and in a password each of / # ? @ [ ; is escaped, as %2F for /"


class SettingsError(Exception):
    """A setting is missing or wrong; the text is one line that names it."""


class Settings(BaseSettings):
    """All that a county sets outside the directory bundle. The README's table is made from these."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    database_url: SecretStr = Field(description="PostgreSQL as the role luotsi_app")
    migration_database_url: SecretStr | None = Field(
        None, description="PostgreSQL as the owner; needed by `luotsi migrate` alone"
    )
    broker_url: SecretStr = Field(description="Redis or Valkey, redis:// or rediss://")
    secret_key: SecretStr = Field(description="at least 32 random characters: sessions, codes")
    keyset: SecretStr = Field(description="Tink keyset as JSON, from `luotsi keys init`")
    public_url: str = Field(description="what a browser calls, e.g. https://luotsi.example.fi")
    sms_provider: Literal["twilio", "outbox"] = Field("twilio", description="twilio")
    mail_provider: Literal["smtp", "outbox"] = Field("smtp", description="smtp")
    twilio_account_sid: str = Field("", description="AC...")
    twilio_auth_token: SecretStr = Field(SecretStr(""), description="Twilio's auth token")
    twilio_auth_token_old: SecretStr = Field(
        SecretStr(""), description="the token before, accepted for receipts during a rotation"
    )
    twilio_messaging_service_sid: str = Field("", description="MG..., or set TWILIO_FROM")
    twilio_from: str = Field("", description="approved sender name or number")
    twilio_api_url: str = Field("", description="another API address, https outside the demo")
    twilio_region: str = Field("", description="Twilio's region, e.g. ie1; its token is its own")
    twilio_edge: str = Field("", description="Twilio's edge, e.g. dublin")
    # Together not more than `casework.messages.ATTEMPT_TAKES`.
    twilio_connect_timeout: float = Field(5, gt=0, le=10, description="seconds to reach Twilio")
    twilio_read_timeout: float = Field(31, gt=0, le=35, description="seconds for Twilio's answer")
    twilio_content_retention: Literal["", "retain", "discard"] = Field(
        "", description="what Twilio does with texts once sent: retain or discard"
    )
    twilio_address_retention: Literal["", "retain", "obfuscate"] = Field(
        "", description="and with numbers: retain or obfuscate"
    )
    sms_per_second: float = Field(10, ge=0, le=1000, description="texts a second, 0: no limit")
    smtp_url: SecretStr = Field(SecretStr(""), description="smtp+starttls://user:pw@host:587")
    mail_from: str = Field("", description="sender address of all mail")
    mail_bounce: str = Field("", description="where bounces go, for `luotsi bounce` to read")
    mail_per_second: float = Field(0, ge=0, le=1000, description="mails a second, 0: no limit")
    trusted_proxies: int = Field(0, ge=0, le=5, description="how many reverse proxies stand before")
    metrics_networks: str = Field(
        "127.0.0.0/8,::1/128", description="networks that may read /metrics, comma-separated"
    )
    state_dir: Path = Field(
        Path("/var/lib/luotsi"), description="where the last directory snapshot is kept on disk"
    )
    catalogues_dir: str = Field(
        "", description="a folder with further catalogues, one subfolder a language"
    )
    demo: bool = Field(False, description="set by `./run demo` alone")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> list[str]:
        url = _split(self.public_url)
        problems = self._unreadable()
        if url.scheme not in {"http", "https"} or not url.hostname or url.path not in {"", "/"}:
            problems.append("PUBLIC_URL must be http(s)://host with no path")
        if len(self.secret_key.get_secret_value()) < 32:
            problems.append("SECRET_KEY must have at least 32 characters")
        for name in ("sms_per_second", "mail_per_second"):
            if 0 < getattr(self, name) < 0.01:
                problems.append(f"{name.upper()} must be 0, or 0.01 at least")
        if self.demo and (url.scheme == "https" or not _is_loopback(url.hostname or "")):
            problems.append("DEMO runs on a loopback address over http only: see PUBLIC_URL")
        if not self.demo:
            problems += self._production_problems()
        problems += self._provider_problems() + self._twilio_problems()
        return problems

    def _unreadable(self) -> list[str]:
        """Values that the parts which need them could not read: better now than at the first request."""
        problems = self._unreadable_addresses()
        try:
            Keys(self.keyset.get_secret_value())
        except TinkError:
            problems.append("KEYSET is not a Tink keyset; `luotsi keys init` makes one")
        try:
            self.networks()
        except ValueError as error:
            problems.append(f"METRICS_NETWORKS: {error}")
        try:
            catalogues.find(self.catalogues_dir)
        except catalogues.CatalogueError as error:
            problems.append(f"CATALOGUES_DIR: {error}")
        return problems

    def _unreadable_addresses(self) -> list[str]:
        """Who reads a wrong address later quotes a piece of it, and that may be of the password."""
        problems = []
        for name, schemes in _SCHEMES.items():
            value = getattr(self, name)
            text = value.get_secret_value() if value else ""
            if not text and not type(self).model_fields[name].is_required():
                continue
            if text.partition("://")[0] not in schemes:
                begins = " or ".join(f"{scheme}://" for scheme in schemes)
                problems.append(f"{name.upper()} must begin with {begins}")
            elif not _READS[name](text):
                problems.append(f"{name.upper()} {_UNREADABLE}")
        if self.twilio_api_url and not _names_a_server(self.twilio_api_url):
            problems.append(f"TWILIO_API_URL {_UNREADABLE}")
        return problems

    def networks(self) -> list[IPv4Network | IPv6Network]:
        """The networks that may read /metrics. Raises ValueError."""
        return [ip_network(part.strip()) for part in self.metrics_networks.split(",")]

    def _production_problems(self) -> list[str]:
        problems = [
            f"{name.upper()}=outbox belongs to the demo alone"
            for name in ("sms_provider", "mail_provider")
            if getattr(self, name) == "outbox"
        ]
        if self.twilio_api_url and not self.twilio_api_url.startswith("https://"):
            problems.append("TWILIO_API_URL must be https outside the demo")
        return problems

    def _provider_problems(self) -> list[str]:
        problems = []
        if self.sms_provider == "twilio":
            if not self.twilio_account_sid:
                problems.append("TWILIO_ACCOUNT_SID is missing")
            if not self.twilio_auth_token.get_secret_value():
                problems.append("TWILIO_AUTH_TOKEN is missing")
            if not (self.twilio_messaging_service_sid or self.twilio_from):
                problems.append("TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM is missing")
        if self.mail_provider == "smtp":
            if not self.smtp_url.get_secret_value():
                problems.append("SMTP_URL is missing")
            if not self.mail_from:
                problems.append("MAIL_FROM is missing")
        if self.mail_bounce and not is_return_address(self.mail_bounce):
            problems.append(f"MAIL_BOUNCE must be {RETURN_ADDRESS}")
        return problems

    def _twilio_problems(self) -> list[str]:
        problems = [
            f"{name.upper()} is not a name of Twilio's: lower-case letters, digits and hyphens"
            for name in ("twilio_region", "twilio_edge")
            # They become part of the host that gets the token.
            if not _LABEL.fullmatch(getattr(self, name))
        ]
        if self.twilio_region and not self.twilio_edge:
            problems.append("TWILIO_EDGE is missing: TWILIO_REGION needs one, as dublin for ie1")
        return problems

    @property
    def texts_can_be_answered(self) -> bool:
        """Whether STOP and START can be sent back: not to a sender that is a name. A messaging service has numbers."""
        is_name = any(letter.isalpha() for letter in self.twilio_from)
        return bool(self.twilio_messaging_service_sid) or not is_name

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def origin(self) -> str:
        return self.public_url.rstrip("/")


def _split(url: str) -> SplitResult:
    """The parts of an address; no parts where it cannot be read."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # read late by the standard library, and wrong there
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def _names_a_server(url: str) -> bool:
    """Whether a host is named, and the whole password was read as one: what is left over holds no @."""
    parts = _split(url)
    return bool(parts.hostname) and "@" not in parts.path + parts.query + parts.fragment


def _names_a_broker(url: str) -> bool:
    """The same, with the number of a database or none. Celery takes a semicolon for the end of one address of several."""
    number = _split(url).path.strip("/")
    return _names_a_server(url) and ";" not in url and (not number or number.isdecimal())


def _names_a_database(url: str) -> bool:
    """As SQLAlchemy reads it: it takes all but a second @, and no host means the socket of this machine."""
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        return False
    return url.count("@") <= 1


_READS = {
    "database_url": _names_a_database,
    "migration_database_url": _names_a_database,
    "broker_url": _names_a_broker,
    "smtp_url": _names_a_server,
}


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def load() -> Settings:
    """Read the settings and take them out of `os.environ`. Raises SettingsError with one line."""
    try:
        return peek()
    finally:
        for name in _ours():
            del os.environ[name]


def peek() -> Settings:
    """Read the settings and leave them, for a process that only starts others. Raises SettingsError."""
    _read_files()
    # The demo brings all its settings: a `.env` of the checkout must not reach into it.
    source = None if os.environ.get(f"{PREFIX}DEMO") else ".env"
    try:
        return Settings(_env_file=source)
    except ValidationError as error:
        raise SettingsError(_first_line(error)) from None


def _ours() -> list[str]:
    return [name for name in os.environ if name.startswith(PREFIX)]


def _read_files() -> None:
    """`LUOTSI_SECRET_KEY_FILE=/run/secrets/x` stands for the content of that file."""
    for name in _ours():
        if name.endswith(_FILE_SUFFIX):
            try:
                content = Path(os.environ[name]).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{name}: {error.strerror}") from None
            except UnicodeDecodeError:
                raise SettingsError(f"{name}: the file is not UTF-8 text") from None
            os.environ[name.removesuffix(_FILE_SUFFIX)] = content


def _first_line(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    name = PREFIX + str(first["loc"][0]).upper() if first["loc"] else ""
    reason = "is missing" if first["type"] == "missing" else first["msg"]
    if not name:
        return PREFIX + reason.removeprefix("Value error, ")
    return f"{name} {reason}"
