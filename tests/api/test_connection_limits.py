"""How many connections there may be, whose they are, and peers that do not read."""

import re
from contextlib import ExitStack
from ipaddress import ip_network

import pytest

from api.connections import LINGERING, Doors
from tests.api.lines import GET, HANDSHAKE, LAST, doors
from tests.api.services import settings
from tests.patience import until


class TestNumbers:
    def test_one_more_than_there_is_room_for_is_turned_away(self) -> None:
        with doors(connections=3) as served, ExitStack() as stack:
            lines = [stack.enter_context(served.line()) for _ in range(3)]
            until(lambda: served.doors.figures()["open"] == 3)
            with served.line() as late:
                late.send(GET + b"\r\n")
                [answer] = late.rest()
            assert answer.refusal == (503, "busy")
            assert answer.headers["retry-after"]
            for line in lines:
                line.send(GET + LAST)
                assert [answer.status for answer in line.rest()] == [200]
            until(lambda: served.doors.figures()["open"] == 0)
            assert [answer.status for answer in served.ask(GET + LAST)] == [200]

    @pytest.mark.parametrize(
        ("head", "body"),
        [
            (b"GET /events?ticket=x HTTP/1.1\r\nHost: here\r\n", rb"retry: \d+\n\n"),
            (b"GET /api/calls/CA1/events HTTP/1.0\r\n", rb"retry: \d+\n\n"),
            (b"HEAD /agents/a/events HTTP/1.1\r\nHost: here\r\n", b""),
        ],
    )
    def test_a_stream_that_finds_no_room_is_told_to_come_back(self, head: bytes, body: bytes) -> None:
        with doors(connections=1, cors_origins="https://desk.example.com") as served, served.line():
            until(lambda: served.doors.figures()["open"] == 1)
            for origin, allowed in ((b"", 0), (b"Origin: https://desk.example.com\r\n", 1), (b"ORIGIN:https://bad.example.com\r\n", 0)):
                with served.line() as late:
                    late.send(head[:9])
                    late.send(head[9:] + origin)
                    late.send(b"\r\n")
                    told, _, rest = b"".join(iter(lambda late=late: late.connection.recv(4096), b"")).partition(b"\r\n\r\n")
                assert told.startswith(b"HTTP/1.1 200 OK\r\n")
                assert b"content-type: text/event-stream" in told
                assert b"connection: close" in told
                assert told.count(b"access-control-allow-origin: https://desk.example.com") == allowed
                assert re.fullmatch(body, rest)

    @pytest.mark.parametrize(
        "data", [b"", b"GET /even", b"POST /events HTTP/1.1\r\n\r\n", b"GET /events/health HTTP/1.1\r\n\r\n", b"GET " + b"/" * 20_000]
    )
    def test_whatever_else_finds_no_room_is_refused(self, data: bytes) -> None:
        with doors(connections=1) as served, served.line():
            until(lambda: served.doors.figures()["open"] == 1)
            [answer] = served.ask(data)
            assert answer.refusal == (503, "busy")
            until(lambda: served.doors.lingering == 0)

    def test_where_too_many_linger_nobody_is_asked_what_they_want(self) -> None:
        with doors(connections=1) as served, served.line():
            until(lambda: served.doors.figures()["open"] == 1)
            served.doors.lingering = LINGERING
            with served.line() as late:
                answer = late.answer()
            assert answer is not None
            assert answer.refusal == (503, "busy")
            assert served.doors.lingering == LINGERING

    def test_who_waits_for_nothing_gives_way(self) -> None:
        with doors(connections=3) as served, served.line() as oldest, served.line() as newer, served.line() as busy:
            for line in (newer, oldest, newer):
                line.send(GET + b"\r\n")
                assert line.answer()
            busy.send(GET.replace(b"/", b"/hold", 1) + LAST)
            until(lambda: len(served.app.asked) == 4)
            assert [answer.status for answer in served.ask(GET + LAST)] == [200]
            assert oldest.rest() == []
            newer.send(GET + b"\r\n")
            assert newer.answer()
            served.app.go.set()
            assert [answer.status for answer in busy.rest()] == [200]

    def test_an_address_has_its_share(self) -> None:
        with doors(uncounted=(), connections_per_address=2) as served:
            lines = [served.line(), served.line()]
            until(lambda: served.doors.figures()["open"] == 2)
            with served.line() as late:
                [answer] = late.rest()
            assert answer.refusal == (429, "too_many_connections")
            assert answer.headers["retry-after"]
            with served.line("127.0.0.2") as other:
                other.send(GET + LAST)
                assert [answer.status for answer in other.rest()] == [200]
            lines.pop().__exit__()
            until(lambda: served.doors.figures()["open"] == 1)
            assert [answer.status for answer in served.ask(GET + LAST)] == [200]
            lines.pop().__exit__()
            until(lambda: served.doors.figures() == {"open": 0, "addresses": 0, "limit": served.doors.figures()["limit"]})

    def test_a_socket_counts_until_it_is_gone(self) -> None:
        with doors(uncounted=(), connections_per_address=1) as served:
            with served.line() as line:
                line.send(HANDSHAKE)
                assert line.connection.recv(12) == b"HTTP/1.1 101"
                [answer] = served.ask(b"")
                assert answer.refusal == (429, "too_many_connections")
            until(lambda: served.doors.figures()["open"] == 0)

    def test_whose_connections_count_together(self) -> None:
        behind = Doors(settings(connections=100, connections_per_address=1), (ip_network("10.0.0.0/8"), ip_network("fd00::/8")))
        taken = ["192.0.2.1", "2001:db8::1", "2001:db8:0:1::1"]
        assert [behind.enter(host) for host in taken] == ["", "", ""]
        for host in ("192.0.2.1", "::ffff:192.0.2.1", "2001:db8::2", "2001:db8::1%eth0"):
            assert behind.enter(host) == "too_many_connections"
        free = ["10.1.1.1", "10.1.1.1", "::ffff:10.1.1.1", "fd00::1", "fd00::1", "", ""]
        assert [behind.enter(host) for host in free] == [""] * len(free)
        for host in taken + free:
            behind.leave(host)
        assert (behind.figures()["open"], behind.figures()["addresses"]) == (0, 0)


class TestPeersThatDoNotRead:
    def test_a_stream_is_cut(self) -> None:
        with doors(unread_s=0.2) as served, served.line(receive_buffer=4096) as line:
            line.send(GET.replace(b"/", b"/endless", 1) + b"\r\n")
            until(lambda: served.app.gone == ["/endless"])
            until(lambda: served.doors.figures()["open"] == 0)

    def test_the_rest_of_an_answer_does_not_keep_a_connection(self) -> None:
        """Too little to make the application wait, and too much for the buffers of the system."""
        with doors(unread_s=0.2, send_buffer=4096) as served, served.line(receive_buffer=4096) as line:
            line.send(b"GET /?50000 HTTP/1.1\r\nHost: here\r\n" + LAST)
            until(lambda: served.app.asked)
            until(lambda: served.doors.figures()["open"] == 0)

    def test_one_that_reads_late_misses_nothing(self) -> None:
        with doors(send_buffer=4096) as served, served.line(receive_buffer=4096) as line:
            line.send(b"GET /?1000000 HTTP/1.1\r\nHost: here\r\n" + LAST)
            until(lambda: served.app.asked)
            [answer] = line.rest()
            assert int(answer.headers["content-length"]) > 1_000_000
