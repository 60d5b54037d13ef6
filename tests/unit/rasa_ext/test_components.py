"""The NLU components: emergencies first, clinical entities, intents and topics."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu import encoder
from rasa_ext.nlu.clinical_entities import ClinicalEntityExtractor, entities_of
from rasa_ext.nlu.red_flag_detector import RedFlagDetector
from rasa_ext.nlu.topic_classifier import TopicClassifier

CONTEXT = ExecutionContext(GraphSchema({}), "test")
RESOURCE = Resource("component")


def made(component: Any, storage: Any = None, **config: Any) -> Any:
    """Creates a component as Rasa's graph does."""
    options = {**component.get_default_config(), **config}
    return component.create(options, storage, RESOURCE, CONTEXT)


def message_of(text: str | None, **data: Any) -> Message:
    """A message as it comes from the components before."""
    return Message(data={**({} if text is None else {"text": text}), **data})


class TestRedFlagDetector:
    """Emergencies override every intent."""

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("I have chest pain", "emergency"),
            ("help i cant breathe", "emergency"),
            ("I want to kill myself", "self_harm"),
        ],
    )
    def test_it_overrides_the_intent(self, text: str, kind: str) -> None:
        """Whatever the classifier was sure of; the entities of others stay."""
        before = {"entity": "condition", "value": "x", "start": 0, "end": 1}
        intent = {"name": "faq", "confidence": 0.99}
        message = message_of(text, intent=intent, entities=[before])
        found = made(RedFlagDetector).process([message])[0]
        assert found.get("intent") == {"name": kind, "confidence": 1.0}
        assert found.get("entities")[0] == before
        assert found.get("entities")[1]["entity"] == "red_flag"
        assert {"intent", "entities"} <= found.output_properties

    @pytest.mark.parametrize("text", ["is it painful?", "no chest pain", "", "😀", None])
    def test_it_leaves_other_messages_alone(self, text: str | None) -> None:
        """Nothing is added to a message without a sign."""
        intent = {"name": "faq", "confidence": 0.9}
        found = made(RedFlagDetector).process([message_of(text, intent=intent)])[0]
        assert found.get("intent") == intent
        assert not found.get("entities")

    def test_an_unsure_classifier_alone_makes_no_emergency(self) -> None:
        """The next class is taken, and no intent is left that only rules may set."""
        topics = {"whole": [["emergency", 0.4], ["faq/pain", 0.3]], "hits": []}
        intent = {"name": "emergency", "confidence": 0.4}
        message = message_of("does it hurt", intent=intent, topics=topics)
        found = made(RedFlagDetector).process([message])[0]
        assert found.get("intent")["name"] == "nlu_fallback"
        assert found.get("topics")["whole"] == [["faq/pain", 0.3]]


class TestClinicalEntities:
    """Conditions, medicines and readings as entities; the role tells how they are meant."""

    @pytest.mark.parametrize(
        ("text", "entity", "value", "role", "words"),
        [
            ("I have a cold sore", "condition", "cold sore", "present", "cold sore"),
            ("no arrhythmia", "condition", "arrhythmia", "absent", "arrhythmia"),
            ("I had a cold sore last year", "condition", "cold sore", "past", "cold sore"),
            ("my mother has lupus", "condition", "lupus", "family", "lupus"),
            ("can I do it if I have herpes?", "condition", "herpes", "hypothetical", "herpes"),
            ("I take metformin", "medicine", "metformin", "present", "metformin"),
            ("😀 fever 38.5 °C", "temperature", "38.5", "present", "38.5 °C"),
            ("my bp is 150/95", "blood_pressure", "150/95", "present", "150/95"),
        ],
    )
    def test_each_kind(self, text: str, entity: str, value: str, role: str, words: str) -> None:
        """Value, role and the place in the text, also behind an emoji."""
        found = [e for e in entities_of(text) if e["entity"] == entity]
        assert [(e["value"], e["role"]) for e in found] == [(value, role)]
        assert text[found[0]["start"] : found[0]["end"]] == words

    def test_several_in_order(self) -> None:
        """Ordered by their place; the group names the item of the check."""
        found = entities_of("bp 150/95, fever 39.5, my mother has lupus and I take metformin")
        kinds = ["blood_pressure", "condition", "temperature", "condition", "medicine"]
        assert [e["entity"] for e in found] == kinds
        assert [e["group"] for e in found if "group" in e] == [
            "temperature",
            "systemic_skin",
            "medicines",
        ]

    def test_the_component_keeps_the_entities_of_others(self) -> None:
        """It adds, and marks the property for Rasa's output."""
        before = {"entity": "red_flag", "value": "x", "start": 0, "end": 1}
        message = message_of("I have lupus", entities=[before])
        found = made(ClinicalEntityExtractor).process([message])[0]
        assert [e["value"] for e in found.get("entities")] == ["x", "lupus"]
        assert "entities" in found.output_properties

    @pytest.mark.parametrize("text", ["", "😀😀", None, "   ", "is it painful?"])
    def test_nothing_to_find(self, text: str | None) -> None:
        """No entities, no error."""
        assert made(ClinicalEntityExtractor).process([message_of(text)])[0].get("entities") == []


