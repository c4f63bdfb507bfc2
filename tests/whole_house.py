"""The settings of a whole house whose servers and outside world run beside it on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import SecretStr

from tests.conftest import SECRET
from webapp.config import Settings
from webapp.embedded.postgres import EmbeddedPostgres
from webapp.embedded.process import free_port
from webapp.embedded.twilio_emulator import ACCOUNT_SID, AUTH_TOKEN, TwilioEmulator
from webapp.embedded.valkey import EmbeddedValkey
from webapp.store.crypto import new_keyset


def house_settings(
    postgres: EmbeddedPostgres,
    valkey: EmbeddedValkey,
    twilio: TwilioEmulator,
    mail_url: str,
    folder: Path,
    **changes: Any,
) -> tuple[Settings, int]:
    """Demo mode, for the emulator speaks no TLS; and the web server's port, which receipts come back to."""
    port = free_port()
    settings = Settings(
        database_url=SecretStr(postgres.app_url),
        migration_database_url=SecretStr(postgres.owner_url),
        broker_url=SecretStr(valkey.url),
        secret_key=SecretStr(SECRET),
        keyset=SecretStr(new_keyset()),
        public_url=f"http://localhost:{port}",
        twilio_api_url=twilio.url,
        twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=SecretStr(AUTH_TOKEN),
        twilio_from="+15005550006",
        smtp_url=SecretStr(mail_url),
        mail_from="luotsi@example.org",
        mail_bounce="bounces@example.org",
        state_dir=folder / "state",
        demo=True,
        **changes,
    )
    return settings, port
