"""Silence while a person of the clinic has taken a conversation over.

Such a turn ends before any rule is asked, so no form reads it and nothing changes. Emergencies are not
held up: the rules answer them as ever. Nor are readings that need help today, such as a temperature of
40 °C: whether the person sees them in time is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa.core.policies.policy import (
    Policy,
    PolicyPrediction,
    SupportedData,
    confidence_scores_for,
)
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.dialogue.takeover import BACK, NOTICE, PERSON
from assistant.safety.second_net import KINDS
from assistant.screening.reading import read_volunteered
from clinic.takeover_watch import watch
from rasa_ext.metrics import turns

_URGENT = "utter_urgent_"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class TakeOver(Policy):
    """Has nothing to say unless a person has taken the conversation over; then, it decides alone."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the priority, which has to be above the RulePolicy's 6."""
        return {"priority": 7}

    @staticmethod
    def supported_data() -> SupportedData:
        """Tell that no stories are needed."""
        return SupportedData.RULE_DATA

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TakeOver:
        """Create the policy and begin to watch, so that the first message need not wait for it."""
        watch.start()
        return cls(config, model_storage, resource, execution_context)

    def train(self, training_trackers: Any, domain: Domain, **kwargs: Any) -> Resource:
        """Learn nothing."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Say once that a person answers, else listen at once; leave all other turns to the rules."""
        if tracker.latest_action_name != ACTION_LISTEN_NAME:
            return self._go_on(tracker, domain)
        told = tracker.get_slot("person_answers")
        if _is_emergency(tracker):
            return self._abstain(domain)
        since = _since(tracker.sender_id, told)
        if since is None:
            # The next action says that the assistant answers again, and empties the slot.
            return self._abstain(domain, [SlotSet("person_answers", BACK)] if told else [])
        turns.left_to_a_person()
        says = _says(tracker)
        events = [
            SlotSet("person_answers", since),
            SlotSet("answer_kind", PERSON),
            SlotSet("answered_facts", []),
            # A yes that the person gets must not do later what was offered before.
            SlotSet("pending_offer", None),
        ]
        return self._do((says if told == since else [NOTICE, *says]), domain, events)

    def _go_on(self, tracker: DialogueStateTracker, domain: Domain) -> PolicyPrediction:
        """Go on with a turn that this policy has begun; no other has actions of these names."""
        latest = str(tracker.latest_action_name)
        if latest != NOTICE and not latest.startswith(_URGENT):
            return self._abstain(domain)
        plan = [NOTICE, *_says(tracker)]
        return self._do(plan[plan.index(latest) + 1 :], domain)

    def _do(self, plan: Sequence[str], domain: Domain, events: list[Event] | None = None) -> PolicyPrediction:
        scores = confidence_scores_for(plan[0] if plan else ACTION_LISTEN_NAME, 1.0, domain)
        # An open form outvotes everything but what, like itself, does not look at the message.
        return self._prediction(scores, optional_events=events, is_no_user_prediction=True)

    def _abstain(self, domain: Domain, events: list[Event] | None = None) -> PolicyPrediction:
        return self._prediction(self._default_predictions(domain), events=events)


def _is_emergency(tracker: DialogueStateTracker) -> bool:
    intent = tracker.latest_message.intent if tracker.latest_message else None
    return bool(intent) and intent.get("name") in KINDS


def _since(conversation: str, told: Any) -> Any:
    """Return since when it is taken over; None when it is not.

    Where this can't be known, because the table could not be read since the start of the process, the
    conversation itself remembers whether it was so.
    """
    seen = watch.seen()
    if seen is None:
        return None if told == BACK else told
    return seen.get(conversation)


def _says(tracker: DialogueStateTracker) -> list[str]:
    """Return the names of what has to be said to the message all the same."""
    text = (tracker.latest_message.text if tracker.latest_message else None) or ""
    return [f"{_URGENT}{what}" for what in dict.fromkeys(read_volunteered(text, declared=True).urgent)]
