"""Which conversations are taken over, as a process that answers patients sees it: kept in memory.

A thread reads the table again and again, so that a message costs no SQL. When the database fails,
what was read last holds: nobody is answered by two, and nobody is left alone, because of an outage.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

from assistant import logs
from clinic.database import ClinicDatabaseError
from clinic.takeovers import taken

logger = logging.getLogger(__name__)

#: Seconds from one reading to the next: so late a change is seen.
EVERY = 2.0
#: Seconds that the first message waits for the first reading, which takes milliseconds.
FIRST = 1.0


class Watch:
    """Reads in a thread of its own, from the first question on."""

    def __init__(self, every: float = EVERY):
        """Read every so many seconds."""
        self._every = every
        self._seen: Mapping[str, float] | None = None
        self._tried, self._stopping = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._failed = False

    def start(self) -> None:
        """Begin to read, unless this is done already. Returns at once."""
        thread = self._thread
        if thread is None or not thread.is_alive():
            self._begin()

    def seen(self) -> Mapping[str, float] | None:
        """Return the conversations that are taken over, with since when; None when this is not known.

        It is known once the table could be read. The first call waits for that, a second at most.
        """
        self.start()
        if self._seen is None:
            self._tried.wait(FIRST)
        return self._seen

    def stop(self) -> None:
        """End the reading and wait for its end; a later question begins it anew."""
        with self._lock:
            if self._thread is not None:
                self._stopping.set()
                self._thread.join()
            self._thread = None
            self._stopping.clear()

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                # A daemon: it never keeps a process alive that wants to end.
                self._thread = threading.Thread(target=self._run, name="stria-takeovers", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        self._read()
        while not self._stopping.wait(self._every):
            self._read()

    def _read(self) -> None:
        try:
            self._seen = {name: takeover.since for name, takeover in taken().items()}
        except Exception as error:
            if not self._failed:
                why = str(error) if isinstance(error, ClinicDatabaseError) else logs.kind(error)
                logger.error("take-overs can't be read, the last state holds: %s", why)
            self._failed = True
        else:
            if self._failed:
                logger.warning("take-overs can be read again")
            self._failed = False
        self._tried.set()


#: The one of this process.
watch = Watch()
