"""Measures what a turn waits for."""

from __future__ import annotations

import functools
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from typing import ParamSpec, TypeVar

from prometheus_client import Counter, Histogram
from rasa.core.actions.action import ActionExecutionRejection
from rasa.shared.core.constants import DEFAULT_ACTION_NAMES

from assistant.observability import metrics

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
#: By this an action says that it is not its turn.
_NO_FAILURE = (ActionExecutionRejection,)
Work = Callable[Arguments, Awaitable[Result]]


class _Timed:
    """Measures what is done within a `with`, and counts it when it fails."""

    __slots__ = ("_errors", "_seconds", "_spared", "_started")

    def __init__(self, seconds: Histogram, errors: Counter, spared: tuple[type[Exception], ...] = ()):
        self._seconds, self._errors, self._spared = seconds, errors, spared

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._seconds.observe(time.perf_counter() - self._started)
        # A caller who goes away, or a server that stops, is no failure.
        if kind is not None and issubclass(kind, Exception) and not issubclass(kind, self._spared):
            self._errors.inc()


@functools.cache
def _children(seconds: Histogram, errors: Counter, label: str) -> tuple[Histogram, Counter]:
    """Return the series of a label; both show zero from now on, so that a first failure is an increase."""
    return seconds.labels(label), errors.labels(label)


def store_work(operation: str) -> Callable[[Work[Arguments, Result]], Work[Arguments, Result]]:
    """Measure a function that works with the tracker store; `operation` is one of `metrics.OPERATIONS`."""

    def decorate(work: Work[Arguments, Result]) -> Work[Arguments, Result]:
        @functools.wraps(work)
        async def measured(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            with _Timed(*_children(metrics.STORE_SECONDS, metrics.STORE_ERRORS, operation)):
                return await work(*args, **kwargs)

        return measured

    return decorate


def lock_wait(lock: str) -> _Timed:
    """Measure the wait for a lock, one of `metrics.LOCKS`, within a `with`."""
    return _Timed(*_children(metrics.LOCK_SECONDS, metrics.LOCK_ERRORS, lock))


def action_call(name: str) -> AbstractContextManager[None]:
    """Measure an action within a `with`; those of Rasa itself only listen, and are left out."""
    if name in DEFAULT_ACTION_NAMES:
        return nullcontext()
    return _Timed(*_children(metrics.CALL_SECONDS, metrics.CALL_ERRORS, name), _NO_FAILURE)
