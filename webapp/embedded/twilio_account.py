"""The emulated account's memory: its messages as Twilio's API tells of them.

Sources: twilio.com/docs/messaging/api/message-resource, and for what is no longer told
twilio.com/docs/messaging/guides/privacy-message-redaction.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import urlencode

from casework.sms_segments import segments

API_VERSION: Final = "2010-04-01"
#: A receipt that comes late never takes a message back.
RANKS: Final = ("accepted", "queued", "sent", "undelivered", "failed", "delivered")
#: Only then may a message be deleted (error 20009).
FINAL: Final = frozenset({"undelivered", "failed", "delivered", "received"})
_IN_QUEUE: Final = frozenset({"accepted", "queued"})


@dataclass(frozen=True, slots=True)
class Retention:
    """What Twilio keeps of a message once it was sent: its text, and the recipient's whole number."""

    content: str = "retain"
    address: str = "retain"


RETAINED: Final = Retention()


@dataclass
class StoredMessage:
    """One message that Twilio took responsibility for."""

    sid: str
    account_sid: str
    to: str = field(repr=False)
    sender: str | None = field(repr=False)
    messaging_service_sid: str | None
    body: str = field(repr=False)
    status_callback: str | None
    validity_period: str | None
    created_at: datetime
    status: str = "queued"
    direction: str = "outbound-api"
    retention: Retention = RETAINED
    sent_at: datetime | None = None
    updated_at: datetime | None = None
    error_code: int | None = None
    callbacks: list[dict[str, Any]] = field(default_factory=list)

    @property
    def told_to(self) -> str:
        """The recipient as the API still tells it: the last four digits may be gone."""
        if self.retention.address != "obfuscate" or self.status in _IN_QUEUE:
            return self.to
        return f"{self.to[:-4]}XXXX"

    @property
    def told_body(self) -> str:
        gone = self.retention.content == "discard" and self.status not in _IN_QUEUE
        return "" if gone else self.body

    def as_json(self) -> dict[str, Any]:
        base = f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "api_version": API_VERSION,
            "body": self.told_body,
            "date_created": _rfc2822(self.created_at),
            "date_sent": _rfc2822(self.sent_at),
            "date_updated": _rfc2822(self.updated_at or self.created_at),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": None,
            "from": self.sender,
            "messaging_service_sid": self.messaging_service_sid,
            "num_media": "0",
            "num_segments": str(segments(self.body).count),
            "price": None,
            "price_unit": "USD",
            "status": self.status,
            "subresource_uris": {"media": f"{base}/Media.json"},
            "to": self.told_to,
            "uri": f"{base}.json",
        }

    def as_seen_by_control(self) -> dict[str, Any]:
        return self.as_json() | {
            "to": self.to,
            "body": self.body,
            "status_callback": self.status_callback,
            "validity_period": self.validity_period,
            "accepted_at": self.created_at.isoformat(),
            "callbacks": list(self.callbacks),
        }


class Account:
    """All messages of one account, oldest first. Safe between threads."""

    def __init__(self, sid: str, retention: Retention = RETAINED) -> None:
        """`retention`: what the account does with messages whose request says nothing of it."""
        self.sid = sid
        self._retention = retention
        self._lock = threading.Lock()
        self._messages: dict[str, StoredMessage] = {}

    def reset(self) -> None:
        with self._lock:
            self._messages.clear()

    def messages(self) -> list[StoredMessage]:
        with self._lock:
            return list(self._messages.values())

    def create(self, form: Mapping[str, str]) -> StoredMessage:
        service = form.get("MessagingServiceSid")
        message = StoredMessage(
            sid=f"SM{uuid.uuid4().hex}",
            account_sid=self.sid,
            to=form["To"],
            sender=form.get("From"),
            messaging_service_sid=service,
            body=form["Body"],
            status_callback=form.get("StatusCallback"),
            validity_period=form.get("ValidityPeriod"),
            created_at=datetime.now(UTC),
            status="accepted" if service else "queued",
            retention=Retention(
                form.get("ContentRetention", self._retention.content),
                form.get("AddressRetention", self._retention.address),
            ),
        )
        with self._lock:
            self._messages[message.sid] = message
        return message

    def take_in(self, form: Mapping[str, str]) -> None:
        """Keep a text that came in, as its webhook tells it."""
        now = datetime.now(UTC)
        message = StoredMessage(
            sid=form["MessageSid"],
            account_sid=self.sid,
            to=form["To"],
            sender=form["From"],
            messaging_service_sid=form.get("MessagingServiceSid"),
            body=form["Body"],
            status_callback=None,
            validity_period=None,
            created_at=now,
            status="received",
            direction="inbound",
            sent_at=now,
        )
        with self._lock:
            self._messages[message.sid] = message

    def get(self, sid: str) -> StoredMessage | None:
        with self._lock:
            return self._messages.get(sid)

    def delete(self, message: StoredMessage) -> bool:
        """False while the message is under way: then Twilio keeps it."""
        with self._lock:
            if message.status in FINAL:
                self._messages.pop(message.sid, None)
            return message.status in FINAL

    def redact(self, message: StoredMessage) -> None:
        with self._lock:
            message.body = ""
            message.updated_at = datetime.now(UTC)

    def advance(self, message: StoredMessage, status: str, error_code: int | None) -> None:
        with self._lock:
            if RANKS.index(status) > RANKS.index(message.status):
                message.status, message.error_code = status, error_code
                message.updated_at = datetime.now(UTC)
                if message.sent_at is None and status not in _IN_QUEUE | {"failed"}:
                    message.sent_at = message.updated_at

    def page(self, query: Mapping[str, str]) -> dict[str, Any]:
        """One page of the list, newest first, with the addresses of its neighbours."""
        found = [one for one in reversed(self.messages()) if _matches(one, query)]
        size = min(1000, max(1, int(query.get("PageSize", "50"))))
        number = max(0, int(query.get("Page", "0")))
        shown = found[number * size : (number + 1) * size]
        more = (number + 1) * size < len(found)
        return {
            "messages": [one.as_json() for one in shown],
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": max(0, number * size + len(shown) - 1),
            "uri": self._list_uri(query, number),
            "first_page_uri": self._list_uri(query, 0),
            "next_page_uri": self._list_uri(query, number + 1) if more else None,
            "previous_page_uri": self._list_uri(query, number - 1) if number else None,
        }

    def _list_uri(self, query: Mapping[str, str], page: int) -> str:
        asked = urlencode(dict(query) | {"Page": str(page)})
        return f"/{API_VERSION}/Accounts/{self.sid}/Messages.json?{asked}"


def _matches(message: StoredMessage, query: Mapping[str, str]) -> bool:
    if query.get("To") not in (None, message.told_to) or query.get("From") not in (
        None,
        message.sender,
    ):
        return False
    asked = {name: value for name, value in query.items() if name.startswith("DateSent")}
    if not asked:
        return True
    if message.sent_at is None:
        return False
    return all(_in_time(message.sent_at, name, value) for name, value in asked.items())


def _in_time(sent_at: datetime, name: str, value: str) -> bool:
    """Whole days where a day was given, moments where a moment was; 'DateSent>' includes its bound."""
    sent = sent_at.strftime("%Y-%m-%dT%H:%M:%SZ")[: len(value)]
    if name == "DateSent":
        return sent == value
    return sent >= value if name == "DateSent>" else sent <= value


def _rfc2822(at: datetime | None) -> str | None:
    return format_datetime(at) if at else None
