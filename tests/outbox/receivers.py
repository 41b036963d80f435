"""A business's own system that webhooks are posted to: a real server, plain or with TLS, which verifies with the standard's own library."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme

from agent.record.delivery import Delivery, Occasion
from agent.record.webhook import Webhook

OLD, NEW, OTHER = (f"whsec_{letter * 43}" for letter in "ABC")
NAME = "hooks.invalid"
"""A name that no look-up finds (RFC 2606): whoever reaches it was given its address."""
DATA = {"reference": "K7QM2", "company": {"name": "Acme", "id": "acme"}, "service": {"price": 149.5, "name": "疏通"}, "sequence": 0}


def delivery(business: str = "acme", occasion: Occasion = "booking.created") -> Delivery:
    return Delivery(id="msg_1", kind="webhook", occasion=occasion, sid="CA1", business=business, made=1_795_183_510, body=DATA)


class Receiver:
    """What it got, and how it answers."""

    def __init__(self, port: int, secure: bool) -> None:
        self.got: list[tuple[str, Mapping[str, str], bytes]] = []
        """Of each request the path, the headers and the body."""
        self.status, self.headers, self.body = 204, dict[str, str](), b""
        self.port, self.answers = port, threading.Event()
        self.answers.set()
        self.cut = threading.Event()
        """Whether the sender was gone before it had the whole answer."""
        self.before_answering: Callable[[], bool] | None = None
        """Called once, when it has a message and has not said so; tells whether it is to say so."""
        self.drips = False
        """Whether it says for ever that it is still at work."""
        self.path = f"://{{}}:{port}/hooks?for=us"
        self.scheme = "https" if secure else "http"

    def hook(self, host: str = "127.0.0.1", *secrets: str, scheme: str = "") -> Webhook:
        return Webhook(url=(scheme or self.scheme) + self.path.format(host), secrets=list(secrets or (NEW,)))


@contextmanager
def receiving(certificate: Path | None = None) -> Iterator[Receiver]:
    """`certificate`: where its key and its certificate are; None: without TLS."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(length := int(self.headers["content-length"]))
            if len(body) < length:  # whoever sent it is gone, and will send it again
                self.close_connection = True
                return
            receiver.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            receiver.answers.wait()
            act, receiver.before_answering = receiver.before_answering, None
            if act is not None and not act():
                self.close_connection = True
                return
            while receiver.drips and not receiver.cut.wait(0.01):
                self._write(b"HTTP/1.1 102 Processing\r\n\r\n")
            self.send_response(receiver.status)
            for name, value in {"content-length": str(len(receiver.body)), **receiver.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self._write(receiver.body)

        def _write(self, text: bytes) -> None:
            try:
                self.wfile.write(text)
            except OSError:
                receiver.cut.set()

        def log_message(self, *said: object) -> None:
            pass

    class Listening(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    server = Listening(("127.0.0.1", 0), Handler)
    receiver = Receiver(server.server_address[1], certificate is not None)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.answers.set()
        server.shutdown()
        thread.join()
        server.server_close()


def certified(folder: Path, *names: str) -> tuple[Path, Path]:
    """The certificate of an authority that nobody knows, and key and certificate of a server by these names."""
    authority = trustme.CA()
    issued = authority.issue_cert(*names)
    ca, pem = folder / "ca.pem", folder / "server.pem"
    authority.cert_pem.write_to_path(ca)
    issued.private_key_and_cert_chain_pem.write_to_path(pem)
    return ca, pem


class Names:
    """A look-up that finds what it is told: at each try the next, at the end the last once more."""

    def __init__(self, *found: list[str]) -> None:
        self.found, self.asked = list(found), list[tuple[str, int]]()

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        addresses = self.found.pop(0) if len(self.found) > 1 else self.found[0]
        if not addresses:
            raise OSError("no such name")
        return addresses
