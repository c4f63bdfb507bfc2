"""What Twilio says of a request before anything else, and what it tells of a text that came in.

Sources: twilio.com/docs/api/errors, twilio.com/docs/messaging/guides/webhook-request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from casework.sms_segments import segments
from webapp.embedded.twilio_account import API_VERSION
from webapp.embedded.twilio_server import Answer

#: Twilio's own test sender; texts that come in are to this number unless told otherwise.
OUR_NUMBER: Final = "+15005550006"
LONGEST_VALIDITY: Final = 36_000
_E164: Final = re.compile(r"\+[1-9]\d{6,14}")


def error(status: int, code: int, message: str) -> Answer:
    """A refusal as Twilio words it."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Answer(status, {"code": code, "message": message, "more_info": more, "status": status})


def wrong(form: Mapping[str, str], privacy: bool) -> Answer | None:
    """Why this message is not created, or None. `privacy`: the account may use message redaction."""
    if not form.get("To"):
        return error(400, 21604, "A 'To' phone number is required.")
    if not form.get("From") and not form.get("MessagingServiceSid"):
        return error(400, 21603, "A 'From' phone number is required.")
    if not form.get("Body"):
        return error(400, 21602, "Message body is required.")
    if len(form["Body"]) > 1600:
        return error(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    if not _E164.fullmatch(form["To"]):
        return error(400, 21211, f"Invalid 'To' Phone Number: {form['To']}")
    return _wrong_choice(form, privacy)


def _wrong_choice(form: Mapping[str, str], privacy: bool) -> Answer | None:
    validity = form.get("ValidityPeriod", "1")
    if not validity.isdigit() or not 1 <= int(validity) <= LONGEST_VALIDITY:
        return error(400, 90007, "Invalid validity period value")
    for name, code, choices in (
        ("ContentRetention", 30029, {"retain", "discard"}),
        ("AddressRetention", 30030, {"retain", "obfuscate"}),
    ):
        if name in form and (not privacy or form[name] not in choices):
            return error(400, code, f"Invalid {name}")
    return None


def inbound_form(account_sid: str, sid: str, from_: str, body: str) -> dict[str, str]:
    """The parameters of the webhook for a text from a Finnish number. Source: webhook-request."""
    places = {f"{who}{what}": "" for who in ("To", "From") for what in ("City", "State", "Zip")}
    return places | {
        "AccountSid": account_sid,
        "ApiVersion": API_VERSION,
        "Body": body,
        "From": from_,
        "FromCountry": "FI",
        "MessageSid": sid,
        "NumMedia": "0",
        "NumSegments": str(segments(body).count),
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "SmsStatus": "received",
        "To": OUR_NUMBER,
        "ToCountry": "FI",
    }
