"""The ways in which a Redis is away, each begun and ended at will: killed, stopped, full, read-only, or cut off by the proxies before it."""

import signal
from collections.abc import Sequence
from typing import Literal, get_args

from tests.conftest import RedisServer
from tests.faults.proxy import Proxy

Way = Literal["killed", "stopped", "full", "read-only", "cut off", "unheard"]
WAYS: tuple[Way, ...] = get_args(Way)


class Outages:
    """One Redis, and who stands between it and its services."""

    def __init__(self, server: RedisServer, *proxies: Proxy) -> None:
        self.server, self._proxies = server, proxies
        self._way: Way | None = None

    def begin(self, way: Way, proxies: Sequence[Proxy] = ()) -> bool:
        """From now on it is away, "cut off" and "unheard" only for those behind `proxies`, or all. True, as one who lets things go on says it."""
        self._way = way
        match way:
            case "killed":
                self.server.kill()
            case "stopped":
                self.server.process.send_signal(signal.SIGSTOP)
            case "full":
                self.server.client.config_set("maxmemory", 1)
            case "read-only":
                self.server.client.replicaof("127.0.0.1", "1")  # nobody is there
            case "cut off" | "unheard":
                for proxy in proxies or self._proxies:
                    proxy.cut(silently=way == "unheard")
        return True

    def end(self) -> None:
        """It is back, with all it had. Nothing, when it is not away."""
        way, self._way = self._way, None
        match way:
            case "killed":
                self.server.start()
            case "stopped":
                self.server.process.send_signal(signal.SIGCONT)
            case "full":
                self.server.client.config_set("maxmemory", 0)
            case "read-only":
                self.server.client.replicaof("NO", "ONE")
            case "cut off" | "unheard":
                for proxy in self._proxies:
                    proxy.join()
