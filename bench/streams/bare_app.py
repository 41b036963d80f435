"""What uvicorn itself costs: an ASGI application that greets each reader and sends everyone what is posted, with nothing in between. No Redis, no ids
that last, no tokens, nobody who lags. What an ASGI server on Python gives, this is the most of it.
"""

from starlette.types import Receive, Scope, Send

HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")]
readers: dict[Send, None] = {}
count = 0


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    if scope["method"] == "POST":
        await told((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": b"retry: 1000\n\n", "more_body": True})
    readers[send] = None
    while (await receive())["type"] != "http.disconnect":
        pass
    del readers[send]


async def told(data: bytes) -> None:
    global count
    count += 1
    message = {"type": "http.response.body", "body": b"id: %d\ndata: %b\n\n" % (count, data), "more_body": True}
    for send in list(readers):
        await send(message)
