"""The servers that are measured: each with one process that serves, on a port of its own, and what it takes to publish to it."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from redis import Redis

from bench.streams.generator import Publisher, Tools
from storage import keys
from storage.embedded import find_server

ROOT = Path(__file__).parents[2]
MOST = 20_000
"""Readers at most."""
PATIENCE_S = 60
PUBLISH = """
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', 20000, '*', 'sid', 'CA-0', 'data', ARGV[1])
redis.call('HSET', KEYS[2], 'last', id)
return id
"""
"""What a commit does for an event: it puts it into the log, and says which is the newest."""
NGINX = """
load_module {module};
daemon off; worker_processes 1; worker_rlimit_nofile 65536; pid {folder}/nginx.pid; error_log {folder}/error.log crit; {user}
events {{ worker_connections {most}; }}
http {{
  access_log off; keepalive_requests 100000000; nchan_shared_memory_size 512M;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = /publish {{ nchan_publisher; nchan_channel_id bench; nchan_message_buffer_length 100; }}
    location = /read {{ nchan_subscriber eventsource; nchan_channel_id bench; nchan_subscriber_first_message newest; }}
  }}
}}
"""
MODULES = ("/usr/lib/nginx/modules/ngx_nchan_module.so", "/usr/share/nginx/modules/ngx_nchan_module.so")


class Served(NamedTuple):
    url: str
    """Of the stream that everybody reads."""
    publisher: Publisher
    pids: tuple[int, ...]
    """The processes that serve."""
    port: int = 0

    def cpu_s(self) -> float:
        """CPU seconds so far, of all threads."""
        files = [file for pid in self.pids for file in Path(f"/proc/{pid}/task").glob("*/schedstat")]
        return sum(int(file.read_text().split()[0]) for file in files) / 1e9

    def memory_kib(self) -> int:
        """Its share of memory (PSS)."""
        rollups = (Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in self.pids)
        return sum(int(line.split()[1]) for text in rollups for line in text.splitlines() if line.startswith("Pss:"))


class Redised(NamedTuple):
    port: int
    publish: str
    """The digest of the script that puts an event into the log."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def redis(folder: Path) -> Iterator[Redised]:
    server, port = find_server(), free_port()
    if server is None:
        raise SystemExit("bench.streams needs a redis-server")
    command = [str(server), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder), "--maxclients", str(MOST + 100)]
    with process(command, {}):
        listening(port)
        with Redis(port=port) as client:
            yield Redised(port, client.script_load(PUBLISH))


@contextmanager
def process(command: list[str], environment: Mapping[str, str], root: Path = ROOT) -> Iterator[int]:
    quiet = subprocess.DEVNULL
    ran = subprocess.Popen(command, cwd=root, env={**os.environ, "PYTHONPATH": str(root), **environment}, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        yield ran.pid
    finally:
        ran.terminate()
        try:
            ran.wait(15)
        except subprocess.TimeoutExpired:
            ran.kill()
            ran.wait()


def listening(port: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"nothing listens on {port}")


def children(pid: int) -> tuple[int, ...]:
    return tuple(int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


@contextmanager
def ours(redised: Redised, folder: Path, tools: Tools | None = None, workers: int = 1) -> Iterator[Served]:
    port = free_port()
    with Redis(port=redised.port) as client:
        client.flushall()
    given = {"REDIS_URL": redised.url, "LANGSMITH_TRACING": "false"}
    given |= dict.fromkeys(("SLOTLINE_READERS", "SLOTLINE_READERS_PER_TOKEN", "SLOTLINE_CONNECTIONS"), str(MOST))
    with process([sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--workers", str(workers)], given) as pid:
        listening(port)
        publisher = Publisher(redised.url, f"EVALSHA {redised.publish} 2 {keys.LOG} {keys.LOG_MARK} {{payload}}")
        yield Served(f"http://127.0.0.1:{port}/calls/CA-0/events", publisher, children(pid) if workers > 1 else (pid,), port)


@contextmanager
def nchan(redised: Redised, folder: Path, tools: Tools | None = None) -> Iterator[Served]:
    port = free_port()
    (folder / "nchan").mkdir(exist_ok=True)
    module = next(name for name in MODULES if Path(name).exists())
    user = "user root;" if os.getuid() == 0 else ""
    written = folder / "nchan" / "nginx.conf"
    written.write_text(NGINX.format(module=module, folder=folder / "nchan", port=port, most=MOST, user=user))
    with process([str(shutil.which("nginx")), "-c", str(written), "-p", str(folder / "nchan")], {}) as pid:
        listening(port)
        while not children(pid):
            time.sleep(0.05)
        yield Served(f"http://127.0.0.1:{port}/read", Publisher(f"http://127.0.0.1:{port}/publish"), children(pid))


@contextmanager
def on_uvicorn(app: str, redised: Redised) -> Iterator[tuple[int, int]]:
    """The port, and the process."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--log-level", "warning", "--no-access-log", "--loop", "uvloop", "--http", "httptools"]
    with process([*command, "--port", str(port), f"bench.streams.{app}:app"], {"REDIS_URL": redised.url}) as pid:
        listening(port)
        yield port, pid


def usual(path: str) -> Callable[..., AbstractContextManager[Served]]:
    @contextmanager
    def made(redised: Redised, folder: Path, tools: Tools | None = None) -> Iterator[Served]:
        with on_uvicorn("usual_app", redised) as (port, pid):
            yield Served(f"http://127.0.0.1:{port}/{path}", Publisher(redised.url, "PUBLISH bench {payload}"), (pid,))

    return made


@contextmanager
def bare(redised: Redised, folder: Path, tools: Tools | None = None) -> Iterator[Served]:
    with on_uvicorn("bare_app", redised) as (port, pid):
        yield Served(f"http://127.0.0.1:{port}/", Publisher(f"http://127.0.0.1:{port}/"), (pid,))


@contextmanager
def raw(redised: Redised, folder: Path, tools: Tools | None = None) -> Iterator[Served]:
    port = free_port()
    with process([sys.executable, "-m", "bench.streams.raw_app", str(port)], {}) as pid:
        listening(port)
        yield Served(f"http://127.0.0.1:{port}/", Publisher(f"http://127.0.0.1:{port}/"), (pid,))


@contextmanager
def floor(redised: Redised, folder: Path, tools: Tools) -> Iterator[Served]:
    port = free_port()
    with process([str(tools.floor), str(port)], {}) as pid:
        listening(port)
        yield Served(f"http://127.0.0.1:{port}/", Publisher(f"http://127.0.0.1:{port}/"), (pid,))


SERVERS = {"ours": ours, "nchan": nchan, "queue": usual("queue"), "subscription": usual("subscription")}
SERVERS |= {"uvicorn": bare, "uvloop": raw, "floor": floor}
"""`queue` and `subscription`: sse-starlette, with one of it for each reader. `uvicorn`: an ASGI application with nothing in between. `uvloop`: a bare
protocol. `floor`: the same in C."""


def absent() -> dict[str, str]:
    """Which of them cannot be measured here, and what it would take."""
    found = {}
    if shutil.which("nginx") is None or not any(Path(name).exists() for name in MODULES):
        found["nchan"] = "apt-get install nginx-light libnginx-mod-nchan"
    if find_spec("sse_starlette") is None:
        found |= dict.fromkeys(("queue", "subscription"), "pip install sse-starlette")
    return found
