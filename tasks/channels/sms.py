"""SMS through Twilio's SDK, with what is known after each kind of failure.

Creating a message at Twilio is not idempotent, so the line between 'nothing left' and 'it may have
been sent' is drawn by where the connection failed.
Sources: twilio.com/docs/errors, twilio.com/docs/messaging/api/message-resource.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol, cast

from twilio.rest import Client

from casework.sms_segments import plain_sms
from tasks.channels import (
    OutcomeUnknown,
    Outgoing,
    PermanentFailure,
    SendingFailed,
)
from tasks.channels.twilio_http import (
    TwilioHttp,
    asked,
    failure_of,
    keep_libraries_quiet,
    unless_gone,
)

DEFAULT_VALIDITY: Final = 4 * 3600
#: Source: twilio.com/docs/api/errors/90007.
LONGEST_VALIDITY: Final = 36_000
#: Twilio stamps by its own clock, and ours may run ahead of it. Too much finds, at worst, a text of nobody's attempt,
#: and a person calls; too little sends twice.
_CLOCK_SLACK: Final = timedelta(minutes=15)
_PAGE_SIZE: Final = 100
#: So many of the newest messages show whether the account masks numbers by itself.
_NEWEST: Final = 50
#: A name of a sender may begin with the same letters.
_SERVICE: Final = re.compile(r"MG[0-9a-fA-F]{32}")
_SID: Final = re.compile(r"[A-Za-z0-9]{1,64}")
#: The SDK would read a region of its own out of the environment, and send the token there.
_NO_ENVIRONMENT: Final = {"TWILIO_REGION": "", "TWILIO_EDGE": ""}


class _Sent(Protocol):
    """What is read of Twilio's message; the SDK carries no types."""

    sid: str | None
    to: str | None
    body: str | None
    status: str | None
    error_code: int | None
    date_created: datetime | None


@dataclass(frozen=True, slots=True)
class Retention:
    """What Twilio is to keep of a message once it was sent; '' leaves it to the account's own setting.

    Source: twilio.com/docs/messaging/guides/privacy-message-redaction (the account must have it).
    """

    content: Literal["", "retain", "discard"] = ""
    address: Literal["", "retain", "obfuscate"] = ""


AS_THE_ACCOUNT: Final = Retention()


