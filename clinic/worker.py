"""A thread that delivers what is due, as long as its process lives. Several may run at once."""

from __future__ import annotations

import logging
import threading

from assistant import logs
from clinic import delivery
from clinic.database import ClinicDatabaseError

logger = logging.getLogger(__name__)

#: Seconds between two looks, after an error of the database, and where no way is on.
POLL, AFTER_ERROR, IDLE = 5.0, 30.0, 600.0

_lock = threading.Lock()
_wake, _over = threading.Event(), threading.Event()
_thread: threading.Thread | None = None


def start() -> bool:
    """Start the thread; return whether a way of delivery is switched on.

    Where none is, it only notes what waits for one that is no more.
    Nothing is opened here: a database that is slow or away must not keep a server from starting.
    """
    global _thread
    with _lock:
        if _thread is None or not _thread.is_alive():
            for problem in delivery.wrong_settings():
                logger.error("%s; requests are kept until then", problem)
            _over.clear()
            _thread = threading.Thread(target=_work, name="stria-deliveries", daemon=True)
            _thread.start()
    return bool(delivery.ways())


def wake() -> None:
    """Look now: something was stored."""
    _wake.set()


def stop(seconds: float = 0.0) -> None:
    """End after the delivery that is under way; wait for that no longer than so many seconds."""
    _over.set()
    _wake.set()
    if _thread is not None and _thread.is_alive():
        _thread.join(seconds)


def _work() -> None:
    well, idle = True, not delivery.ways()
    while not _over.is_set():
        try:
            found = delivery.deliver_one()
            well = True
        except ClinicDatabaseError as error:
            if well and not idle:
                logger.error("deliveries wait for the clinic's database: %s", logs.Kind(error))
            well, found = False, ""
        if not found:
            _wake.wait((IDLE if idle else POLL) if well else AFTER_ERROR)
            _wake.clear()
