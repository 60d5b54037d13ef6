"""Keeps NumPy's matrix products on one thread.

Several threads of OpenBLAS wait by spinning: on two cores a training took 60 CPU seconds instead of
45, a message 64 ms of CPU for 37 ms of time (docs/results.md of 2026-11-22).
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from threadpoolctl import threadpool_limits


def one_thread() -> AbstractContextManager[Any]:
    """Limit the BLAS libraries to one thread, until the returned context ends (if it is entered)."""
    limits: AbstractContextManager[Any] = threadpool_limits(limits=1)
    return limits
