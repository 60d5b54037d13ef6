"""Rules are compared with as much of the conversation as they are long.

Stock Rasa makes a state of every action since the session began, three times a message, and compares
the last few of them with the rules: none is longer. One of the three is for rules about what was typed
word by word, which a project may not have. In a training everything is as in stock Rasa.
"""

from __future__ import annotations

import json
from typing import Any

from rasa.core.policies.rule_policy import (
    RULES,
    RULES_FOR_LOOP_UNHAPPY_PATH,
    RULES_NOT_IN_STORIES,
    RulePolicy,
)
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT, TEXT

_LONGEST, _TEXTS = "_stria_longest_rule", "_stria_rules_of_texts"


def longest_rule(policy: Any) -> int | None:
    """Return how many states the longest rule of a trained policy has; None while it is trained."""
    if RULES_NOT_IN_STORIES not in policy.lookup:
        return None
    # The dictionary itself is kept beside the number: another training brings another one.
    lookup, longest = getattr(policy, _LONGEST, (None, 1))
    if lookup is not policy.lookup:
        keys = [*policy.lookup[RULES], *policy.lookup.get(RULES_FOR_LOOP_UNHAPPY_PATH, ())]
        longest = max((len(json.loads(key)) for key in keys), default=1)
        setattr(policy, _LONGEST, (policy.lookup, longest))
    return int(longest)


def reads_texts(policy: Any) -> bool:
    """Tell whether a rule may match what was typed word by word; true while the policy is trained.

    Rasa looks for such rules first. Where every rule about a message names its intent, none matches
    without it, and what is found of interrupted forms is found by intent again.
    """
    if RULES_NOT_IN_STORIES not in policy.lookup:
        return True
    lookup, reads = getattr(policy, _TEXTS, (None, True))
    if lookup is not policy.lookup:
        keys = [*policy.lookup[RULES], *policy.lookup.get(RULES_FOR_LOOP_UNHAPPY_PATH, ())]
        reads = any(_without_intent(json.loads(key)) for key in keys)
        setattr(policy, _TEXTS, (policy.lookup, reads))
    return bool(reads)


def _without_intent(states: list[dict[str, Any]]) -> bool:
    last = states[-1]
    after_message = (last.get(PREVIOUS_ACTION) or {}).get(ACTION_NAME) in (None, ACTION_LISTEN_NAME)
    texts = any(TEXT in (state.get(USER) or {}) for state in states)
    return texts or (after_message and not (last.get(USER) or {}).get(INTENT))


def recent_states(tracker: DialogueStateTracker, domain: Domain, most: int) -> list[State]:
    """Return the last states of a conversation, `most` of them at most, the present one last."""
    events = tracker.applied_events()
    before = sum(isinstance(event, ActionExecuted) for event in events) + 1 - most
    then = tracker.init_copy()
    states: list[State] = []
    for event in events:
        if isinstance(event, ActionExecuted):
            if before <= 0:
                states.append(domain.get_active_state(then))
            before -= 1
        event.apply_to(then)
    return [*states, domain.get_active_state(then)]


def install() -> None:
    """Give RulePolicy its own _prediction_states."""
    original = RulePolicy._prediction_states
    if hasattr(original, "of_rasa"):
        return

    def states(
        self: Any,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        most = longest_rule(self)
        if most is None:
            return list(original(self, tracker, domain, use_text_for_last_user_input, rule_only_data))
        found = recent_states(tracker, domain, most)
        self.featurizer._choose_last_user_input([found], use_text_for_last_user_input)
        return found

    find = RulePolicy._find_action_from_rules

    def find_action(
        self: Any, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        if use_text_for_last_user_input and not reads_texts(self):
            return None, None, False
        found: tuple[str | None, str | None, bool] = find(self, tracker, domain, use_text_for_last_user_input)
        return found

    states.of_rasa, find_action.of_rasa = original, find  # type: ignore[attr-defined]
    RulePolicy._prediction_states = states  # type: ignore[method-assign]
    RulePolicy._find_action_from_rules = find_action  # type: ignore[method-assign]
