"""The wire under Twilio's SDK: time-outs, another host, and what each failure says about the message."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.response import Response
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from tasks.channels import (
    ConfigurationFault,
    OutcomeUnknown,
    PermanentFailure,
    SendingFailed,
    TemporaryFailure,
)

#: HTTP status first: Twilio advises against logic on its codes, which split and change.
#: What is not here: other 4xx permanent, 3xx configuration, all else unknown.
STATUS_FAULTS: Final[Mapping[int, str]] = {
    401: "not_authorised",
    403: "not_authorised",
    404: "no_such_account",
}

#: Then the code, where it says more. Codes of requests and of receipts alike.
CONFIGURATION_CODES: Final[Mapping[int, str]] = {
    20003: "not_authorised",
    20404: "no_such_account",
    21212: "sender_refused",
    21603: "sender_refused",
    21606: "sender_refused",
    21659: "sender_refused",
}
REASON_OF_CODE: Final[Mapping[int, str]] = {
    21211: "invalid_number",
    21217: "invalid_number",
    30005: "invalid_number",
    21614: "not_mobile",
    30006: "not_mobile",
    21610: "opted_out",
    21408: "country",
    21612: "no_route",
    21602: "text_refused",
    21617: "text_refused",
    30003: "unreachable",
    30008: "unreachable",
}


class TwilioHttp:
    """An HTTP client for `twilio.rest.Client`, with two time-outs and without the SDK's logging.

    Raises TemporaryFailure for 429 itself, since the SDK's exception loses the Retry-After header;
    any other status goes to the SDK, any failure of the connection is requests' own exception.
    """

    def __init__(self, api_url: str | None, timeout: tuple[float, float]) -> None:
        """`api_url` replaces scheme and host of each address; `timeout`: connect, read, in seconds."""
        self._base = urlsplit(api_url) if api_url else None
        self._timeout = timeout
        self._session = requests.Session()
        # A proxy of the environment must not stand between us and this same machine.
        host = self._base.hostname if self._base else None
        self._session.trust_env = host not in {"127.0.0.1", "localhost", "::1"}

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """The signature that the SDK calls; its own single time-out is not used."""
        answer = self._session.request(
            method,
            self._address(url),
            params=params,
            data=data,
            headers=headers,
            auth=auth,
            timeout=self._timeout,
            allow_redirects=allow_redirects,
        )
        if answer.status_code == 429:
            after = _seconds(answer.headers.get("Retry-After"))
            raise TemporaryFailure("too_many_requests", "20429", after, counts_as_attempt=False)
        return Response(answer.status_code, answer.text, answer.headers)

    def _address(self, url: str) -> str:
        if self._base is None:
            return url
        asked = urlsplit(url)
        path = self._base.path.rstrip("/") + asked.path
        return urlunsplit((self._base.scheme, self._base.netloc, path, asked.query, ""))


def failure_of(error: Exception) -> SendingFailed:
    """What is known after the SDK or the connection raised `error`. Unsure means unknown."""
    if isinstance(error, SendingFailed):
        return error
    if isinstance(error, TwilioRestException | TwilioServiceException):
        return _refusal(int(error.status), _number(error.code))
    if isinstance(error, TwilioException):
        # A list that could not be fetched: the SDK hands the answer over as the second argument.
        answer = error.args[1] if len(error.args) > 1 else None
        return _refusal(int(getattr(answer, "status_code", 0)), None)
    if isinstance(error, requests.exceptions.RequestException):
        return _lost(error)
    return OutcomeUnknown("answer_not_understood")


def reason_of_code(code: int | None) -> str:
    """The class of reason behind a Twilio code, of a refused request or of a receipt."""
    if code is None:
        return "refused"
    return CONFIGURATION_CODES.get(code) or REASON_OF_CODE.get(code, "refused")


def _refusal(status: int, code: int | None) -> SendingFailed:
    named = "" if code is None else str(code)
    if code is not None and code in CONFIGURATION_CODES and 300 <= status < 500:
        return ConfigurationFault(CONFIGURATION_CODES[code], named)
    if status in STATUS_FAULTS and code not in REASON_OF_CODE:
        return ConfigurationFault(STATUS_FAULTS[status], named or str(status))
    if 400 <= status < 500:
        return PermanentFailure(reason_of_code(code), named or str(status))
    if 300 <= status < 400:
        return ConfigurationFault("unexpected_redirect", str(status))
    return OutcomeUnknown("provider_fault", named or str(status))


def _lost(error: requests.exceptions.RequestException) -> SendingFailed:
    """Did the request leave? A connection that never came to be carried nothing."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return TemporaryFailure("connect_timeout")
    if isinstance(error, requests.exceptions.ReadTimeout):
        return OutcomeUnknown("read_timeout")
    if isinstance(error, requests.exceptions.ProxyError):
        return TemporaryFailure("proxy_refused")
    if isinstance(error, ValueError):
        # An address or a header that requests would not even try.
        return ConfigurationFault("bad_address")
    causes = tuple(_causes(error))
    if any(isinstance(cause, NewConnectionError | ConnectTimeoutError) for cause in causes):
        return TemporaryFailure("connect_failed")
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return ConfigurationFault("certificate_refused")
    return OutcomeUnknown("connection_lost")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and all that lies under it; urllib3 hides its own as an argument or `reason`."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, getattr(one, "reason", None), *one.args]


def _number(code: object) -> int | None:
    return int(code) if isinstance(code, int | str) and str(code).isdigit() else None


def _seconds(header: str | None) -> timedelta | None:
    return timedelta(seconds=int(header)) if header and header.isdigit() else None
