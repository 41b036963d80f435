"""Voice platforms, each with the real `openai` client and what it sends of itself; and a service behind a real port for them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import httpx
import openai

from api.app import Service
from api.serve import bound
from api.server import Server
from tests.api.services import settings
from tests.chat.reading import Answer
from tests.patience import PATIENCE_S

SAMPLES: dict[str, Any] = json.loads((Path(__file__).parent / "samples" / "chat_completions.json").read_text("utf-8"))
FIRM = Path(__file__).with_name("firm.toml")
TOKEN = "integration-token-012345678"
SUE = "supervisor-token-0123456789"
TOKENS = f"{TOKEN}:integration,{SUE}:supervisor:sue"
PERSON = "+12025550101"
"""Of the business's file."""
Kind = Literal["vapi", "elevenlabs", "livekit", "pipecat"]
KINDS: tuple[Kind, ...] = ("vapi", "elevenlabs", "livekit", "pipecat")


class House:
    """A service behind a real port, and whoever speaks with it."""

    def __init__(self, url: str, service: Service | None = None) -> None:
        self.url, self.service = url, service
        self.http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {SUE}"}, timeout=PATIENCE_S, trust_env=False)
        """Sue, at the service."""
        self._clients: dict[str, openai.OpenAI] = {}

    def rings(self, kind: "Kind" = "livekit", sid: str = "CA00000000000000000000000000001001", token: str = TOKEN, **options: Any) -> "Platform":
        """A call that comes over a platform."""
        if token not in self._clients:
            self._clients[token] = openai.OpenAI(base_url=f"{self.url}/v1", api_key=token, max_retries=0, timeout=PATIENCE_S)
        return Platform(self._clients[token], kind, sid, **options)

    def posts(self, body: Any, headers: dict[str, str] | None = None, path: str = "/v1/chat/completions") -> httpx.Response:
        """A request as it is, with the right key unless `headers` say otherwise."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", **(headers or {})}
        return self.http.post(path, content=content, headers=sent)

    def record(self, sid: str) -> Any:
        return self.http.get(f"/calls/{sid}").raise_for_status().json()

    def lines(self, sid: str) -> list[str]:
        return [line["message"] for line in self.record(sid)["history"]]

    def told(self, sid: str) -> list[Any]:
        found: list[Any] = self.http.get(f"/calls/{sid}", params={"events": 1}).json()["events"]
        return found

    def do(self, sid: str, deed: str, **more: str) -> None:
        self.http.post(f"/calls/{sid}/{deed}", json={"agentId": "sue", **more}).raise_for_status()

    def edit(self, sid: str, **fields: str) -> None:
        self.http.patch(f"/calls/{sid}", json=fields).raise_for_status()

    def close(self) -> None:
        self.http.close()
        for client in self._clients.values():
            client.close()


@contextmanager
def house_at(url: str, service: Service | None = None) -> Iterator[House]:
    house = House(url, service)
    try:
        yield house
    finally:
        house.close()


@contextmanager
def answering(**given: Any) -> Iterator[House]:
    """A service behind a real port, in a thread."""
    service, up = Service(settings(business=FIRM, tokens=TOKENS, **given)), threading.Event()
    server = Server(service, told=up.set)
    with bound("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        assert up.wait(PATIENCE_S), "the service did not start"
        try:
            with house_at(f"http://127.0.0.1:{listening.getsockname()[1]}", service) as house:
                yield house
        finally:
            server.should_exit = True
            thread.join(PATIENCE_S)


def tools_of(kind: Kind) -> list[Any]:
    """The tools that a platform offers, as in its sample."""
    found = next(one["body"].get("tools", []) for one in SAMPLES["requests"] if one["name"] == ("livekit" if kind == "pipecat" else kind))
    tools: list[Any] = json.loads(json.dumps(found).replace("+61255509999", PERSON))
    return tools


class Platform:
    """One call that comes over a platform: the whole conversation is sent each time."""

    def __init__(self, client: openai.OpenAI, kind: Kind, sid: str, *, stream: bool = True, tools: list[Any] | None = None) -> None:
        """`tools`: None offers those of the platform."""
        self.client, self.kind, self.sid, self.stream = client, kind, sid, stream
        self.tools = tools_of(kind) if tools is None else tools
        self.messages: list[Any] = [
            {"role": "system", "content": "You are a pirate. (the platform's prompt: nobody here reads it)"},
            {"role": "assistant", "content": "Hello, may I have your name?"},
        ]

    def say(self, *wordings: str) -> Answer:
        """The caller's next words, asked about in each of these wordings; the answer to the last stays."""
        for words in wordings[:-1]:
            self.ask([*self.messages, {"role": "user", "content": words}])
        return self.goes_on(wordings[-1])

    def goes_on(self, words: str) -> Answer:
        self.messages.append({"role": "user", "content": words})
        heard = self.ask(self.messages)
        said: dict[str, Any] = {"role": "assistant", "content": heard.text}
        if heard.tool:
            call = {"id": heard.tool_id, "type": "function", "function": {"name": heard.tool, "arguments": json.dumps(heard.arguments)}}
            said["tool_calls"] = [call]
        self.messages.append(said)
        return heard

    def all_said(self, *turns: str) -> Answer:
        for words in turns:
            heard = self.goes_on(words)
        return heard

    def instead(self, words: str) -> Answer:
        """The newest turn in other words."""
        while self.messages.pop()["role"] != "user":
            pass
        return self.goes_on(words)

    def ask(self, messages: list[Any]) -> Answer:
        """One request, read by the client."""
        more: dict[str, Any] = {"tools": self.tools} if self.tools else {}
        more |= self._names()
        if not self.stream:
            return _whole(self.client.chat.completions.create(model="agent", messages=messages, **more))
        return _streamed(self.client.chat.completions.create(model="agent", messages=messages, stream=True, **more))

    def _names(self) -> dict[str, Any]:
        """What names the call, and who calls whom."""
        match self.kind:
            case "vapi":
                call = {"id": f"vapi {self.sid}", "type": "inboundPhoneCall", "phoneCallProvider": "twilio", "phoneCallProviderId": self.sid}
                customer, number = {"number": "+12025550143"}, {"number": "+12025550100"}
                return {"temperature": 0.5, "extra_body": {"call": call, "customer": customer, "phoneNumber": number, "metadata": {}}}
            case "elevenlabs":
                return {"extra_body": {"elevenlabs_extra_body": {"system__call_sid": self.sid, "system__caller_id": "+12025550143"}}}
            case "livekit":
                usage = {"stream_options": {"include_usage": True}} if self.stream else {}
                return {"extra_headers": {"X-Call-Id": self.sid}, "user": "room 1", "parallel_tool_calls": False, **usage}
            case "pipecat":
                return {"user": self.sid, "metadata": {"from": "+12025550143", "to": "+12025550100"}}


def _streamed(stream: Any) -> Answer:
    """As LiveKit and Pipecat put a stream together."""
    text = tool = tool_id = arguments = finish = ""
    for chunk in stream:
        if not chunk.choices:
            assert chunk.usage is not None
            continue
        choice = chunk.choices[0]
        assert not finish, "something came after the end"
        text += choice.delta.content or ""
        for call in choice.delta.tool_calls or ():
            assert not choice.delta.content
            tool, tool_id = call.function.name or tool, call.id or tool_id
            arguments += call.function.arguments or ""
        finish = choice.finish_reason or ""
    return Answer(text=text, tool=tool, tool_id=tool_id, arguments=json.loads(arguments) if arguments else {}, finish=finish)


def _whole(completion: Any) -> Answer:
    choice = completion.choices[0]
    call = next(iter(choice.message.tool_calls or ()), None)
    return Answer(
        text=choice.message.content or "",
        tool=call.function.name if call else "",
        tool_id=call.id if call else "",
        arguments=json.loads(call.function.arguments) if call else {},
        finish=choice.finish_reason,
    )
