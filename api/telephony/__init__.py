"""Telephones: what a provider sends is turned into our turns, and our answers into what it speaks and does next.

How it works. `PROVIDERS` is the table: a provider is a file of its name here, and a line in it. A request is read (`posted.py`), verified by
the provider's own signature and handed to the turns (`switchboard.py`, `turning.py`); the answer says what follows (`replies.py`), and the
provider renders it (`provider.py` is the seam; `twiml.py` what those have in common that speak TwiML; `heard.py` what all share). Nothing of a
provider is loaded before it first asks. Where one speaks over a WebSocket instead (`SOCKETS`), `relay.py` is the door, and everything else the same.
"""

from collections.abc import Mapping

STEPS = ("voice", "turn", "status", "dialled", "queued", "connected", "partial", "amd", "fallback")
"""What may be asked for: the last part of the path. `docs/telephony/README.md` says what each is."""

PROVIDERS: Mapping[str, tuple[str, ...]] = {
    "twilio": STEPS,
    "signalwire": STEPS,
    "telnyx": STEPS,
    "jambonz": STEPS,
}

_OTHER_NAMES = {"/telephony/voice": ("twilio", "voice"), "/telephony/gather": ("twilio", "turn"), "/telephony/status": ("twilio", "status")}

PATHS: Mapping[str, tuple[str, str]] = {f"/{name}/{step}": (name, step) for name, steps in PROVIDERS.items() for step in steps} | _OTHER_NAMES
"""Every path, with its provider and what is asked for there."""

SOCKETS: Mapping[str, str] = {"/twilio/relay": "twilio", "/twilio/relay/": "twilio"}
"""Where a provider opens a WebSocket (`relay.py`); the same with a slash, which some add."""
