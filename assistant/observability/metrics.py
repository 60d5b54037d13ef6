"""All metrics of both processes; docs/observability.md says what each is for.

A label holds only names that stand in the code, in domain.yml or under data/: never what somebody
typed, never an id of a person. So the number of series has a limit that no patient can move.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

from assistant.knowledge.content import content
from assistant.screening.items import ITEMS

# One series a counter less, which no panel and no rule needs.
disable_created_metrics()  # type: ignore[no-untyped-call]

#: Seconds. A turn takes some 20 ms, a busy server's some seconds; a patient waits 60 at most.
_TURN = (0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5, 10, 30, 60)
#: Seconds of one step of a turn: a statement of SQL, an action, a free lock.
_STEP = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)

# --- Turns --------------------------------------------------------------------------------------

TURN_SECONDS = Histogram(
    "stria_turn_seconds", "From a message's arrival to its last reply.", ["channel"], buckets=_TURN
)
TURNS = Counter("stria_turns", "Turns by how they ended.", ["channel", "status"])
ANSWERS = Counter("stria_answers", "Turns by the kind of the answer.", ["channel", "kind"])
EMERGENCIES = Counter("stria_emergencies", "Messages that tell of an emergency.", ["channel", "kind"])
REFUSALS = Counter("stria_refusals", "Questions that the document does not answer, by topic.", ["topic"])
REFUSED = Counter(
    "stria_messages_refused", "Requests and messages that were not taken.", ["channel", "reason"]
)

# --- The check ----------------------------------------------------------------------------------

CHECKS_BEGUN = Counter("stria_checks_begun", "Checks that were begun.", ["channel"])
CHECKS_FINISHED = Counter("stria_checks_finished", "Checks with a result.", ["channel", "outcome"])
CHECKS_LEFT = Counter("stria_checks_left", "Checks that were left at a question.", ["item", "reason"])
QUESTIONS = Counter("stria_check_questions", "Questions of the check that were put.", ["item"])
ANSWERED = Counter("stria_check_answers", "Questions of the check that were answered.", ["item"])

# --- What a turn waits for ----------------------------------------------------------------------

LOCK_SECONDS = Histogram(
    "stria_lock_wait_seconds", "Wait for a conversation's turn.", ["lock"], buckets=_STEP
)
LOCK_ERRORS = Counter("stria_lock_errors", "Turns that did not get the lock.", ["lock"])
STORE_SECONDS = Histogram(
    "stria_tracker_store_seconds", "Work of the tracker store.", ["operation"], buckets=_STEP
)
STORE_ERRORS = Counter("stria_tracker_store_errors", "Failures of the tracker store.", ["operation"])
RATE_STORE_ERRORS = Counter("stria_rate_store_errors", "Failures of the store of rates.")
CALL_SECONDS = Histogram(
    "stria_action_call_seconds", "Actions, as Rasa waits for them.", ["action"], buckets=_STEP
)
CALL_ERRORS = Counter("stria_action_call_errors", "Actions that failed, as Rasa sees it.", ["action"])
RUN_SECONDS = Histogram(
    "stria_action_run_seconds", "Actions, as the process that runs them sees it.", ["action"], buckets=_STEP
)
RUN_ERRORS = Counter("stria_action_run_errors", "Actions whose own code failed.", ["action"])

# --- Messengers ---------------------------------------------------------------------------------

OUTGOING_SECONDS = Histogram(
    "stria_outgoing_seconds", "Calls to a messenger's platform.", ["channel"], buckets=_TURN
)
OUTGOING = Counter("stria_outgoing_calls", "Calls to a messenger's platform.", ["channel", "status"])
REPLIES_LOST = Counter("stria_replies_lost", "Messages that a platform did not take.", ["channel"])

# --- Requests to the clinic -----------------------------------------------------------------------

DELIVERIES_WAITING = Gauge("stria_deliveries_waiting", "Deliveries that are still to be made.", ["way"])
DELIVERIES_OLDEST = Gauge(
    "stria_deliveries_oldest_seconds", "Age of the oldest request that waits for its delivery.", ["way"]
)
DELIVERIES_GIVEN_UP = Gauge(
    "stria_deliveries_given_up", "Deliveries that are no longer tried, of open requests.", ["way"]
)
DELIVERY_TRIES = Counter("stria_delivery_tries", "Tries to deliver, by how they ended.", ["way", "result"])

# --- The process --------------------------------------------------------------------------------

LOOP_LAG = Histogram("stria_loop_lag_seconds", "How late the event loop is.", buckets=_STEP)
READY = Gauge("stria_ready", "Whether a part works (1) or not (0).", ["part"])
MODEL = Gauge("stria_model_info", "The model that is loaded; always 1.", ["fingerprint", "model_id", "rasa"])

#: How a turn ends. `action_failed`: said honestly; `failed`: 503; `repeated`: taken before.
OK, ACTION_FAILED, FAILED, REPEATED = STATUSES = ("ok", "action_failed", "failed", "repeated")
#: What a tracker store is asked to do.
OPERATIONS = ("retrieve", "save", "look_up", "transcript", "claim", "erase")
LOCKS = ("line", "memory", "redis")
#: Answers of a platform; `none`: there was none in time.
OUTGOING_STATUSES = ("2xx", "3xx", "4xx", "429", "5xx", "none")
#: How a try to deliver a request ends.
DELIVERED, NOT_DELIVERED = DELIVERY_RESULTS = ("delivered", "failed")
#: A question on the topic that has no entry in not_in_document.yml.
OTHER_TOPIC = "N00"


def channel_opened(channel: str) -> None:
    """Show a channel's turns as zero: the first failure has to be seen as an increase."""
    TURN_SECONDS.labels(channel)
    for status in STATUSES:
        TURNS.labels(channel, status)


def messenger_opened(channel: str) -> None:
    """Show a messenger's calls as zero."""
    OUTGOING_SECONDS.labels(channel)
    REPLIES_LOST.labels(channel)
    for status in OUTGOING_STATUSES:
        OUTGOING.labels(channel, status)


def way_opened(way: str) -> None:
    """Show a way of delivery's tries as zero."""
    for result in DELIVERY_RESULTS:
        DELIVERY_TRIES.labels(way, result)


def server_started() -> None:
    """Show as zero what only Rasa's process counts."""
    for operation in OPERATIONS:
        STORE_ERRORS.labels(operation)
    for lock in LOCKS:
        LOCK_ERRORS.labels(lock)
    for item in ITEMS:
        QUESTIONS.labels(item)
        ANSWERED.labels(item)


def refused_topics(names: list[str]) -> None:
    """Count questions that the document does not answer, by the ids of their topics."""
    silent = content().silent
    for name in names:
        REFUSALS.labels(silent[name].id if name in silent else OTHER_TOPIC).inc()


def status_class(status: int) -> str:
    """Return the class of an HTTP status; 429 stands apart, 0 means that there was no answer."""
    if status == 429:
        return "429"
    return f"{status // 100}xx" if 200 <= status < 600 else "none"
