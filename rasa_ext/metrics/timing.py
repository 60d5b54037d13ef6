"""Measures what a turn waits for."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Any, ParamSpec, TypeVar

from rasa.shared.core.constants import DEFAULT_ACTION_NAMES

from assistant.observability import metrics

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Work = Callable[Arguments, Awaitable[Result]]


def store_work(operation: str) -> Callable[[Work[Arguments, Result]], Work[Arguments, Result]]:
    """Measure a function that works with the tracker store; `operation` is one of `metrics.OPERATIONS`."""

    def decorate(work: Work[Arguments, Result]) -> Work[Arguments, Result]:
        seconds, errors = metrics.STORE_SECONDS.labels(operation), metrics.STORE_ERRORS.labels(operation)

        @functools.wraps(work)
        async def measured(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            with seconds.time(), errors.count_exceptions():
                return await work(*args, **kwargs)

        return measured

    return decorate


def lock_wait(lock: str) -> AbstractContextManager[Any]:
    """Measure the wait for a lock, one of `metrics.LOCKS`, within a `with`."""
    both = ExitStack()
    both.enter_context(metrics.LOCK_SECONDS.labels(lock).time())
    both.enter_context(metrics.LOCK_ERRORS.labels(lock).count_exceptions())
    return both


def action_call(name: str) -> AbstractContextManager[Any]:
    """Measure an action within a `with`; those of Rasa itself only listen, and are left out."""
    if name in DEFAULT_ACTION_NAMES:
        return nullcontext()
    metrics.CALL_ERRORS.labels(name)  # shown as zero: the first failure has to be seen as an increase
    return metrics.CALL_SECONDS.labels(name).time()


def action_error(name: str) -> None:
    """Count an action that failed."""
    metrics.CALL_ERRORS.labels(name).inc()
