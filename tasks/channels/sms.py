"""SMS through Twilio's SDK, with what is known after each kind of failure.

Creating a message at Twilio is not idempotent, so the line between 'nothing left' and 'it may have
been sent' is drawn by where the connection failed.
Sources: twilio.com/docs/errors, twilio.com/docs/messaging/api/message-resource.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Final, Protocol, cast

from twilio.rest import Client

from casework.sms_segments import plain_sms
from tasks.channels import OutcomeUnknown, Outgoing, SendingFailed, TemporaryFailure
from tasks.channels.twilio_http import TwilioHttp, failure_of

DEFAULT_VALIDITY: Final = 4 * 3600
#: Twilio stamps whole seconds by its own clock, which may run a little behind ours.
_CLOCK_SLACK: Final = timedelta(seconds=5)
_PAGE_SIZE: Final = 100


class _Sent(Protocol):
    """What is read of Twilio's message; the SDK carries no types."""

    sid: str | None
    to: str | None
    body: str | None
    date_created: datetime | None


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
    ) -> None:
        """`sender`: a messaging service's sid (MG...) or a number or name; `public_url`: without a
        slash at its end, where Twilio's receipts come back to; `api_url`: scheme and host to speak to
        instead of api.twilio.com. Time-outs and validity in seconds; Twilio itself gives up on a
        request after about 30 s, so a shorter read time-out only makes more unknown outcomes."""
        _keep_libraries_quiet()
        http = TwilioHttp(api_url, (connect_timeout, read_timeout))
        self._messages = Client(account_sid, auth_token, http_client=http).messages
        self._sender = (
            {"messaging_service_sid": sender} if sender.startswith("MG") else {"from_": sender}
        )
        self._public_url = public_url.rstrip("/")
        self._validity_period = validity_period

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
        """The sid of a message that an earlier attempt may have sent after all, or None.

        Looks for the same recipient and text created at `since` (aware) or later. Texts are neutral,
        so two cases of one person read alike: `known` are sids that already belong to other
        attempts. Several left: the oldest. Ask a minute after the attempt, for Twilio lists with a
        delay. Raises TemporaryFailure, PermanentFailure or ConfigurationFault.
        """
        body = plain_sms(outgoing.body)
        failure: SendingFailed
        try:
            matches = [
                message
                for message in self._created_since(outgoing.to, since - _CLOCK_SLACK)
                if message.body == body and message.sid and message.sid not in known
            ]
        except SendingFailed as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - the SDK raises many kinds; asking sends nothing
            failure = failure_of(error)
        else:
            return matches[-1].sid if matches else None
        if isinstance(failure, OutcomeUnknown):
            failure = TemporaryFailure(failure.reason_class, failure.code)
        raise failure

    def _request(self, outgoing: Outgoing) -> dict[str, object]:
        validity = self._validity_period
        if outgoing.valid_for is not None:
            validity = max(1, int(outgoing.valid_for.total_seconds()))
        return {
            "to": outgoing.to,
            "body": plain_sms(outgoing.body),
            "status_callback": (f"{self._public_url}/hooks/twilio/status/{outgoing.attempt_id}"),
            "validity_period": validity,
            **self._sender,
        }

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


def _keep_libraries_quiet() -> None:
    """The SDK at INFO and urllib3 at DEBUG and WARNING log addresses with the number in the query."""
    logging.getLogger("twilio.http_client").setLevel(logging.WARNING)
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
