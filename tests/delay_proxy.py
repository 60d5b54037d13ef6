"""A network between two programs of this machine: slow, or one that swallows everything for a while."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from scripts._ports import LOOPBACK


class DelayProxy:
    """Passes connections on to a port; every byte takes `delay` seconds in each direction."""

    def __init__(self, target: int, delay: float = 0.0):
        """Listens at once, on a port of its own."""
        self.target, self.delay, self.port = target, delay, 0
        self._swallows = False
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._started.wait(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connect, LOOPBACK, 0))
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()
        server.close()
        for task in self._tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))

    @contextlib.contextmanager
    def swallowing(self) -> Iterator[None]:
        """Lets nothing through, without a word to either side; afterwards what was held back arrives."""
        self._swallows = True
        try:
            yield
        finally:
            self._swallows = False

    def close(self) -> None:
        """Ends it, with all connections."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, away = await asyncio.open_connection(LOOPBACK, self.target)
        except OSError:
            writer.close()
            return
        for source, sink in ((reader, away), (there, writer)):
            task = self._loop.create_task(self._pass(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Passes bytes on, each as long after its arrival as the delay says: later ones do not wait longer."""
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def read() -> None:
            while part := await source.read(65_536):
                waiting.put_nowait((self._loop.time() + self.delay, part))
            waiting.put_nowait((self._loop.time() + self.delay, b""))

        reading = self._loop.create_task(read())
        with contextlib.suppress(ConnectionError):
            while True:
                at, part = await waiting.get()
                await asyncio.sleep(max(0.0, at - self._loop.time()))
                while self._swallows:
                    await asyncio.sleep(0.02)
                if not part:
                    break
                sink.write(part)
                await sink.drain()
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await reading
        sink.close()
