"""What the terminal commands know of the service: event streams however they are cut, and one clear line when something is wrong."""

import json
import random
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from api.cli import main
from api.terminal.client import Client, Failed, Parser

STREAM = (
    b": a comment\n"
    b"retry: 250\n\n"
    b'id: 1-0\ndata: {"n":1}\n\n'
    b'id:2-0\r\ndata:{"n":2}\r\n\r\n'
    b'id: 3-0\rdata: {"n":3}\r\r'
    b"data: two\ndata: lines\n\n"
    b"id: 4-0\n\n"
    b"id: 5\0\nretry: soon\nevent: other\nnonsense\ndata:  spaced\n\n"
    + 'data: {"say":"a\u2028b\u0085c"}\n\n'.encode()
    + b"id: 9-9\ndata: never finished\n"
)
READ = [
    ("1-0", b'{"n":1}'),
    ("2-0", b'{"n":2}'),
    ("3-0", b'{"n":3}'),
    ("3-0", b"two\nlines"),
    ("4-0", b" spaced"),
    ("4-0", '{"say":"a\u2028b\u0085c"}'.encode()),
]


def read(chunks: list[bytes]) -> tuple[list[tuple[str, bytes]], Parser]:
    parser = Parser()
    return [(parser.last_id, data) for chunk in chunks for data in parser.feed(chunk)], parser


def test_a_stream_is_read_the_same_however_it_is_cut() -> None:
    assert read([STREAM])[0] == READ
    assert read([STREAM[at : at + 1] for at in range(len(STREAM))])[0] == READ
    chance = random.Random(3)
    for _ in range(300):
        cuts = sorted(chance.sample(range(len(STREAM)), 9))
        assert read([STREAM[a:b] for a, b in zip([0, *cuts], [*cuts, len(STREAM)], strict=True)])[0] == READ


def test_retry_is_taken_only_when_it_is_a_number() -> None:
    assert read([STREAM])[1].retry_s == 0.25


def test_a_new_connection_drops_what_the_old_one_left_unfinished_and_keeps_the_last_whole_id() -> None:
    parser = Parser()
    assert list(parser.feed(b"id: 7-0\ndata: whole\n\nid: 8-0\ndata: ha")) == [b"whole"]
    parser.begin()
    assert parser.last_id == "7-0", "8-0 was never told, so it is to come again"
    assert list(parser.feed(b"data: next\n\n")) == [b"next"]


class Answers(BaseHTTPRequestHandler):
    """A service that answers everything alike."""

    status, body = 200, b"{}"

    def do_GET(self) -> None:
        self.send_response(self.status if self.path != "/health" else 200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        pass


@pytest.fixture
def answering() -> Iterator[tuple[type[Answers], str]]:
    class Mine(Answers):
        pass

    socketserver.TCPServer.allow_reuse_address = True
    with HTTPServer(("127.0.0.1", 0), Mine) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield Mine, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("command", [["call"], ["watch"], ["watch", "CA1"], ["call", "--script", "x.txt"]])
def test_when_nothing_answers_one_line_says_what_to_start(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--url", "http://127.0.0.1:9"]) == 1
    assert capsys.readouterr().err == "slotline: nothing answers at http://127.0.0.1:9; start the service with: slotline serve\n"


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://x", "http://", "http://a..b", f"http://{'a' * 80}.example"])
def test_an_address_that_is_none(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "--url", url]) == 1
    assert "--url must be an address such as" in capsys.readouterr().err


def test_a_refusal_is_told_with_its_field_and_without_a_trace(answering: tuple[type[Answers], str]) -> None:
    handler, url = answering
    client = Client(url)
    for status, problem, said in (
        (422, {"title": "A field is wrong.", "errors": [{"field": "callSid", "code": "bad_id"}]}, "A field is wrong. callSid: bad_id"),
        (401, {"title": "A token is needed."}, "A token is needed. (give one with --token-file)"),
    ):
        handler.status, handler.body = status, json.dumps(problem).encode()
        with pytest.raises(Failed) as failed:
            client.record("CA1")
        assert str(failed.value) == said
    handler.status, handler.body = 500, b"<html>"
    with pytest.raises(Failed, match="the service answered 500"):
        client.record("CA1")
    client.close()


def test_a_stream_that_is_refused_is_told(answering: tuple[type[Answers], str]) -> None:
    handler, url = answering
    handler.status, handler.body = 403, b'{"title": "This token may not do that."}'
    client = Client(url)
    with pytest.raises(Failed, match="may not do that"):
        list(client.events("CA1", Parser()))
    client.close()
