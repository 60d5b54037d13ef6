"""Takes what a turn was about out of its way at once, and stores it some seconds later.

A turn only puts a line into a queue. A thread of this process scrubs the questions and adds all of it
to the clinic's database. Whatever fails there, no turn notices: what can't be stored waits, and when
too much waits the oldest goes. A process that is killed loses the last seconds.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from assistant import logs
from assistant.datafiles import DataFileError
from clinic.database import ClinicDatabaseError
from clinic.insights import store
from clinic.insights.questions import Asked, kept
from clinic.insights.scrub import project_scrubber
from clinic.insights.store import Key, Question

logger = logging.getLogger(__name__)

SETTING = "STRIA_INSIGHTS"
#: Seconds between two looks at the queue; so much is lost when the process is killed.
STEP = 3.0
#: Turns that wait for the thread. A process answers some hundred a second.
MOST_WAITING = 5000
#: Questions and counts that wait for the database: some days of a clinic.
MOST_QUESTIONS, MOST_COUNTS = 2000, 5000
#: Seconds between two looks at the requests of patients, which may be erased after some time.
REQUESTS = 600.0
#: Seconds to wait at the stop for the last writing.
_STOP = 8.0
_DAY = 86400.0


@dataclass(frozen=True)
class Noted:
    """What one turn was about.

    Attributes:
        at: seconds since 1970.
        counts: (name, label) of what is counted once more.
        asked: questions without an answer, as they were typed.
    """

    at: float
    counts: tuple[tuple[str, str], ...]
    asked: tuple[Asked, ...] = ()


class Recorder:
    """The queue and the thread. `note` may be called from anywhere, at any time."""

    def __init__(
        self,
        add: Callable[[Mapping[Key, int], Iterable[Question]], None] = store.add,
        step: float = STEP,
        hand_overs: Callable[[str, str], None] = store.keep_hand_overs,
    ):
        """Begin with nothing; `start` starts the thread.

        Args:
            add: stores counts and questions, or raises ClinicDatabaseError.
            step: seconds between two looks.
            hand_overs: counts the requests of these days (first, last), or raises ClinicDatabaseError.
        """
        self._add, self._step, self._hand_overs = add, step, hand_overs
        # Appending to a full one drops the oldest, and needs no lock.
        self._queue: deque[Noted] = deque(maxlen=MOST_WAITING)
        self._counts: Counter[Key] = Counter()
        self._questions: deque[Question] = deque(maxlen=MOST_QUESTIONS)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._working = threading.Lock()
        self._failed = False

    def start(self) -> None:
        """Start the thread, once a process."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="insights", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Store what is left, and end the thread."""
        if self._thread is not None:
            self._stopping.set()
            self._thread.join(_STOP)
            self._thread = None

    def note(self, noted: Noted) -> None:
        """Keep what a turn was about; takes about a microsecond. Nothing is kept before `start`."""
        if self._thread is not None:
            self._queue.append(noted)

    def flush(self) -> bool:
        """Store now what is there; tell whether nothing is left. Never raises."""
        with self._working:
            try:
                self._take()
                return self._store()
            except Exception as error:
                # What can't be worked with must not come again for ever.
                logger.error("insights: something was lost: %s", logs.kind(error))
                self._counts.clear()
                self._questions.clear()
                return False

    def _run(self) -> None:
        try:
            # A third of a second, rather now than beside the first messages.
            project_scrubber()
        except DataFileError as error:
            logger.error("insights: questions can't be scrubbed: %s", error)
        looked = float("-inf")
        while not self._stopping.wait(self._step):
            self.flush()
            if time.monotonic() - looked >= REQUESTS:
                looked = time.monotonic()
                self._keep_hand_overs()
        self.flush()

    def _keep_hand_overs(self) -> None:
        """Count the requests of yesterday and today. Never raises."""
        now = time.time()
        try:
            self._hand_overs(store.day_of(now - _DAY), store.day_of(now))
        except Exception as error:
            # It is tried again; that the database fails is told where counts are stored.
            logger.info("insights: requests can't be counted now: %s", logs.kind(error))

    def _take(self) -> None:
        while self._queue:
            noted = self._queue.popleft()
            day = store.day_of(noted.at)
            self._counts.update((day, name, label) for name, label in noted.counts)
            try:
                self._questions.extend(question for asked in noted.asked if (question := kept(asked, day)))
            except DataFileError:
                # Told at the start, and by make check. Without the words nothing may be kept.
                continue
        for key in sorted(self._counts)[: max(0, len(self._counts) - MOST_COUNTS)]:
            del self._counts[key]

    def _store(self) -> bool:
        if not self._counts and not self._questions:
            return True
        try:
            self._add(self._counts, list(self._questions))
        except ClinicDatabaseError as error:
            if not self._failed:
                # Once, not every few seconds.
                logger.error("insights: the clinic's database can't be used: %s", error)
            self._failed = True
            return False
        if self._failed:
            logger.warning("insights: the clinic's database can be used again")
        self._failed = False
        self._counts.clear()
        self._questions.clear()
        return True


recorder = Recorder()


def start() -> None:
    """Begin to record in this process, unless `STRIA_INSIGHTS` is off."""
    if os.environ.get(SETTING, "on").lower() == "off":
        return
    recorder.start()
    atexit.register(recorder.stop)


def note(counts: tuple[tuple[str, str], ...], asked: tuple[Asked, ...] = ()) -> None:
    """Keep what a turn of now was about. Never raises, never waits."""
    recorder.note(Noted(time.time(), counts, asked))
