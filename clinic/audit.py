"""What staff and commands did, for whoever has to answer for it."""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa

from clinic.tables import audit


def record(connection: Any, who: str, action: str, what: str = "") -> None:
    """Keep that somebody did something, in the transaction in which it is done.

    Args:
        connection: of `clinic.database.transaction`.
        who: name of a member of staff, or of a command.
        action: a name of ours, such as `done`.
        what: id of a request; never anything of a patient.
    """
    values = {"at": time.time(), "who": who[:64], "action": action, "what": what}
    connection.execute(sa.insert(audit), values)
