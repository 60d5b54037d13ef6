"""Each message is taken once, by whichever of several servers takes it first.

The tracker knows which messages were taken, but only after the turn; two servers that get the same
message at the same time would both take it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import RedisTrackerStore, SQLTrackerStore

from rasa_ext.channels import stores, transcript
from rasa_ext.metrics.timing import store_work
from rasa_ext.stores import claims
from rasa_ext.stores.apart import apart
from rasa_ext.stores.unsynced import unsynced

#: Seconds between clearings.
CLEARING = 3_600
#: Claims of a process that are kept in memory.
REMEMBERED = 10_000


class Claims:
    """The claims of one process, and of all that share its tracker store (SQL or Redis)."""

    def __init__(self) -> None:
        """Know none."""
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._cleared = 0.0

    def first(self, sender: str, message_id: str) -> bool:
        """Tell whether this process sees the message for the first time; it does not wait."""
        key = claims.of_message(sender, message_id)
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True

    @store_work("claim")
    async def claim(self, store: Any, sender: str, message_id: str) -> bool:
        """Claim a message in the tracker store; tell whether nobody had. Raises when the store fails.

        With a store that is neither SQL nor Redis, only this process counts, and the tracker.
        """
        inner = stores.innermost(store)
        if isinstance(inner, SQLTrackerStore):
            return await apart(inner.engine, lambda: self._claim_in_sql(inner.engine, sender, message_id))
        if isinstance(inner, RedisTrackerStore):
            return claims.claim_in_redis(inner, sender, message_id)
        looked = await stores.look_up(store, sender, message_id)
        return transcript.replies_to(looked.events, message_id) is None

    def _claim_in_sql(self, engine: Any, sender: str, message_id: str) -> bool:
        claims.prepare(engine)
        now = time.time()
        row = {
            "id": claims.of_message(sender, message_id),
            "at": now,
            "conversation": claims.of_conversation(sender),
        }
        try:
            with engine.connect() as connection, unsynced(connection), connection.begin():
                connection.execute(claims.table.insert().values(row))
                if now - self._cleared > CLEARING:
                    claims.clear(connection, now)
                    self._cleared = now
        except sa.exc.IntegrityError:
            return False
        return True
