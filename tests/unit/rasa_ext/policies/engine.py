"""Rasa's engine with both policies of config.yml, and what the clinic has set."""

from __future__ import annotations

from collections.abc import Mapping

from rasa.core.policies.ensemble import DefaultPolicyPredictionEnsemble
from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.resource import Resource
from rasa.shared.core.trackers import DialogueStateTracker

from rasa_ext.policies.take_over import TakeOver
from tests.engine import Engine

NOTICE = "A person from the clinic has taken over"
AGAIN = "I answer here again"


class Flags:
    """Stands in for the watch: what is taken over, None when that is not known."""

    def __init__(self) -> None:
        self.taken: Mapping[str, float] | None = {}

    def start(self) -> None:
        """Starts nothing."""

    def seen(self) -> Mapping[str, float] | None:
        """Returns what is taken over."""
        return self.taken


def policy() -> TakeOver:
    """Returns the policy with its default settings."""
    config, context = TakeOver.get_default_config(), ExecutionContext(GraphSchema({}), "test")
    return TakeOver(config, None, Resource("take_over"), context)  # type: ignore[arg-type]


class Both(Engine):
    """The engine with both policies of config.yml."""

    def __init__(self) -> None:
        super().__init__()
        self.take_over = policy()

    def _predict_next_with_tracker(self, tracker: DialogueStateTracker) -> PolicyPrediction:
        if tracker.followup_action:
            return super()._predict_next_with_tracker(tracker)
        policies = (self.take_over, self._policy)
        predictions = [p.predict_action_probabilities(tracker, self.domain) for p in policies]
        return DefaultPolicyPredictionEnsemble().combine_predictions(predictions, tracker, self.domain)
