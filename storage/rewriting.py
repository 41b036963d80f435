"""The file of our own Redis, written anew soon after a caller was erased.

How it works. Redis appends what is done to its file, so what was deleted stands there until the file is written anew (BGREWRITEAOF). The step that
erases a call counts up a key in the same transaction (`keys.UNWRITTEN`); one thread beside the server looks at it now and then and has the file
written anew. So any number of erasures cost one rewriting, one that was cut off is made up for at the next start, and what another worker erased
counts as well. A rewriting that was running already may have begun before the erasure: then another one follows it. Only the key as it stood when
the rewriting began is taken away when it has ended well.

Only for a server that is ours. On somebody else's it is an order for administrators, which costs a copy of all there is and may be forbidden; there
their own persistence decides when its files forget.
"""

import logging
import threading
import time
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from storage import keys
from storage.scripts import script

LOOK_S = 1.0
"""Between two looks: erasures in the meantime share a rewriting."""
REST = 9
"""How many times as long as a rewriting took nothing is rewritten after it, so that this never takes more than a tenth of the time."""
FAILED_S = 60.0
"""Before another try when the server could not do it, as with a full disk."""
LAST_S = 5.0
"""How long the end of the service may wait for the last one."""
_POLL_S = 0.02
_FOLDER, _FILE = "appendonlydir", "appendonly.aof"
"""Where Redis 7 and later append, and how the names of these files begin; its manifest lists those of use. Source: redis.io, persistence."""
_log = logging.getLogger("slotline.redis")


class Rewriter:
    """Looks after the file in `home` of the server at `url`, from `start` to `close`."""

    def __init__(self, url: str, home: Path) -> None:
        self._redis = Redis.from_url(url, socket_timeout=2.0, retry=Retry(NoBackoff(), 0))
        self._home = home
        self._closing = threading.Event()
        self._until = float("inf")
        self._thread = threading.Thread(target=self._look_after, name="redis-file", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Writes the file anew once more, if there is need and it does not take too long."""
        self._until = time.monotonic() + LAST_S
        self._closing.set()
        self._thread.join()
        self._redis.close()

    def _look_after(self) -> None:
        pause = 0.0  # first what was left to do when the service ended
        while not self._closing.wait(pause):
            pause = self._look()
        self._look()

    def _look(self) -> float:
        """Write the file anew, if that is due. Returns how long to wait before the next look."""
        began = time.monotonic()
        try:
            due = self._redis.get(keys.UNWRITTEN)
            if due is None:
                return LOOK_S
            self._rewrite()
            self._redis.eval(script("rewritten").source, 1, keys.UNWRITTEN, due)
        except _Failed:
            _log.warning("the file of the embedded Redis could not be written anew: erased callers still stand in it")
            return FAILED_S
        except RedisError:  # away for now
            return LOOK_S
        return max(LOOK_S, REST * (time.monotonic() - began))

    def _rewrite(self) -> None:
        """Have the file written anew, all of it from now on. Raises _Failed, RedisError."""
        server, before = self._redis.info("server")["run_id"], self._files()
        while not self._begun():
            self._wait()
        while (now := self._redis.info("persistence"))["aof_rewrite_in_progress"] or now["aof_rewrite_scheduled"]:
            self._wait()
        if now["aof_last_bgrewrite_status"] != "ok":
            raise _Failed
        if self._redis.info("server")["run_id"] != server:
            raise RedisConnectionError("restarted: it knows nothing of how that ended")
        self._forget(before)

    def _files(self) -> set[Path]:
        """What the server wrote so far beside its manifest, and what one that was killed while it wrote may have left."""
        return {*self._home.rglob("temp-*"), *(self._home / _FOLDER).glob(f"{_FILE}.*")}

    def _forget(self, before: set[Path]) -> None:
        """Remove what was there before the rewriting and is not of use after it. Raises _Failed when what is of use is not known."""
        manifest = self._home / _FOLDER / f"{_FILE}.manifest"
        try:
            used = {manifest.name, *manifest.read_text("utf-8").split()} if manifest.parent.exists() else set()
            for left in before:
                if left.name not in used:
                    left.unlink(missing_ok=True)
        except OSError:
            raise _Failed from None

    def _begun(self) -> bool:
        """Have it begin, or begin once the server is done with another copy. False while it is at a rewriting, which may be an older one."""
        try:
            self._redis.bgrewriteaof()
        except ResponseError as error:
            if "in progress" in str(error):
                return False
            raise _Failed from None
        return True

    def _wait(self) -> None:
        """A moment. Raises _Failed when there is no time left."""
        time.sleep(_POLL_S)
        if time.monotonic() > self._until:
            raise _Failed


class _Failed(Exception):
    """The server could not do it, or not in time."""
