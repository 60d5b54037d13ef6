"""Small mends of Rasa 3.6.21, one module a finding, each with a test that fails on stock Rasa.

`install()` is idempotent. It runs when a component or channel of ours is imported, so plain
`rasa run` has the mends as well. `STRIA_HARDENING=off` leaves Rasa as it is (for the tests).
"""

from __future__ import annotations

import os

from rasa_ext.hardening import (
    action_failures,
    applied_events,
    default_actions,
    event_classes,
    first_look,
    given_slots,
    graph_runs,
    kept_connections,
    local_actions,
    long_conversations,
    memory_lock,
    own_data,
    private_logs,
    prompt_stop,
    recent_states,
    request_length,
    request_line,
    request_rest,
    request_time,
    rule_keys,
    schema_check,
    short_events,
    slash_guard,
    store_errors,
    tracker_copies,
    training_merge,
    unread_logs,
)

_MENDS = (
    slash_guard,
    action_failures,
    # After action_failures: both wrap the run of an action.
    own_data,
    schema_check,
    short_events,
    applied_events,
    default_actions,
    event_classes,
    first_look,
    given_slots,
    graph_runs,
    kept_connections,
    local_actions,
    long_conversations,
    memory_lock,
    private_logs,
    prompt_stop,
    recent_states,
    request_length,
    request_line,
    request_rest,
    request_time,
    rule_keys,
    store_errors,
    tracker_copies,
    training_merge,
    unread_logs,
)


def install(*, server: bool = False) -> None:
    """Apply all mends once; with `server` also those of Rasa's server, which takes long to import."""
    if os.environ.get("STRIA_HARDENING", "on").lower() == "off":
        return
    for mend in _MENDS:
        mend.install()
    if server:
        from rasa_ext.hardening import api_errors, finished_requests, model_check

        finished_requests.install()
        api_errors.install()
        # Before model_check, which wraps the same function.
        local_actions.install_server()
        model_check.install()
