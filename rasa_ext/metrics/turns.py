"""A turn from the arrival of its message to its last reply: counted, and told in one line of the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from assistant import logs
from assistant.observability import metrics
from assistant.observability.identity import sender_hash
from clinic.insights import recorder
from rasa_ext.metrics.asked import Beside, counts_of, read_beside
from rasa_ext.metrics.reading import Happened, read_turn

logger = logging.getLogger(__name__)
access = logging.getLogger("rasa_ext.access")
_LINE = "turn: channel=%(channel)s sender=%(sender)s ms=%(milliseconds)d kind=%(kind)s status=%(status)s"


@dataclass
class Turn:
    """One message on its way; `status` is one of `metrics.STATUSES`.

    `silent` tells that a person of the clinic answers, and that no reply is no failure.
    """

    channel: str
    sender: str
    status: str = metrics.OK
    silent: bool = False
    happened: Happened = field(default_factory=Happened)
    beside: Beside = field(default_factory=Beside)


_current: ContextVar[Turn | None] = ContextVar("stria_turn", default=None)


@contextmanager
def measured(channel: str, sender: str) -> Iterator[Turn]:
    """Measure what is done for a message; whoever works on it finds the turn by itself."""
    turn, started = Turn(channel, sender), time.perf_counter()
    token = _current.set(turn)
    try:
        yield turn
    except BaseException:
        turn.status = metrics.FAILED
        raise
    finally:
        _current.reset(token)
        _count(turn, time.perf_counter() - started)


def stored(tracker: Any) -> None:
    """Read what the turn was about, from its tracker, which has been stored; never raises."""
    if turn := _current.get():
        try:
            turn.happened = read_turn(tracker.events)
            turn.beside = read_beside(tracker.events, turn.happened)
            if turn.happened.apology:
                turn.status = metrics.ACTION_FAILED
        except Exception as error:
            # The turn has been stored: nobody may be told that it failed.
            logger.error("metrics: a turn could not be read: %s", logs.kind(error))


def action_failed() -> None:
    """Note that an action of the turn failed, and that this was said."""
    if turn := _current.get():
        turn.status = metrics.ACTION_FAILED


def repeated() -> None:
    """Note that the message was taken before."""
    if turn := _current.get():
        turn.status = metrics.REPEATED
        metrics.REFUSED.labels(turn.channel, "duplicate").inc()


def left_to_a_person() -> None:
    """Note that the assistant leaves the answer to a person who has taken over."""
    if turn := _current.get():
        turn.silent = True


def may_be_silent() -> bool:
    """Tell whether the turn may end without a reply."""
    turn = _current.get()
    return turn is not None and turn.silent


def _count(turn: Turn, seconds: float) -> None:
    channel, happened = turn.channel, turn.happened
    metrics.TURNS.labels(channel, turn.status).inc()
    if turn.status != metrics.REPEATED:
        metrics.TURN_SECONDS.labels(channel).observe(seconds)
    if turn.status in (metrics.OK, metrics.ACTION_FAILED):
        metrics.ANSWERS.labels(channel, happened.kind).inc()
    if happened.emergency:
        metrics.EMERGENCIES.labels(channel, happened.emergency).inc()
    _count_check(channel, happened)
    if turn.status in (metrics.OK, metrics.ACTION_FAILED):
        recorder.note(counts_of(channel, happened, turn.beside), turn.beside.asked)
    if access.isEnabledFor(logging.INFO):
        fields = {
            "channel": channel,
            "sender": sender_hash(turn.sender),
            "milliseconds": round(seconds * 1000),
        }
        access.info(_LINE, {**fields, "kind": happened.kind, "status": turn.status})


def _count_check(channel: str, happened: Happened) -> None:
    if happened.begun:
        metrics.CHECKS_BEGUN.labels(channel).inc()
    if happened.outcome:
        metrics.CHECKS_FINISHED.labels(channel, happened.outcome).inc()
    if happened.left:
        metrics.CHECKS_LEFT.labels(*happened.left).inc()
    if happened.asked:
        metrics.QUESTIONS.labels(happened.asked).inc()
    for item in happened.answered:
        metrics.ANSWERED.labels(item).inc()