class TwilioSms:
    """One account and one sender. Safe to share between the threads of a worker."""

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        sender: str,
        public_url: str,
        api_url: str | None = None,
        connect_timeout: float = 5,
        read_timeout: float = 31,
        validity_period: int = DEFAULT_VALIDITY,
        region: str = "",
        edge: str = "",
        retention: Retention = AS_THE_ACCOUNT,
    ) -> None:
        """`sender`: a messaging service's sid (MG...) or a number or name; `public_url`: without a
        slash at its end, where Twilio's receipts come back to; `api_url`: scheme and host to speak to
        instead of api.twilio.com, whatever `region` and `edge` are. Time-outs and validity in seconds;
        Twilio itself gives up on a request after about 30 s, so a shorter read time-out only makes
        more unknown outcomes."""
        http = TwilioHttp(api_url, (connect_timeout, read_timeout))
        client = Client(
            account_sid,
            auth_token,
            http_client=http,
            region=region or None,
            edge=edge or None,
            environment=_NO_ENVIRONMENT,
        )
        self._messages: Any = client.messages
        keep_libraries_quiet()
        is_service = _SERVICE.fullmatch(sender) is not None
        self._sender = {"messaging_service_sid" if is_service else "from_": sender}
        self._public_url = public_url.rstrip("/")
        self._validity_period = validity_period
        self._retention = retention

    def send(self, outgoing: Outgoing) -> str:
        """Twilio's message sid (SM...). The receipts' address carries our attempt id, so a receipt
        finds its row even when this answer is lost. Raises as `Channel.send`."""
        request = self._request(outgoing)
        failure: SendingFailed
        try:
            message = cast(_Sent, self._messages.create(**request))
        except SendingFailed as known:
            failure = known
        except Exception as error:  # noqa: BLE001 - any surprise after the call began is an unknown
            failure = failure_of(error)
        else:
            if message.sid:
                return message.sid
            failure = OutcomeUnknown("answer_not_understood")
        # Raised outside the handler: Twilio's own exception quotes the number and must not ride along.
        raise failure

    def find(
        self, outgoing: Outgoing, since: datetime, known: Collection[str] = frozenset()
    ) -> str | None:
        """The sid of a message that an earlier attempt may have sent after all; None: there is none.

        Looks for the same recipient and text created at `since` (aware) or later. Texts are neutral,
        so two cases of one person read alike: `known` are sids that already belong to other
        attempts. Several left: the oldest. Ask a minute after the attempt, for Twilio lists with a
        delay. Raises PermanentFailure 'cannot_be_asked' where Twilio no longer tells numbers or texts
        and so cannot say no; TemporaryFailure or ConfigurationFault as ever.
        """
        return asked(lambda: self._found(outgoing, since - _CLOCK_SLACK, known))

    def status(self, provider_id: str) -> tuple[str, str] | None:
        """Twilio's word for how a message fares and its error code ('' for none); None: no such message.

        A message that another region or account took is none. Raises as `find`.
        """
        if not _SID.fullmatch(provider_id):
            return None
        message = asked(lambda: unless_gone(self._messages(provider_id).fetch))
        if message is None:
            return None
        return message.status or "", str(message.error_code or "")

    def forget(self, provider_id: str) -> None:
        """Delete Twilio's copy of a message that went or came; one that is gone already is no failure.

        Raises TemporaryFailure 'in_flight' while the message is on its way, else as `find`.
        Source: twilio.com/docs/messaging/api/message-resource#delete-a-message-resource.
        """
        if _SID.fullmatch(provider_id):
            asked(lambda: unless_gone(self._messages(provider_id).delete))

    def _request(self, outgoing: Outgoing) -> dict[str, object]:
        kept = {
            "content_retention": self._retention.content,
            "address_retention": self._retention.address,
        }
        return {
            "to": outgoing.to,
            "body": plain_sms(outgoing.body),
            "status_callback": f"{self._public_url}/hooks/twilio/status/{outgoing.attempt_id}",
            "validity_period": self._validity(outgoing.valid_for),
            **self._sender,
            **{name: choice for name, choice in kept.items() if choice},
        }

    def _validity(self, valid_for: timedelta | None) -> int:
        """Whole seconds, never more than was given: it may be the end of the person's safe hours."""
        if valid_for is None:
            return self._validity_period
        seconds = min(int(valid_for.total_seconds()), LONGEST_VALIDITY)
        if seconds < 1:
            raise PermanentFailure("too_late")
        return seconds

    def _found(self, outgoing: Outgoing, since: datetime, known: Collection[str]) -> str | None:
        body = plain_sms(outgoing.body)
        others = [
            message
            for message in self._created_since(outgoing.to, since)
            if message.sid and message.sid not in known
        ]
        ours = [message.sid for message in others if message.body == body]
        if ours:
            return ours[-1]
        # A text that Twilio has discarded or changed, or that we word otherwise by now, may be ours all the same; and a
        # number that it has masked is not listed.
        if others or self._masked():
            raise PermanentFailure("cannot_be_asked")
        return None

    def _masked(self) -> bool:
        """Whether numbers of sent messages end in XXXX: by our own wish, or by the account's."""
        if self._retention.address:
            return self._retention.address == "obfuscate"
        newest = map(_as_sent, self._messages.page(page_size=_NEWEST))
        return any("X" in (message.to or "") for message in newest)

    def _created_since(self, to: str, since: datetime) -> Iterator[_Sent]:
        """Newest first. Twilio's date filter would pass over what is not sent yet, so the pages are
        read until one holds nothing young enough; a little disorder within pages does no harm."""
        page = self._messages.page(to=to, page_size=_PAGE_SIZE)
        while page is not None:
            young = [
                message
                for message in map(_as_sent, page)
                if message.date_created is None or message.date_created >= since
            ]
            yield from young
            page = page.next_page() if young else None


def _as_sent(message: object) -> _Sent:
    return cast(_Sent, message)
