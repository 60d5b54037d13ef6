"""How deliveries stand, as metrics of a process: read from the outbox again and again."""

from __future__ import annotations

import logging
import time

from assistant import logs
from assistant.observability import metrics
from clinic import outbox
from clinic.database import ClinicDatabaseError
from clinic.delivery import WAYS
from clinic.outbox import Standing

logger = logging.getLogger(__name__)

#: Seconds between two readings.
STEP = 10.0
#: The part that is ready when the outbox can be read.
PART = "clinic_database"

_NOTHING = Standing(0, 0, None, 0)
_seen: dict[str, Standing] = {}
_well = True


def show() -> None:
    """Show how deliveries stand now; never raises.

    When the database fails, what was read last holds, and what waits grows older: nobody delivers it.
    """
    global _seen, _well
    try:
        _seen = outbox.standing()
        well = True
    except Exception as error:
        well = False
        if _well:
            why = str(error) if isinstance(error, ClinicDatabaseError) else logs.kind(error)
            logger.error("metrics: the outbox can't be read, the last state holds: %s", why)
    _well = well
    metrics.READY.labels(PART).set(well)
    now = time.time()
    # The ways that there are, whatever stands in a row: each is a series.
    for way in WAYS:
        metrics.way_opened(way)
        found = _seen.get(way, _NOTHING)
        metrics.DELIVERIES_WAITING.labels(way).set(found.waiting)
        metrics.DELIVERIES_OLDEST.labels(way).set(max(0.0, now - found.oldest) if found.oldest else 0.0)
        metrics.DELIVERIES_GIVEN_UP.labels(way).set(found.given_up)