EXAMPLES = {
    "faq/pain": "does it hurt|is it painful|will I feel pain|how much does it hurt|is it a pain",
    "faq/recovery": "how long is recovery|when am I healed|how long does healing take|time to heal",
    "smalltalk/greet": "hello|hi there|good morning|hey|hello bot",
    "start_check": "start the check|begin the check|let us do the check|I want the check|check me",
}


def training_data() -> TrainingData:
    """A tiny data set in Rasa's format."""
    examples = []
    for name, texts in EXAMPLES.items():
        for text in texts.split("|"):
            data = {"text": text, "intent": name.split("/")[0]}
            examples.append(message_of(**data, **({"intent_response_key": name} if "/" in name else {})))
    return TrainingData(training_examples=examples)


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
    """A place for trained models."""
    return LocalModelStorage(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module", params=[True, False], ids=["vectors", "words"])
def classifier(request: pytest.FixtureRequest, storage: LocalModelStorage) -> TopicClassifier:
    """Trained on the tiny data set, stored and loaded again; with and without sentence vectors."""
    options = {**TopicClassifier.get_default_config(), "embeddings": request.param}
    made(TopicClassifier, storage, embeddings=request.param).train(training_data())
    return TopicClassifier.load(options, storage, RESOURCE, CONTEXT)


class TestTopicClassifier:
    """One classifier; trained, stored and loaded as Rasa does it."""

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("is it painful?", "faq/pain"),
            ("Hello", "smalltalk/greet"),
            ("begin the check", "start_check"),
        ],
    )
    def test_what_is_set(self, classifier: TopicClassifier, text: str, name: str) -> None:
        """Intent, ranking, response selector and topics agree, and Rasa puts them out."""
        found = classifier.process([message_of(text)])[0]
        assert found.get("topics")["whole"][0][0] == name
        assert found.get("intent")["name"] == name.split("/")[0]
        assert found.get("intent_ranking")[0] == found.get("intent")
        assert {r["name"] for r in found.get("intent_ranking")} == {
            "faq",
            "smalltalk",
            "start_check",
        }
        confidences = [p for _, p in found.get("topics")["whole"]]
        assert confidences == sorted(confidences, reverse=True)
        assert sum(confidences) == pytest.approx(1, abs=0.01)
        selector = found.get("response_selector")
        assert selector["all_retrieval_intents"] == ["faq", "smalltalk"]
        if "/" in name:
            chosen = selector[name.split("/")[0]]["response"]
            assert chosen["intent_response_key"] == name
        assert {
            "intent",
            "intent_ranking",
            "response_selector",
            "topics",
        } <= found.output_properties

    def test_the_place_of_a_hit(self, classifier: TopicClassifier) -> None:
        """Each hit names its words."""
        text = "😀 is it painful?"
        for hit in classifier.process([message_of(text)])[0].get("topics")["hits"]:
            assert text[hit["start"] : hit["end"]] == hit["text"]

    @pytest.mark.parametrize("text", ["", "   ", "😀😀", "123 456", "?!", None])
    def test_nothing_to_read(self, classifier: TopicClassifier, text: str | None) -> None:
        """No intent, no topics, no error."""
        found = classifier.process([message_of(text)])[0]
        assert found.get("intent") == {"name": None, "confidence": 0.0}
        assert found.get("intent_ranking") == []
        assert found.get("topics") == {"whole": [], "hits": []}

    def test_untrained_it_says_nothing(self) -> None:
        """A component without a model does not guess."""
        found = made(TopicClassifier).process([message_of("hello")])[0]
        assert found.get("intent")["name"] is None

    def test_training_needs_two_classes(self, storage: LocalModelStorage) -> None:
        """Said in words."""
        data = TrainingData(training_examples=[message_of("hello", intent="smalltalk")])
        with pytest.raises(ValueError, match="two classes"):
            made(TopicClassifier, storage, embeddings=False).train(data)


def test_missing_weights_warn_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Without the package everything works on words alone, and one warning names the remedy."""
    monkeypatch.setattr(encoder, "PACKAGE", "no_such_package_of_weights")
    encoder.shared_encoder.cache_clear()
    encoder.encoder_or_none.cache_clear()
    try:
        with caplog.at_level(logging.WARNING):
            for number in range(2):
                (tmp_path / str(number)).mkdir()
                component = made(TopicClassifier, LocalModelStorage(tmp_path / str(number)))
                component.train(training_data())
            found = component.process([message_of("is it painful")])[0]
    finally:
        encoder.shared_encoder.cache_clear()
        encoder.encoder_or_none.cache_clear()
    assert found.get("topics")["whole"][0][0] == "faq/pain"
    assert [r.getMessage().count("Remedy: pip install") for r in caplog.records] == [1]
