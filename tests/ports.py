"""Free ports for servers of tests, which nobody takes before they are used.

The system gives a port of its own choice also to every outgoing connection. One that was free a moment ago may then
be in use, and a server can't be started there: this happened about once in a whole run. So ports come from below those.
"""

from __future__ import annotations

import random
import socket
from pathlib import Path

#: Where Linux says which ports it gives to outgoing connections.
RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
#: The lowest port that is given here; browsers refuse some of those below.
LOWEST = 15_000
#: Fewer than these below the system's own are too few: the system chooses.
FEWEST = 1_000

_random = random.SystemRandom()
_given: set[int] = set()


def free_port() -> int:
    """Returns a TCP port of this machine that nobody listens on, and that was not given before by this process."""
    end = _end()
    if end - LOWEST < FEWEST:
        return _bound(0)
    while True:
        port = _random.randrange(LOWEST, end)
        if port not in _given and _bound(port):
            _given.add(port)
            return port


def _end() -> int:
    """Returns the first port that the system gives to outgoing connections; 0 when it does not tell."""
    try:
        return int(RANGE.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 0


def _bound(port: int) -> int:
    """Returns the port when it can be bound on all addresses, else 0; a port of the system's for 0."""
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return 0
        return int(probe.getsockname()[1])
