"""The simulated call over ConversationRelay: the WebSocket that a voice URL's answer names, opened and spoken over as Twilio does."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from api.terminal.client import Failed

ANSWER_S = 60.0


def over_a_socket(
    address: str, setup: Mapping[str, Any], signature: Mapping[str, str], agreeing: Callable[[], str], lines: Iterator[str]
) -> Mapping[str, str]:
    """Play the call until one side ends the connection. Returns what the URL for afterwards is told of that; {} when the caller hung up.

    `address`: where it is reached, as http; `setup`: the first message; `signature`: headers; `agreeing`: a yes, where one is asked for.
    Raises Failed.
    """
    target = f"ws{address.removeprefix('http')}"
    try:
        with connect(target, additional_headers=dict(signature), proxy=None) as line:
            line.send(json.dumps(setup))
            return _played(line, agreeing, lines)
    except InvalidStatus as error:
        raise Failed(f"the socket was refused: {error.response.status_code}; the service has another secret or another SLOTLINE_PUBLIC_URL") from None
    except (OSError, WebSocketException):
        raise Failed(f"the socket at {target} was lost") from None


def _played(line: ClientConnection, agreeing: Callable[[], str], lines: Iterator[str]) -> Mapping[str, str]:
    while True:
        said, end = _heard(line)
        if end is not None:
            return {"SessionStatus": "ended", **({"HandoffData": end["handoffData"]} if "handoffData" in end else {})}
        sys.stdout.write(f"agent   {said}\n")
        answer = agreeing() or next(lines, None)
        if answer is None:
            return {}
        sys.stdout.write(f"caller  {answer or '(silence)'}\n")
        keys = answer.replace(" ", "")
        if keys and set(keys) <= set("0123456789*#"):
            for key in f"{keys}#":
                line.send(json.dumps({"type": "dtmf", "digit": key}))
        elif answer:
            line.send(json.dumps({"type": "prompt", "voicePrompt": answer, "lang": "en-US", "last": True}))


def _heard(line: ClientConnection) -> tuple[str, dict[str, Any] | None]:
    """What is said next, to its last word; or the message that ends the connection."""
    said = ""
    while True:
        message = json.loads(line.recv(timeout=ANSWER_S))
        if message["type"] == "end":
            return said, message
        if message["type"] == "text":
            said += message["token"]
            if message["last"]:
                return said, None
