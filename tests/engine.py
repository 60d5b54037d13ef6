"""Rasa's dialogue engine in one process, without a model and without HTTP.

The rules of `data/rules/`, the form and the real actions; the classification of each message is
given by the test, and the action server can be switched off in the middle of a conversation.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

import aiohttp
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.policies.ensemble import DefaultPolicyPredictionEnsemble
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.generator import TrainingDataGenerator
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.utils.log_utils import configure_structlog
from rasa_sdk.executor import ActionExecutor

from assistant.safety.red_flags import find_red_flag
from scripts._env import ROOT
from tests.silence import silence

configure_structlog(logging.WARNING)  # as `rasa` does; without it structlog prints everything


class ActionServer:
    """Stands in for the endpoint of the action server: runs the real actions, unless it is down."""

    url = "http://actions.test/webhook"

    def __init__(self) -> None:
        self.kwargs = {"enable_selective_domain": True}
        self.failures: dict[str, Exception] = {}
        self.answers: dict[str, Any] = {}
        self.called: list[str] = []
        self._executor = ActionExecutor()
        self._executor.register_package("actions")

    def down(self, *names: str, failure: Exception | None = None) -> None:
        """Lets the calls of these actions fail, of all when none is named."""
        refused = failure or aiohttp.ClientConnectionError("refused")
        self.failures = dict.fromkeys(names or ("",), refused)

    def up(self) -> None:
        """Lets all calls work again."""
        self.failures.clear()
        self.answers.clear()

    async def request(self, json: dict[str, Any], **options: Any) -> Any:
        """Answers as Rasa's `EndpointConfig.request` does."""
        name = json["next_action"]
        self.called.append(name)
        failure = self.failures.get(name) or self.failures.get("")
        if failure:
            raise failure
        return self.answers[name] if name in self.answers else await self._executor.run(json)


class _Rules(RulePolicy):
    def persist(self) -> None:
        """Stores nothing: the policy is used as it was trained."""


@lru_cache(maxsize=1)
def _rules() -> tuple[Domain, RulePolicy]:
    files = [str(path) for path in sorted((ROOT / "data" / "rules").glob("*.yml"))]
    project = RasaFileImporter(domain_path=str(ROOT / "domain.yml"), training_data_paths=files)
    domain = project.get_domain()
    trackers = TrainingDataGenerator(project.get_stories(), domain, augmentation_factor=0)
    options = {**RulePolicy.get_default_config(), "core_fallback_action_name": "action_answer"}
    context = ExecutionContext(GraphSchema({}), "test")
    policy = _Rules(options, None, Resource("rules"), context)  # type: ignore[arg-type]
    policy.train(trackers.generate(), domain)
    return domain, policy


class Engine(MessageProcessor):
    """One conversation. `say` sends a message, `slots` and `loop` tell how things stand."""

    def __init__(self) -> None:  # without a model, which the parent would load
        self.domain, self._policy = _rules()
        self.nlg = TemplatedNaturalLanguageGenerator(self.domain.responses)
        self.action_endpoint = self.server = ActionServer()  # type: ignore[assignment]
        self.max_number_of_predictions = 10
        self.on_circuit_break = None
        self.tracker = DialogueStateTracker("patient", self.domain.slots)
        self.tracker.update(ActionExecuted("action_listen"))

    @property
    def loop(self) -> str | None:
        """The form that is active."""
        return self.tracker.active_loop_name

    @property
    def slots(self) -> dict[str, Any]:
        """All slots."""
        return dict(self.tracker.current_slot_values())

    def set(self, **slots: Any) -> None:
        """Sets slots directly."""
        for name, value in slots.items():
            self.tracker.update(SlotSet(name, value))

    def _predict_next_with_tracker(self, tracker: DialogueStateTracker) -> PolicyPrediction:
        if tracker.followup_action:
            name = tracker.followup_action
            tracker.clear_followup_action()
            return PolicyPrediction.for_action_name(self.domain, name, "FollowupAction")
        prediction = self._policy.predict_action_probabilities(tracker, self.domain)
        ensemble = DefaultPolicyPredictionEnsemble()
        return ensemble.combine_predictions([prediction], tracker, self.domain)

    async def say(self, text: str, intent: str) -> list[str]:
        """Sends a message classified as `intent` (or an emergency); returns the texts said."""
        silence.note(text)
        flag = find_red_flag(text)
        parent = flag.kind if flag else intent.partition("/")[0]
        data = {"topics": {"whole": [[intent, 0.95]], "hits": []}}
        message = UserUttered(
            text,
            {"name": parent, "confidence": 0.95},
            parse_data={"intent": {"name": parent}, **data},
        )  # type: ignore[typeddict-item]
        self.tracker.update(message, self.domain)
        channel = CollectingOutputChannel()
        await self._run_prediction_loop(channel, self.tracker)
        return [m["text"] for m in channel.messages if m.get("text")]
