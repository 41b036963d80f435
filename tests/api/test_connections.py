"""What holds before a request is read: heads, bodies, deadlines, numbers; over raw connections to a real port."""

import json
from collections.abc import Iterator

import pytest

from api.http_protocol import FIELD_BYTES, FIELDS, HEAD_BYTES, PIPELINED, URL_BYTES
from api.turned_away import DISCARDED_BYTES
from tests.api.lines import GET, HANDSHAKE, KEY, LAST, POST, SOCKET, Line, Served, doors
from tests.patience import until

CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with doors() as served:
        yield served


UNREADABLE = {
    "noise": b"\x00\x01\x02 hello\r\n\r\n",
    "TLS": bytes.fromhex("16030100c8010000c40303") + b"x" * 200,
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no such version": b"GET / HTTP/1.7\r\nHost: here\r\n\r\n",
    "no such method": b"NICE / HTTP/1.1\r\nHost: here\r\n\r\n",
    "a tunnel": b"CONNECT here:80 HTTP/1.1\r\nHost: here\r\n\r\n",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "length and chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "an odd encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunks, then something": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "a length below nothing": POST + b"Content-Length: -2\r\n\r\n{}",
    "a length that is none": POST + b"Content-Length: 2x\r\n\r\n{}",
    "a chunk that is none": CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n",
    "a chunk that is longer than it says": CHUNKED + b"1\r\n{}\r\n0\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\nHost: here\n\n",
    "a space in a name": GET + b"X Y: z\r\n\r\n",
    "a space before the colon": GET + b"X : z\r\n\r\n",
    "NUL in a value": GET + b"X: a\x00b\r\n\r\n",
    "a folded value": GET + b"X: a\r\n b\r\n\r\n",
    "letters beyond ASCII in the address": b"GET /h\xc3\xa4 HTTP/1.1\r\nHost: here\r\n\r\n",
    "another host in the address": GET.replace(b"/ ", b"http://there/ ") + b"\r\n",
    "more than a host in the address": GET.replace(b"/ ", b"http://me@here/ ") + b"\r\n",
    "a port in the address alone": GET.replace(b"/ ", b"http://here:80?/ ") + b"\r\n",
    "a host in the address alone": b"GET http://here/ HTTP/1.0\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": GET + b"Host: there\r\n\r\n",
    "a socket without a key": SOCKET + b"Sec-WebSocket-Version: 13\r\n\r\n",
    "a socket with two keys": SOCKET + KEY + KEY + b"Sec-WebSocket-Version: 13\r\n\r\n",
    "a socket with a short key": SOCKET + b"Sec-WebSocket-Key: aGVsbG8=\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "a socket with an odd key": SOCKET + b"Sec-WebSocket-Key: ~\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "a socket of another version": SOCKET + KEY + b"Sec-WebSocket-Version: 8\r\n\r\n",
    "a socket that names no protocol": HANDSHAKE[:-2] + b"Sec-WebSocket-Protocol: \xff,,;\r\n\r\n",
    "a socket by POST": HANDSHAKE.replace(b"GET", b"POST"),
    "a socket with a body": HANDSHAKE[:-2] + b"Content-Length: 2\r\n\r\n{}",
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_is_answered_once_with_a_problem(served: Served, data: bytes) -> None:
    [answer] = served.ask(data)
    assert answer.refusal == (400, "bad_request")


TOO_LARGE = {
    "one field": (GET + b"X: " + b"a" * FIELD_BYTES + b"\r\n\r\n", 431),
    "all fields together": (GET + (b"X: " + b"a" * 1000 + b"\r\n") * (HEAD_BYTES // 1000 + 1) + b"\r\n", 431),
    "too many fields": (GET + b"X: a\r\n" * FIELDS + b"\r\n", 431),
    "a field without end": (GET + b"X: " + b"a" * 1_000_000, 431),
    "a name without end": (GET + b"a" * 1_000_000, 431),
    "fields without end": (GET + b"X: a\r\n" * 200_000, 431),
    "an address": (b"GET /" + b"a" * URL_BYTES + b" HTTP/1.1\r\nHost: here\r\n\r\n", 414),
    "an address without end": (b"GET /" + b"a" * 1_000_000, 414),
    "the head of a socket": (HANDSHAKE[:-2] + b"X: " + b"a" * FIELD_BYTES + b"\r\n\r\n", 431),
    "trailers": (CHUNKED + b"2\r\n{}\r\n0\r\n" + b"X: a\r\n" * FIELDS + b"\r\n", 431),
    "a trailer without end": (CHUNKED + b"2\r\n{}\r\n0\r\nX: " + b"a" * 1_000_000, 413),
    "an extension without end": (CHUNKED + b"2;x=" + b"a" * 1_000_000, 413),
    "a body in single bytes": (CHUNKED + b"1\r\nx\r\n" * 100_000, 413),
}


@pytest.mark.parametrize(("data", "status"), TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_what_is_too_large_is_refused_before_all_of_it_is_there(served: Served, data: bytes, status: int) -> None:
    [answer] = served.ask(data)
    code = {431: "head_too_large", 414: "url_too_long", 413: "too_large"}[status]
    assert answer.refusal == (status, code)


def test_a_refusal_is_read_by_a_peer_that_goes_on_sending(served: Served) -> None:
    [answer] = served.ask(GET + b"X: " + b"a" * (DISCARDED_BYTES // 2))
    assert answer.refusal == (431, "head_too_large")


def test_what_is_just_small_enough_is_served(served: Served) -> None:
    address = b"/" + b"a" * (URL_BYTES - 1)
    fields = b"".join(b"X-%03d: %b\r\n" % (number, b"a" * 300) for number in range(FIELDS - 2))
    [answer] = served.ask(b"GET " + address + b" HTTP/1.1\r\nHost: here\r\n" + fields + LAST)
    assert (answer.status, len(answer.body["path"]), len(answer.body["headers"])) == (200, URL_BYTES, FIELDS)
    [answer] = served.ask(CHUNKED[:-2] + LAST + b"8;ext=1\r\nxxxxxxxx\r\n" * 8000 + b"0\r\n\r\n")
    assert (answer.status, answer.body["body"]) == (200, 64_000)
    [answer] = served.ask(POST + b"Content-Length: 1000000\r\n" + LAST + b"x" * 1_000_000)
    assert (answer.status, answer.body["body"]) == (200, 1_000_000)


def test_a_whole_address_that_names_the_same_host_is_served(served: Served) -> None:
    [answer] = served.ask(GET.replace(b"/ ", b"http://HERE/calls ") + LAST)
    assert (answer.status, answer.body["path"]) == (200, "/calls")


def test_an_old_client_and_another_upgrade_are_served(served: Served) -> None:
    [answer] = served.ask(b"GET /old HTTP/1.0\r\n\r\n")
    assert (answer.status, answer.body["path"]) == (200, "/old")
    [answer] = served.ask(GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n\r\nPRI * HTTP/2.0\r\n\r\n")
    assert (answer.status, answer.headers["connection"]) == (200, "close")


def test_a_sender_that_waits_for_our_word_gets_it(served: Served) -> None:
    with served.line() as line:
        line.send(POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n" + LAST)
        assert line.connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.send(b"{}")
        [answer] = line.rest()
        assert answer.body["body"] == 2


def test_a_trailer_is_no_header(served: Served) -> None:
    [answer] = served.ask(CHUNKED[:-2] + LAST + b"2\r\n{}\r\n0\r\nAuthorization: Bearer x\r\n\r\n")
    assert answer.status == 200
    assert "authorization" not in [name.decode() for name, _ in served.app.asked[-1]["headers"]]


class TestSeveralOnOneConnection:
    def test_they_are_answered_in_order(self, served: Served) -> None:
        paths = [f"/{number}" for number in range(PIPELINED)]
        requests = [b"GET %b HTTP/1.1\r\nHost: here\r\n" % path.encode() for path in paths]
        answers = served.ask(b"\r\n".join(requests) + LAST)
        assert [answer.body["path"] for answer in answers] == paths

    def test_a_flood_ends_after_what_was_taken(self) -> None:
        with doors() as served, served.line() as line:
            line.send(b"GET /hold HTTP/1.1\r\nHost: here\r\n\r\n" * 1000)
            until(lambda: served.app.asked)
            served.app.go.set()
            assert [answer.status for answer in line.rest()] == [200] * (PIPELINED + 1)
            assert len(served.app.asked) == PIPELINED + 1

    @pytest.mark.parametrize("data", [UNREADABLE["noise"], UNREADABLE["two hosts"], HANDSHAKE, GET + b"X: " + b"a" * FIELD_BYTES + b"\r\n\r\n"])
    def test_what_is_wrong_does_not_cost_the_one_before_it_its_answer(self, data: bytes) -> None:
        with doors() as served, served.line() as line:
            line.send(b"GET /hold HTTP/1.1\r\nHost: here\r\n\r\n" + data)
            until(lambda: served.app.asked)
            served.app.go.set()
            assert [answer.status for answer in line.rest()] == [200]

    def test_a_body_that_goes_wrong_behind_another_request_ends_it(self) -> None:
        with doors() as served, served.line() as line:
            line.send(b"GET /hold HTTP/1.1\r\nHost: here\r\n\r\n" + UNREADABLE["a chunk that is none"])
            assert line.rest() == []
            until(lambda: served.doors.figures()["open"] == 0)


class TestDeadlines:
    """Short ones, so that nothing has to be waited for, set once it does not matter any more how busy the machine is. A failing test waits long."""

    @pytest.fixture
    def served(self) -> Iterator[Served]:
        with doors() as served:
            yield served

    @pytest.fixture
    def line(self, served: Served) -> Iterator[Line]:
        """A connection on which one request was answered already."""
        with served.line() as line:
            line.send(GET + b"\r\n")
            assert line.answer()
            served.app.asked.clear()
            yield line

    def test_a_connection_that_says_nothing_is_closed_in_silence(self, served: Served) -> None:
        served.doors.head_s = 0.05
        assert served.ask(b"") == []

    @pytest.mark.parametrize("begun", [b"G", GET, GET + b"X: a", b"GET /" + b"a" * 20])
    def test_a_head_that_stays_unfinished(self, served: Served, line: Line, begun: bytes) -> None:
        served.doors.head_s = 0.05
        line.send(begun)
        [answer] = line.rest()
        assert answer.refusal == (408, "too_slow")
        fresh = served.ask(begun)
        assert fresh == [] or fresh[0].refusal == (408, "too_slow"), "silence, where its first byte came too late already"
        assert not served.app.asked

    def test_a_head_that_comes_byte_by_byte(self, served: Served, line: Line) -> None:
        served.doors.head_s = 0.2
        line.send(GET)
        line.drip(b"X: a\r\n")
        [answer] = line.rest()
        assert answer.refusal == (408, "too_slow")
        assert not served.app.asked

    def test_empty_lines_between_requests_do_not_keep_a_connection(self, served: Served, line: Line) -> None:
        served.doors.head_s = 0.2
        line.drip(b"\r\n")
        assert line.rest() == []

    def test_a_body_that_stays_unfinished_is_told_to_peer_and_application(self, served: Served) -> None:
        served.doors.body_s = 0.05
        for begun in (POST + b"Content-Length: 9\r\n\r\n{}", POST + b"Content-Length: 9\r\n\r\n", CHUNKED + b"2\r\n{}\r\n"):
            [answer] = served.ask(begun)
            assert answer.refusal == (408, "too_slow")
        until(lambda: len(served.app.gone) == 3)

    def test_a_body_that_comes_byte_by_byte(self, served: Served, line: Line) -> None:
        served.doors.body_s = 0.2
        line.send(CHUNKED)
        line.drip(b"1\r\nx\r\n")
        [answer] = line.rest()
        assert answer.refusal == (408, "too_slow")
        until(lambda: served.app.gone)

    def test_a_body_that_nobody_waits_for_does_not_keep_a_connection(self, served: Served, line: Line) -> None:
        line.send(POST.replace(b"/", b"/blind", 1) + b"Content-Length: 1000000\r\n\r\n")
        assert line.answer()
        served.doors.body_s = 0.2
        line.send(b"x" * 1_000_000 + POST.replace(b"/", b"/blind", 1) + b"Content-Length: 1000000\r\n\r\n")
        line.drip(b"x")
        assert [answer.status for answer in line.rest()] in ([200], [408]), "the machine may be slower than the deadline"

    def test_whoever_is_in_time_is_served_however_often(self, line: Line) -> None:
        for size in (0, 2, 100_000):
            line.send(POST)
            line.send(b"Content-Length: %d\r\n\r\n" % size)
            line.send(b"x" * size)
            answer = line.answer()
            assert answer is not None
            assert answer.body["body"] == size

    def test_an_answer_that_takes_longer_than_the_deadlines_is_waited_for(self, served: Served, line: Line) -> None:
        served.doors.head_s = served.doors.body_s = 0.05
        line.send(b"GET /hold HTTP/1.1\r\nHost: here\r\n" + LAST)
        until(lambda: served.app.asked)
        assert served.ask(b"") == [], "the deadline has passed"
        served.app.go.set()
        assert [answer.status for answer in line.rest()] == [200]


def test_a_flood_of_bad_requests_does_not_flood_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    with doors() as served:
        for _ in range(100):
            served.ask(b"secret\r\n\r\n")
        served.ask(GET + b"X: " + b"a" * FIELD_BYTES + b"\r\n\r\n")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["code"], line["count"]) for line in lines] == [
        ("request_refused", "bad_request", 1),
        ("request_refused", "head_too_large", 1),
    ]
