"""Rules are read once, and then compared with a conversation.

Stock Rasa turns the text of every rule around and looks through its parts for each state of each prediction:
hundreds of times a message. Here what a rule asks of each state is laid out before the first one. In a training,
where rules come and go, everything is as in stock Rasa.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rasa.core.policies.rule_policy import RULES_NOT_IN_STORIES, RulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET
from rasa.shared.core.domain import State

#: What a rule asks of one state: whether an action went before, and of each part a value (None: nothing).
_Asked = tuple[bool, list[tuple[str, str, Any]]]
_READ = "stria_read_rules"


def _asked(state: dict[str, dict[str, Any]]) -> _Asked:
    parts = []
    for kind, values in state.items():
        for name, value in values.items():
            wanted = tuple(value) if isinstance(value, list) else value
            if wanted:
                parts.append((kind, name, None if wanted == SHOULD_NOT_BE_SET else wanted))
    # The action before tells most rules apart.
    parts.sort(key=lambda part: part[0] != PREVIOUS_ACTION)
    return bool(state.get(PREVIOUS_ACTION)), parts


def _fits(asked: _Asked, state: State) -> bool:
    """Tell whether one state of a conversation is as a rule asks."""
    after_action, parts = asked
    if after_action != bool(state.get(PREVIOUS_ACTION)):
        return False
    if not after_action:
        return True  # both begin here
    for kind, name, wanted in parts:
        found = state.get(kind, {}).get(name)
        if wanted is None:
            if found and found != SHOULD_NOT_BE_SET:
                return False
        elif found != wanted:
            return False
    return True


def _read(policy: Any, lookup: Mapping[str, str]) -> list[tuple[str, list[_Asked]]]:
    """Return each rule with what it asks of states, the last one first."""
    read: dict[int, tuple[Any, Any]] = policy.__dict__.setdefault(_READ, {})
    # The lookup itself is kept beside it: another training brings another one, maybe at the same place.
    known = read.get(id(lookup))
    if known is None or known[0] is not lookup:
        rules = [(key, [_asked(state) for state in reversed(json.loads(key))]) for key in lookup]
        known = read[id(lookup)] = (lookup, rules)
    return list(known[1])


def possible_keys(policy: Any, lookup: Mapping[str, str], states: Iterable[State]) -> set[str]:
    """Return the rules that fit the last states of a conversation, as far as each goes back."""
    rules = _read(policy, lookup)
    for back, state in enumerate(reversed(list(states))):
        rules = [rule for rule in rules if back >= len(rule[1]) or _fits(rule[1][back], state)]
    return {key for key, _ in rules}


def install() -> None:
    """Wrap RulePolicy._get_possible_keys."""
    original = RulePolicy._get_possible_keys
    if hasattr(original, "of_rasa"):
        return

    def keys(self: Any, lookup: dict[str, str], states: list[State]) -> set[str]:
        if RULES_NOT_IN_STORIES not in self.lookup:
            return set(original(self, lookup, states))
        return possible_keys(self, lookup, states)

    keys.of_rasa = original  # type: ignore[attr-defined]
    RulePolicy._get_possible_keys = keys  # type: ignore[method-assign]
