"""The emulator's own addresses, by which another process steers it. Twilio has none of these.

PUT  /_control/behaviour  {"to": "+358...|*|asked", "behaviour": {...} or [{...}, ...]}
PUT  /_control/storm      {"seed": 7, "timed_out": 0.02, ...}; an empty object: fair weather
POST /_control/text       {"url": "https://...", "from": "+358...", "body": "STOP"}
POST /_control/reset
GET  /_control/messages
"""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any

from webapp.embedded.twilio_behaviour import Behaviour
from webapp.embedded.twilio_posting import NotOnLoopback
from webapp.embedded.twilio_server import Answer, Asked
from webapp.embedded.twilio_storm import Storm

if TYPE_CHECKING:
    from webapp.embedded.twilio_emulator import TwilioEmulator


def controlled(emulator: TwilioEmulator, asked: Asked) -> Answer:
    """The answer to a request for one of the addresses above."""
    try:
        match asked.method, asked.path:
            case "PUT", "/_control/behaviour":
                return _behave(emulator, asked.json)
            case "PUT", "/_control/storm":
                given = asked.json
                emulator.storm(Storm.from_json(given) if given else None)
                return Answer(200, {"storm": bool(given)})
            case "POST", "/_control/text":
                return _text_in(emulator, asked.json)
            case "POST", "/_control/reset":
                emulator.reset()
                return Answer(200, {"reset": True})
            case "GET", "/_control/messages":
                seen = [one.as_seen_by_control() for one in emulator.messages()]
                return Answer(200, {"messages": seen, "creates": emulator.creates})
    except (KeyError, TypeError, ValueError) as error:
        return Answer(400, {"error": str(error)})
    return Answer(404, {"error": "no such control"})


def _behave(emulator: TwilioEmulator, given: Any) -> Answer:
    told = given["behaviour"]
    behaviours = [Behaviour.from_json(one) for one in (told if isinstance(told, list) else [told])]
    emulator.behave(str(given["to"]), *behaviours)
    return Answer(200, {"to": given["to"], "behaviours": len(behaviours)})


def _text_in(emulator: TwilioEmulator, given: Any) -> Answer:
    try:
        status, body = emulator.text_in(given["url"], given["from"], given["body"])
    except (NotOnLoopback, OSError, http.client.HTTPException) as error:
        return Answer(502, {"error": type(error).__name__})
    return Answer(200, {"status": status, "body": body})
