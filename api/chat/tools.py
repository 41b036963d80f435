"""The platform's own tools, for what words cannot do: put the caller through, and hang up.

Only a tool that the request offers is called, and only when all that it asks for can be filled in. What it is called and what it asks for differs
from platform to platform; both are known by their names, in any case, with or without "_" and "-". Where a tool asks for the words that are to be
said to the caller, they go into it and are not said before. A number is that of the business's file, or one that the tool itself lists; never one
that somebody said.
Sources: Vapi, "Default tools"; ElevenLabs, "System tools"; LiveKit and Pipecat workers name theirs themselves.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

HANG_UP = frozenset({"endcall", "hangup", "hangupcall", "endconversation", "terminatecall"})
TRANSFER = frozenset(
    {"transfercall", "transfertonumber", "transfertohuman", "transfertoperson", "transfer", "forwardcall", "handoff", "handofftohuman", "escalate"}
)
_NUMBER = frozenset({"destination", "transfernumber", "phonenumber", "number", "to", "target"})
_SAID = frozenset({"message", "clientmessage"})
_BRIEF = frozenset({"agentmessage", "summary", "notes", "context"})


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool is called with."""

    number: str = ""
    """Whom to put the caller through to, E.164; "" for nobody."""
    reason: str
    said: str
    """The words to the caller."""
    brief: str = ""
    """The words to the person."""


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    arguments: str
    """A JSON object, as text."""
    says: bool
    """Whether the words to the caller stand in it."""


def called(tools: Sequence[Any], names: frozenset[str], wish: Wish) -> ToolCall | None:
    """The first of the tools that goes by one of `names` and can be filled in."""
    for tool in tools:
        function = tool.get("function") if isinstance(tool, Mapping) else None
        name = function.get("name") if isinstance(function, Mapping) else None
        if not isinstance(function, Mapping) or not isinstance(name, str) or _plain(name) not in names:
            continue
        if (arguments := _arguments(function.get("parameters"), wish)) is not None:
            said = any(_plain(one) in _SAID for one in arguments)
            return ToolCall(name=name, arguments=json.dumps(arguments, ensure_ascii=False), says=said)
    return None


def _arguments(parameters: Any, wish: Wish) -> dict[str, str] | None:
    """What a tool is given, by the JSON schema of its parameters; None when it wants what nobody knows."""
    schema = parameters if isinstance(parameters, Mapping) else {}
    properties, required = schema.get("properties"), schema.get("required")
    wanted = [str(one) for one in required] if isinstance(required, list) else []
    found: dict[str, str] = {}
    for name, form in properties.items() if isinstance(properties, Mapping) else ():
        value = _value(str(name), form if isinstance(form, Mapping) else {}, wish, required=name in wanted)
        if value:
            found[str(name)] = value
        elif name in wanted:
            return None
    return found if all(name in found for name in wanted) else None


def _value(name: str, form: Mapping[str, Any], wish: Wish, *, required: bool) -> str:
    """The value for one parameter; "" for none."""
    kind, listed = form.get("type", "string"), form.get("enum")
    if kind != "string" and not (isinstance(kind, list) and "string" in kind):
        return ""
    plain, choices = _plain(name), [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    if plain in _NUMBER:
        return wish.number if wish.number and (not choices or wish.number in choices) else next(iter(choices), "")
    if plain in _SAID:  # otherwise the words are spoken before
        return wish.said if required else ""
    value = (wish.brief or wish.reason) if plain in _BRIEF else wish.reason if required or plain == "reason" else ""
    return value if not choices or value in choices else choices[0] if required else ""


def _plain(name: str) -> str:
    return re.sub("[^a-z]", "", name.lower())
