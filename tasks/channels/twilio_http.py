"""The wire under Twilio's SDK: time-outs, another host, silence in the logs, and what each failure says."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from http.client import HTTPException
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit, urlunsplit

import requests
import structlog
from requests.adapters import HTTPAdapter
from twilio.http.response import Response
from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from casework.refusals import Kind, refusal_of_answer
from tasks.channels import (
    ConfigurationFault,
    OutcomeUnknown,
    PermanentFailure,
    SendingFailed,
    TemporaryFailure,
)

log = structlog.get_logger()

#: No provider makes us wait longer than this, whatever it asks for.
LONGEST_WAIT: Final = timedelta(hours=1)
#: A message may be deleted once it is final; Twilio says to wait some minutes (error 20009).
IN_FLIGHT_WAIT: Final = timedelta(minutes=10)
_GONE: Final = frozenset({404, 410})
#: What Twilio answers to a deletion before the message is final. The code is documented, its status is not.
#: Source: twilio.com/docs/api/errors/20009.
_NOT_COMPLETE, _CONFLICT = 20009, 409
_Answer = TypeVar("_Answer")


class Refused(Exception):
    """An answer other than success: its real HTTP status, and Twilio's code where it tells one."""

    def __init__(self, status: int, code: int | None) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code


class _Connection(HTTPSConnection):
    """One of which is told apart whether it ever stood.

    urllib3 tells of a handshake that was cut as of an answer that was cut. The request is written only once `connect`
    has come back, and no request that was begun goes on over another connection.
    """

    auto_open = 0

    def connect(self) -> None:
        """Raises ConnectTimeoutError or NewConnectionError where nothing of a request can have left, and what it is
        where the certificate proves nothing."""
        try:
            super().connect()
        except ssl.SSLCertVerificationError:
            raise
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no handshake in time") from error
        except (OSError, HTTPException) as error:
            # The latter from a proxy that is asked for the way.
            raise NewConnectionError(self, f"no handshake: {type(error).__name__}") from error


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection


class _Adapter(HTTPAdapter):
    """requests' own, with connections of that kind, through a proxy too."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _tell_apart(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        return _tell_apart(super().proxy_manager_for(*args, **kwargs))


def _tell_apart(manager: Any) -> Any:
    manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "https": _Pool}
    return manager


class TwilioHttp:
    """An HTTP client for `twilio.rest.Client`, with two time-outs and without the SDK's logging.

    Raises TemporaryFailure for 429, and for any other refusal an exception of its own: the SDK's loses the
    Retry-After header and, for one form of answers, takes the status out of the body. Any failure of the connection
    is requests' own exception.
    """

    def __init__(self, api_url: str | None, timeout: tuple[float, float]) -> None:
        """`api_url` replaces scheme and host of each address; `timeout`: connect, read, in seconds."""
        self._base = urlsplit(api_url) if api_url else None
        self._timeout = timeout
        self._session = requests.Session()
        self._session.mount("https://", _Adapter())
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
        if not 200 <= answer.status_code < 300:
            raise Refused(answer.status_code, _code_in(answer.text))
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
    if isinstance(error, Refused):
        return _refusal(error.status, error.code)
    if isinstance(error, requests.exceptions.RequestException):
        return _lost(error)
    return OutcomeUnknown("answer_not_understood")


def asked(call: Callable[[], _Answer]) -> _Answer:
    """What the call says; its failures without Twilio's own words. Asking and deleting may be
    repeated, so that an answer was lost is a failure for now."""
    failure: SendingFailed
    try:
        return call()
    except SendingFailed as known:
        failure = known
    except Exception as error:  # noqa: BLE001 - the SDK raises many kinds; asking sends nothing
        failure = failure_of(error)
    if isinstance(failure, OutcomeUnknown):
        failure = TemporaryFailure(failure.reason_class, failure.code)
    raise failure


def unless_gone(call: Callable[[], Any]) -> Any:
    """The call's answer about one message, None where Twilio has it no more."""
    try:
        return call()
    except Refused as error:
        status, code = error.status, error.code
    if status in _GONE:
        return None
    if status == _CONFLICT or code == _NOT_COMPLETE:
        raise TemporaryFailure("in_flight", "20009", IN_FLIGHT_WAIT, counts_as_attempt=False)
    raise _refusal(status, code)


def keep_libraries_quiet() -> None:
    """No word from the libraries below, at any level: they log addresses with the number in the query.

    A filter, since levels and `disabled` are changed by whoever sets logging up later.
    """
    for name in tuple(logging.root.manager.loggerDict):
        if name.split(".")[0] in {"twilio", "urllib3"}:
            logging.getLogger(name).addFilter(_nothing)


def _nothing(record: logging.LogRecord) -> bool:
    return False


def _refusal(status: int, code: int | None) -> SendingFailed:
    refusal = refusal_of_answer(status, code)
    if not refusal.known:
        log.warning("provider_code_unknown", provider="twilio", code=refusal.code)
    match refusal.kind:
        case Kind.CONFIGURATION:
            return ConfigurationFault(refusal.reason, refusal.code)
        case Kind.SLOW_DOWN:
            return TemporaryFailure(refusal.reason, refusal.code, counts_as_attempt=False)
        case Kind.UNKNOWN:
            return OutcomeUnknown(refusal.reason, refusal.code)
    return PermanentFailure(refusal.reason, refusal.code)


def _lost(error: requests.exceptions.RequestException) -> SendingFailed:
    """Did the request leave? A connection that never came to be, its handshake included, carried nothing."""
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


def _code_in(body: str) -> int | None:
    """Twilio's own code in the body of a refusal; None where there is none, as in the pages of what lies between."""
    try:
        told = json.loads(body)
    except ValueError:
        return None
    code = told.get("code") if isinstance(told, dict) else None
    digits = str(code)[:9]
    return int(digits) if digits.isascii() and digits.isdigit() else None


def _seconds(header: str | None) -> timedelta | None:
    if not header or not header.isascii() or not header.isdigit():
        return None
    return timedelta(seconds=min(int(header[:9]), LONGEST_WAIT.total_seconds()))
