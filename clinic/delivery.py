"""The ways on which requests leave the inbox, and one delivery from its claim to its end."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from functools import partial

from assistant import logs
from assistant.observability import metrics
from clinic import outbox, settings
from clinic.database import ClinicDatabaseError
from clinic.outbox import DELIVERED, ERASED, FAILED, WAITING, Delivery, ErasedError
from clinic.settings import SettingsError

logger = logging.getLogger(__name__)

EMAIL, WEBHOOK = WAYS = ("email", "webhook")
_SWITCHES = {EMAIL: settings.SMTP_HOST, WEBHOOK: settings.WEBHOOK_URL}


def ways(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the ways that are switched on, rightly set or not: what can't go out yet is kept."""
    return tuple(way for way, name in _SWITCHES.items() if environ.get(name, "").strip())


def wrong_settings(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return what is wrong with the settings, a line each."""
    found = []
    for read in (settings.mail, settings.webhook):
        try:
            read(environ)
        except SettingsError as error:
            found.append(str(error))
    return found


def deliver_one() -> str:
    """Deliver what has been due longest, on the ways that are switched on.

    Returns:
        `delivered`, `waiting` (it is tried again later), `failed`, or `erased` (by its patient, since it was
        claimed); an empty text when nothing is due.

    Raises:
        ClinicDatabaseError: The database can't be used.
    """
    claimed = outbox.claim(ways())
    if claimed is None:
        return ""
    try:
        problem = _send(claimed)
    except ErasedError:
        return ERASED
    result = metrics.NOT_DELIVERED if problem else metrics.DELIVERED
    metrics.DELIVERY_TRIES.labels(claimed.way, result).inc()
    if not problem:
        outbox.delivered(claimed)
        return DELIVERED
    again = outbox.failed(claimed, problem)
    # Way and kind only: nothing of a patient, and no text of a foreign server.
    logger.warning("delivery by %s failed: %s", claimed.way, logs.Kind(problem))
    return WAITING if again else FAILED


def _send(claimed: Delivery) -> str:
    """Return the kind of the error; an empty text when it was delivered.

    Raises:
        ErasedError: Its patient has erased it; nothing has left.
        ClinicDatabaseError: Nobody knows whether it is still there; nothing has left.
    """
    # Here: they bring templates and more, which would slow down a start.
    from clinic import mail, webhook

    look_again = partial(outbox.look_again, claimed)
    try:
        if claimed.way == EMAIL and (to := settings.mail()) is not None:
            mail.send(claimed.request, to, look_again)
        elif claimed.way == WEBHOOK and (hook := settings.webhook()) is not None:
            webhook.send(claimed.request, hook, look_again)
        else:
            return "NotSet"
    except (ErasedError, ClinicDatabaseError):
        raise
    except webhook.RefusedError as error:
        return str(error)
    except Exception as error:
        # Whatever it is: it must not end the worker, nor what else waits.
        return type(error).__name__
    return ""
