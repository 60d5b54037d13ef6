"""The action server, killed at a point of the hand-over: `python -m tests.killing POINT ARGUMENTS...`.

It is the real server; at the point it sends itself SIGKILL, as the kernel or an operator would. Claims
end and looks come sooner than in production, so that a test need not wait for minutes.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from clinic import delivery, mail, outbox, requests, webhook, worker

#: never: it goes on. holds: after the commit it makes the file TEST_HOLD_FILE and waits until that is gone.
POINTS = (
    *("never", "before_commit", "after_commit", "before_delivery", "during_delivery"),
    *("before_mark", "after_mark", "holds"),
)


def die(*_: Any, **__: Any) -> NoReturn:
    """Ends this process at once."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit  # never reached


def after(function: Any, what: Any = die) -> Any:
    """Returns the function, with something done after it."""

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        what()
        return result

    return wrapped


def hold() -> None:
    """Waits until the test has done what it wants to do."""
    file = Path(os.environ["TEST_HOLD_FILE"])
    file.touch()
    until = time.monotonic() + 30
    while file.exists() and time.monotonic() < until:
        time.sleep(0.02)


def prepare(point: str) -> None:
    """Puts the end of the process where the test wants it."""
    outbox.LEASE, outbox.FIRST, outbox.LONGEST, worker.POLL = 1.0, 0.2, 0.5, 0.1
    if point == "before_commit":
        requests._insert = after(requests._insert)
    elif point == "after_commit":
        requests.add = after(requests.add)
    elif point == "holds":
        requests.add = after(requests.add, hold)
    elif point == "before_delivery":
        webhook.send = mail.send = die
    elif point == "during_delivery":
        webhook.as_json = after(webhook.as_json)
    elif point == "before_mark":
        outbox.delivered = die
    elif point == "after_mark":
        outbox.delivered = after(outbox.delivered)
    assert delivery.outbox is outbox


if __name__ == "__main__":
    assert sys.argv[1] in POINTS
    prepare(sys.argv[1])
    sys.argv = ["rasa_sdk", *sys.argv[2:]]
    runpy.run_module("rasa_sdk", run_name="__main__")
