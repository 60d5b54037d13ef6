"""Rasa's API blames who is to blame: 400 for what a request holds, 503 for a store that fails.

Stock Rasa answers 500 to values of another type than it thought of, and quotes the error, which may
hold what a patient typed. 500 is left for what is neither: a fault of ours.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable
from typing import Any

from rasa import server
from rasa.core.lock_store import LockError
from rasa.shared.exceptions import RasaException
from redis.exceptions import RedisError
from sanic.exceptions import SanicException
from sqlalchemy.exc import SQLAlchemyError

from rasa_ext.stores.sql import BadSender, StoreConflict

logger = logging.getLogger(__name__)

_STORES = (LockError, StoreConflict, RedisError, SQLAlchemyError, OSError, asyncio.TimeoutError)
#: What values of the wrong type or unknown names lead to, somewhere deep inside.
_DATA = (BadSender, TypeError, ValueError, LookupError, AttributeError, RecursionError, RasaException)


def _answer(error: BaseException | None) -> Any | None:
    """Return what to answer to an error; None when it is neither the caller's nor a store's."""
    if isinstance(error, SanicException) or (isinstance(error, server.ErrorResponse) and error.status < 500):
        return error  # such as a body that is no JSON; Rasa itself makes a 500 of it
    if isinstance(error, _STORES):
        return server.ErrorResponse(503, "Unavailable", "A store does not answer. Please try again.")
    if isinstance(error, _DATA):
        # Type only: its message may hold what a patient typed.
        kind = type(error).__name__
        return server.ErrorResponse(
            400, "BadRequest", f"The request holds something that can't be used ({kind})."
        )
    return None


def install() -> None:
    """Wrap all routes of the API, by the decorator that each of them has."""
    original = server.requires_auth
    if getattr(original, "blames", False):
        return

    @functools.wraps(original)  # with the marks of other mends of it
    def requires_auth(app: Any, token: str | None = None) -> Callable[[Any], Any]:
        protect = original(app, token)

        def decorate(handler: Any) -> Any:
            protected = protect(handler)

            @functools.wraps(handler)
            async def answered(request: Any, *args: Any, **kwargs: Any) -> Any:
                try:
                    return await protected(request, *args, **kwargs)
                except SanicException:
                    raise
                except server.ErrorResponse as error:
                    # Rasa's 500 holds the real error as its context.
                    better = _answer(error.__context__) if error.status == 500 else None
                    if better is None:
                        raise
                except Exception as error:
                    better = _answer(error)
                    if better is None:
                        raise
                raise better from None

            return answered

        return decorate

    requires_auth.blames = True  # type: ignore[attr-defined]
    server.requires_auth = requires_auth
